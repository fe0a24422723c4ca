"""A predictor predicts what chapter 9 shows, obeys the ontology, and refuses vectors that it was not trained on."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.annotations.ontology import ROOTS
from dlfb_helpers.predictors import predictor as predictors
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor
from dlfb_helpers.predictors.results import load_predictions


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
    scores = small.scores(proteins)
    assert count_violations(scores, probabilities.columns, data.ontology) == 0
    assert (scores >= small.mixture.predict(proteins)["mixture"]).all()  # ancestors are raised, nothing falls
    np.testing.assert_allclose(probabilities, small.calibration(scores), atol=1e-6)
    pd.testing.assert_frame_equal(small.from_embeddings(proteins), probabilities, atol=1e-6)


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


def test_the_bundled_one_predicts_what_chapter_9_shows(bundled, course_proteins):
    shown = load_predictions("random")
    assert list(bundled.names) == list(shown.columns)
    assert not set(bundled.mixture.known.ids) & set(shown.index)  # test proteins have no vote
    sample = course_proteins.take(shown.sample(40, random_state=1).index)
    scores = bundled.scores(sample)
    np.testing.assert_allclose(scores, shown.loc[sample.ids], atol=1e-5)
    for place in (0, 17):
        alone = bundled.scores(sample.take(sample.ids[place : place + 1]).without_targets())
        np.testing.assert_allclose(alone[0], scores[place], atol=1e-5)
    np.testing.assert_allclose(bundled.scores(sample.take(sample.ids[::-1]))[::-1], scores, atol=1e-5)


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
