"""Training, validation and final evaluation: a loop fed from Python with scikit-learn, against one compiled program."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
import optax
from flax.training.train_state import TrainState

from benchmarks import timing
from benchmarks.metrics import by_sklearn, course_parts, largest_difference
from dlfb_helpers.dataset.batches import batch_order
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.metrics.per_row import METRICS
from dlfb_helpers.training.compiled import train_compiled
from dlfb_helpers.training.evaluation import evaluate
from dlfb_helpers.training.model import Model

Parts = dict[str, Proteins]


def starting_state(parts: Parts, seed: int = 42) -> TrainState:
    """The network of chapter 7 (512, 256) with its starting weights."""
    model = Model(parts["train"].targets.shape[1])
    return model.create_train_state(jax.random.key(seed), parts["train"].embeddings[:1], optax.adam(1e-3))


def straightforward(
    state: TrainState, parts: Parts, order: np.ndarray, eval_every: int = 30
) -> dict[str, list[dict[str, float]]]:
    """Train as a tutorial would: jitted steps fed with numpy batches, and scikit-learn for each protein of a split.

    Returns
    -------
    dict
        Metrics of train and valid after every `eval_every` steps, in order, and of valid and test at the end.
    """
    arrays = {name: proteins.batch() for name, proteins in parts.items()}
    model = Model(arrays["train"]["target"].shape[1])
    params = state.params
    optimiser = optax.adam(1e-3)

    @jax.jit
    def step(params, memory, inputs, targets):
        def loss_of(params):
            return optax.sigmoid_binary_cross_entropy(model.apply({"params": params}, inputs), targets).mean()

        loss, gradients = jax.value_and_grad(loss_of)(params)
        updates, memory = optimiser.update(gradients, memory, params)
        return optax.apply_updates(params, updates), memory, loss

    @jax.jit
    def probabilities(params, inputs):
        return jax.nn.sigmoid(model.apply({"params": params}, inputs))

    def evaluated(name: str) -> dict[str, float]:
        inputs, targets = arrays[name]["embedding"], arrays[name]["target"]
        batches = [np.asarray(probabilities(params, inputs[i : i + 32])) for i in range(0, len(inputs), 32)]
        return by_sklearn(targets, np.concatenate(batches))

    memory, history = optimiser.init(params), {"train": [], "valid": []}
    for number, rows in enumerate(order, start=1):
        params, memory, _ = step(params, memory, *(arrays["train"][name][rows] for name in ("embedding", "target")))
        if number % eval_every == 0:
            for name in history:
                history[name].append(evaluated(name))
    return history | {"end": [evaluated("valid"), evaluated("test")]}


def ours(state: TrainState, parts: Parts, order: np.ndarray, eval_every: int = 30) -> dict[str, list[dict[str, float]]]:
    """Do the same, and return the same, by `train_compiled` and `evaluate`."""
    state, history = train_compiled(state, parts, eval_every=eval_every, order=order)
    scores = {name: history.loc[history["part"] == name, list(METRICS)] for name in ("train", "valid")}
    end = [evaluate(state, parts[name]) for name in ("valid", "test")]
    return {name: rows.to_dict("records") for name, rows in scores.items()} | {
        "end": [{metric: scores[metric] for metric in METRICS} for scores in end]
    }


def differences(one: dict, other: dict) -> float:
    """Largest difference between any two metrics of the two ways; an AssertionError if it is above the tolerance."""
    assert {name: len(rows) for name, rows in one.items()} == {name: len(rows) for name, rows in other.items()}
    return max(largest_difference(a, b) for name in one for a, b in zip(one[name], other[name]))


def operations(state: TrainState, order: np.ndarray) -> float:
    """Floating-point operations of the matrix products of all steps, in 10^9: two a weight forwards, four backwards."""
    first, *rest = [leaf.size for leaf in jax.tree.leaves(state.params) if leaf.ndim == 2]
    # The first layer needs no gradient of its inputs.
    return order.size * (4 * first + 6 * sum(rest)) / 1e9


def run(way: str) -> None:
    """Load the data and do it once, one way, or only load: for `peak_memory`."""
    parts = course_parts()
    # A tenth of the steps, and one evaluation, show the peak: every evaluation takes the same memory.
    order = batch_order(len(parts["train"]), num_steps=30 if way == "straightforward" else 300)
    if way != "start":
        {"straightforward": straightforward, "ours": ours}[way](starting_state(parts), parts, order)


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` does the same with few proteins and steps, memory left out."""
    parts = course_parts(quick)
    start = starting_state(parts)
    steps, eval_every, repeats = (20, 10, 1) if quick else (300, 30, 5)
    order = batch_order(len(parts["train"]), steps)
    results: dict[str, dict] = {}

    def kept(name: str, way: Callable) -> Callable[[], None]:
        return lambda: results.update({name: way(start, parts, order, eval_every)})

    def steps_alone():
        state, _ = train_compiled(start, parts, order=order, evaluate_on=())
        return jax.block_until_ready(state.params)

    ways = {"straightforward": kept("straightforward", straightforward), "ours": kept("ours", ours)}
    timings = timing.interleaved(ways | {"steps": steps_alone}, repeats)
    difference = differences(results["straightforward"], results["ours"])
    slow, fast, alone = (timings[name] for name in ("straightforward", "ours", "steps"))
    whole = timing.markdown_table(
        ["training, validation, final evaluation", "median (fastest to slowest)", "first call", "times faster"],
        [
            ["straightforward", slow, f"{slow.first:.3g} s", 1],
            ["ours", fast, f"{fast.first:.3g} s", f"{slow.median / fast.median:.0f}"],
            ["ours, steps alone", alone, f"{alone.first:.3g} s", ""],
        ],
    )
    gflops = operations(start, order)
    text = f"""## Training

{whole}

{steps} steps of {order.shape[1]} proteins, train ({len(parts["train"])} proteins) and valid ({len(parts["valid"])})
evaluated every {eval_every} steps, valid and test ({len(parts["test"])}) at the end; {repeats} repeats in turns.
Straightforward: a jitted step fed with numpy batches, jitted predictions in batches of 32, scikit-learn's five functions
for each protein. The first call includes compiling. Both ways see the same batches; their metrics differ by
{difference:.0e} at most. The steps' matrix products are {gflops:.1f} GFLOP, {gflops / alone.median:.0f} GFLOP/s."""
    if quick:
        return text + "\n"
    peaks = {way: timing.peak_memory("benchmarks.training:run", way) for way in ("start", "straightforward", "ours")}
    memory = timing.markdown_table(
        ["peak memory of a process", "MiB"],
        [
            ["imports and data alone", f"{peaks['start']:.0f}"],
            ["straightforward", f"{peaks['straightforward']:.0f}"],
            ["ours", f"{peaks['ours']:.0f}"],
        ],
    )
    return f"{text}\n\n{memory}\n"
