"""A better network, and several of them at once: dropout, weight decay, a schedule, best weights, one compiled program.

The members of an ensemble differ in their seed alone: starting weights, order of the batches, what dropout hides.
`jax.vmap` trains them side by side; after every pass over the training proteins each member is scored on validation
proteins, and the weights that scored best are taken (early stopping with best weights, Prechelt 1998,
doi:10.1007/3-540-49430-8_3).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState

from dlfb_helpers.metrics.on_device import list_positives, mean_areas
from dlfb_helpers.training.model import Model
from dlfb_helpers.training.scan import scan_and_evaluate
from dlfb_helpers.training.trained import Ensemble, Hyperparameters


def train_ensemble(
    hyperparameters: Hyperparameters,
    train_inputs: np.ndarray,
    train_targets: np.ndarray,
    valid: tuple[np.ndarray, np.ndarray] | None = None,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
) -> Ensemble:
    """Train one member for each seed, all in one compiled program.

    Parameters
    ----------
    hyperparameters
        How each is built and trained.
    train_inputs, train_targets
        Embeddings (n, D), scaled as the network is to see them, and their 0/1 labels (n, terms).
    valid
        Inputs and targets of the proteins that choose when to stop; needed unless `stop_after` says it.
    seeds
        One for each member.

    Returns
    -------
    Ensemble
        The members with the weights that were taken.

    Raises
    ------
    ValueError
        If the tables do not fit each other, there are fewer training proteins than a batch holds, or nothing says
        when to stop: neither `valid` with labels nor `stop_after` is there, or training diverges from the start.
    """
    if valid is None and not hyperparameters.stop_after:
        raise ValueError("give validation proteins, or hyperparameters whose stop_after says after which pass to stop")
    no_valid = (np.zeros((0, np.shape(train_inputs)[1])), np.zeros((0, np.shape(train_targets)[1])))
    tables = [np.asarray(table, np.float32) for table in (train_inputs, train_targets, *(valid or no_valid))]
    (n, width), targets, valid_inputs, valid_targets = (table.shape for table in tables)
    if targets[0] != n or valid_inputs[1] != width or valid_targets != (valid_inputs[0], targets[1]):
        raise ValueError(f"inputs and targets do not fit: shapes {[table.shape for table in tables]}")
    if n < hyperparameters.batch_size:
        raise ValueError(f"{n} training proteins do not fill a batch of {hyperparameters.batch_size}")
    if not (hyperparameters.stop_after or tables[-1].any()):
        raise ValueError("the validation proteins have no labels: nothing says when to stop")
    tables += [list_positives(tables[-1])]
    params, scores = _train(hyperparameters, jnp.asarray(list(seeds), jnp.uint32), *map(jnp.asarray, tables))
    history = np.asarray(scores)
    stop = hyperparameters.stop_after
    if not stop and np.isnan(history).all(axis=1).any():
        raise ValueError("the validation auPRC of a member is always NaN: training has diverged; lower learning_rate")
    # Where training diverges later, the last scores are NaN.
    passes = np.full(len(history), stop) if stop else np.nanargmax(history, axis=1) + 1
    return Ensemble(hyperparameters, jax.tree.map(np.asarray, params), passes, history)


@partial(jax.jit, static_argnums=0)
def _train(hyperparameters: Hyperparameters, seeds: jax.Array, *tables: jax.Array) -> tuple[Any, jax.Array]:
    """Train all members: weights (members, ...) and validation auPRC (members, passes)."""
    return jax.vmap(lambda seed: _train_one(hyperparameters, seed, *tables))(seeds)


def _train_one(
    hyperparameters: Hyperparameters,
    seed: jax.Array,
    train_inputs: jax.Array,
    train_targets: jax.Array,
    valid_inputs: jax.Array,
    valid_targets: jax.Array,
    valid_positives: jax.Array,
) -> tuple[Any, jax.Array]:
    n, batch_size = len(train_inputs), hyperparameters.batch_size
    steps, passes = n // batch_size, hyperparameters.stop_after or hyperparameters.epochs
    start_key, order_key, dropout_key = jax.random.split(jax.random.key(seed), 3)
    frequency = train_targets.mean(axis=0)
    state = _starting_state(hyperparameters, start_key, train_inputs, frequency, steps)

    def step(state: TrainState, batch: tuple[jax.Array, jax.Array]) -> tuple[TrainState, jax.Array]:
        rows, key = batch

        def loss_of(params: Any) -> jax.Array:
            inputs, rngs = train_inputs[rows], {"dropout": key}
            logits = state.apply_fn({"params": params}, inputs, is_training=True, rngs=rngs)
            return _loss(hyperparameters.loss, logits, train_targets[rows], frequency)

        loss, gradients = jax.value_and_grad(loss_of)(state.params)
        return state.apply_gradients(grads=gradients), loss

    def batches_of_pass(number: jax.Array) -> tuple[jax.Array, jax.Array]:
        order = jax.random.permutation(jax.random.fold_in(order_key, number), n)
        keys = jax.random.split(jax.random.fold_in(dropout_key, number), steps)
        return order[: steps * batch_size].reshape(steps, batch_size), keys

    def auprc(state: TrainState) -> jax.Array:
        if len(valid_inputs) == 0:
            return jnp.float32(jnp.nan)
        logits = state.apply_fn({"params": state.params}, valid_inputs)
        return mean_areas(logits, valid_targets, valid_positives)[0]

    rows, keys = jax.vmap(batches_of_pass)(jnp.arange(passes))
    batches = rows.reshape(-1, batch_size), keys.reshape(-1)
    score = None if hyperparameters.stop_after else (lambda value: value)
    state, history = scan_and_evaluate(step, state, batches, steps, auprc, score)
    return state.params, history


def _starting_state(
    hyperparameters: Hyperparameters, key: jax.Array, inputs: jax.Array, frequency: jax.Array, steps: int
) -> TrainState:
    model = Model(len(frequency), hyperparameters.dim, hyperparameters.dropout, hyperparameters.input_dropout)
    rate = _learning_rate(hyperparameters, steps)
    state = model.create_train_state(key, inputs[:1], optax.adamw(rate, weight_decay=hyperparameters.weight_decay))
    if not hyperparameters.frequency_bias:
        return state
    # At least half a protein each way, so that no term starts at an infinite logit.
    share = jnp.clip(frequency, 0.5 / len(inputs), 1 - 0.5 / len(inputs))
    output = {**state.params["output"], "bias": jnp.log(share) - jnp.log1p(-share)}
    return state.replace(params={**state.params, "output": output})


def _learning_rate(hyperparameters: Hyperparameters, steps: int) -> float | optax.Schedule:
    total = steps * hyperparameters.epochs
    if not hyperparameters.warmup:
        return hyperparameters.learning_rate
    return optax.warmup_cosine_decay_schedule(0.0, hyperparameters.learning_rate, max(1, total // 10), total)


def _loss(kind: str, logits: jax.Array, targets: jax.Array, frequency: jax.Array) -> jax.Array:
    losses = optax.sigmoid_binary_cross_entropy(logits, targets)
    if kind == "focal":
        losses *= (1 - jnp.exp(-losses)) ** 2
    if kind == "balanced":
        losses *= jnp.where(targets == 1, jnp.clip(frequency, 1e-4, 1.0) ** -0.5, 1.0)
    return losses.mean()
