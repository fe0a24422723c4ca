"""The page that ``dlfb predict --html`` writes: one file, searchable, legible without a network."""

from __future__ import annotations

from html import escape

import pandas as pd

from dlfb_helpers.predictors.predictor import Predictor

TERM = "https://amigo.geneontology.org/amigo/term/"
PROTEIN = "https://www.uniprot.org/uniprotkb/"
NOTES = {
    "itself": "this very sequence was trained on: its probabilities say what is annotated already",
    "similar": "",
    "nothing similar": "nothing similar was seen in training: trust it less",
}
_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d0d4da, #454b54); --bar: light-dark(#0072b2, #56b4e9);
  --soft: light-dark(#59616c, #a5adb8); --flag: light-dark(#b34700, #e69f00); }
body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
input { font: inherit; padding: .4rem .6rem; width: min(30rem, 100%); }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; }
th, td { border-top: 1px solid var(--line); padding: .5rem; text-align: left; vertical-align: top; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: grid; grid-template-columns: 3rem 7rem 1fr; gap: .6rem; align-items: center; }
meter { width: 7rem; height: .8rem; }
meter::-webkit-meter-bar { background: none; border: 1px solid var(--line); border-radius: 2px; height: .8rem; }
meter::-webkit-meter-optimum-value { background: var(--bar); }
meter::-moz-meter-bar { background: var(--bar); }
.implied a, .soft { color: var(--soft); } .flag { color: var(--flag); }
a { color: inherit; }
"""
_SCRIPT = """
const box = document.getElementById("search"), shown = document.getElementById("shown");
const rows = [...document.querySelectorAll("tbody tr")], texts = rows.map(row => row.textContent.toLowerCase());
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  rows.forEach((row, i) => { row.hidden = !words.every(word => texts[i].includes(word)); count += !row.hidden; });
  shown.textContent = count.toLocaleString("en");
});
"""


def page_start(predictor: Predictor, proteins: int) -> str:
    """Everything before the first protein."""
    facts = predictor.facts
    measured = "".join(f"<li style='display:block'>{escape(k)}: {escape(v)}</li>" for k, v in facts["figures"].items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Functions of {proteins:,} proteins</title><style>{_STYLE}</style></head><body>
<h1>Functions of {proteins:,} proteins</h1>
<p>Calibrated probabilities of {len(predictor.names)} terms of the Gene Ontology ({escape(facts["ontology"])}): of
terms given 0.7, about 7 in 10 are true of proteins like those it was measured on. Grey terms are implied by a
more specific one that is as probable. A term that is not listed may still be true.</p>
<details><summary>How good is it, and where from?</summary><ul>{measured}</ul>
<p>Trained on {escape(facts["annotations"])}, with the checkpoint {escape(facts["checkpoint"]["name"])}.</p></details>
<p><label for="search">Search proteins, terms and names</label><br><input id="search" type="search"
 placeholder="kinase, GO:0004672, P01308 ..."> <span id="shown">{proteins:,}</span> of {proteins:,}</p>
<table><thead><tr><th>Protein</th><th>Functions, most probable first</th><th>Most similar protein in training</th></tr>
</thead><tbody>
"""


def page_rows(table: pd.DataFrame) -> str:
    """The proteins of a table of `prediction_tables`, a row each."""
    return "".join(_row(protein, rows) for protein, rows in table.groupby("protein", sort=False))


def page_end() -> str:
    """Everything after the last protein."""
    return f"</tbody></table><script>{_SCRIPT}</script></body></html>\n"


def _row(protein: str, rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    terms = "".join(
        f'<li class="{"implied" if implied else "predicted"}"><span>{probability:.2f}</span>'
        f'<meter min="0" max="1" value="{probability:.3f}" aria-label="probability {probability:.2f}"></meter>'
        f'<a href="{TERM}{term}" title="{term}">{escape(name)} <span class="soft">{term}</span></a></li>'
        for term, name, probability, implied in zip(rows["term"], rows["name"], rows["probability"], rows["implied"])
    )
    flag = f'<p class="flag">{escape(NOTES[first["seen"]])}</p>' if NOTES[first["seen"]] else ""
    nearest = "none aligns"
    if first["nearest"]:
        link = f'<a href="{PROTEIN}{escape(first["nearest"])}">{escape(first["nearest"])}</a>'
        functions = f"<span class='soft'>{escape(first['nearest_functions'])}</span>"
        nearest = f"{link}, {first['identity']:.0%} identical<br>{functions}"
    return f"<tr><th scope='row'>{escape(protein)}</th><td><ul>{terms}</ul></td><td>{nearest}{flag}</td></tr>\n"
