"""Ten networks that differ in their seed alone: one vmapped program, or the program of one from threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np
from flax.training.train_state import TrainState

from benchmarks import timing
from benchmarks.metrics import course_parts
from benchmarks.training import Parts, starting_state
from dlfb_helpers.dataset.batches import batch_order
from dlfb_helpers.metrics.on_device import list_positives
from dlfb_helpers.training.compiled import train_program
from dlfb_helpers.training.ensemble import train_ensemble
from dlfb_helpers.training.model import Model
from dlfb_helpers.training.trained import Hyperparameters

SEEDS = range(10)


def seeds_of_chapter_7(
    start: TrainState, parts: Parts, order: np.ndarray, eval_every: int
) -> dict[str, Callable[[], object]]:
    """One and several networks of chapter 7, with evaluation and best weights."""
    arrays = {name: parts[name].batch() for name in ("train", "valid")}
    arrays = jax.device_put({n: part | {"positives": list_positives(part["target"])} for n, part in arrays.items()})
    width = arrays["train"]["embedding"].shape[1:]
    model = Model(arrays["train"]["target"].shape[1])
    params = jax.vmap(lambda seed: model.init(jax.random.key(seed), jnp.zeros((1, *width)))["params"])(jnp.array(SEEDS))

    def program(params):
        return train_program(start.replace(params=params), arrays, order, eval_every, ("train", "valid"), "auprc")

    together = jax.jit(jax.vmap(program))
    return _one_and_several(
        one=lambda i: program(jax.tree.map(lambda leaf: leaf[i], params)), several=lambda: together(params)
    )


def seeds_of_the_ensemble(parts: Parts, hyperparameters: Hyperparameters) -> dict[str, Callable[[], object]]:
    """One and several members of the ensemble."""
    (inputs, targets), valid = (parts[name].batch().values() for name in ("train", "valid"))
    valid = tuple(valid)
    return _one_and_several(
        one=lambda seed: train_ensemble(hyperparameters, inputs, targets, valid, seeds=[seed]).params,
        several=lambda: train_ensemble(hyperparameters, inputs, targets, valid, seeds=SEEDS).params,
    )


def _one_and_several(one: Callable[[int], object], several: Callable[[], object]) -> dict[str, Callable[[], object]]:
    def threads() -> list:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda seed: jax.block_until_ready(one(seed)), SEEDS))

    return {
        "one": lambda: jax.block_until_ready(one(0)),
        "vmap": lambda: jax.block_until_ready(several()),
        "threads": threads,
    }


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` does the same with few proteins and steps."""
    parts = course_parts(quick)
    steps, eval_every, repeats = (20, 10, 1) if quick else (300, 30, 5)
    order = batch_order(len(parts["train"]), steps)
    hyperparameters = Hyperparameters(epochs=2 if quick else Hyperparameters.epochs)
    rows = []
    for name, several in (
        ("chapter 7", seeds_of_chapter_7(starting_state(parts), parts, order, eval_every)),
        ("ensemble", seeds_of_the_ensemble(parts, hyperparameters)),
    ):
        jax.clear_caches()  # so that the first call of each compiles all that it needs
        seconds = timing.interleaved(several, repeats)
        one = seconds["one"]
        rows.append([f"{name}: one", f"{one.first:.3g} s", 1, one, 1])
        many = seconds["vmap"]
        first = [f"{many.first:.3g} s", f"{many.first / one.first:.1f}"]
        rows.append([f"{name}: {len(SEEDS)}, one vmapped program", *first, many, f"{many.median / one.median:.1f}"])
        many = seconds["threads"]  # its first call finds the program of one compiled
        what = f"{name}: {len(SEEDS)}, the program of one, from threads"
        rows.append([what, "", "", many, f"{many.median / one.median:.1f}"])
    header = ["seeds", "first call", "times one", "later, median (fastest to slowest)", "times one"]
    return f"""## Ten seeds

{timing.markdown_table(header, rows)}

Each seed is trained, evaluated and keeps its best weights; {repeats} repeats in turns. The first call includes tracing and
compiling, once for a program whatever the number of its seeds: this is what somebody waits for who trains ten networks
once. Later calls are ten times the arithmetic: what a machine can save there is idle cores, and the time that one small
program spends on anything but arithmetic.
"""
