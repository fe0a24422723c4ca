"""Training a `Model` on embedded proteins: one jitted step, a loop fed by tf.data, and the same training compiled.

A split is a table (a row for each protein) with the embedding in columns ME:1, ME:2, ... and the 0/1 labels in columns
GO:... A batch is a dict of two arrays, "embedding" (n, D) and "target" (n, T).

The compiled training is one program: steps, evaluation and the choice of the best weights, with no way back to Python
in between. So it needs the metrics of `dlfb_helpers.metrics` on the device: `mean_areas` and `score`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
from flax.training.train_state import TrainState

from dlfb_helpers.dataset import convert_to_tfds, to_arrays
from dlfb_helpers.metrics import compute_metrics

Batch = Mapping[str, np.ndarray | jax.Array]
Keep = Literal["last", "auprc", "loss"]
BLOCK = 256  # positives ranked at a time: they and the rows they are compared with stay in the processor's cache


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


def list_positives(targets: np.ndarray) -> np.ndarray:
    """Row and column of each 1 of a 0/1 table, int32, shape (2, m), filled up with (0, 0) to blocks of `BLOCK`."""
    places = np.stack(np.nonzero(targets)).astype(np.int32)
    return np.pad(places, ((0, 0), (0, -places.shape[1] % BLOCK)))


def mean_areas(scores: jax.Array, targets: jax.Array, positives: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean auPRC and auROC over proteins, for use in a compiled program; ties as in `dlfb_helpers.metrics`.

    Either area is a sum over a protein's positives, and needs to know of each how many scores reach it, how many lie
    above it, and how many of those are right. Labels are few, so counting takes a tenth of the time of sorting.

    Parameters
    ----------
    scores, targets
        Shape (n, T), float32.
    positives
        `list_positives` of the targets.

    Returns
    -------
    tuple
        Two float32 scalars: means over the proteins that have the area, NaN if none has.
    """
    right = jnp.where(targets > 0, scores, -jnp.inf)

    def count(place: jax.Array) -> list[jax.Array]:
        row, own = place[0], scores[place[0], place[1]]
        rows = scores[row], right[row]
        return [(values >= own).sum() for values in rows] + [(values > own).sum() for values in rows]

    reach, right_reach, above, right_above = jax.lax.map(count, positives.T, batch_size=BLOCK)
    wrong = (reach - right_reach + above - right_above) / 2  # negatives that rank above; ties count half
    labels = targets.sum(axis=1)
    pairs = labels * (targets.shape[1] - labels)
    real = jnp.arange(positives.shape[1]) < (targets > 0).sum()  # not what fills up the last block

    def mean(values: jax.Array, divisor: jax.Array) -> jax.Array:
        shares = values / jnp.maximum(divisor, 1)[positives[0]]
        return jnp.where(real, shares, 0).sum() / (divisor > 0).sum()

    return mean(right_reach / reach, labels), 1 - mean(wrong, pairs)


class Scores(NamedTuple):
    """What `evaluate` returns, as scalars of a compiled program."""

    loss: jax.Array
    accuracy: jax.Array
    recall: jax.Array
    precision: jax.Array
    auprc: jax.Array
    auroc: jax.Array
    without_positives: jax.Array
    without_negatives: jax.Array
    without_predictions: jax.Array


def score(state: TrainState, part: Batch) -> Scores:
    """Do what `evaluate` does, inside a compiled program; `part` also has "positives", the `list_positives` of it."""
    logits, targets = state.apply_fn({"params": state.params}, part["embedding"]), part["target"]
    probabilities = jax.nn.sigmoid(logits)
    predicted = probabilities >= 0.5
    labels, claims, right = targets.sum(axis=1), predicted.sum(axis=1), (targets * predicted).sum(axis=1)
    labelled = (labels > 0).sum()
    return Scores(
        optax.sigmoid_binary_cross_entropy(logits, targets).mean(),
        (targets == predicted).mean(),
        # A protein without labels has no right prediction: it adds nothing to the sums, and is not counted below.
        (right / jnp.maximum(labels, 1)).sum() / labelled,
        (right / jnp.maximum(claims, 1)).sum() / labelled,
        *mean_areas(probabilities, targets, part["positives"]),
        (labels == 0).sum(),
        (labels == targets.shape[1]).sum(),
        ((labels > 0) & (claims == 0)).sum(),
    )


class Best(NamedTuple):
    """The state that scored best so far, and its score; any tree of arrays will do as a state."""

    state: Any
    score: float | jax.Array = -jnp.inf

    def or_better(self, state: Any, score: jax.Array) -> Best:
        """This, or `state` if its score is higher: for use in a compiled program."""
        return jax.tree.map(lambda new, old: jnp.where(score > self.score, new, old), Best(state, score), self)


@partial(jax.jit, static_argnames=("eval_every", "evaluate_on", "keep"))
def train_program(
    state: TrainState,
    parts: Mapping[str, Batch],
    order: jax.Array,
    eval_every: int,
    evaluate_on: tuple[str, ...] = (),
    keep: Keep = "last",
) -> tuple[TrainState, dict[str, Scores]]:
    """Train, evaluate and choose the best state, as one compiled program; `train_compiled` prepares what it takes.

    It is compiled once for each combination of shapes, network, optimiser and settings. For many starting points, map
    it over their states: by `jax.vmap` on an accelerator, by a pool of threads on a processor (see benchmarks/).

    Parameters
    ----------
    state
        Starting point.
    parts
        Splits on the device, as arrays "embedding" and "target", with "positives" where they are evaluated.
    order, eval_every, evaluate_on, keep
        As in `train_compiled`.

    Returns
    -------
    tuple
        The state, and the scores of each split of `evaluate_on`, arrays (evaluations,).
    """
    data = {name: parts["train"][name] for name in ("embedding", "target")}

    def stride(carry: tuple[TrainState, Best], rows: jax.Array) -> tuple[tuple[TrainState, Best], dict]:
        state, best = carry
        state, _ = scan_steps(state, data, rows)
        scores = {name: score(state, parts[name]) for name in evaluate_on}
        if keep != "last":
            best = best.or_better(state, scores["valid"].auprc if keep == "auprc" else -scores["valid"].loss)
        return (state, best), scores

    whole = len(order) // eval_every * eval_every
    carry, history = jax.lax.scan(stride, (state, Best(state)), order[:whole].reshape(-1, eval_every, order.shape[1]))
    if whole < len(order):
        carry, last = stride(carry, order[whole:])
        history = jax.tree.map(jnp.append, history, last)
    return carry[0] if keep == "last" else carry[1].state, history


def train_compiled(
    state: TrainState,
    splits: Mapping[str, pd.DataFrame],
    num_steps: int = 300,
    eval_every: int = 30,
    batch_size: int = 32,
    seed: int = 42,
    evaluate_on: Sequence[str] = ("train", "valid"),
    order: np.ndarray | None = None,
    keep: Keep = "last",
) -> tuple[TrainState, pd.DataFrame]:
    """Train as `train` does, as a single compiled program: steps, evaluation and the choice of the best weights.

    Parameters
    ----------
    state, splits, num_steps, eval_every, batch_size, seed, evaluate_on
        As in `train`.
    order
        Row numbers of each batch, shape (steps, batch size); then `num_steps`, `batch_size` and `seed` are not used.
        By default `batch_order` draws them.
    keep
        The state to return: "last", or that of the evaluation with the highest "auprc" or the lowest "loss" on the
        split "valid". Its `step` tells which that was.

    Returns
    -------
    tuple
        The trained state and the history, as `train` returns them: for the same batches, the same parameters.

    Raises
    ------
    ValueError
        If `order` is not a table of row numbers of the training split, `keep` is another word, "valid" is not
        evaluated though it is to choose, or what is to choose is never a number.
    """
    if keep not in get_args(Keep):
        raise ValueError(f"keep must be one of {', '.join(get_args(Keep))}, but is {keep!r}")
    if keep != "last" and "valid" not in evaluate_on:
        raise ValueError(f'to keep the best {keep}, put "valid" into evaluate_on, which is {tuple(evaluate_on)}')
    if order is None:
        order = batch_order(len(splits["train"]), num_steps, batch_size, seed)
    # Checked here because JAX clamps a row number that is out of range instead of complaining.
    if np.ndim(order) != 2 or np.min(order) < 0 or np.max(order) >= len(splits["train"]):
        raise ValueError(f"order must hold row numbers 0..{len(splits['train']) - 1}, shape (steps, batch size)")
    parts = {name: to_arrays(splits[name]) for name in {"train", *evaluate_on}}
    parts |= {name: parts[name] | {"positives": list_positives(parts[name]["target"])} for name in evaluate_on}
    stride = eval_every if evaluate_on else len(order)
    order = np.asarray(order, np.int32)
    state, scores = train_program(state, jax.device_put(parts), order, stride, tuple(evaluate_on), keep)
    scores = jax.device_get(scores)
    if keep != "last" and np.isnan(getattr(scores["valid"], keep)).all():
        raise ValueError(f"the {keep} of valid is always NaN: its proteins have no labels, or the loss has diverged")
    steps = [*range(stride, len(order), stride), len(order)]
    history = [
        {"step": step, "split": name} | {metric: values[i].item() for metric, values in scores[name]._asdict().items()}
        for i, step in enumerate(steps)
        for name in evaluate_on
    ]
    return state, pd.DataFrame(history)
