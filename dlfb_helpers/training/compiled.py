"""Training a `Model` on embedded proteins: one jitted step, a loop fed by tf.data, and the same training compiled.

A split is a table (a row for each protein) with the embedding in columns ME:1, ME:2, ... and the 0/1 labels in columns
GO:... A batch is a dict of two arrays, "embedding" (n, D) and "target" (n, T).

The compiled training is one program: steps, evaluation and the choice of the best weights, with no way back to Python
in between. So it needs the metrics of `dlfb_helpers.metrics.per_row` on the device: `mean_areas` and `score`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
from flax.training.train_state import TrainState

from dlfb_helpers.dataset.batches import to_arrays
from dlfb_helpers.metrics.on_device import list_positives, mean_areas
from dlfb_helpers.training.loop import Batch, train_step

Keep = Literal["last", "auprc", "loss"]


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
