"""Training as the article has it: one jitted step, an evaluation, and a loop fed by arrays or by tf.data.

A batch is a dict of two arrays, "embedding" (n, D) and "target" (n, T).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
import optax
from flax.training.train_state import TrainState

from dlfb_helpers.dataset.batches import numpy_batches
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.metrics.one_protein import calculate_per_target_metrics, mean_of_metrics

if TYPE_CHECKING:
    import tensorflow as tf

Batch = Mapping[str, np.ndarray | jax.Array]


@jax.jit
def train_step(state: TrainState, batch: Batch) -> tuple[TrainState, jax.Array]:
    """Take one step of gradient descent on one batch.

    Parameters
    ----------
    state
        From `Model.create_train_state`, trained or not.
    batch
        Embeddings (n, D) and targets (n, T).

    Returns
    -------
    tuple
        The new state, and the loss of the batch before the step: sigmoid binary cross-entropy in nats, averaged over
        proteins and terms.
    """

    def loss_of(params: Mapping[str, Any]) -> jax.Array:
        logits = state.apply_fn({"params": params}, batch["embedding"])
        return optax.sigmoid_binary_cross_entropy(logits, batch["target"]).mean()

    loss, gradients = jax.value_and_grad(loss_of)(state.params)
    return state.apply_gradients(grads=gradients), loss


@jax.jit
def logits_and_loss(state: TrainState, batch: Batch) -> tuple[jax.Array, jax.Array]:
    """Logits (n, T) of one batch, and their loss, without learning from it."""
    logits = state.apply_fn({"params": state.params}, batch["embedding"])
    return logits, optax.sigmoid_binary_cross_entropy(logits, batch["target"]).mean()


def eval_step(state: TrainState, batch: Batch) -> dict[str, float]:
    """Score one batch without learning from it.

    Parameters
    ----------
    state
        From `Model.create_train_state`, trained or not.
    batch
        Embeddings (n, D) and targets (n, T).

    Returns
    -------
    dict of str to float
        `loss`, and the mean over the batch's proteins of each metric of `compute_metrics`, where it is defined.
    """
    logits, loss = logits_and_loss(state, batch)
    per_protein = calculate_per_target_metrics(np.asarray(logits), np.asarray(batch["target"]))
    return {"loss": float(loss)} | mean_of_metrics(per_protein)


def train(
    state: TrainState,
    dataset_splits: Mapping[str, Proteins | tf.data.Dataset],
    batch_size: int,
    num_steps: int = 300,
    eval_every: int = 30,
    seed: int = 42,
) -> tuple[TrainState, dict[str, list[dict[str, float]]]]:
    """Train on the train part, fed batch by batch, and watch the valid part.

    Parameters
    ----------
    state
        Starting point, from `Model.create_train_state`.
    dataset_splits
        What `build_proteins` returns, or, as in the article, `build_dataset`: datasets of tf.data, that of "train"
        repeated without end.
    batch_size
        Proteins a step.
    num_steps
        Steps to take.
    eval_every
        Evaluate the whole valid part before the first step (step 0), after every so many steps, and after the last.
    seed
        Of the order in which `numpy_batches` deals out proteins; a dataset of tf.data has its own.

    Returns
    -------
    tuple
        The trained state, and the metrics: under "train" the `step` and `loss` of every step, under "valid" the `step`
        and what `eval_step` returns of every evaluation. Means are over all proteins of the part, whatever the batch
        size.

    Raises
    ------
    ValueError
        If the train part ends before the last step.
    """
    valid = _as_one_batch(dataset_splits["valid"])
    metrics: dict[str, list[dict[str, float]]] = {"train": [], "valid": [{"step": 0} | eval_step(state, valid)]}
    batches = _batches(dataset_splits["train"], batch_size, num_steps, seed)
    for step, batch in enumerate(batches, start=1):
        state, loss = train_step(state, batch)
        metrics["train"].append({"step": step, "loss": float(loss)})
        if step % eval_every == 0 or step == num_steps:
            metrics["valid"].append({"step": step} | eval_step(state, valid))
    if (taken := len(metrics["train"])) < num_steps:
        raise ValueError(
            f"the train part ended after {taken} of {num_steps} steps; is_training=True of convert_to_tfds repeats it"
        )
    return state, metrics


def _batches(
    part: Proteins | tf.data.Dataset, batch_size: int, num_steps: int, seed: int
) -> Iterable[dict[str, np.ndarray]]:
    """Deal out the batches of the train part."""
    if isinstance(part, Proteins):
        return numpy_batches(part, batch_size, num_steps, seed)
    return islice(part.batch(batch_size).as_numpy_iterator(), num_steps)


def _as_one_batch(part: Proteins | tf.data.Dataset) -> Batch:
    """Return all proteins of a part as one batch."""
    if isinstance(part, Proteins):
        return part.batch()
    return next(part.batch(int(part.cardinality())).as_numpy_iterator())
