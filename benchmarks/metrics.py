"""Metrics alone: scikit-learn a protein at a time and a loop over thresholds, against `dlfb_helpers`."""

from __future__ import annotations

import jax
import numpy as np
import optax
import pandas as pd
from sklearn import metrics as sklearn_metrics

from benchmarks import timing
from dlfb_helpers.dataset.build import build_proteins
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.metrics.cafa import THRESHOLDS, fmax
from dlfb_helpers.metrics.per_row import METRICS, mean_metrics
from dlfb_helpers.training.compiled import train_compiled
from dlfb_helpers.training.evaluation import predict
from dlfb_helpers.training.model import Model

TOLERANCE = 1e-4


def course_parts(quick: bool = False) -> dict[str, Proteins]:
    """Train, valid and test proteins of the course; `quick` takes 64 of each."""
    parts = build_proteins()
    return {part: proteins.take(proteins.ids[:64]) for part, proteins in parts.items()} if quick else parts


def by_sklearn(targets: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """The five metrics as a tutorial takes them: a Python loop over proteins, then means over the defined ones."""
    rows = []
    for truth, probability in zip(targets.astype(int), probabilities):
        predicted = (probability >= 0.5).astype(int)
        row = {"accuracy": sklearn_metrics.accuracy_score(truth, predicted)}
        if truth.any():
            row["recall"] = sklearn_metrics.recall_score(truth, predicted, zero_division=0)
            row["precision"] = sklearn_metrics.precision_score(truth, predicted, zero_division=0)
            row["auprc"] = sklearn_metrics.average_precision_score(truth, probability)
            if not truth.all():
                row["auroc"] = sklearn_metrics.roc_auc_score(truth, probability)
        rows.append(row)
    return pd.DataFrame(rows, columns=METRICS).mean().to_dict()


def fmax_by_loop(targets: np.ndarray, probabilities: np.ndarray) -> float:
    """Fmax as it is defined: at each threshold, precision and recall of every protein, averaged."""
    targets, probabilities = targets.astype(bool), probabilities.astype(np.float64)
    best = 0.0
    for threshold in THRESHOLDS:
        precisions, recalls = [], []
        for truth, predicted in zip(targets, probabilities >= threshold):
            if truth.any():
                right = (truth & predicted).sum()
                recalls.append(right / truth.sum())
                if predicted.any():
                    precisions.append(right / predicted.sum())
        if precisions and (right_share := np.mean(precisions) + np.mean(recalls)) > 0:
            best = max(best, 2 * np.mean(precisions) * np.mean(recalls) / right_share)
    return best


def predicted_table(quick: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities of the test proteins, by the network of chapter 7."""
    parts = course_parts(quick)
    model = Model(parts["test"].targets.shape[1])
    state = model.create_train_state(jax.random.key(42), parts["test"].embeddings[:1], optax.adam(1e-3))
    state, _ = train_compiled(state, parts, evaluate_on=())
    return parts["test"].targets.to_numpy(), predict(state, parts["test"].embeddings)


def largest_difference(one: dict[str, float], other: dict[str, float]) -> float:
    """Largest difference between the same metrics from two ways; an AssertionError if it is above `TOLERANCE`."""
    difference = max(abs(one[name] - other[name]) for name in one)
    assert difference <= TOLERANCE, f"the two ways differ by {difference}: {one} and {other}"
    return difference


def run(way: str) -> None:
    """Compute all metrics of the test proteins once, one way, or only what they start from: for `peak_memory`."""
    targets, probabilities = predicted_table()
    if way == "straightforward":
        by_sklearn(targets, probabilities), fmax_by_loop(targets, probabilities)
    if way == "ours":
        mean_metrics(targets, probabilities, by="protein"), fmax(targets, probabilities)


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` does the same with few proteins, and without measuring memory."""
    targets, probabilities = predicted_table(quick)
    ours = mean_metrics(targets, probabilities, by="protein")
    ours_fmax = fmax(targets, probabilities).f
    differences = [
        largest_difference(by_sklearn(targets, probabilities), ours),
        largest_difference({"fmax": fmax_by_loop(targets, probabilities)}, {"fmax": ours_fmax}),
    ]
    timings = timing.interleaved(
        {
            "sklearn": lambda: by_sklearn(targets, probabilities),
            "mean_metrics": lambda: mean_metrics(targets, probabilities, by="protein"),
            "loop": lambda: fmax_by_loop(targets, probabilities),
            "fmax": lambda: fmax(targets, probabilities),
        },
        repeats=1 if quick else 5,
    )
    rows = [
        [what, timings[slow], timings[fast], f"{timings[slow].median / timings[fast].median:.0f}", f"{difference:.0e}"]
        for what, slow, fast, difference in (
            ("five metrics per protein, averaged", "sklearn", "mean_metrics", differences[0]),
            (f"Fmax over {len(THRESHOLDS)} thresholds", "loop", "fmax", differences[1]),
        )
    ]
    table = timing.markdown_table(["", "straightforward", "ours", "times faster", "largest difference"], rows)
    text = f"""## Metrics

{table}

{targets.shape[0]} test proteins, {targets.shape[1]} terms, probabilities of the network of chapter 7. Median of
{len(timings["fmax"].repeats)} repeats in turns (fastest to slowest). Straightforward: scikit-learn's functions, a
protein at a time; and precision and recall of every protein at every threshold."""
    if quick:
        return text + "\n"
    peaks = {way: timing.peak_memory("benchmarks.metrics:run", way) for way in ("start", "straightforward", "ours")}
    return f"""{text} Peak memory of a process that does it:
{peaks["straightforward"]:.0f} MiB the straightforward way, {peaks["ours"]:.0f} MiB ours, {peaks["start"]:.0f} MiB before
any metric (the data and a trained network).
"""
