"""Intervals agree with SciPy's bootstrap, hold the truth as often as they claim, and count families, not copies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from dlfb_helpers.metrics import uncertainty
from dlfb_helpers.metrics.uncertainty import bootstrap_draws, bootstrap_mean, paired_difference


@pytest.fixture
def values():
    return np.random.default_rng(0).beta(0.8, 1.2, size=200)  # as auPRC: from 0 to 1 and not normal


def width(interval):
    return interval.high - interval.low


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_interval_equals_scipy(values, level):
    ours = bootstrap_mean(values, level=level)
    theirs = bootstrap((values,), np.mean, n_resamples=10_000, method="percentile", confidence_level=level, rng=1)
    assert ours.mean == pytest.approx(values.mean())
    # The two draw differently: the ends agree up to chance, a few percent of the width.
    np.testing.assert_allclose(ours[1:3], theirs.confidence_interval, atol=0.05 * width(ours))
    assert (ours.rows, ours.left_out, ours.units) == (200, 0, 200)


def test_width_is_that_of_the_normal_law(values):
    assert width(bootstrap_mean(values)) == pytest.approx(2 * 1.96 * values.std() / np.sqrt(200), rel=0.05)


def test_intervals_hold_the_truth_as_often_as_they_claim():
    samples = np.random.default_rng(0).normal(3.0, 1.0, size=(400, 60))
    intervals = [bootstrap_mean(sample, num_draws=1_000, seed=seed) for seed, sample in enumerate(samples)]
    held = np.mean([interval.low <= 3.0 <= interval.high for interval in intervals])
    assert 0.92 <= held <= 0.97


def test_copies_add_nothing_when_whole_groups_are_drawn(values):
    copies, groups = np.repeat(values, 5), np.repeat(np.arange(200), 5)
    original, grouped, naive = bootstrap_mean(values), bootstrap_mean(copies, groups), bootstrap_mean(copies)
    np.testing.assert_allclose(grouped[:3], original[:3])  # the same seed draws the same units
    assert (grouped.rows, grouped.units) == (1_000, 200)
    assert width(original) / width(naive) == pytest.approx(np.sqrt(5), rel=0.05)


def test_unequal_groups_equal_a_plain_loop():
    random = np.random.default_rng(2)
    groups = random.choice(list("abcdefgh"), size=40)
    values = random.normal(size=40) + (groups == "a")
    members = [values[groups == group] for group in sorted(set(groups))]
    means = [
        np.concatenate([members[i] for i in random.integers(len(members), size=len(members))]).mean()
        for _ in range(5_000)
    ]
    ours = bootstrap_mean(values, groups)
    assert ours.mean == pytest.approx(values.mean())
    np.testing.assert_allclose(ours[1:3], np.quantile(means, [0.025, 0.975]), atol=0.06 * width(ours))


def test_names_and_order_of_groups_do_not_matter(values):
    numbers = np.arange(200) // 4
    names = pd.Series([f"family {number}" for number in numbers])
    assert bootstrap_mean(values, numbers) == bootstrap_mean(values, names) == bootstrap_mean(values, list(names))


def test_paired_interval_is_narrower_on_correlated_scores(values):
    random = np.random.default_rng(1)
    better = values + 0.02 + random.normal(0, 0.05, size=200)
    paired = paired_difference(better, values)
    assert paired.mean == pytest.approx(better.mean() - values.mean())
    assert paired.low > 0
    one, other = bootstrap_mean(better), bootstrap_mean(values)
    assert one.low < other.high  # the two intervals overlap although the difference is clear of 0
    assert width(paired) < 0.3 * np.hypot(width(one), width(other))
    turned = paired_difference(values, better)
    assert (turned.low, turned.high) == pytest.approx((-paired.high, -paired.low))


def test_paired_interval_draws_groups_too(values):
    a, b = np.repeat(values, 3), np.repeat(values[::-1], 3)
    groups = np.repeat(np.arange(200), 3)
    np.testing.assert_allclose(paired_difference(a, b, groups)[:3], paired_difference(values, values[::-1])[:3])


def test_same_seed_same_interval(values):
    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean(values, seed=3) != bootstrap_mean(values, seed=4)


def test_nan_rows_are_left_out_and_counted(values):
    with_gaps = np.insert(values, [0, 50], np.nan)
    assert bootstrap_mean(with_gaps) == bootstrap_mean(values)._replace(left_out=2)
    groups = np.insert(np.arange(200), [0, 50], [-1, -2])  # groups without a defined row are not drawn
    assert bootstrap_mean(with_gaps, groups).units == 200
    difference = paired_difference([1.0, np.nan, 3.0, 4.0], [0.0, 0.0, np.nan, 2.0])
    assert (difference.mean, difference.rows, difference.left_out) == (1.5, 2, 2)


def test_undefined_is_nan(recwarn):
    nothing = bootstrap_mean([np.nan, np.nan])
    assert np.isnan(nothing[:3]).all() and nothing[3:] == (0, 2, 0)
    one = bootstrap_mean([0.5, 0.7], groups=["a", "a"])
    assert one.mean == pytest.approx(0.6) and np.isnan(one[1:3]).all() and one.units == 1
    assert len(recwarn) == 0


def test_intervals_make_a_table(values):
    table = pd.DataFrame([bootstrap_mean(values), bootstrap_mean(values[:100])], index=["all", "half"])
    assert list(table.columns) == ["mean", "low", "high", "rows", "left_out", "units"]
    assert table.loc["half", "rows"] == 100


def test_draws_are_multinomial_and_do_not_depend_on_the_chunk(monkeypatch):
    whole = np.concatenate(list(bootstrap_draws(5, 20_000, seed=1)))
    assert whole.shape == (20_000, 5) and whole.dtype == np.float64
    assert (whole.sum(axis=1) == 5).all() and (whole >= 0).all()
    np.testing.assert_allclose(whole.mean(axis=0), 1, atol=0.03)
    np.testing.assert_allclose(np.cov(whole.T), np.eye(5) - 1 / 5, atol=0.03)  # n (diag(p) - p p')
    monkeypatch.setattr(uncertainty, "CHUNK", 37)
    chunks = list(bootstrap_draws(5, 20_000, seed=1))
    assert len(chunks) == -(-20_000 // 7)
    np.testing.assert_array_equal(np.concatenate(chunks), whole)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"values": []}, r"shape \(0,\)"),
        ({"values": [[1.0, 2.0]]}, r"shape \(1, 2\)"),
        ({"values": [1.0, np.inf]}, "1 infinite"),
        ({"values": [1.0, 2.0], "groups": [1]}, "but have 2 and 1"),
        ({"values": [1.0, 2.0], "groups": ["a", None]}, "1 of 2 rows have no group"),
        ({"values": [1.0, 2.0], "num_draws": 0}, "at least 1"),
        ({"values": [1.0, 2.0], "level": 95}, "but is 95"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_mean(**arguments)


def test_rows_of_other_proteins_are_refused():
    a, b = pd.Series([0.1, 0.2], index=["P1", "P2"]), pd.Series([0.1, 0.2], index=["P2", "P1"])
    with pytest.raises(ValueError, match="a and b have the same length but not the same index"):
        paired_difference(a, b)
    with pytest.raises(ValueError, match="values and groups have the same length but not the same index"):
        paired_difference(a, a, groups=b)
    with pytest.raises(ValueError, match="but have 2 and 3"):
        paired_difference(a, [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="at least 1, but are 0 and 10"):
        list(bootstrap_draws(0, 10))
