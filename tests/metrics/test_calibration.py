"""Calibration errors equal those by hand and by scikit-learn; each map undoes what was done to the probabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from dlfb_helpers.metrics.calibration import (
    EPSILON,
    Isotonic,
    LogitScaling,
    Temperature,
    brier_score,
    expected_calibration_error,
    reliability_table,
)
from dlfb_helpers.metrics.per_row import average_precision

CALIBRATORS = [Temperature, LogitScaling, Isotonic]


@pytest.fixture(scope="module")
def pairs():
    """Labels drawn from the very probabilities: (proteins, terms), few ones, as in a label table."""
    random = np.random.default_rng(0)
    probabilities = expit(random.normal(-2.5, 1.5, size=(800, 60)))
    return (random.random(probabilities.shape) < probabilities).astype(np.int8), probabilities


@pytest.mark.parametrize("strategy", ["quantile", "uniform"])
def test_table_equals_scikit_learn(pairs, strategy):
    targets, probabilities = pairs
    table = reliability_table(targets, probabilities, num_bins=7, strategy=strategy)
    share, mean = calibration_curve(targets.ravel(), probabilities.ravel(), n_bins=7, strategy=strategy)
    np.testing.assert_allclose(table["share"], share)
    np.testing.assert_allclose(table["mean_probability"], mean)
    assert table["count"].sum() == targets.size and table["count"].dtype == np.int64


def test_bins_by_hand():
    targets = np.array([[0, 0, 1], [1, 0, 1]])
    probabilities = np.array([[0.1, 0.2, 0.2], [0.9, 0.8, 1.0]])
    table = reliability_table(targets, probabilities, num_bins=5, strategy="uniform")
    assert table.index.tolist() == [0, 3, 4]  # the empty bins 1 and 2 leave a gap
    assert table["count"].tolist() == [3, 1, 2]  # 0.2 and 0.8 belong to the bins that they end
    np.testing.assert_allclose(table["mean_probability"], [0.5 / 3, 0.8, 0.95])
    np.testing.assert_allclose(table["share"], [1 / 3, 0, 1])
    error = (3 * (1 / 3 - 0.5 / 3) + 1 * 0.8 + 2 * 0.05) / 6
    assert expected_calibration_error(targets, probabilities, 5, "uniform") == pytest.approx(error)


def test_quantile_bins_hold_equally_many_pairs_and_never_part_a_tie(pairs):
    targets, probabilities = pairs
    assert (reliability_table(targets, probabilities, num_bins=10)["count"] == targets.size // 10).all()
    tied = np.round(probabilities, 1)  # more than half are 0.0 or 0.1
    table = reliability_table(targets, tied, num_bins=10)
    assert len(table) < 10 and table["count"].sum() == targets.size
    assert table.loc[table.index[0], "count"] == (tied == 0).sum()


def test_with_many_zeros_equal_width_bins_put_nearly_all_pairs_into_the_first():
    random = np.random.default_rng(1)
    probabilities = random.beta(0.05, 1.6, size=20_000)
    targets = (random.random(probabilities.shape) < probabilities).astype(int)
    assert targets.mean() == pytest.approx(0.03, abs=0.005)
    assert reliability_table(targets, probabilities, strategy="uniform")["count"].iloc[0] > 0.9 * 20_000


def test_minimum_leaves_out_pairs_and_the_counts_say_so(pairs):
    targets, probabilities = pairs
    kept = probabilities >= 0.3
    table = reliability_table(targets, probabilities, minimum=0.3)
    assert table["count"].sum() == kept.sum()
    pd.testing.assert_frame_equal(table, reliability_table(targets[kept], probabilities[kept]))
    doubled = np.minimum(1, 2 * probabilities)  # the error that the many small probabilities hide
    assert expected_calibration_error(targets, doubled, minimum=0.3) > 2 * expected_calibration_error(targets, doubled)


def test_no_pair_above_the_minimum_is_undefined():
    assert reliability_table([0, 1], [0.1, 0.2], minimum=0.5).empty
    assert np.isnan(expected_calibration_error([0, 1], [0.1, 0.2], minimum=0.5))


@pytest.mark.parametrize("strategy", ["quantile", "uniform"])
def test_error_is_near_0_only_where_probabilities_are_right(pairs, strategy):
    targets, probabilities = pairs
    assert expected_calibration_error(targets, probabilities, strategy=strategy) < 0.005
    assert expected_calibration_error(targets, expit(logit(probabilities) + 1), strategy=strategy) > 0.05


def test_brier_score_equals_scikit_learn(pairs):
    targets, probabilities = pairs
    assert brier_score(targets, probabilities) == pytest.approx(
        brier_score_loss(targets.ravel(), probabilities.ravel())
    )
    assert brier_score([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)


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


@pytest.mark.parametrize("function", [reliability_table, brier_score, *(kind.fit for kind in CALIBRATORS)])
def test_tables_that_do_not_fit_are_refused(function):
    with pytest.raises(ValueError, match=r"\(1, 2\) and \(2, 1\)"):
        function([[0, 1]], [[0.1], [0.2]])
    with pytest.raises(ValueError, match="2 do not, the first is 1.5"):
        function([0, 1, 1], [0.1, 1.5, -2])


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="num_bins must be at least 1, but is 0"):
        reliability_table([0, 1], [0.1, 0.9], num_bins=0)
    with pytest.raises(ValueError, match="'width'"):
        reliability_table([0, 1], [0.1, 0.9], strategy="width")
    with pytest.raises(ValueError, match="all 2 targets are 0"):
        Temperature.fit([0, 0], [0.1, 0.2])
    with pytest.raises(ValueError, match="positive number, but is 0"):
        Temperature(0)
    with pytest.raises(ValueError, match="scale must be positive"):
        LogitScaling(-1.0, 0.0)
    with pytest.raises(ValueError, match=r"\(2,\) and \(1,\)"):
        Isotonic([0.1, 0.2], [0.3])
    with pytest.raises(ValueError, match="sort the points by x"):
        Isotonic([0.2, 0.1], [0.3, 0.4])
    with pytest.raises(ValueError, match="the first is 1.2"):
        Isotonic([0.1, 0.2], [0.3, 1.2])
    with pytest.raises(ValueError, match="the first is 3.0"):
        Isotonic([0.1, 0.2], [0.3, 0.4])([3.0])
