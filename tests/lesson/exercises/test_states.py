import jax
import numpy as np
import optax
import pytest

from dlfb_helpers.lesson.exercises.states import learning_rate, log_odds, require_state, same
from dlfb_helpers.lesson.exercises.verdict import NotYet
from dlfb_helpers.training.model import Model


def state(optimiser=None):
    return Model(3, dim=8).create_train_state(jax.random.key(0), np.zeros((1, 4)), optimiser or optax.adam(1e-4))


def test_a_state_is_told_from_what_is_none():
    require_state(state())
    with pytest.raises(NotYet, match="take the first of the two"):
        require_state((state(), None))
    with pytest.raises(NotYet, match="of type dict"):
        require_state(state().params)


@pytest.mark.parametrize("rate", [1e-2, 1e-4])
@pytest.mark.parametrize("optimiser", [optax.adam, lambda rate: optax.adamw(rate, weight_decay=0.0)])
def test_the_learning_rate_is_read_off_the_first_step(optimiser, rate):
    assert learning_rate(state(optimiser(rate))) == pytest.approx(rate, rel=1e-3)


def test_log_odds_are_what_the_sigmoid_turns_back():
    share = np.array([0.01, 0.5, 0.9])
    np.testing.assert_allclose(1 / (1 + np.exp(-log_odds(share))), share)
    assert np.isfinite(log_odds(np.zeros(1))).all()


def test_trees_are_the_same_by_form_and_values():
    one = state().params
    assert same(one, jax.tree.map(lambda a: a + 1e-9, one))
    assert not same(one, jax.tree.map(lambda a: a + 1, one))
    assert not same(one, {"output": one["output"]})
