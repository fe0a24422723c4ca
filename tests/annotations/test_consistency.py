"""Consistent predictions have no violation, change nothing that was right, and equal those of CAFA's evaluator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from cafaeval.graph import Graph, propagate

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import (
    ancestor_matrix,
    count_violations,
    implied_terms,
    make_consistent,
    specific_terms,
)
from dlfb_helpers.annotations.ontology import Ontology

ROOT, LEFT, RIGHT, HIDDEN, LEAF = "GO:0003674", "GO:0000001", "GO:0000002", "GO:0000003", "GO:0000004"


@pytest.fixture
def toy():
    """A leaf below a left and a right branch; on the right the way leads through a term that is no column."""
    parents = {ROOT: [], LEFT: [ROOT], RIGHT: [ROOT], HIDDEN: [RIGHT], LEAF: [LEFT, HIDDEN]}
    return Ontology(
        names={term: term for term in parents},
        aspects={term: "MFO" for term in parents},
        parents={term: frozenset(above) for term, above in parents.items()},
        alternatives={"GO:0000009": LEAF},
    )


@pytest.fixture(scope="module")
def real():
    """The bundled ontology, 200 of its molecular functions in mixed order, and random scores with ties."""
    ontology = load_cafa().ontology
    random = np.random.default_rng(5)
    functions = sorted(term for term, aspect in ontology.aspects.items() if aspect == "MFO")
    start = random.choice(functions, 60, replace=False).tolist()
    closed = sorted({above for term in start for above in ontology.ancestors(term)} | set(start))
    terms = random.permutation(closed)[:200].tolist()  # some ancestors are left out
    return ontology, terms, random.integers(0, 101, (40, len(terms))) / 100


COLUMNS = [LEAF, ROOT, RIGHT, LEFT]


def test_ancestors_by_hand(toy):
    matrix = ancestor_matrix(COLUMNS, toy)
    assert matrix.dtype == bool
    np.testing.assert_array_equal(matrix, [[0, 1, 1, 1], [0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]])


def test_consistent_by_hand(toy):
    probabilities = [[0.8, 0.1, 0.9, 0.2], [0.2, 0.9, 0.3, 0.4], [0.5, 0.1, 0.2, 0.3]]
    consistent = make_consistent(np.array(probabilities), COLUMNS, toy)
    assert consistent.dtype == np.float32
    np.testing.assert_allclose(consistent, [[0.8, 0.9, 0.9, 0.8], [0.2, 0.9, 0.3, 0.4], [0.5, 0.5, 0.5, 0.5]])


def test_violations_by_hand(toy):
    # Row 0: leaf over root and left, both branches over root. Row 1: none. Row 2: leaf over all, branches over root.
    probabilities = np.array([[0.8, 0.1, 0.9, 0.2], [0.2, 0.9, 0.3, 0.4], [0.5, 0.1, 0.2, 0.3]])
    assert count_violations(probabilities, COLUMNS, toy) == 4 + 0 + 5
    assert count_violations(pd.DataFrame(probabilities), COLUMNS, toy) == 9
    assert count_violations(probabilities, COLUMNS, toy, tolerance=0.25) == 3 + 0 + 2
    assert count_violations(probabilities, COLUMNS, toy, tolerance=1) == 0
    assert count_violations(np.full((3, 4), 0.5), COLUMNS, toy) == 0


def test_ancestors_are_those_of_the_ontology(real):
    ontology, terms, _ = real
    matrix = ancestor_matrix(terms, ontology)
    for term, row in zip(terms, matrix):
        assert {terms[place] for place in np.flatnonzero(row)} == ontology.ancestors(term) & set(terms)
    assert matrix.sum() > 500


def test_no_violation_is_left_and_a_second_time_changes_nothing(real):
    ontology, terms, scores = real
    consistent = make_consistent(scores, terms, ontology)
    assert count_violations(scores, terms, ontology) > 1000
    assert count_violations(consistent, terms, ontology) == 0
    np.testing.assert_array_equal(make_consistent(consistent, terms, ontology), consistent)
    assert (consistent >= scores.astype(np.float32)).all()


def test_violations_equal_a_count_one_by_one(real):
    ontology, terms, scores = real
    table = pd.DataFrame(scores[:3], columns=terms)
    counted = sum(
        bool(row[term] > row[above])
        for _, row in table.iterrows()
        for term in terms
        for above in ontology.ancestors(term) & set(terms)
    )
    assert count_violations(table, terms, ontology) == counted


def test_order_of_columns_does_not_matter(real):
    ontology, terms, scores = real
    shuffled = np.random.default_rng(6).permutation(len(terms))
    other_way = make_consistent(scores[:, shuffled], [terms[place] for place in shuffled], ontology)
    np.testing.assert_array_equal(other_way, make_consistent(scores, terms, ontology)[:, shuffled])


def test_agrees_with_the_propagation_of_cafaeval(real):
    ontology, terms, scores = real
    everything = sorted({above for term in terms for above in ontology.ancestors(term)} | set(terms))
    described = {
        term: {"name": "", "namespace": "MFO", "def": "", "alt_id": [], "rel": sorted(ontology.parents[term])}
        for term in everything
    }
    graph = Graph("MFO", described, orphans=True)
    table = pd.DataFrame(0.0, index=range(len(scores)), columns=everything)
    table[terms] = scores  # terms that are no columns take part with 0
    theirs = table.to_numpy().copy()
    propagate(theirs, graph, graph.order, mode="max")
    theirs = pd.DataFrame(theirs, columns=everything)[terms].to_numpy(np.float32)
    np.testing.assert_array_equal(make_consistent(scores, terms, ontology), theirs)
    assert len(everything) > len(terms)


def test_input_is_left_as_it_is(toy):
    probabilities = np.array([[0.8, 0.1, 0.9, 0.2]], dtype=np.float32)
    make_consistent(probabilities, COLUMNS, toy)
    np.testing.assert_array_equal(probabilities, np.array([[0.8, 0.1, 0.9, 0.2]], dtype=np.float32))


@pytest.mark.parametrize(
    ("probabilities", "terms", "message"),
    [
        (np.zeros((2, 3)), COLUMNS, r"each of the 4 terms, but have shape \(2, 3\)"),
        (np.zeros(4), COLUMNS, r"shape \(4,\)"),
        (np.array([[0.1, 0.2, np.nan, 0.3]]), COLUMNS, "row 0, column 2"),
        (np.zeros((1, 2)), [ROOT, "GO:0000009"], "GO:0000009 is not a primary id .* alternative"),
        (np.zeros((1, 2)), [ROOT, "GO:9999999"], "column 1: GO:9999999 .* unknown"),
        (np.zeros((1, 2)), [ROOT, ROOT], "2 columns have 1 distinct"),
    ],
)
@pytest.mark.parametrize("function", [make_consistent, count_violations])
def test_bad_tables_are_refused(toy, function, probabilities, terms, message):
    with pytest.raises(ValueError, match=message):
        function(probabilities, terms, toy)


def test_negative_tolerance_is_refused(toy):
    with pytest.raises(ValueError, match="tolerance"):
        count_violations(np.zeros((1, 4)), COLUMNS, toy, tolerance=-0.1)


CHAIN = np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)  # term 0 below 1 below 2


def test_specific_terms_have_nothing_below_them():
    labels = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]])
    expected = [[True, False, False], [False, True, False], [False, False, True], [False] * 3]
    assert specific_terms(labels, CHAIN).tolist() == expected


def test_implied_terms_are_no_more_probable_than_one_below():
    probabilities = np.array([[0.5, 0.5, 0.9], [0.1, 0.2, 0.2]])
    assert implied_terms(probabilities, CHAIN).tolist() == [[False, True, False], [False, False, True]]
