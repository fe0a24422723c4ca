"""An ensemble learns, takes its best weights, and each member is what it would be alone."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.training import ensemble
from dlfb_helpers.training.ensemble import _train, train_ensemble
from dlfb_helpers.training.trained import LOSSES, Hyperparameters

SMALL = Hyperparameters(dim=8, epochs=4, batch_size=16, learning_rate=1e-2)


@pytest.fixture(scope="module")
def tables():
    random = np.random.default_rng(0)
    weights = random.normal(size=(8, 5))
    inputs = random.normal(size=(300, 8)).astype(np.float32)
    targets = (inputs @ weights > 2).astype(np.float32)
    return inputs[:200], targets[:200], (inputs[200:], targets[200:])


@pytest.mark.parametrize("loss", LOSSES)
def test_it_learns_with_every_loss(tables, loss):
    trained = train_ensemble(replace(SMALL, loss=loss), *tables, seeds=[0, 1])
    frequencies = np.tile(tables[1].mean(axis=0), (100, 1))
    learnt = np.nanmean(average_precision(tables[2][1], trained.predict(tables[2][0]).mean(axis=0)))
    assert learnt > np.nanmean(average_precision(tables[2][1], frequencies)) + 0.1


def test_a_member_is_the_same_in_any_company_and_any_place(tables):
    one, other = (train_ensemble(SMALL, *tables, seeds=seeds).predict(tables[0]) for seeds in ([3, 7], [7, 11]))
    np.testing.assert_allclose(one[1], other[0], atol=1e-5)
    assert np.abs(one[0] - one[1]).max() > 1e-3


def test_the_best_weights_are_taken(tables):
    trained = train_ensemble(replace(SMALL, learning_rate=0.3, warmup=False), *tables, seeds=[0, 1])
    probabilities = trained.predict(tables[2][0])
    scores = [np.nanmean(average_precision(tables[2][1], member)) for member in probabilities]
    np.testing.assert_allclose(scores, trained.history.max(axis=1), atol=1e-5)
    assert (trained.passes == trained.history.argmax(axis=1) + 1).all()
    assert (trained.passes < 4).any()  # at so high a rate the last pass is not always the best


def test_stop_after_takes_that_pass_and_needs_no_validation(tables):
    watched = train_ensemble(replace(SMALL, stop_after=2), *tables, seeds=[0])
    blind = train_ensemble(replace(SMALL, stop_after=2), *tables[:2], seeds=[0])
    assert watched.passes == blind.passes == [2]
    assert watched.history.shape == (1, 2) and np.isnan(blind.history).all()
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), watched.params, blind.params)


def test_it_starts_from_the_training_frequencies_unless_told_not_to(tables):
    still = replace(SMALL, learning_rate=1e-12, stop_after=1)
    bias = train_ensemble(still, *tables[:2], seeds=[0]).params["output"]["bias"][0]
    np.testing.assert_allclose(1 / (1 + np.exp(-bias)), tables[1].mean(axis=0), atol=1e-5)
    bias = train_ensemble(replace(still, frequency_bias=False), *tables[:2], seeds=[0]).params["output"]["bias"][0]
    np.testing.assert_allclose(bias, 0, atol=1e-8)


def test_one_compilation_for_one_configuration(tables):
    train_ensemble(SMALL, *tables, seeds=[0, 1])
    before = _train._cache_size()
    train_ensemble(replace(SMALL), *tables, seeds=[2, 3])
    assert _train._cache_size() == before


def test_tables_that_do_not_fit_are_refused(tables):
    inputs, targets, valid = tables
    with pytest.raises(ValueError, match="give validation proteins"):
        train_ensemble(SMALL, inputs, targets)
    with pytest.raises(ValueError, match="do not fit: shapes"):
        train_ensemble(SMALL, inputs, targets[:-1], valid)
    with pytest.raises(ValueError, match="10 training proteins do not fill a batch of 16"):
        train_ensemble(SMALL, inputs[:10], targets[:10], valid)
    with pytest.raises(ValueError, match="validation proteins have no labels"):
        train_ensemble(SMALL, inputs, targets, (valid[0], 0 * valid[1]))


def test_a_pass_without_a_score_is_never_the_best(tables, monkeypatch):
    """Once training diverges, all is NaN."""
    scores = np.array([[0.2, 0.3, np.nan, np.nan], [0.4, 0.3, 0.2, 0.1]])
    monkeypatch.setattr(ensemble, "_train", lambda *arguments: ({}, scores))
    assert train_ensemble(SMALL, *tables, seeds=[0, 1]).passes.tolist() == [2, 1]
    scores[1] = np.nan
    with pytest.raises(ValueError, match="always NaN: training has diverged"):
        train_ensemble(SMALL, *tables, seeds=[0, 1])
