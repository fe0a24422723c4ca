"""Each map undoes what was done to the probabilities, equals that of scikit-learn and turns no ranking round."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from dlfb_helpers.metrics.calibration import brier_score, expected_calibration_error
from dlfb_helpers.metrics.calibrators import EPSILON, Isotonic, LogitScaling, Temperature
from dlfb_helpers.metrics.per_row import average_precision

CALIBRATORS = [Temperature, LogitScaling, Isotonic]


def test_temperature_undoes_doubled_logits(pairs):
    targets, probabilities = pairs
    too_sure = expit(2 * logit(probabilities))
    fitted = Temperature.fit(targets, too_sure)
    assert fitted.temperature == pytest.approx(2, abs=0.05)
    np.testing.assert_allclose(fitted(too_sure), probabilities, atol=0.01)
    assert Temperature.fit(targets, probabilities).temperature == pytest.approx(1, abs=0.03)


def test_temperature_is_a_logit_divided():
    np.testing.assert_allclose(Temperature(2.0)(np.array([0.5, 0.9])), [0.5, 3 / 4])  # odds of 9 become odds of 3


def test_logit_scaling_equals_logistic_regression(pairs):
    targets, probabilities = pairs
    shifted = expit((logit(probabilities) - 0.7) / 1.5)
    fitted = LogitScaling.fit(targets, shifted)
    regression = LogisticRegression(C=np.inf, tol=1e-8).fit(logit(shifted).reshape(-1, 1), targets.ravel())
    assert fitted.scale == pytest.approx(regression.coef_[0, 0], abs=1e-3) == pytest.approx(1.5, abs=0.05)
    assert fitted.bias == pytest.approx(regression.intercept_[0], abs=1e-3) == pytest.approx(0.7, abs=0.05)


def test_isotonic_equals_scikit_learn(pairs):
    targets, probabilities = pairs
    fitted = Isotonic.fit(targets, probabilities)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(probabilities.ravel(), targets.ravel())
    grid = np.linspace(0, 1, 5_001)  # goes beyond what was seen on both sides
    np.testing.assert_allclose(fitted(grid), theirs.predict(grid), atol=1e-12)


def test_isotonic_is_saved_as_two_arrays(pairs, tmp_path):
    fitted = Isotonic.fit(*pairs)
    np.savez(tmp_path / "isotonic.npz", x=fitted.x, y=fitted.y)
    with np.load(tmp_path / "isotonic.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(Isotonic(**arrays)(pairs[1]), fitted(pairs[1]))


@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_fitted_maps_reduce_loss_and_error(pairs, calibrator):
    targets, probabilities = pairs
    too_sure = expit(2 * logit(probabilities))
    calibrated = calibrator.fit(targets[:400], too_sure[:400])(too_sure)
    for part in (slice(0, 400), slice(400, 800)):  # where it was fitted, and on proteins it has not seen
        y, before, after = targets[part].ravel(), too_sure[part].ravel(), calibrated[part].ravel()
        assert log_loss(y, np.clip(after, EPSILON, 1 - EPSILON)) < log_loss(y, before)
        assert brier_score(y, after) < brier_score(y, before)
        assert expected_calibration_error(y, after) < 0.5 * expected_calibration_error(y, before)


@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_maps_never_fall(pairs, calibrator):
    """So no ranking turns round, and a term stays at most as probable as its ancestor."""
    random = np.random.default_rng(0)
    for targets, probabilities in [pairs, (1 - pairs[0], pairs[1])]:  # even where the best slope would fall
        fitted = calibrator.fit(targets, probabilities)
        values = np.sort(np.concatenate([random.random(10_000), [0, 0.0, 1e-9, 0.5, 1 - 1e-9, 1, 1]]))
        out = fitted(values)
        assert (np.diff(out) >= 0).all() and out.min() >= 0 and out.max() <= 1


@pytest.mark.parametrize("calibrator", [Temperature, LogitScaling])
def test_scaled_logits_keep_auprc(pairs, calibrator):
    targets, probabilities = pairs
    fitted = calibrator.fit(targets, probabilities)
    np.testing.assert_array_equal(
        average_precision(targets, fitted(probabilities)), average_precision(targets, probabilities)
    )


@pytest.mark.parametrize("calibrator", CALIBRATORS)
def test_tables_keep_their_shape_and_may_hold_0_and_1(pairs, calibrator):
    targets, probabilities = pairs
    single = np.float32(probabilities)
    single[0, :2] = 0, 1
    fitted = calibrator.fit(pd.DataFrame(targets), pd.DataFrame(single))
    out = fitted(single)
    assert out.shape == targets.shape and out.dtype == np.float64 and np.isfinite(out).all()
    np.testing.assert_array_equal(fitted(pd.DataFrame(single)), out)
