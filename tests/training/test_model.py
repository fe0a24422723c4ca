"""The network has the shapes it promises and starts from the same weights for the same seed."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlfb_helpers.training.model import Model, count_parameters, create_train_state


def test_logits_have_one_column_a_target():
    state = create_train_state(0, Model(num_targets=7), input_width=20)
    logits = state.apply_fn({"params": state.params}, jnp.ones((5, 20)))
    assert logits.shape == (5, 7) and logits.dtype == jnp.float32


def test_layers_are_those_of_the_recipe():
    state = create_train_state(0, Model(num_targets=7), input_width=20)
    shapes = [state.params[f"Dense_{i}"]["kernel"].shape for i in range(3)]
    assert shapes == [(20, 512), (512, 256), (256, 7)]
    assert count_parameters(state.params) == 20 * 512 + 512 + 512 * 256 + 256 + 256 * 7 + 7


def test_forward_pass_is_dense_gelu_dense():
    state = create_train_state(1, Model(num_targets=2, widths=(3,)), input_width=4)
    x = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    hidden, output = state.params["Dense_0"], state.params["Dense_1"]
    by_hand = jax.nn.gelu(x @ hidden["kernel"] + hidden["bias"]) @ output["kernel"] + output["bias"]
    np.testing.assert_allclose(state.apply_fn({"params": state.params}, x), by_hand, atol=1e-5)


def test_seed_decides_the_weights():
    first, again, other = (create_train_state(seed, Model(2, widths=(3,)), 4).params for seed in (1, 1, 2))
    for layer in first:
        np.testing.assert_array_equal(first[layer]["kernel"], again[layer]["kernel"])
        assert (first[layer]["kernel"] != other[layer]["kernel"]).any()


def test_optimiser_takes_steps_of_the_learning_rate():
    state = create_train_state(1, Model(2, widths=(3,)), 4, learning_rate=0.25)
    stepped = state.apply_gradients(grads=jax.tree.map(jnp.ones_like, state.params))
    # Adam's first step has the size of the learning rate, whatever the size of the gradient.
    for before, after in zip(jax.tree.leaves(state.params), jax.tree.leaves(stepped.params), strict=True):
        np.testing.assert_allclose(before - after, 0.25, atol=1e-5)


@pytest.mark.parametrize(
    "model, width, rate, name",
    [
        (Model(0), 4, 1e-3, "num_targets"),
        (Model(2), 0, 1e-3, "input_width"),
        (Model(2, widths=(8, -1)), 4, 1e-3, r"widths\[1\]"),
        (Model(2), 4, 0.0, "learning_rate"),
    ],
)
def test_sizes_must_be_positive(model, width, rate, name):
    with pytest.raises(ValueError, match=name):
        create_train_state(0, model, width, rate)
