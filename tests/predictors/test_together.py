"""Several predictors at once say what each says alone, and the proteins are embedded once."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dlfb_helpers.predictors import together
from dlfb_helpers.predictors.evidence import nearest_proteins
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor
from dlfb_helpers.predictors.together import Terms, answers, by_aspect
from dlfb_helpers.proteins.families import alignment_bits


@pytest.fixture(scope="module")
def three():
    return [load_predictor(name) for name in BUNDLED]


def of_aspect(predictor, aspect, **vectors):
    facts = predictor.facts | {"aspect": aspect, "vectors": predictor.facts["vectors"] | vectors}
    return replace(predictor, facts=facts)


@pytest.fixture(scope="module")
def sequences(three):
    """Of each predictor a protein that it was trained on, one that is new, and one that resembles nothing."""
    own = {predictor.mixture.known.ids[9]: predictor.mixture.known.sequences[9] for predictor in three}
    some = next(iter(own.values()))
    return pd.Series(own | {"mutant": some[:20] + "WW" + some[25:], "odd": "MWPWPHWPHWCCHWPMMWPHC"})


def test_probabilities_and_evidence_are_those_of_each_predictor_alone(three, sequences):
    (found,) = answers(three, sequences)
    assert list(found) == ["MFO", "BPO", "CCO"]
    for predictor in three:
        answer, known = found[predictor.facts["aspect"]], predictor.mixture.known
        pd.testing.assert_frame_equal(answer.probabilities, predictor.predict(sequences), rtol=0, atol=1e-6)
        proteins = predictor.embed(sequences)
        alone = nearest_proteins(proteins, known, alignment_bits(proteins.sequences, known.sequences))
        pd.testing.assert_frame_equal(answer.nearest, alone)
        assert answer.threshold == predictor.threshold
    seen = pd.DataFrame({aspect: answer.nearest["seen"] for aspect, answer in found.items()})
    assert (seen.loc["odd"] == "nothing similar").all() and (seen == "itself").any(axis=1).sum() >= 3


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
    assert same.parents() == parents and same.labels.equals(small.mixture.known.targets)
