"""A blend is scikit-learn's logistic regression on logits and their products with the strength; it is calibrated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from dlfb_helpers.predictors.blend import FLOOR, Blend


@pytest.fixture(scope="module")
def made():
    """Labels, two predictors of which the first is right where the strength is high, and strengths."""
    chance = np.random.default_rng(0)
    truth = chance.normal(-2, 2, (200, 20))
    targets = (chance.random(truth.shape) < expit(truth)).astype(int)
    strengths = chance.uniform(0, 7, 200).astype(np.float32)
    noise = chance.normal(size=truth.shape) * (7 - strengths[:, None])
    scores = {"near": expit(truth + noise), "far": expit(truth + chance.normal(0, 2, truth.shape))}
    scores["near"][0, :2] = 0, 1
    return targets, {name: table.astype(np.float32) for name, table in scores.items()}, strengths


@pytest.fixture(scope="module")
def blend(made):
    return Blend.fit(*made)


def test_it_predicts_what_scikit_learn_does(made, blend):
    targets, scores, strengths = made
    near = np.broadcast_to(strengths[:, None], targets.shape)
    columns = [near]
    for table in scores.values():
        held = logit(np.clip(table.astype(np.float64), FLOOR, 1 - FLOOR))
        columns += [held, held * near]
    features = StandardScaler().fit_transform(np.stack([column.ravel() for column in columns], axis=1))
    expected = LogisticRegression(max_iter=1000).fit(features, targets.ravel()).predict_proba(features)[:, 1]
    found = blend(scores, strengths)
    assert found.dtype == np.float32 and found.shape == targets.shape
    np.testing.assert_allclose(found.ravel(), expected, atol=2e-4)


def test_belief_goes_with_the_strength(blend, made):
    assert list(blend.weights) == ["near", "far"]
    assert blend.weights["near"][1] > 0.02 > blend.weights["far"][1]
    targets, scores, strengths = made
    assert abs(blend(scores, strengths).mean() - targets.mean()) < 1e-3
    for low, high in ((0.1, 0.3), (0.3, 0.6), (0.6, 0.9)):
        found = blend(scores, strengths)
        chosen = (found > low) & (found <= high)
        assert abs(found[chosen].mean() - targets[chosen].mean()) < 0.05


def test_by_hand():
    blend = Blend({"a": (0.5, 0.1), "b": (0.0, -0.2)}, bias=-1.0, bias_of_strength=0.25)
    scores = {"b": np.array([[0.2]]), "a": np.array([[0.9]]), "more": np.array([[0.5]])}  # taken by name
    found = blend(scores, np.array([2.0]))
    assert found[0, 0] == pytest.approx(expit(-1 + 0.5 + logit(0.9) * (0.5 + 0.2) - logit(0.2) * 0.4), abs=1e-6)


def test_certainty_is_held_back(blend):
    for one, other in ((0.0, FLOOR), (1.0, 1 - FLOOR)):
        tables = [
            blend({"near": np.full((1, 1), score), "far": np.full((1, 1), 0.5)}, np.ones(1)) for score in (one, other)
        ]
        assert np.isfinite(tables[0]).all() and tables[0] == tables[1]


def test_a_score_that_says_nothing_gets_no_weight(made):
    targets, scores, _ = made
    constant = np.full_like(scores["far"], 0.5)
    blend = Blend.fit(targets, {**scores, "nothing": constant}, np.zeros(len(targets), np.float32))
    assert blend.weights["nothing"] == (0.0, 0.0) and blend.weights["far"][1] == blend.bias_of_strength == 0.0
    assert np.isfinite(blend(scores | {"nothing": constant}, np.zeros(len(targets)))).all()
