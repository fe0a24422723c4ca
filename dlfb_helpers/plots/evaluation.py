"""Figures of chapters 8 and 9: scores, baselines, intervals, thresholds, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dlfb_helpers.plots.checks import check_columns, check_number
from dlfb_helpers.plots.style import PALETTE, PART_COLOURS, SEQUENTIAL, SERIES, axes_or_new


def plot_true_and_predicted(targets: pd.DataFrame, probabilities: np.ndarray) -> Axes:
    """Draw 0/1 labels beside predicted probabilities, proteins down and terms across, on one colour scale.

    Proteins with the first terms come first, so that those with like labels stand together.

    Parameters
    ----------
    targets : pandas.DataFrame
        0/1 table, shape (proteins, terms): the part to be shown.
    probabilities : numpy.ndarray
        Shape (proteins, terms), in [0, 1].

    Returns
    -------
    Axes
        The left panel, with the labels.
    """
    figure, axes = plt.subplots(1, 2, figsize=(7.5, 4.2), sharey=True, layout="constrained")
    labels = np.asarray(targets, float)
    order = np.lexsort(labels.T[::-1])[::-1]
    for ax, values, title in zip(axes, (labels, np.asarray(probabilities)), ("true", "predicted"), strict=True):
        image = ax.imshow(values[order], SEQUENTIAL, vmin=0, vmax=1, aspect="auto", interpolation="none")
        ax.set(title=title, xlabel=f"{labels.shape[1]} functions, commonest first", xticks=[], yticks=[])
    axes[0].set_ylabel(f"{len(labels)} proteins, like labels together")
    figure.colorbar(image, ax=axes, label="label, or probability", pad=0.02)
    return axes[0]


def plot_score_against_examples(
    examples: pd.Series, scores: pd.Series, chance: pd.Series, ax: Axes | None = None
) -> Axes:
    """Draw each term's auPRC against its number of training proteins, above what guessing would give.

    Parameters
    ----------
    examples, scores, chance : pandas.Series
        Of each term, on one index: training proteins, auPRC, and share of the scored proteins that have the term.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 6.5, 3.8)
    ax.scatter(examples, scores, s=20, alpha=0.7, color=PALETTE[0], edgecolor="white", linewidth=0.3, label="network")
    ax.scatter(examples, chance, s=24, color="black", marker="_", label="guessing")
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="training proteins with the function", ylabel="auPRC on the test part")
    ax.legend(loc="upper left", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_baselines(scores: pd.DataFrame, metric: str = "auprc", ax: Axes | None = None) -> Axes:
    """Draw one metric of several predictors, a bar for each way to average.

    Parameters
    ----------
    scores : pandas.DataFrame
        Rows predictors; columns pairs (average, metric).
    metric : str
        Which metric to draw.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 6.5, 3.4)
    averages = scores.xs(metric, axis=1, level=1)
    place = np.arange(len(averages))
    for offset, average, colour in zip((-0.2, 0.2), averages, (PALETTE[0], PALETTE[4]), strict=True):
        bars = ax.barh(place + offset, averages[average], height=0.38, color=colour, label=average)
        ax.bar_label(bars, fmt="%.2f", padding=2, fontsize=9)
    ax.set(yticks=place, yticklabels=averages.index, xlabel=metric.replace("prc", "PRC").replace("roc", "ROC"))
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.legend(loc="upper right", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_best_terms(
    names: Sequence[str], scores: Sequence[float], chance: Sequence[float], ax: Axes | None = None
) -> Axes:
    """Draw the auPRC of the given terms as bars with their names, in the order given, and mark their chance levels.

    Parameters
    ----------
    names : sequence of str
        What the terms are called; shortened where they are long.
    scores, chance : sequence of float
        auPRC of each term, and the share of the scored proteins that have it.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 7.5, 0.26 * len(scores) + 0.8)
    labels = [name if len(name) <= 58 else name[:56].rstrip() + " …" for name in names]
    ax.barh(np.arange(len(scores)), scores, color=PART_COLOURS["test"], label="network")
    ax.plot(chance, np.arange(len(scores)), "|", color="black", markersize=9, markeredgewidth=2, label="guessing")
    ax.legend(loc="lower right", frameon=False)
    ax.set(yticks=np.arange(len(scores)), yticklabels=labels, xlim=(0, 1), xlabel="auPRC on the test part")
    ax.invert_yaxis()
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_intervals(
    table: pd.DataFrame, xlabel: str = "auPRC, mean over proteins", ylabel: str = "", ax: Axes | None = None
) -> Axes:
    """Draw means as dots with their intervals as lines, a row for each predictor, the first on top.

    Parameters
    ----------
    table : pandas.DataFrame
        Index: name of the predictor. Columns `mean`, `low`, `high` (as `uncertainty.Interval` has them) and, where
        predictors were scored on several splits, `split`: a predictor then has a line for each, in its row.
    xlabel : str
        What was averaged.
    ylabel : str
        What the rows are, where their names do not say it.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If a column is missing, a predictor has two rows for one split, or there are more splits than colours.
    """
    check_columns(table, ["mean", "low", "high"])
    splits = list(dict.fromkeys(table["split"])) if "split" in table else [None]
    check_number(splits, "splits")
    names = list(dict.fromkeys(table.index))
    ax = axes_or_new(ax, 7.0, 0.26 * len(names) * (len(splits) + 0.6) + 1.1)
    gap = 0.7 / len(splits)
    for number, (split, (colour, marker)) in enumerate(zip(splits, SERIES)):
        rows = table if split is None else table[table["split"] == split]
        if rows.index.has_duplicates:
            repeated = rows.index[rows.index.duplicated()][0]
            raise ValueError(f"{repeated!r} has several rows for one split: keep one row for each predictor and split")
        place = np.array([names.index(name) for name in rows.index]) + (number - (len(splits) - 1) / 2) * gap
        means = rows["mean"].to_numpy(float)
        arms = np.abs(rows[["low", "high"]].to_numpy(float).T - means)
        ax.errorbar(
            means, place, xerr=arms, fmt=marker, color=colour, label=split,
            markersize=5.5, linewidth=1.8, capsize=3,
        )  # fmt: skip
        for (_, row), y in zip(rows.iterrows(), place):
            ax.annotate(
                f"{row['mean']:.2f}", (np.nanmax([row["high"], row["mean"]]), y), xytext=(7, 0), fontsize=9,
                textcoords="offset points", va="center", color=colour,
            )  # fmt: skip
    labels = ["\n".join(wrap(str(name), 30)) for name in names]
    ax.set(
        yticks=np.arange(len(names)), yticklabels=labels, ylim=(len(names) - 0.4, -0.6), xlabel=xlabel, ylabel=ylabel
    )
    ax.margins(x=0.15)
    ax.grid(axis="x", color="0.9")
    ax.set_axisbelow(True)
    if splits != [None]:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(splits), frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
