"""Every id has a status; propagation adds all ancestors and nothing else."""

from __future__ import annotations

import pytest

from dlfb_helpers.annotations.ontology import Ontology

PARENTS = {
    "GO:0003674": [],
    "GO:0005488": ["GO:0003674"],
    "GO:0005515": ["GO:0005488"],
    "GO:0016301": ["GO:0003674"],
    "GO:0019901": ["GO:0005515", "GO:0016301"],
    "GO:0008150": [],
}


@pytest.fixture
def ontology():
    return Ontology(
        names={term: term for term in PARENTS},
        aspects={term: "BPO" if term == "GO:0008150" else "MFO" for term in PARENTS},
        parents={term: frozenset(above) for term, above in PARENTS.items()},
        alternatives={"GO:0001948": "GO:0005515"},
        obsolete={"GO:0000005": "obsolete chaperone"},
    )


@pytest.mark.parametrize(
    ("term", "primary", "status"),
    [
        ("GO:0005515", "GO:0005515", "primary"),
        ("GO:0001948", "GO:0005515", "alternative"),
        ("GO:0000005", None, "obsolete"),
        ("GO:9999999", None, "unknown"),
    ],
)
def test_every_id_has_a_status(ontology, term, primary, status):
    assert ontology.canonical(term) == primary
    assert ontology.status(term) == status


def test_ancestors(ontology):
    assert ontology.ancestors("GO:0019901") == {"GO:0005515", "GO:0005488", "GO:0003674", "GO:0016301"}
    assert ontology.ancestors("GO:0003674") == frozenset()
    with pytest.raises(KeyError, match="GO:0001948 is not a primary id .* alternative"):
        ontology.ancestors("GO:0001948")


def test_propagation_adds_every_ancestor_once_and_nothing_else(ontology):
    full = ontology.propagate([("P1", "GO:0005515"), ("P1", "GO:0005488"), ("P2", "GO:0008150")])
    assert full == {
        ("P1", "GO:0005515"), ("P1", "GO:0005488"), ("P1", "GO:0003674"), ("P2", "GO:0008150"),
    }  # fmt: skip
    assert ontology.propagate(full) == full


def test_a_cycle_comes_to_an_end():
    round_and_round = Ontology(
        names=dict.fromkeys("ABC", ""),
        aspects=dict.fromkeys("ABC", "CCO"),
        parents={"A": frozenset("B"), "B": frozenset("C"), "C": frozenset("AB")},
    )
    assert [round_and_round.ancestors(term) for term in "ABC"] == [{"B", "C"}, {"A", "C"}, {"A", "B"}]
