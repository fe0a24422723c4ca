"""What is fitted is fitted on training and validation proteins; what is measured, on others, and comes out again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.consistency import ancestor_matrix, make_consistent
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.predictors import fitting
from dlfb_helpers.predictors.fitting import (
    FEWEST,
    SET_ASIDE,
    choose_and_fit,
    make_predictor,
    train_predictor,
)
from dlfb_helpers.predictors.measuring import card_rows, evaluate_predictor, measure
from dlfb_helpers.predictors.mixture import NetworkSettings
from dlfb_helpers.training.trained import Hyperparameters

NETWORKS = {"small": NetworkSettings(hyperparameters=Hyperparameters(dim=8, epochs=2))}


@pytest.fixture(scope="module")
def fitted(data, narrow):
    return choose_and_fit(narrow["train"], narrow["valid"], data.ontology, NETWORKS)


def test_settings_and_calibration_come_from_the_validation_part(data, narrow, fitted):
    targets = narrow["valid"].targets
    expected = make_consistent(fitted.on_valid["mixture"], targets.columns, data.ontology)
    np.testing.assert_array_equal(fitted.valid_mixture, expected)
    assert fitted.calibration == LogitScaling.fit(targets, fitted.valid_mixture)
    assert fitted.threshold == fmax(targets, fitted.calibration(fitted.valid_mixture)).threshold
    assert set(fitted.trials["predictor"]) >= {"networks", "mixture", "alignment neighbours", "embedding neighbours"}


def test_the_mixture_is_fitted_on_both_parts(narrow, fitted):
    both = narrow["train"] + narrow["valid"]
    known = fitted.mixture.known
    assert known.ids == both.ids
    pd.testing.assert_frame_equal(known.targets, both.targets)
    np.testing.assert_allclose(known.embeddings, both.embeddings, atol=1e-2)  # rounded to half precision
    assert (
        fitted.mixture.networks.ensemble.passes.tolist()
        == [fitted.mixture.choice.network.hyperparameters.stop_after] * 5
    )


def test_a_predictor_says_what_it_was_made_from(data, fitted, course):
    made = make_predictor(fitted, data.ontology, course, "MFO", "a sample of six hundred", {"auPRC": "0.5"})
    terms = fitted.mixture.known.targets.columns
    assert list(made.names) == terms.tolist() and made.names[terms[0]] == data.ontology.names[terms[0]]
    np.testing.assert_array_equal(made.ancestors, ancestor_matrix(terms, data.ontology))
    assert (made.calibration, made.threshold) == (fitted.calibration, fitted.threshold)
    assert made.facts["vectors"]["checkpoint"] == course.digest and made.facts["checkpoint"] == "course"
    assert made.facts["ontology"] == data.ontology.release and made.facts["aspect"] == "MFO"
    assert made.facts["annotations"] == "a sample of six hundred" and made.facts["measured"] == {"auPRC": "0.5"}
    assert made.check(course) is course


@pytest.fixture(scope="module")
def few(data, course_table):
    """The course's data with the annotations of 500 proteins."""
    some = course_table.sample(500, random_state=1).index
    return replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(some)])


@pytest.fixture
def folders(few, monkeypatch):
    """What was asked for, in place of a folder's files."""
    asked = []
    monkeypatch.setattr(fitting, "load_cafa", lambda folder: asked.append(folder) or few)
    return asked


def test_training_measures_on_proteins_that_it_has_not_seen(folders, few, monkeypatch):
    measured = {}

    def measuring(targets, probabilities):
        measured.update(ids=targets.index.tolist(), rows=card_rows(found := measure(targets, probabilities)))
        return found

    monkeypatch.setattr(fitting, "measure", measuring)
    trained = train_predictor("a folder", min_proteins=30, networks=NETWORKS)
    assert folders == ["a folder"]
    assert trained.facts["measured"] == measured["rows"]
    known = trained.mixture.known
    assert not set(measured["ids"]) & set(known.ids)
    assert len(measured["ids"]) + len(known) == few.annotations["EntryID"].nunique() or len(known) > 300
    assert not set(SET_ASIDE) & set(trained.names)
    assert f"{len(known) + len(measured['ids'])} proteins of taxon 9606" in trained.facts["annotations"]
    # The same proteins are those that are left when it is evaluated: the others it was trained on.
    monkeypatch.setattr(fitting, "measure", measure)
    again = evaluate_predictor(trained, few)
    assert card_rows(again) == measured["rows"] and again["left out"] == len(known)


@pytest.mark.parametrize("count", [FEWEST, 25])
def test_a_small_set_is_enough(data, course_table, count):
    """Neighbours, batches and all that is fitted make do with what there is."""
    some = course_table.drop_duplicates("Sequence").sample(count, random_state=2).index
    tiny = replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(some)])
    told = []
    trained = train_predictor(tiny, min_proteins=1, networks=NETWORKS, report=told.append, max_length=499)
    known = len(trained.mixture.known)
    choice = trained.mixture.choice
    assert known < count and choice.network.hyperparameters.batch_size <= known
    assert trained.facts["max_length"] == 499
    assert len(told) == 1 and "annotations read; " in told[0]
    probabilities = trained.predict(tiny.sequences.set_index("EntryID")["Sequence"].head(3))
    assert np.isfinite(probabilities.to_numpy()).all()


def test_the_smallest_size_is_said_before_anything_is_embedded(data, course_table, monkeypatch):
    some = course_table.drop_duplicates("Sequence").sample(FEWEST - 1, random_state=2).index
    tiny = replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(some)])
    monkeypatch.setattr(fitting, "embed_labelled", lambda *arguments: pytest.fail("was embedded"))
    with pytest.raises(ValueError, match=f"9 different sequences are too few .* at least {FEWEST} are needed; ask for"):
        train_predictor(tiny, min_proteins=1, networks=NETWORKS)
