"""The network has the shapes it promises, hides what dropout says, and starts from the weights of its key."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dlfb_helpers.training.model import Model, count_parameters

# One size for all tests: JAX compiles anew for each.
MODEL, WIDTH = Model(2, dim=3), 4
INPUTS = np.random.default_rng(0).normal(size=(2000, WIDTH)).astype(np.float32)


def start(model=MODEL, width=WIDTH, seed=0, tx=None):
    return model.create_train_state(jax.random.key(seed), jnp.ones((1, width)), tx or optax.adam(1e-3))


@pytest.fixture(scope="module")
def params():
    return start().params


def test_logits_have_one_column_a_target_and_layers_are_those_of_the_article():
    state = jax.eval_shape(lambda: start(Model(num_targets=7), 20))
    shapes = {name: layer["kernel"].shape for name, layer in state.params.items()}
    assert shapes == {"Dense_0": (20, 512), "Dense_1": (512, 256), "output": (256, 7)}
    assert count_parameters(state.params) == 20 * 512 + 512 + 512 * 256 + 256 + 256 * 7 + 7
    logits = jax.eval_shape(Model(7).apply, {"params": state.params}, jnp.ones((5, 20)))
    assert logits.shape == (5, 7) and logits.dtype == jnp.float32


def test_forward_pass_is_twice_dense_and_gelu_then_dense(params):
    hidden = INPUTS
    for layer in ("Dense_0", "Dense_1"):
        hidden = hidden @ np.asarray(params[layer]["kernel"]) + np.asarray(params[layer]["bias"])
        hidden = 0.5 * hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3)))
    by_hand = hidden @ np.asarray(params["output"]["kernel"]) + np.asarray(params["output"]["bias"])
    np.testing.assert_allclose(MODEL.apply({"params": params}, INPUTS), by_hand, atol=1e-5)


def test_the_key_decides_the_weights(params):
    again, other = start().params, start(seed=2).params
    for layer in params:
        np.testing.assert_array_equal(params[layer]["kernel"], again[layer]["kernel"])
        assert (np.asarray(params[layer]["kernel"]) != other[layer]["kernel"]).any()


@pytest.mark.parametrize(("share", "left"), [({"input_dropout": 0.25}, 0.75), ({"dropout": 0.25}, 0.75**2)])
def test_dropout_hides_its_share_in_training_alone(params, share, left):
    model = Model(2, dim=3, **share)
    still = MODEL.apply({"params": params}, INPUTS)
    np.testing.assert_array_equal(model.apply({"params": params}, INPUTS), still)
    # With weights of 1 and no bias a large input passes GELU unchanged, and a logit counts what is left.
    eye = {"Dense_0": jnp.eye(4, 6), "Dense_1": jnp.eye(6, 3), "output": jnp.ones((3, 2))}
    counting = {name: {"kernel": kernel, "bias": 0 * params[name]["bias"]} for name, kernel in eye.items()}
    one, again, other = (
        np.asarray(
            model.apply(
                {"params": counting}, 0 * INPUTS + 100, is_training=True, rngs={"dropout": jax.random.key(seed)}
            )
        )
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert one.mean() == pytest.approx(300, rel=0.03)  # what is left is scaled up: logits are right on average
    counts, times = np.unique((one[:, 0] / 100 * left).round(3), return_counts=True)
    assert counts.tolist() == [0, 1, 2, 3] and times[3] / 2000 == pytest.approx(left**3, abs=0.04)


def test_dropout_in_training_needs_a_key(params):
    with pytest.raises(Exception, match="dropout"):
        Model(2, dim=3, dropout=0.4).apply({"params": params}, INPUTS, is_training=True)


def test_the_optimiser_takes_steps_of_the_learning_rate():
    state = start(tx=optax.adam(0.25))
    assert int(state.step) == 0
    stepped = state.apply_gradients(grads=jax.tree.map(np.ones_like, state.params))
    # Adam's first step has the size of the learning rate, whatever the size of the gradient.
    for before, after in zip(jax.tree.leaves(state.params), jax.tree.leaves(stepped.params), strict=True):
        np.testing.assert_allclose(np.asarray(before) - after, 0.25, atol=1e-5)


@pytest.mark.parametrize(
    ("model", "width", "message"),
    [(Model(0), 4, "num_targets must"), (Model(2), 0, "D must"), (Model(2, dim=-1), 4, "dim must .* but is -1")],
)
def test_sizes_must_be_positive(model, width, message):
    with pytest.raises(ValueError, match=message):
        start(model, width)
