"""A table with all ancestors is what pair by pair would give, in an order of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.propagation import propagated

PARENTS = {"GO:0000001": [], "GO:0000002": ["GO:0000001"], "GO:0000003": ["GO:0000002"], "GO:0000004": ["GO:0000001"]}
ONTOLOGY = Ontology(
    names={term: term for term in PARENTS},
    aspects=dict.fromkeys(PARENTS, "MFO"),
    parents={term: frozenset(above) for term, above in PARENTS.items()},
    alternatives={"GO:0000009": "GO:0000003"},
    obsolete={"GO:0000005": "obsolete"},
)


def rows(*pairs):
    return pd.DataFrame(pairs, columns=["EntryID", "term"], dtype=str)


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ([("P1", "GO:0000003")], [("P1", 1), ("P1", 2), ("P1", 3)]),
        ([("P2", "GO:0000004"), ("P1", "GO:0000001")], [("P1", 1), ("P2", 1), ("P2", 4)]),
        ([("P1", "GO:0000009"), ("P1", "GO:0000003")], [("P1", 1), ("P1", 2), ("P1", 3)]),
        ([("P1", "GO:0000002"), ("P1", "GO:0000005"), ("P2", "GO:7777777")], [("P1", 1), ("P1", 2)]),
        ([("P1", "GO:0000001")] * 3, [("P1", 1)]),
        ([("P1", "GO:0000005")], []),
        ([], []),
    ],
)
def test_by_hand(given, full):
    table = propagated(rows(*given), ONTOLOGY)
    assert list(table.itertuples(index=False, name=None)) == [(p, f"GO:000000{n}", "MFO") for p, n in full]


def test_it_is_what_pair_by_pair_gives():
    data = load_cafa()
    some = data.annotations[data.annotations["aspect"] != "BPO"].sample(3000, random_state=0)
    table = propagated(some, data.ontology)
    assert set(zip(table["EntryID"], table["term"])) == data.ontology.propagate(zip(some["EntryID"], some["term"]))
    assert not table.duplicated().any() and isinstance(table["term"].dtype, pd.StringDtype)
    pairs = table["EntryID"] + table["term"]
    assert pairs.is_monotonic_increasing and np.isin(table["aspect"], ["MFO", "CCO"]).all()
    pd.testing.assert_frame_equal(propagated(table, data.ontology), table)


def test_categories_give_categories():
    given = rows(("P1", "GO:0000009"), ("P2", "GO:0000004"), ("P1", "GO:0000005"))
    table, text = propagated(given.astype("category"), ONTOLOGY), propagated(given, ONTOLOGY)
    assert all(isinstance(dtype, pd.CategoricalDtype) for dtype in table.dtypes) and len(text) == 5
    pd.testing.assert_frame_equal(table.astype(str), text)
