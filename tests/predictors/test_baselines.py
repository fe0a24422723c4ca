"""Baselines are seeded, follow the training frequencies, and score what theory says they score."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlfb_helpers.metrics.per_row import mean_metrics, metrics_table
from dlfb_helpers.predictors.baselines import (
    coin_flip,
    constant_frequency,
    frequency,
    logistic_regression,
    standardise,
)


@pytest.fixture
def train_targets():
    chance = np.linspace(0.05, 0.9, 12)
    return (np.random.default_rng(1).random((400, 12)) < chance).astype(np.int8)


@pytest.fixture
def proteins():
    """Embeddings of 200 training proteins and 30 queries with unequal features, and noisy labels of 5 terms."""
    random = np.random.default_rng(0)
    scales, offsets = random.uniform(0.1, 20.0, size=8), random.normal(0.0, 30.0, size=8)
    train, queries = random.normal(size=(200, 8)), random.normal(size=(30, 8))
    slopes = random.normal(size=(8, 5))
    labels = (train @ slopes + random.logistic(size=(200, 5)) > [0, 0, 1, 2, 4]).astype(np.int8)
    return train * scales + offsets, labels, queries * scales + offsets


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
    means = mean_metrics(rare, coin_flip(rare.shape), by="term")
    assert means["auprc"] == pytest.approx(rare.mean(), abs=0.02)
    assert means["auroc"] == pytest.approx(0.5, abs=0.05)


def test_constant_scores_rank_terms_but_not_proteins(train_targets):
    scores = constant_frequency(train_targets, len(train_targets))
    table = metrics_table(train_targets, scores, by="term")
    np.testing.assert_allclose(table["auroc"], 0.5)
    np.testing.assert_allclose(table["auprc"], train_targets.mean(axis=0))
    assert mean_metrics(train_targets, scores, by="protein")["auroc"] > 0.7


@pytest.mark.parametrize("table", [np.zeros((0, 4)), np.zeros(4)])
def test_a_training_table_is_needed(table):
    with pytest.raises(ValueError, match="at least one protein"):
        frequency(table, 5)


@pytest.mark.parametrize("strength", [0.5, 20.0])
def test_logistic_regression_minimises_the_stated_loss(proteins, strength):
    train, labels, queries = proteins
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    train_scaled, queries_scaled = (train - mean) / deviation, (queries - mean) / deviation

    def loss(weights, y):
        margins = (2.0 * y - 1.0) * (train_scaled @ weights[1:] + weights[0])
        return np.logaddexp(0, -margins).sum() + strength / 2 * (weights[1:] ** 2).sum()

    fitted = np.stack([minimize(loss, np.zeros(9), args=(y,), options={"gtol": 1e-4}).x for y in labels.T], axis=1)
    expected = 1 / (1 + np.exp(-(queries_scaled @ fitted[1:] + fitted[0])))
    probabilities = logistic_regression(train, pd.DataFrame(labels), queries, strength=strength)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, expected, atol=1e-3)


def test_logistic_regression_equals_a_scikit_learn_pipeline(proteins):
    train, labels, queries = proteins
    one_vs_rest = OneVsRestClassifier(LogisticRegression(C=1 / 20, solver="newton-cholesky", tol=1e-8))
    theirs = make_pipeline(StandardScaler(), one_vs_rest).fit(train, labels).predict_proba(queries)
    np.testing.assert_allclose(logistic_regression(train, labels, queries), theirs, atol=1e-3)


def test_a_term_with_a_single_class_gets_its_frequency(proteins):
    train, labels, queries = proteins
    always, never = np.ones((200, 1), dtype=np.int8), np.zeros((200, 1), dtype=np.int8)
    probabilities = logistic_regression(train, np.hstack([always, labels, never]), queries)
    assert (probabilities[:, 0] == 1).all() and (probabilities[:, -1] == 0).all()
    np.testing.assert_array_equal(probabilities[:, 1:-1], logistic_regression(train, labels, queries))


def test_a_strong_penalty_leaves_the_frequencies(proteins):
    train, labels, queries = proteins
    probabilities = logistic_regression(train, labels, queries, strength=1e4)
    np.testing.assert_allclose(probabilities, constant_frequency(labels, 30), atol=0.03)


def test_scaling_is_fitted_on_training_alone(proteins):
    train, _, queries = proteins
    scaler = StandardScaler().fit(train)
    for ours, table in zip(standardise(train, queries), (train, queries)):
        np.testing.assert_allclose(ours, scaler.transform(table), atol=1e-10)
    constant = standardise(np.full((7, 1), 0.1), np.array([[0.1], [0.6]]))
    np.testing.assert_allclose(constant[0], 0, atol=0)
    np.testing.assert_allclose(constant[1], [[0.0], [0.5]])


def test_logistic_regression_says_what_does_not_fit(proteins):
    train, labels, queries = proteins
    for arguments, message in [
        ((train, labels[:9], queries), "9 proteins, but there are 200"),
        ((train, labels * 2, queries), "0 and 1 only, but holds 2"),
        ((train, labels, queries[:, :3]), r"shapes \(200, 8\) and \(30, 3\)"),
        ((train, labels, queries * np.nan), "not finite"),
        ((train, labels, queries, 0.0), "strength must be above 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            logistic_regression(*arguments)
