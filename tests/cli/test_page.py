"""The page of `dlfb predict --html`: no network, and nothing runs in it but its own script."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.cli.page import page_start
from tests.cli.predictions import BINDING, FACTS, MARKUP, PROCESS, ROW, SECRETED, STRANGE, page, rows


class Reader(HTMLParser):
    """What a browser makes of a page: tags, attributes, texts, and the text of each row of the plain table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.rows, self.open, self.text = [], [], [], [], ""
        self.scripts, self.styles = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag == "tr":
            self.rows.append("")
        if tag not in ("meta", "input", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            {"script": self.scripts, "style": self.styles}[self.open[-1]].append(data)
        else:
            self.text += data
            if "tr" in self.open:
                self.rows[-1] += data + " "

    @property
    def data(self) -> list:
        return [json.loads(script) for script in self.scripts if script.startswith("{")]


def test_the_plain_table_has_a_row_a_protein_and_its_sentence():
    read = Reader(page(rows({}, PROCESS, SECRETED, {"protein": "new"} | STRANGE)))
    assert read.open == []  # whatever was opened was closed
    insulin, new = (" ".join(row.split()) for row in read.rows[1:])
    assert insulin == (
        "P01308 Likely a hormone (0.88), secreted (0.95), taking part in proteolysis (0.70); 88 % identical to P01317. "
        "hormone activity (0.88) proteolysis (0.70) extracellular region (0.95)"
    )
    assert "nothing similar is known" in new
    assert "2 proteins" in read.text and "test Fmax: 0.61" in read.text and "probability of\n0.30 on" in read.text


def test_a_browser_is_told_to_run_only_what_stands_there_and_to_fetch_nothing():
    read = Reader(page(rows({})))
    policy = next(value for name, value in read.attributes if name == "content" and "default-src" in value)
    (style,), script = read.styles, read.scripts[-1]
    for name, text in (("style", style), ("script", script)):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert not {"link", "img", "iframe", "object", "base"} & set(read.tags) and len(read.scripts) == 3
    assert not [name for name, _ in read.attributes if name in ("src", "href", "style") or name.startswith("on")]
    addresses = set(re.findall(r"https?://[^/\"]*", style + script))
    assert addresses == {"https://amigo.geneontology.org", "https://www.uniprot.org", "http://www.w3.org"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|fetch\(", script)


@pytest.mark.parametrize("field", ["protein", "term", "name", "slim", "nearest", "nearest_name", "nearest_functions"])
def test_markup_in_a_table_is_text(field):
    read = shown_as_text(page(rows({field: MARKUP})))
    found = json.dumps(read.data[-1])
    assert json.dumps(MARKUP)[1:-1] in found


@pytest.mark.parametrize("field", ["ontology", "annotations", "checkpoint", "measured", "figure"])
def test_markup_in_a_predictors_facts_is_text(field):
    facts = {"measured": {"measured": {MARKUP: "0.61"}}, "figure": {"measured": {"test Fmax": MARKUP}}}
    assert MARKUP in shown_as_text(page(rows({}), FACTS | facts.get(field, {field: MARKUP}))).text


def shown_as_text(text: str) -> Reader:
    """Return what is read of a page that has the tags, attributes and scripts that it has of plain words."""
    read, plain = Reader(text), Reader(page(rows({})))
    assert read.tags == plain.tags and read.open == []
    assert read.attributes == plain.attributes
    assert read.scripts[-1] == plain.scripts[-1] and len(read.data) == len(plain.data) == 2
    return read


def test_terms_are_counted_in_the_release_that_the_table_has():
    ontology = Ontology({"GO:1": "one"}, {"GO:1": "MFO"}, {"GO:1": frozenset()}, {"GO:0005179": "GO:1"}, {}, "of 2030")
    predictor = type("Predictor", (), {"names": {"GO:0005179": "", "GO:9": ""}, "facts": FACTS, "threshold": 0.25})
    assert "2 terms of the Gene Ontology (go-basic.obo of 2026)" in page_start({"MFO": predictor}, 1)
    later = page_start({"MFO": predictor}, 1, ontology)
    assert "1 terms of the Gene Ontology (of 2030), claimed from a probability of\n0.25 on" in later
    settings = Reader(later + "</main></body></html>").data[0]
    assert settings["thresholds"] == {"MFO": 0.25}


def test_one_aspect_alone_is_a_page_too():
    read = Reader(page(rows({}, BINDING), aspects=["MFO"]))
    assert [aspect[0] for aspect in read.data[1]["proteins"][0][3]] == [0]


def test_a_protein_takes_at_most_three_thousand_bytes():
    """Of proteins with 200 rows, more than the three bundled predictors give on average; some terms are common."""
    rng = np.random.default_rng(0)
    tables, parents = [], {}
    for aspect, start, number in (("MFO", 100, 30), ("BPO", 600, 120), ("CCO", 1100, 50)):
        ids = np.array([f"GO:{place:07}" for place in range(start, start + 500)])
        parents |= {term: [ids[0]] for term in ids[1:]}
        rarity = 1 / np.arange(10, 510)
        for protein in range(256):
            chosen = rng.choice(ids, number, replace=False, p=rarity / rarity.sum())
            chances = {"term": chosen, "probability": np.sort(rng.random(number))[::-1]}
            near = {"protein": f"P{protein:05}", "aspect": aspect, "nearest": f"Q{protein:05}"}
            tables.append(pd.DataFrame([ROW] * number).assign(**chances, **near))
    table = pd.concat(tables).sort_values("protein", kind="stable")
    table["name"] = "a name of forty letters, as most have " + table["term"].str[-4:]
    grown = len(page(table, parents=parents)) - len(page(rows({})))
    assert grown < 3000 * 256
