"""The network that turns a protein's embedding into one logit for every molecular function."""

from __future__ import annotations

import jax
import optax
from flax import linen as nn
from flax.training.train_state import TrainState


class Model(nn.Module):
    """A multi-layer perceptron on frozen embeddings: two hidden layers with GELU, then one linear layer.

    Attributes
    ----------
    num_targets
        Number of functions, that is of logits for each protein.
    dim
        Width of the second hidden layer; the first is twice as wide.
    dropout, input_dropout
        Share of each hidden layer, and of the embedding's features, hidden at random in training.

    Notes
    -----
    Takes embeddings of shape (n, D) in float32 and returns logits of shape (n, num_targets). A logit is turned
    into a probability by the sigmoid function; the loss takes logits, because that is numerically safer.
    """

    num_targets: int
    dim: int = 256
    dropout: float = 0.0
    input_dropout: float = 0.0

    @nn.compact
    def __call__(self, embedding: jax.Array, is_training: bool = False) -> jax.Array:
        """Return the logits (n, num_targets); in training, dropout is at work and needs rngs={"dropout": key}."""
        hidden = nn.Dropout(self.input_dropout, deterministic=not is_training)(embedding)
        for width in (2 * self.dim, self.dim):
            hidden = nn.gelu(nn.Dense(width)(hidden))
            hidden = nn.Dropout(self.dropout, deterministic=not is_training)(hidden)
        return nn.Dense(self.num_targets, name="output")(hidden)

    def create_train_state(
        self, rng: jax.Array, dummy_input: jax.Array, tx: optax.GradientTransformation
    ) -> TrainState:
        """Draw the starting weights and pair them with an optimiser.

        Parameters
        ----------
        rng
            Key of the random numbers, as from ``jax.random.key(42)``: the same key gives the same weights.
        dummy_input
            Any embeddings, shape (n, D): only D is read, to shape the first layer.
        tx
            The optimiser, such as ``optax.adam(1e-3)``. A compiled program belongs to one network and one optimiser:
            states of the same two objects share their programs.

        Returns
        -------
        TrainState
            Parameters, optimiser state and step count, as one immutable value.

        Raises
        ------
        ValueError
            If the number of targets or a width is not positive.
        """
        for name, size in {"num_targets": self.num_targets, "dim": self.dim, "D": dummy_input.shape[-1]}.items():
            if size <= 0:
                raise ValueError(f"{name} must be positive, but is {size}")
        return TrainState.create(apply_fn=self.apply, params=self.init(rng, dummy_input)["params"], tx=tx)


def count_parameters(params: dict) -> int:
    """Count the trainable numbers in a tree of parameters.

    Parameters
    ----------
    params
        Tree of arrays, as a state's `params`.

    Returns
    -------
    int
        Sum of the sizes of its arrays.
    """
    return sum(leaf.size for leaf in jax.tree.leaves(params))
