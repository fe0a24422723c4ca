"""The page that ``dlfb predict --html`` writes: one file, searchable, legible without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import StrictUndefined, Template

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.releases import translate
from dlfb_helpers.predictors.predictor import Predictor

NOTES = {
    "itself": "this very sequence was trained on: its probabilities say what is annotated already",
    "similar": "",
    "nothing similar": "nothing similar was seen in training: trust it less",
}

# A foreign predictor's names and ids are text, whatever they hold: autoescape sees to that.
_PARTS: Any = Template(
    Path(__file__).with_name("page.html.j2").read_text(encoding="utf-8"),
    autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
).module  # fmt: skip


def page_start(predictor: Predictor, proteins: int, ontology: Ontology | None = None) -> str:
    """Everything before the first protein; the terms are those of the ontology, if there is one."""
    terms, release = set(predictor.names), predictor.facts["ontology"]
    if ontology:
        terms, release = set(translate(terms, ontology).ids.values()), ontology.release
    return str(_PARTS.start(len(terms), release, predictor.facts, proteins))


def page_rows(table: pd.DataFrame) -> str:
    """The proteins of a table of `prediction_tables`, a row each."""
    return "".join(
        _PARTS.row(protein, rows.to_dict("records"), NOTES[rows["seen"].iloc[0]])
        for protein, rows in table.groupby("protein", sort=False)
    )


def page_end() -> str:
    """Everything after the last protein."""
    return str(_PARTS.end())
