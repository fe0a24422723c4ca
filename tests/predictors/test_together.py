"""Several predictors at once say what each says alone, and the proteins are embedded once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from dlfb_helpers.predictors import together
from dlfb_helpers.predictors.evidence import nearest_proteins
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.together import Terms, answers, by_aspect
from dlfb_helpers.predictors.votes import Voters
from dlfb_helpers.proteins.search import Search


def of_aspect(predictor, aspect, **vectors):
    facts = predictor.facts | {"aspect": aspect, "vectors": predictor.facts["vectors"] | vectors}
    return replace(predictor, facts=facts)


@pytest.fixture(scope="module")
def three(small, course_proteins):
    """Two that share a pool, one of which knows few of its proteins, and one whose pool is whitened otherwise."""
    few = csr_array(small.base.labels.labels.multiply(np.arange(len(small.pool))[:, None] < 50))
    process = replace(small, base=replace(small.base, labels=Voters.of(few)), threshold=0.6)
    pool = Pool.fit(course_proteins.take(small.pool.ids), 1.0)
    component = replace(small, base=replace(small.base, pool=pool))
    return [small, of_aspect(process, "BPO"), of_aspect(component, "CCO")]


@pytest.fixture(scope="module")
def sequences(small):
    """Two known proteins, the second not to the second predictor; a mutant, and one that resembles nothing."""
    first, second = (small.pool.sequences[row] for row in (9, 99))
    mutant = first[:20] + "WW" + first[25:]
    return pd.Series(
        {small.pool.ids[9]: first, small.pool.ids[99]: second, "mutant": mutant, "odd": "MWPWPHWPHWCCHWPM"}
    )


def test_probabilities_and_evidence_are_those_of_each_predictor_alone(three, sequences):
    (found,) = answers(three, sequences)
    assert list(found) == ["MFO", "BPO", "CCO"]
    for predictor in three:
        answer, pool = found[predictor.facts["aspect"]], predictor.pool
        pd.testing.assert_frame_equal(answer.probabilities, predictor.predict(sequences), rtol=0, atol=1e-6)
        proteins = predictor.embed(sequences)
        alone = nearest_proteins(proteins, pool, predictor.base.labels.rows, pool.neighbours(proteins).bits)
        pd.testing.assert_frame_equal(answer.nearest, alone)
        assert answer.threshold == predictor.threshold
    seen = pd.DataFrame({aspect: answer.nearest["seen"].tolist() for aspect, answer in found.items()})
    assert seen["MFO"].tolist() == seen["CCO"].tolist() == ["itself", "itself", "similar", "nothing similar"]
    assert seen["BPO"].tolist() == ["itself", "similar", "similar", "nothing similar"]
    tables = [answer.probabilities.to_numpy() for answer in found.values()]
    assert all(abs(one - other).max() > 0.01 for one, other in zip(tables, tables[1:]))


def test_neighbours_are_looked_for_once_in_each_pool(three, sequences, monkeypatch):
    searched = []
    monkeypatch.setattr(Search, "__call__", lambda search, queries, cosines: searched.append(search) or nothing)
    nothing = csr_array((len(sequences), len(three[0].pool)), dtype=np.float32)
    list(answers(three, sequences))
    assert searched == [three[0].pool.search, three[2].pool.search]


def test_functions_are_the_most_specific_of_what_the_nearest_is_known_to_do(small, sequences, data):
    (found,) = answers(small, sequences)
    nearest = small.pool.ids[9]
    labels = small.base.labels.labels[[9]].toarray()[0]
    theirs = [term for term, label in zip(small.names, labels) if label]
    implied = {above for term in theirs for above in data.ontology.ancestors(term)}
    functions = found["MFO"].functions
    assert set(functions) == {entry for entry in found["MFO"].nearest["nearest"] if entry} >= {nearest}
    assert sorted(functions[nearest]) == sorted(small.names[term] for term in theirs if term not in implied)


def test_vectors_are_shared_where_they_are_the_same(small):
    proteins = pd.Series(
        {"long": "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVVHSLAKWKR" * 15}
    )
    same, other = of_aspect(small, "CCO"), of_aspect(small, "BPO", **{"long proteins": "truncate 1022/256"})
    embedded = together._embedded(by_aspect([small, other, same]), proteins, None)
    assert embedded["MFO"] is embedded["CCO"] is not embedded["BPO"]
    (found,) = answers([small, other, same], proteins)
    for predictor in (small, other, same):
        probabilities = found[predictor.facts["aspect"]].probabilities
        pd.testing.assert_frame_equal(probabilities, predictor.predict(proteins), rtol=0, atol=1e-6)
    assert not found["MFO"].probabilities.equals(found["BPO"].probabilities)


def test_predictors_are_one_an_aspect_in_the_order_of_the_aspects(small):
    process = of_aspect(small, "BPO")
    assert list(by_aspect(iter([process, small])).items()) == [("MFO", small), ("BPO", process)]
    assert by_aspect(small) == {"MFO": small}
    with pytest.raises(ValueError, match="2 predictors are of the aspect BPO; give one an aspect"):
        by_aspect([process, small, process])
    with pytest.raises(ValueError, match="there is no predictor"):
        by_aspect([])


def test_parents_are_the_terms_next_above(small, data):
    parents = Terms.of(small).parents()
    assert parents.keys() == small.names.keys()
    for term, above in parents.items():
        all_above = data.ontology.ancestors(term) & small.names.keys()
        further = {other for near in above for other in data.ontology.ancestors(near)}
        assert set(above) <= all_above <= further | set(above) and not further & set(above)
    assert any(parents.values())
    same = Terms.of(small, data.ontology)
    assert same.parents() == parents and same.columns.equals(pd.Index(small.names))
