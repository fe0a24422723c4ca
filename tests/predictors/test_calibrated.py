"""Chapter 9's predictor: settings and calibration come from validation, what is fitted sees both parts."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.consistency import make_consistent
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.predictors.calibrated import choose_and_fit
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
    both, (choice, known, networks) = narrow["train"] + narrow["valid"], fitted.mixture
    assert known.ids == both.ids
    pd.testing.assert_frame_equal(known.targets, both.targets)
    np.testing.assert_allclose(known.embeddings, both.embeddings, atol=1e-2)  # rounded to half precision
    assert networks.ensemble.passes.tolist() == [choice.network.hyperparameters.stop_after] * 5


def test_no_way_in_for_test_labels():
    assert list(inspect.signature(choose_and_fit).parameters) == ["train", "valid", "ontology", "networks"]
