"""An ensemble learns, keeps its best weights, and each member is what it would be alone."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.training.ensemble import LOSSES, Recipe, train_ensemble

SMALL = Recipe(widths=(16,), epochs=4, batch_size=16, learning_rate=1e-2)


@pytest.fixture(scope="module")
def tables():
    random = np.random.default_rng(0)
    weights = random.normal(size=(8, 5))
    inputs = random.normal(size=(300, 8)).astype(np.float32)
    targets = (inputs @ weights > 2).astype(np.float32)
    return inputs[:200], targets[:200], (inputs[200:], targets[200:])


@pytest.mark.parametrize("loss", LOSSES)
def test_it_learns_with_every_loss(tables, loss):
    ensemble = train_ensemble(replace(SMALL, loss=loss), *tables, seeds=[0, 1])
    frequencies = np.tile(tables[1].mean(axis=0), (100, 1))
    learnt = np.nanmean(average_precision(tables[2][1], ensemble.predict(tables[2][0]).mean(axis=0)))
    assert learnt > np.nanmean(average_precision(tables[2][1], frequencies)) + 0.1


def test_a_member_is_the_same_alone_and_in_company(tables):
    both = train_ensemble(SMALL, *tables, seeds=[3, 7]).predict(tables[0])
    alone = train_ensemble(SMALL, *tables, seeds=[7]).predict(tables[0])
    np.testing.assert_allclose(both[1], alone[0], atol=1e-5)
    assert np.abs(both[0] - both[1]).max() > 1e-3


def test_the_best_weights_are_kept(tables):
    ensemble = train_ensemble(replace(SMALL, learning_rate=0.3, warm=False), *tables, seeds=range(4))
    probabilities = ensemble.predict(tables[2][0])
    scores = [np.nanmean(average_precision(tables[2][1], member)) for member in probabilities]
    np.testing.assert_allclose(scores, ensemble.history.max(axis=1), atol=1e-5)
    assert (ensemble.kept == ensemble.history.argmax(axis=1) + 1).all()
    assert (ensemble.kept < 4).any()  # at so high a rate the last pass is not always the best


def test_keep_stops_after_that_pass_and_needs_no_validation(tables):
    watched = train_ensemble(replace(SMALL, keep=2), *tables, seeds=[0])
    blind = train_ensemble(replace(SMALL, keep=2), *tables[:2], seeds=[0])
    assert watched.kept == blind.kept == [2]
    assert watched.history.shape == (1, 2)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), watched.params, blind.params)


def test_it_starts_from_the_training_frequencies(tables):
    still = train_ensemble(replace(SMALL, learning_rate=1e-12), *tables, seeds=[0])
    np.testing.assert_allclose(jax.nn.sigmoid(still.params["output"]["bias"][0]), tables[1].mean(axis=0), atol=1e-5)


def test_one_compilation_for_one_configuration(tables):
    from dlfb_helpers.training.ensemble import _train

    recipe = replace(SMALL, widths=(17,))
    before = _train._cache_size()
    for seed in range(3):
        train_ensemble(recipe, *tables, seeds=[seed])
    assert _train._cache_size() == before + 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "hinge"}, "loss must be one of cross-entropy, focal, balanced, but is 'hinge'"),
        ({"epochs": 0}, "at least 1"),
        ({"keep": 15}, "keep must be 0 .* to 14, but is 15"),
    ],
)
def test_recipes_that_make_no_sense_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**change)


def test_tables_that_do_not_fit_are_refused(tables):
    inputs, targets, valid = tables
    with pytest.raises(ValueError, match="give validation proteins"):
        train_ensemble(SMALL, inputs, targets)
    with pytest.raises(ValueError, match="do not fit: shapes"):
        train_ensemble(SMALL, inputs, targets[:-1], valid)
    with pytest.raises(ValueError, match="10 training proteins do not fill a batch of 16"):
        train_ensemble(SMALL, inputs[:10], targets[:10], valid)
