"""Training as the article has it: one jitted step, and a loop fed by tf.data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

import jax
import numpy as np
import optax
import pandas as pd
from flax.training.train_state import TrainState

from dlfb_helpers.dataset.batches import convert_to_tfds, to_arrays
from dlfb_helpers.metrics.per_row import mean_metrics

Batch = Mapping[str, np.ndarray | jax.Array]


@jax.jit
def train_step(state: TrainState, batch: Batch) -> tuple[TrainState, jax.Array]:
    """Take one step of gradient descent on one batch.

    Returns
    -------
    tuple
        The new state, and the loss of the batch before the step: sigmoid binary cross-entropy in nats, averaged over
        proteins and terms.
    """

    def loss_of(params: dict) -> jax.Array:
        logits = state.apply_fn({"params": params}, batch["embedding"])
        return optax.sigmoid_binary_cross_entropy(logits, batch["target"]).mean()

    loss, gradients = jax.value_and_grad(loss_of)(state.params)
    return state.apply_gradients(grads=gradients), loss


@jax.jit
def eval_step(state: TrainState, batch: Batch) -> dict[str, jax.Array]:
    """Score one batch without learning from it: its `loss` (scalar) and its `probabilities` (n, T)."""
    logits = state.apply_fn({"params": state.params}, batch["embedding"])
    loss = optax.sigmoid_binary_cross_entropy(logits, batch["target"]).mean()
    return {"loss": loss, "probabilities": jax.nn.sigmoid(logits)}


def predict(state: TrainState, embeddings: np.ndarray) -> np.ndarray:
    """Probability of every function for every protein: embeddings (n, D) in, float32 (n, T) in [0, 1] out."""
    return np.asarray(jax.nn.sigmoid(state.apply_fn({"params": state.params}, np.asarray(embeddings, np.float32))))


def evaluate(state: TrainState, table: pd.DataFrame, batch_size: int = 1024) -> dict[str, float | int]:
    """Loss and metrics of a whole split.

    Probabilities are collected first and the metrics computed once, so the result does not depend on `batch_size`.

    Returns
    -------
    dict
        `loss`, then the means over proteins and the counts of `mean_metrics`.
    """
    arrays = to_arrays(table)
    total_loss, probabilities = 0.0, []
    for start in range(0, len(table), batch_size):
        batch = {name: array[start : start + batch_size] for name, array in arrays.items()}
        scored = eval_step(state, batch)
        total_loss += float(scored["loss"]) * len(batch["target"])  # a short last batch weighs less
        probabilities.append(np.asarray(scored["probabilities"]))
    metrics = mean_metrics(arrays["target"], np.concatenate(probabilities), by="protein")
    return {"loss": total_loss / len(table)} | metrics


def train(
    state: TrainState,
    splits: Mapping[str, pd.DataFrame],
    num_steps: int = 300,
    eval_every: int = 30,
    batch_size: int = 32,
    seed: int = 42,
    evaluate_on: Sequence[str] = ("train", "valid"),
) -> tuple[TrainState, pd.DataFrame]:
    """Train on the `train` split, fed batch by batch from a tf.data pipeline.

    Parameters
    ----------
    state
        Starting point, from `create_train_state`.
    splits
        Tables by name; steps are taken on "train" only.
    num_steps, batch_size
        Number of steps, and proteins in each.
    eval_every
        Evaluate after every so many steps, and after the last one.
    seed
        Seed of the shuffling: the same seed gives the same batches.
    evaluate_on
        Splits to evaluate, each as a whole.

    Returns
    -------
    tuple
        The trained state, and the history: a row for each evaluation and split with columns `step`, `split`, `loss`
        and those of `mean_metrics`.
    """
    dataset = convert_to_tfds(splits["train"], batch_size=batch_size, is_training=True, seed=seed)
    history = []
    for step, batch in enumerate(islice(dataset.as_numpy_iterator(), num_steps), start=1):
        state, _ = train_step(state, batch)
        if step % eval_every == 0 or step == num_steps:
            history += [{"step": step, "split": name} | evaluate(state, splits[name]) for name in evaluate_on]
    return state, pd.DataFrame(history)
