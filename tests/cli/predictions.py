"""Tables as `prediction_tables` makes them, by hand, and pages of them."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from dlfb_helpers.cli.page import page_end, page_rows, page_start

FACTS = {
    "ontology": "go-basic.obo of 2026",
    "annotations": "the course's proteins",
    "checkpoint": "course",
    "measured": {"test Fmax": "0.61"},
}
ROW = {
    "protein": "P01308",
    "aspect": "MFO",
    "term": "GO:0005179",
    "name": "hormone activity",
    "probability": 0.8762,
    "claimed": True,
    "implied": False,
    "slim": "molecular function regulator activity",
    "nearest": "P01317",
    "nearest_name": "",
    "identity": 0.876,
    "coverage": 0.981,
    "evalue": 3.21e-40,
    "seen": "similar",
    "nearest_functions": "hormone activity; zinc binding",
}
BINDING = {"term": "GO:0005102", "name": "signaling receptor binding", "probability": 0.9}
SECRETED = {"aspect": "CCO", "term": "GO:0005576", "name": "extracellular region", "probability": 0.95}
PROCESS = {"aspect": "BPO", "term": "GO:0006508", "name": "proteolysis", "probability": 0.7}
STRANGE = {
    "nearest": "", "nearest_name": "", "identity": float("nan"), "coverage": float("nan"), "evalue": float("nan"),
    "seen": "nothing similar", "nearest_functions": "",
}  # fmt: skip
PARENTS = {
    "GO:0005179": {"GO:0048018"},  # receptor ligand activity, which no row is about
    "GO:0048018": {"GO:0005102", "GO:0003674"},
    "GO:0005102": {"GO:0005515"},
    "GO:0005515": {"GO:0003674"},
    "GO:0005576": {"GO:0110165"},
    "GO:0110165": {"GO:0005575"},
    "GO:0006508": {"GO:0019538"},
    "GO:0019538": {"GO:0008152"},
    "GO:0008152": {"GO:0008150"},
}
MARKUP = (
    """</style></title></noscript></script><script>alert(1)</script><!--<script>]]><img src="x" onerror="alert(1)"> """
    """"' onload='alert(1)&lt;\\u003c\u2028\u2029javascript:alert(1)"""
)


def rows(*some: dict) -> pd.DataFrame:
    """Return rows of a table: `ROW`, each with what is given."""
    return pd.DataFrame([ROW | one for one in some])


def page(table: pd.DataFrame, facts: dict = FACTS, parents=PARENTS, aspects=("MFO", "BPO", "CCO")) -> str:
    """Return the page of a table."""
    predictors = {
        aspect: SimpleNamespace(names=dict.fromkeys(["GO:0005179", "GO:0005102"], ""), facts=facts, threshold=0.3)
        for aspect in aspects
    }
    return page_start(predictors, table["protein"].nunique()) + page_rows(table, parents) + page_end()
