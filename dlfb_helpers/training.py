"""Training a `Model` on embedded proteins: one jitted step, a loop fed by tf.data, and the same loop compiled.

A split is a table (a row for each protein) with the embedding in columns ME:1, ME:2, ... and the 0/1 labels in columns
GO:... A batch is a dict of two arrays, "embedding" (n, D) and "target" (n, T).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

import jax
import numpy as np
import optax
import pandas as pd
from flax.training.train_state import TrainState

from dlfb_helpers.dataset import convert_to_tfds, to_arrays
from dlfb_helpers.metrics import compute_metrics

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
        `loss`, then the means over proteins and the counts of `compute_metrics`.
    """
    arrays = to_arrays(table)
    total_loss, probabilities = 0.0, []
    for start in range(0, len(table), batch_size):
        batch = {name: array[start : start + batch_size] for name, array in arrays.items()}
        scored = eval_step(state, batch)
        total_loss += float(scored["loss"]) * len(batch["target"])  # a short last batch weighs less
        probabilities.append(np.asarray(scored["probabilities"]))
    metrics = compute_metrics(arrays["target"], np.concatenate(probabilities), by="protein")
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
        and those of `compute_metrics`.
    """
    dataset = convert_to_tfds(splits["train"], batch_size=batch_size, is_training=True, seed=seed)
    history = []
    for step, batch in enumerate(islice(dataset.as_numpy_iterator(), num_steps), start=1):
        state, _ = train_step(state, batch)
        if step % eval_every == 0 or step == num_steps:
            history += [{"step": step, "split": name} | evaluate(state, splits[name]) for name in evaluate_on]
    return state, pd.DataFrame(history)


def batch_order(num_proteins: int, num_steps: int = 300, batch_size: int = 32, seed: int = 42) -> np.ndarray:
    """Draw which proteins each batch holds: pass after pass over the split, shuffled anew each time.

    Returns
    -------
    numpy.ndarray
        Row numbers, shape (num_steps, batch_size), int32.
    """
    random = np.random.default_rng(seed)
    num_passes = -(-num_steps * batch_size // num_proteins)
    passes = [random.permutation(num_proteins) for _ in range(num_passes)]
    return np.concatenate(passes)[: num_steps * batch_size].reshape(num_steps, batch_size).astype(np.int32)


@jax.jit
def scan_steps(state: TrainState, data: Batch, order: jax.Array) -> tuple[TrainState, jax.Array]:
    """Take one `train_step` for each row of `order`, as a single compiled program.

    Parameters
    ----------
    state
        Starting point.
    data
        The whole training split as arrays on the device.
    order
        Row numbers of each batch, shape (steps, batch size).

    Returns
    -------
    tuple
        The new state, and the loss of each step, shape (steps,).
    """

    def step(state: TrainState, rows: jax.Array) -> tuple[TrainState, jax.Array]:
        return train_step(state, {name: array[rows] for name, array in data.items()})

    return jax.lax.scan(step, state, order)


def train_compiled(
    state: TrainState,
    splits: Mapping[str, pd.DataFrame],
    num_steps: int = 300,
    eval_every: int = 30,
    batch_size: int = 32,
    seed: int = 42,
    evaluate_on: Sequence[str] = ("train", "valid"),
    order: np.ndarray | None = None,
) -> tuple[TrainState, pd.DataFrame]:
    """Train as `train` does, with the split held on the device and the steps compiled into one program.

    Parameters
    ----------
    state, splits, num_steps, eval_every, batch_size, seed, evaluate_on
        As in `train`. With nothing to evaluate on, all steps are one program; else those between two evaluations are.
    order
        Row numbers of each batch, shape (steps, batch size); then `num_steps`, `batch_size` and `seed` are not used.
        By default `batch_order` draws them.

    Returns
    -------
    tuple
        The trained state and the history, as `train` returns them: for the same batches, the same parameters.

    Raises
    ------
    ValueError
        If `order` is not a table of row numbers of the training split.
    """
    data = jax.device_put(to_arrays(splits["train"]))
    if order is None:
        order = batch_order(len(splits["train"]), num_steps, batch_size, seed)
    # Checked here because JAX clamps a row number that is out of range instead of complaining.
    if np.ndim(order) != 2 or np.min(order) < 0 or np.max(order) >= len(splits["train"]):
        raise ValueError(f"order must hold row numbers 0..{len(splits['train']) - 1}, shape (steps, batch size)")
    history, stride = [], eval_every if len(evaluate_on) else len(order)
    for start in range(0, len(order), stride):
        state, _ = scan_steps(state, data, order[start : start + stride])
        step = min(start + stride, len(order))
        history += [{"step": step, "split": name} | evaluate(state, splits[name]) for name in evaluate_on]
    return state, pd.DataFrame(history)
