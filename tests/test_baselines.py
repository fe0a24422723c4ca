"""Baselines are seeded, follow the training frequencies, and score what theory says they score."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.baselines import coin_flip, constant_frequency, frequency
from dlfb_helpers.metrics import compute_metrics, metrics_table


@pytest.fixture
def train_targets():
    chance = np.linspace(0.05, 0.9, 12)
    return (np.random.default_rng(1).random((400, 12)) < chance).astype(np.int8)


def test_coin_is_fair_and_seeded():
    flips = coin_flip((500, 40), seed=3)
    assert flips.shape == (500, 40) and flips.dtype == np.float32
    assert set(np.unique(flips)) == {0.0, 1.0}
    assert flips.mean() == pytest.approx(0.5, abs=0.02)
    np.testing.assert_array_equal(flips, coin_flip((500, 40), seed=3))
    assert (flips != coin_flip((500, 40), seed=4)).any()


def test_frequency_follows_the_training_split_and_is_seeded(train_targets):
    guesses = frequency(train_targets, 5000, seed=3)
    assert guesses.shape == (5000, 12) and guesses.dtype == np.float32
    np.testing.assert_allclose(guesses.mean(axis=0), train_targets.mean(axis=0), atol=0.03)
    np.testing.assert_array_equal(guesses, frequency(train_targets, 5000, seed=3))
    assert (guesses != frequency(train_targets, 5000, seed=4)).any()


def test_constant_frequency_repeats_the_training_means(train_targets):
    scores = constant_frequency(pd.DataFrame(train_targets), 3)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, np.tile(train_targets.mean(axis=0), (3, 1)), atol=1e-6)


def test_coin_scores_the_share_of_positives(train_targets):
    rare = train_targets[:, :3]
    means = compute_metrics(rare, coin_flip(rare.shape), by="term")
    assert means["auprc"] == pytest.approx(rare.mean(), abs=0.02)
    assert means["auroc"] == pytest.approx(0.5, abs=0.05)


def test_constant_scores_rank_terms_but_not_proteins(train_targets):
    scores = constant_frequency(train_targets, len(train_targets))
    table = metrics_table(train_targets, scores, by="term")
    np.testing.assert_allclose(table["auroc"], 0.5)
    np.testing.assert_allclose(table["auprc"], train_targets.mean(axis=0))
    assert compute_metrics(train_targets, scores, by="protein")["auroc"] > 0.7


@pytest.mark.parametrize("table", [np.zeros((0, 4)), np.zeros(4)])
def test_a_training_table_is_needed(table):
    with pytest.raises(ValueError, match="at least one protein"):
        frequency(table, 5)
