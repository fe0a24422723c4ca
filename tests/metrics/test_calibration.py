"""Calibration errors equal those by hand and by scikit-learn; each map undoes what was done to the probabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from dlfb_helpers.metrics.calibration import brier_score, expected_calibration_error, reliability_table
from dlfb_helpers.metrics.calibrators import Isotonic, LogitScaling, Temperature

CALIBRATORS = [Temperature, LogitScaling, Isotonic]


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
