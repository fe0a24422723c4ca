"""A better network, and several of them at once: dropout, weight decay, a schedule, best weights, one compiled program.

The members of an ensemble differ in their seed alone: starting weights, order of the batches, what dropout hides.
`jax.vmap` trains them side by side; after every pass over the training proteins each member is scored on validation
proteins, and keeps the weights that scored best (early stopping with best weights, Prechelt 1998,
doi:10.1007/3-540-49430-8_3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

from dlfb_helpers.metrics.on_device import list_positives, mean_areas
from dlfb_helpers.training.compiled import Best

LOSSES = ("cross-entropy", "focal", "balanced")


@dataclass(frozen=True)
class Recipe:
    """How a network is built and trained; the defaults are what the validation proteins chose.

    Attributes
    ----------
    widths
        Width of each hidden layer.
    input_dropout, dropout
        Share of the embedding's features, and of each hidden layer, hidden at random in training.
    learning_rate, weight_decay
        Of AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101).
    warm
        Whether the learning rate rises over the first tenth of the steps and falls along a cosine to 0; else it stays.
    epochs, batch_size
        Passes over the training proteins, and proteins in a step.
    loss
        "cross-entropy"; "focal", which turns down what is right already (Lin et al. 2017, arXiv:1708.02002, gamma 2);
        or "balanced", which weighs a term's positives by the square root of how rare they are.
    frequency_bias
        Whether the output layer starts at the log-odds of the training frequencies.
    keep
        0 keeps the weights of the pass that scored best on validation; n keeps those of pass n, and ends there.
    """

    widths: tuple[int, ...] = (512, 256)
    input_dropout: float = 0.1
    dropout: float = 0.3
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warm: bool = True
    epochs: int = 14
    batch_size: int = 64
    loss: str = "cross-entropy"
    frequency_bias: bool = True
    keep: int = 0

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, but is {self.loss!r}")
        if min(self.epochs, self.batch_size, *self.widths) < 1:
            raise ValueError("epochs, batch_size and every width must be at least 1")
        if not 0 <= self.keep <= self.epochs:
            raise ValueError(f"keep must be 0 (the best pass) or a pass from 1 to {self.epochs}, but is {self.keep}")


class Network(nn.Module):
    """Hidden layers with GELU and dropout, then one logit for each term: (n, D) in, (n, terms) out."""

    num_targets: int
    recipe: Recipe

    @nn.compact
    def __call__(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        hidden = nn.Dropout(self.recipe.input_dropout, deterministic=not training)(inputs)
        for width in self.recipe.widths:
            hidden = nn.gelu(nn.Dense(width)(hidden))
            hidden = nn.Dropout(self.recipe.dropout, deterministic=not training)(hidden)
        return nn.Dense(self.num_targets, name="output")(hidden)


class Ensemble(NamedTuple):
    """Trained members: what `train_ensemble` returns."""

    recipe: Recipe
    params: Any
    """Weights as a tree of arrays; the first axis numbers the members."""
    kept: np.ndarray
    """Pass (from 1) whose weights each member kept, shape (members,)."""
    history: np.ndarray
    """Validation auPRC (mean over proteins) of each member after each pass, shape (members, passes); NaN without."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Probabilities of each member, float32, shape (members, n, terms); the ensemble's are their mean."""
        network = Network(self.params["output"]["bias"].shape[-1], self.recipe)
        return np.asarray(_probabilities(network, self.params, jnp.asarray(inputs, jnp.float32)))


def train_ensemble(
    recipe: Recipe,
    train_inputs: np.ndarray,
    train_targets: np.ndarray,
    valid: tuple[np.ndarray, np.ndarray] | None = None,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
) -> Ensemble:
    """Train one member for each seed, all in one compiled program.

    Parameters
    ----------
    recipe
        How each is built and trained.
    train_inputs, train_targets
        Embeddings (n, D), scaled as the network is to see them, and their 0/1 labels (n, terms).
    valid
        Inputs and targets of the proteins that choose when to stop; needed unless `recipe.keep` has settled that.
    seeds
        One for each member.

    Returns
    -------
    Ensemble
        The members with the weights they kept.

    Raises
    ------
    ValueError
        If the tables do not fit each other, there are fewer training proteins than a batch holds, or nothing says
        when to stop.
    """
    if valid is None and not recipe.keep:
        raise ValueError("give validation proteins, or a recipe whose keep says after which pass to stop")
    none = (np.zeros((0, np.shape(train_inputs)[1])), np.zeros((0, np.shape(train_targets)[1])))
    tables = [np.asarray(table, np.float32) for table in (train_inputs, train_targets, *(valid or none))]
    (n, width), targets, valid_inputs, valid_targets = (table.shape for table in tables)
    if targets[0] != n or valid_inputs[1] != width or valid_targets != (valid_inputs[0], targets[1]):
        raise ValueError(f"inputs and targets do not fit: shapes {[table.shape for table in tables]}")
    if n < recipe.batch_size:
        raise ValueError(f"{n} training proteins do not fill a batch of {recipe.batch_size}")
    tables += [list_positives(tables[-1])]
    params, history = _train(recipe, jnp.asarray(list(seeds), jnp.uint32), *map(jnp.asarray, tables))
    history = np.asarray(history)
    kept = np.full(len(history), recipe.keep) if recipe.keep else history.argmax(axis=1) + 1
    return Ensemble(recipe, params, kept, history)


@partial(jax.jit, static_argnums=0)
def _probabilities(network: Network, params: Any, inputs: jax.Array) -> jax.Array:
    return jax.vmap(lambda member: jax.nn.sigmoid(network.apply({"params": member}, inputs)))(params)


@partial(jax.jit, static_argnums=0)
def _train(recipe: Recipe, seeds: jax.Array, *tables: jax.Array) -> tuple[Any, jax.Array]:
    """Train all members: weights (members, ...) and validation auPRC (members, epochs)."""
    return jax.vmap(lambda seed: _train_one(recipe, seed, *tables))(seeds)


def _train_one(recipe: Recipe, seed: jax.Array, *tables: jax.Array) -> tuple[Any, jax.Array]:
    train_inputs, train_targets, valid_inputs, valid_targets, valid_positives = tables
    network = Network(train_targets.shape[1], recipe)
    steps = len(train_inputs) // recipe.batch_size
    optimiser = optax.adamw(_learning_rate(recipe, steps), weight_decay=recipe.weight_decay)
    start_key, order_key, dropout_key = jax.random.split(jax.random.key(seed), 3)
    frequency = train_targets.mean(axis=0)
    params = network.init(start_key, train_inputs[:1])["params"]
    if recipe.frequency_bias:
        # At least half a protein each way, so that no term starts at an infinite logit.
        kept = jnp.clip(frequency, 0.5 / len(train_targets), 1 - 0.5 / len(train_targets))
        params["output"]["bias"] = jnp.log(kept) - jnp.log1p(-kept)

    def step(state, batch):
        params, memory = state
        rows, key = batch

        def loss_of(params):
            logits = network.apply({"params": params}, train_inputs[rows], training=True, rngs={"dropout": key})
            return _loss(recipe.loss, logits, train_targets[rows], frequency)

        updates, memory = optimiser.update(jax.grad(loss_of)(params), memory, params)
        return (optax.apply_updates(params, updates), memory), None

    def epoch(carry, number):
        state, best = carry
        order = jax.random.permutation(jax.random.fold_in(order_key, number), len(train_inputs))
        keys = jax.random.split(jax.random.fold_in(dropout_key, number), steps)
        rows = order[: steps * recipe.batch_size].reshape(steps, recipe.batch_size)
        state, _ = jax.lax.scan(step, state, (rows, keys))
        score = jnp.nan
        if len(valid_inputs):
            logits = network.apply({"params": state[0]}, valid_inputs)
            score, _ = mean_areas(logits, valid_targets, valid_positives)
        return (state, best.or_better(state[0], score)), score

    start = ((params, optimiser.init(params)), Best(params))
    ((last, _), best), scores = jax.lax.scan(epoch, start, jnp.arange(recipe.keep or recipe.epochs))
    return last if recipe.keep else best.state, scores


def _learning_rate(recipe: Recipe, steps: int) -> float | optax.Schedule:
    total = steps * recipe.epochs
    if not recipe.warm:
        return recipe.learning_rate
    return optax.warmup_cosine_decay_schedule(0.0, recipe.learning_rate, max(1, total // 10), total)


def _loss(kind: str, logits: jax.Array, targets: jax.Array, frequency: jax.Array) -> jax.Array:
    losses = optax.sigmoid_binary_cross_entropy(logits, targets)
    if kind == "focal":
        losses *= (1 - jnp.exp(-losses)) ** 2
    if kind == "balanced":
        losses *= jnp.where(targets == 1, jnp.clip(frequency, 1e-4, 1.0) ** -0.5, 1.0)
    return losses.mean()
