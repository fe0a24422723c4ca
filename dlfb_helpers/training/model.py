"""The network that turns a protein's embedding into one logit for every molecular function."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from flax.training.train_state import TrainState


class Model(nn.Module):
    """A multi-layer perceptron on frozen embeddings: hidden layers with GELU, then one linear layer.

    Parameters
    ----------
    num_targets
        Number of functions, that is of logits for each protein.
    widths
        Width of each hidden layer, in order.

    Notes
    -----
    Takes embeddings of shape (n, D) in float32 and returns logits of shape (n, num_targets). A logit is turned
    into a probability by the sigmoid function; the loss takes logits, because that is numerically safer.
    """

    num_targets: int
    widths: Sequence[int] = (512, 256)

    @nn.compact
    def __call__(self, embedding: jax.Array) -> jax.Array:
        hidden = embedding
        for width in self.widths:
            hidden = nn.gelu(nn.Dense(width)(hidden))
        return nn.Dense(self.num_targets)(hidden)


def create_train_state(seed: int, model: Model, input_width: int, learning_rate: float = 1e-3) -> TrainState:
    """Draw the model's starting weights and pair them with an Adam optimiser.

    Parameters
    ----------
    seed
        Seed of the starting weights: the same seed gives the same weights.
    model
        The network.
    input_width
        Width D of the embeddings it will be given.
    learning_rate
        Adam's step size.

    Returns
    -------
    TrainState
        Parameters, optimiser state and step count, as one immutable value.

    Raises
    ------
    ValueError
        If a width, the number of targets or the learning rate is not positive.
    """
    sizes = {"input_width": input_width, "num_targets": model.num_targets, "learning_rate": learning_rate}
    sizes |= {f"widths[{i}]": width for i, width in enumerate(model.widths)}
    for name, size in sizes.items():
        if size <= 0:
            raise ValueError(f"{name} must be positive, but is {size}")
    # The values of this input do not matter: Flax only reads its width to shape the first layer.
    params = model.init(jax.random.key(seed), jnp.zeros((1, input_width)))["params"]
    return TrainState.create(apply_fn=model.apply, params=params, tx=_adam(learning_rate))


# A compiled program belongs to one optimiser object: with another for each state, it would be compiled for each state.
_adam = cache(optax.adam)


def count_parameters(params: dict) -> int:
    """Number of trainable numbers in a tree of parameters."""
    return sum(leaf.size for leaf in jax.tree.leaves(params))
