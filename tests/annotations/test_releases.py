"""Terms keep their meaning in another release: renamed they are found, merged they are one, retired they count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.releases import in_release, translate

PARENTS = {"GO:0000001": [], "GO:0000020": ["GO:0000001"], "GO:0000003": ["GO:0000020"], "GO:0000004": ["GO:0000001"]}
LATER = Ontology(
    names={term: term for term in PARENTS},
    aspects=dict.fromkeys(PARENTS, "MFO"),
    parents={term: frozenset(above) for term, above in PARENTS.items()},
    alternatives={"GO:0000002": "GO:0000020", "GO:0000012": "GO:0000020"},
    obsolete={"GO:0000005": "obsolete"},
    release="later",
)


def table(**columns):
    return pd.DataFrame(
        {f"GO:000{name[1:]}": values for name, values in columns.items()}, index=["P1", "P2"], dtype="float32"
    )


def test_what_became_of_each():
    found = translate(["GO:0000004", "GO:0000002", "GO:0000005", "GO:0000012", "GO:7777777"], LATER)
    assert found.ids == {"GO:0000004": "GO:0000004", "GO:0000002": "GO:0000020", "GO:0000012": "GO:0000020"}
    assert found.renamed == {"GO:0000002": "GO:0000020", "GO:0000012": "GO:0000020"}
    assert found.gone == ["GO:0000005", "GO:7777777"]
    assert translate(["GO:0000004"], LATER) == ({"GO:0000004": "GO:0000004"}, [])


@pytest.mark.parametrize("terms", [["GO:0000005", "GO:7777777"], []])
def test_nothing_in_common_is_an_error(terms):
    with pytest.raises(
        ValueError, match=f"none of the {len(terms)} terms is in the ontology of release later, which has 4"
    ):
        translate(terms, LATER)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"_0004": [0.1, 0.2]}, {"_0004": [0.1, 0.2]}),
        ({"_0002": [0.1, 0.2]}, {"_0020": [0.1, 0.2]}),
        ({"_0002": [0.1, 0.8], "_0004": [0, 1], "_0012": [0.3, 0.2]}, {"_0020": [0.3, 0.8], "_0004": [0, 1]}),
        ({"_0005": [0.9, 0.9], "_0004": [0.1, 0.2]}, {"_0004": [0.1, 0.2]}),
        ({"_0003": [0.5, 0.1], "_0002": [0.2, 0.2]}, {"_0003": [0.5, 0.1], "_0020": [0.5, 0.2]}),  # newly below it
        ({"_0003": [0.5, 0.1], "_0001": [0.2, 0.2]}, {"_0003": [0.5, 0.1], "_0001": [0.5, 0.2]}),
    ],
)
def test_tables(before, after):
    found = in_release(table(**before), LATER)
    pd.testing.assert_frame_equal(found, table(**after))
    assert count_violations(found, found.columns, LATER) == 0


def test_a_large_table_is_the_same_in_its_own_release():
    random = np.random.default_rng(0).random((2, 4)).astype("float32")
    given = pd.DataFrame(
        np.sort(random)[:, ::-1],
        index=["P1", "P2"],
        columns=sorted(PARENTS)[:1] + ["GO:0000020", "GO:0000003", "GO:0000004"],
    )
    pd.testing.assert_frame_equal(in_release(given, LATER), given)
