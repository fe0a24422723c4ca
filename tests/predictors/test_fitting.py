"""What is fitted is fitted on training and validation proteins; what is measured, on others, and comes out again."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.consistency import ancestor_matrix, make_consistent
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibration import expected_calibration_error
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors import fitting
from dlfb_helpers.predictors.fitting import (
    SET_ASIDE,
    card_rows,
    choose_and_fit,
    evaluate_predictor,
    make_predictor,
    measure,
    train_predictor,
)
from dlfb_helpers.predictors.folder import load_predictor
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


def test_what_is_measured():
    random = np.random.default_rng(0)
    targets = pd.DataFrame((random.random((80, 12)) < 0.2).astype(int))
    probabilities = pd.DataFrame(np.clip(0.3 * targets + random.random((80, 12)) * 0.7, 0, 1))
    found = measure(targets, probabilities)
    assert (found["proteins"], found["terms"]) == (80, 12)
    assert found["auPRC"] == pytest.approx(np.nanmean(average_precision(targets, probabilities.to_numpy())))
    assert found["low"] < found["auPRC"] < found["high"]
    assert found["Fmax"] == fmax(targets, probabilities.to_numpy()).f
    assert found["calibration error"] == expected_calibration_error(targets, probabilities, minimum=0.05)
    rows = card_rows(found | {"proteins": 1234, "auPRC": 0.456, "low": 0.4, "high": 0.5, "Fmax": 0.333})
    assert rows["test auPRC over 1,234 proteins"] == "0.46 (0.40 to 0.50)" and rows["test Fmax"] == "0.33"
    assert rows["calibration error of pairs from 0.05"] == f"{found['calibration error']:.3f}"


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
    again = evaluate_predictor(trained, "a folder")
    assert card_rows(again) == measured["rows"] and again["left out"] == len(known)


def test_a_predictor_is_not_evaluated_on_what_it_learnt_or_on_another_ontology(folders, few, small, monkeypatch):
    known = few.annotations["EntryID"].isin(small.mixture.known.ids)
    only = replace(few, annotations=few.annotations[known])
    monkeypatch.setattr(fitting, "load_cafa", lambda folder: only)
    with pytest.raises(ValueError, match="a folder: the predictor was trained on all .* of its proteins"):
        evaluate_predictor(small, "a folder")
    other = replace(small, names={"GO:9999999": "unheard of"} | dict(small.names))
    with pytest.raises(
        ValueError, match="such as GO:9999999, are no primary ids of .*; use the ontology of its training"
    ):
        evaluate_predictor(other, "a folder")


@pytest.mark.parametrize("name", ["course-BPO", "course-CCO"])
def test_those_of_process_and_component_earn_their_place_by_figures_that_come_out_again(name):
    bundled = load_predictor(name)
    written = bundled.facts["measured"]
    lead = next(text for key, text in written.items() if "closest rival" in key)
    assert float(re.search(r"\(([\d.]+) to", lead)[1]) > 0
    found = card_rows(evaluate_predictor(bundled))
    assert found == {key: text for key, text in written.items() if "rival" not in key}
