"""A predictor blends what its parts say, obeys the ontology, and refuses vectors that it was not trained on."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.consistency import count_violations, make_consistent
from dlfb_helpers.annotations.ontology import ROOTS
from dlfb_helpers.predictors import predictor as predictors
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor


def with_vectors(predictor, **changes):
    """A predictor that was trained on other vectors."""
    changes = {name.replace("_", " "): value for name, value in changes.items()}
    return replace(predictor, facts=predictor.facts | {"vectors": predictor.facts["vectors"] | changes})


@pytest.fixture(scope="module")
def sequences(course_table):
    return course_table["Sequence"].head(5)


def test_it_predicts_calibrated_consistent_scores_from_sequences(small, course, sequences, data):
    probabilities = small.predict(sequences, course)
    assert probabilities.index.equals(sequences.index) and probabilities.columns.tolist() == list(small.names)
    assert (probabilities.dtypes == np.float32).all()
    proteins = small.embed(sequences, course)
    assert proteins.ids == sequences.index.tolist() and proteins.targets.shape == (5, 0)
    assert count_violations(probabilities, probabilities.columns, data.ontology) == 0
    neighbours = small.pool.neighbours(proteins)
    blended = small.blend(small.base.scores(proteins, neighbours), small.base.strengths(neighbours.bits))
    assert count_violations(blended, probabilities.columns, data.ontology) > 0
    assert (probabilities >= blended - 1e-6).all(axis=None)  # ancestors are raised, nothing falls
    np.testing.assert_allclose(probabilities, make_consistent(blended, small.names, data.ontology), atol=1e-6)
    pd.testing.assert_frame_equal(small.from_embeddings(proteins, neighbours), probabilities, atol=1e-6)


def test_it_loads_the_checkpoint_that_it_was_trained_with(small, course, sequences):
    pd.testing.assert_frame_equal(replace(small).predict(sequences), small.predict(sequences, course))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("checkpoint", "0123456789abcdef"),
        ("layer", "second to last"),
        ("pooling", "max"),
        ("long proteins", "window 510/128"),
        ("something new", "that this release does not know"),
    ],
)
def test_other_vectors_are_refused_by_name(small, course, sequences, name, value):
    other = with_vectors(small, **{name: value})
    with pytest.raises(ValueError, match=rf"was trained on embeddings of course \({name}: {value[:20]}\).*train anew"):
        other.predict(sequences, course)
    with pytest.raises(ValueError, match=name):  # also what its own checkpoint gives now
        other.predict(sequences)


def test_another_precision_is_warned_of(small, course, sequences):
    half = with_vectors(small, precision="bfloat16")
    with pytest.warns(UserWarning, match="trained on vectors in bfloat16, these are in float32"):
        found = half.predict(sequences, course)
    pd.testing.assert_frame_equal(found, small.predict(sequences, course))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert small.check(course) is course


def test_long_proteins_are_treated_as_in_training(small, course, sequences, monkeypatch):
    asked = []

    def embed_proteins(sequences, checkpoint, long_proteins, **options):
        asked.append(long_proteins)
        return np.zeros((len(sequences), 320), np.float32)

    monkeypatch.setattr(predictors, "embed_proteins", embed_proteins)
    for policy in ("window", "truncate"):
        vectors = small.facts["vectors"]["long proteins"].split()[1]
        with_vectors(small, long_proteins=f"{policy} {vectors}").embed(sequences, course)
    assert asked == ["window", "truncate"]


def test_no_protein_gives_an_empty_table(small, course):
    assert small.predict(pd.Series([], dtype=str), course).shape == (0, len(small.names))


def same_in_any_company(predictor, sample):
    """See that a protein gets the same with others, backwards and alone, whatever its labels."""
    found = predictor.from_embeddings(sample)
    backwards = predictor.from_embeddings(sample.take(sample.ids[::-1])).loc[sample.ids]
    pd.testing.assert_frame_equal(backwards, found, rtol=0, atol=1e-5)
    for place in (0, 17):
        alone = predictor.from_embeddings(sample.take(sample.ids[place : place + 1]).without_targets())
        np.testing.assert_allclose(alone.iloc[0], found.iloc[place], rtol=0, atol=1e-5)


def test_a_protein_gets_the_same_in_any_company(small, parts, monkeypatch):
    sample = parts["test"].take(parts["test"].ids[:40])
    found = small.from_embeddings(sample)
    same_in_any_company(small, sample)
    monkeypatch.setattr(predictors, "PROTEINS_AT_ONCE", 7)
    pd.testing.assert_frame_equal(small.from_embeddings(sample), found, rtol=0, atol=1e-5)


def test_so_it_does_from_the_bundled_one(bundled, course_proteins):
    same_in_any_company(bundled, course_proteins.take(course_proteins.ids[:4000:100]))


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_ones_are_of_their_aspect_and_obey_the_ontology(name, data, course_table):
    bundled = load_predictor(name)
    probabilities = bundled.predict(course_table["Sequence"].sample(20, random_state=2))
    assert count_violations(probabilities, probabilities.columns, data.ontology) == 0
    assert {data.ontology.aspects[term] for term in bundled.names} == {bundled.facts["aspect"]}
    assert not {*ROOTS.values()} & {*bundled.names}


def test_any_form_of_sequences_is_taken_and_a_repeated_id_is_not(small, course, sequences):
    expected = small.predict(sequences, course)
    for given in (sequences.to_dict(), sequences.rename_axis("EntryID").rename("Sequence").reset_index()):
        pd.testing.assert_frame_equal(small.predict(given, course), expected, check_names=False)
    for given in (sequences.tolist(), iter(sequences.tolist()), tuple(sequences)):
        found = small.predict(given, course)
        assert found.index.tolist() == [0, 1, 2, 3, 4]
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(TypeError, match=r"sequences is one str, .*write a list: \[sequence\]"):
        small.predict(sequences.iloc[0], course)
    with pytest.raises(TypeError, match="sequences is a table"):
        small.predict(pd.DataFrame({"residues": sequences}), course)
    twice = pd.Series(sequences.tolist(), index=["P1", "P2", "P3", "P2", "P4"])
    with pytest.raises(ValueError, match="the id 'P2' is there 2 times, first in rows 1 and 3"):
        small.predict(twice, course)
    bad = pd.Series(["MALWM", "MALJ"], index=["P1", "P2"])
    with pytest.raises(ValueError, match="P2: found 'J' at position 4"):
        small.predict(bad, course)


def test_what_is_known_of_a_sequence_need_not_be_predicted(small):
    row = int(small.base.labels.rows[0])
    sequence = small.pool.sequences[row]
    known = small.base.labels.labels[[row]].toarray()[0] == 1
    found = small.predict(pd.Series({"same": sequence, "cut": sequence[:-1]}))
    assert known.any() and (found.loc["same"].to_numpy()[known] == 1).all() and (found.loc["same", ~known] < 1).all()
    assert (found.loc["cut"] < 1).all()
