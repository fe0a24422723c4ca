"""Figures of chapters 6 and 7: the labelled proteins, the loss, the learning curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from dlfb_helpers.plots.style import GREY, PALETTE, PART_COLOURS, axes_or_new

MANY_POINTS = 100
"""From so many points on, a line of a loss has no markers."""


def plot_lengths(lengths: Sequence[int] | np.ndarray | pd.Series, max_length: int, ax: Axes | None = None) -> Axes:
    """Draw how long proteins are, on a logarithmic axis, and where the length limit cuts.

    Parameters
    ----------
    lengths : sequence of int
        Residues of each protein.
    max_length : int
        Longest protein kept; longer ones are drawn in grey.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    residues = np.asarray(lengths)
    ax = axes_or_new(ax, 7.0, 3.2)
    # The limit is the edge of a bin, so that no bar is of two colours.
    step = 1.1
    below = max_length / step ** np.arange(np.ceil(np.log(max_length / residues.min()) / np.log(step)), -1, -1)
    above = max_length * step ** np.arange(1, max(2, np.ceil(np.log(residues.max() / max_length) / np.log(step)) + 1))
    edges = np.concatenate([below, above]).tolist()
    kept = residues <= max_length
    ax.hist(residues[kept], edges, color=PALETTE[0], label=f"at most {max_length} residues ({kept.sum():,})")
    ax.hist(residues[~kept], edges, color=GREY, label=f"longer ({(~kept).sum():,})")
    ax.axvline(max_length, color="black", linewidth=1)
    ax.set(xscale="log", xlabel="residues", ylabel="proteins")
    ax.set_xticks(ticks := [30, 100, 300, 500, 1000, 3000, 10000, 30000], [f"{tick:,}" for tick in ticks], minor=False)
    ax.set_xticks([], minor=True)
    ax.set_xlim(edges[0] / 1.05, edges[-1] * 1.05)
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_label_counts(labels: pd.DataFrame) -> Axes:
    """Draw how unequal labels are: proteins of each term (left, logarithmic) and terms of each protein (right).

    Parameters
    ----------
    labels : pd.DataFrame
        0/1: a row a protein, a column a term.

    Returns
    -------
    Axes
        The left panel.
    """
    left, right = plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained")[1]
    counts = np.sort(labels.sum().to_numpy())[::-1]
    left.fill_between(np.arange(1, len(counts) + 1), counts, step="mid", color=PALETTE[0], linewidth=0)
    left.axhline(np.median(counts), color=PALETTE[3], linestyle="--", label=f"median: {np.median(counts):g}")
    left.axhline(len(labels), color="black", linewidth=1, label=f"all proteins: {len(labels):,}")
    left.set(yscale="log", ylim=(1, None), xlim=(0.5, len(counts) + 0.5))
    left.set(xlabel="terms, the most frequent first", ylabel="proteins that have the term")
    per_protein = labels.sum(axis=1).to_numpy()
    right.hist(per_protein, bins=np.arange(per_protein.max() + 2) - 0.5, color=PALETTE[2])
    mean = per_protein.mean()
    right.axvline(mean, color=PALETTE[3], linestyle="--", label=f"mean: {mean:.1f} of {labels.shape[1]} terms")
    right.set(xlabel="terms that a protein has", ylabel="proteins")
    left.legend(frameon=False, loc="upper right", bbox_to_anchor=(1.0, 0.93))
    right.legend(frameon=False)
    left.spines[["top", "right"]].set_visible(False)
    right.spines[["top", "right"]].set_visible(False)
    return left


def plot_label_matrix(labels: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a 0/1 table, a row a protein, a column a term; a dark cell is a 1.

    Parameters
    ----------
    labels : pandas.DataFrame
        Shape (proteins, terms), values 0 and 1.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 7.5, 3.6)
    ax.imshow(
        labels.to_numpy(),
        aspect="auto",
        cmap=ListedColormap(["white", "black"]),
        vmin=0,
        vmax=1,
        interpolation="nearest",
    )
    ax.set(xlabel=f"{labels.shape[1]} terms", ylabel=f"{labels.shape[0]} proteins", yticks=[])
    return ax


def plot_sigmoid_and_loss(ax: Axes | None = None) -> Axes:
    """Draw, over the logit, the probability it stands for and what it costs when the label is 1 and when it is 0.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 6, 3.5)
    logit = np.linspace(-6, 6, 241)
    ax.plot(logit, 1 / (1 + np.exp(-logit)), color="black", linewidth=2.5, label="probability")
    ax.plot(logit, np.log1p(np.exp(-logit)), "--", color=PALETTE[0], linewidth=2, label="loss if the label is 1")
    ax.plot(logit, np.log1p(np.exp(logit)), "-.", color=PALETTE[3], linewidth=2, label="loss if the label is 0")
    ax.set(xlabel="logit", ylabel="probability, or loss in nats", ylim=(0, 4))
    ax.legend(loc="upper center", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_loss(history: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the loss over the training steps, a line for each part; a ring marks the lowest validation loss.

    Parameters
    ----------
    history : pandas.DataFrame
        As `train_compiled` returns it: columns `step`, `part`, `loss`. A part with many points, such as the loss of
        every single batch, is drawn thin and without markers; beside it, parts looked at now and then are points, for
        a line would say what was never measured.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 6.5, 3.5)
    line = "none" if (history["part"].value_counts() > MANY_POINTS).any() else "-"
    for (part, rows), marker in zip(history.groupby("part", sort=False), "os^", strict=False):
        many = len(rows) > MANY_POINTS
        style: dict[str, Any] = (
            {"linewidth": 0.8} if many else {"marker": marker, "markersize": 5, "linestyle": line, "zorder": 3}
        )
        ax.plot(rows["step"], rows["loss"], color=PART_COLOURS[part], label=part, **style)
        if part == "valid":
            step, loss = rows.loc[rows["loss"].idxmin(), ["step", "loss"]]
            ax.plot(step, loss, "o", markersize=13, fillstyle="none", color="black", label="lowest validation loss")
    ax.set(xlabel="training step", ylabel="binary cross-entropy (nats)")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_metrics(history: pd.DataFrame, part: str = "valid", ax: Axes | None = None) -> Axes:
    """Draw the five metrics of one part over the training steps; the legend has their order at the last step.

    Parameters
    ----------
    history : pandas.DataFrame
        As `train_compiled` returns it: columns `step`, `part` and one for each metric.
    part : str
        Whose metrics to draw.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 7.0, 3.6)
    rows = history[history["part"] == part]
    styles = {"accuracy": "o:", "auROC": "s-", "auPRC": "D-", "precision": "^--", "recall": "v--"}
    for (metric, style), colour in zip(styles.items(), PALETTE[: len(styles)], strict=True):
        ax.plot(rows["step"], rows[metric.lower()], style, color=colour, markersize=5, label=metric)
    ax.set(xlabel="training step", ylabel=f"{part}: mean over proteins", ylim=(0, 1.02))
    best_first = sorted(ax.lines, key=lambda line: -np.asarray(line.get_ydata())[-1])
    ax.legend(handles=best_first, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
