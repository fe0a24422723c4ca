"""The same training as one compiled program: steps, evaluation and the choice of the best weights.

There is no way back to Python in between, so the metrics are those of `dlfb_helpers.metrics.on_device`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal, get_args

import jax
import numpy as np
import pandas as pd
from flax.training.train_state import TrainState

from dlfb_helpers.dataset.batches import batch_order
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.metrics.on_device import Scores, list_positives, mean_scores
from dlfb_helpers.training.loop import Batch, train_step
from dlfb_helpers.training.scan import scan_and_evaluate

Select = Literal["last", "auprc", "loss"]


@jax.jit
def scan_steps(state: TrainState, data: Batch, order: jax.Array) -> tuple[TrainState, jax.Array]:
    """Take one `train_step` for each row of `order`, as a single compiled program.

    Parameters
    ----------
    state
        Starting point.
    data
        The whole training part as arrays on the device.
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


@partial(jax.jit, static_argnames=("eval_every", "evaluate_on", "select"))
def train_program(
    state: TrainState,
    parts: Mapping[str, Mapping[str, jax.Array]],
    order: jax.Array,
    eval_every: int,
    evaluate_on: tuple[str, ...] = (),
    select: Select = "last",
) -> tuple[TrainState, dict[str, Scores]]:
    """Train, evaluate and choose the best state, as one compiled program; `train_compiled` prepares what it takes.

    It is compiled once for each combination of shapes, network, optimiser and settings. For many starting points, map
    it over their states: by `jax.vmap` on an accelerator, by a pool of threads on a processor (see benchmarks/).

    Parameters
    ----------
    state
        Starting point.
    parts
        Parts on the device, as arrays "embedding" and "target", with "positives" (`list_positives`) where they are
        evaluated.
    order, eval_every, evaluate_on, select
        As in `train_compiled`.

    Returns
    -------
    tuple
        The state, and the scores of each part of `evaluate_on`, arrays (evaluations,).
    """
    data = {name: parts["train"][name] for name in ("embedding", "target")}

    def step(state: TrainState, rows: jax.Array) -> tuple[TrainState, jax.Array]:
        return train_step(state, {name: array[rows] for name, array in data.items()})

    def evaluate(state: TrainState) -> dict[str, Scores]:
        return {name: _scores(state, parts[name]) for name in evaluate_on}

    def score(scores: dict[str, Scores]) -> jax.Array:
        return scores["valid"].auprc if select == "auprc" else -scores["valid"].loss

    return scan_and_evaluate(step, state, order, eval_every, evaluate, None if select == "last" else score)


def _scores(state: TrainState, part: Mapping[str, jax.Array]) -> Scores:
    logits = state.apply_fn({"params": state.params}, part["embedding"])
    return mean_scores(logits, part["target"], part["positives"])


def train_compiled(
    state: TrainState,
    parts: Mapping[str, Proteins],
    num_steps: int = 300,
    eval_every: int = 30,
    batch_size: int = 32,
    seed: int = 42,
    evaluate_on: Sequence[str] = ("train", "valid"),
    order: np.ndarray | None = None,
    select: Select = "last",
) -> tuple[TrainState, pd.DataFrame]:
    """Train as `train` does, on the same batches, as one compiled program that also chooses the best weights.

    Parameters
    ----------
    state
        Starting point, from `Model.create_train_state`.
    parts
        Proteins by part; steps are taken on "train" only.
    num_steps, batch_size
        Number of steps, and proteins in each.
    eval_every
        Evaluate after every so many steps, and after the last one.
    seed
        Seed of the order of the batches.
    evaluate_on
        Parts to evaluate, each as a whole.
    order
        Row numbers of each batch, shape (steps, batch size); then `num_steps`, `batch_size` and `seed` are not used.
        By default `batch_order` draws them.
    select
        The state to return: "last", or that of the evaluation with the highest "auprc" or the lowest "loss" on the
        part "valid". Its `step` tells which that was.

    Returns
    -------
    tuple
        The trained state, for the same batches with the same parameters as from `train`; and the history: a row for
        each evaluation and part with columns `step`, `part`, `loss` and those of `mean_metrics`.

    Raises
    ------
    ValueError
        If `order` is not a table of row numbers of the training part, `select` is another word, "valid" is not
        evaluated though it is to choose, or what is to choose is never a number.
    """
    if select not in get_args(Select):
        raise ValueError(f"select must be one of {', '.join(get_args(Select))}, but is {select!r}")
    if select != "last" and "valid" not in evaluate_on:
        raise ValueError(f'to select the best {select}, put "valid" into evaluate_on, which is {tuple(evaluate_on)}')
    if order is None:
        order = batch_order(len(parts["train"]), num_steps, batch_size, seed)
    # Checked here because JAX clamps a row number that is out of range instead of complaining.
    if np.ndim(order) != 2 or np.min(order) < 0 or np.max(order) >= len(parts["train"]):
        raise ValueError(f"order must hold row numbers 0..{len(parts['train']) - 1}, shape (steps, batch size)")
    arrays = {name: parts[name].batch() for name in {"train", *evaluate_on}}
    arrays |= {name: arrays[name] | {"positives": list_positives(arrays[name]["target"])} for name in evaluate_on}
    stride = eval_every if evaluate_on else len(order)
    order = np.asarray(order, np.int32)
    state, scores = train_program(state, jax.device_put(arrays), order, stride, tuple(evaluate_on), select)
    scores = jax.device_get(scores)
    if select != "last" and np.isnan(getattr(scores["valid"], select)).all():
        raise ValueError(f"the {select} of valid is always NaN: its proteins have no labels, or the loss has diverged")
    steps = [*range(stride, len(order), stride), len(order)]
    history = [
        {"step": step, "part": name} | {metric: values[i].item() for metric, values in scores[name]._asdict().items()}
        for i, step in enumerate(steps)
        for name in evaluate_on
    ]
    return state, pd.DataFrame(history)
