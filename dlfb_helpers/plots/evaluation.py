"""Figures of chapters 8 and 9: scores, baselines, intervals, thresholds, calibration."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from textwrap import wrap
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Patch

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
    sns.despine(ax=ax)
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
    sns.despine(ax=ax)
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
    sns.despine(ax=ax)
    return ax


def plot_intervals(table: pd.DataFrame, xlabel: str = "auPRC, mean over proteins", ax: Axes | None = None) -> Axes:
    """Draw means as dots with their intervals as lines, a row for each predictor, the first on top.

    Parameters
    ----------
    table : pandas.DataFrame
        Index: name of the predictor. Columns `mean`, `low`, `high` (as `uncertainty.Interval` has them) and, where
        predictors were scored on several splits, `split`: a predictor then has a line for each, in its row.
    xlabel : str
        What was averaged.
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
    _check_columns(table, ["mean", "low", "high"])
    splits = list(dict.fromkeys(table["split"])) if "split" in table else [None]
    _check_number(splits, "splits")
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
    ax.set(yticks=np.arange(len(names)), yticklabels=labels, ylim=(len(names) - 0.4, -0.6), xlabel=xlabel)
    ax.margins(x=0.15)
    ax.grid(axis="x", color="0.9")
    ax.set_axisbelow(True)
    if splits != [None]:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(splits), frameon=False)
    sns.despine(ax=ax)
    return ax


def plot_threshold_curves(curve: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw precision, recall and F over the threshold from which a term counts as predicted, and mark the maximum.

    Parameters
    ----------
    curve : pandas.DataFrame
        Index: threshold. Columns `precision`, `recall` and `f`; undefined values are NaN and leave a gap.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If a column is missing, or F is undefined at every threshold.
    """
    _check_columns(curve, ["precision", "recall", "f"])
    if curve["f"].isna().all():
        raise ValueError("f is undefined at every threshold: there is no maximum to mark")
    ax = axes_or_new(ax, 6.5, 3.6)
    for (column, label), (colour, _), style in zip(
        {"precision": "precision", "recall": "recall", "f": "F, their harmonic mean"}.items(), SERIES, ("--", "-.", "-")
    ):
        ax.plot(curve.index, curve[column], style, color="black" if column == "f" else colour, linewidth=2, label=label)
    best = curve["f"].idxmax()
    top = curve.loc[best, "f"]
    ax.plot([best, best], [0, top], color="0.5", linewidth=1)
    ax.plot(best, top, "o", color="black", markersize=8, label=f"maximum: {top:.3f} at {best:.2f}")
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="threshold", ylabel="mean over proteins")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    sns.despine(ax=ax)
    return ax


def plot_threshold_choice(
    curve: pd.DataFrame,
    threshold: float,
    probabilities: pd.Series,
    truth: Collection[str],
    names: Mapping[str, str],
) -> Axes:
    """Draw what a threshold does: to precision and recall over all proteins, and to the claims about one of them.

    Parameters
    ----------
    curve : pandas.DataFrame
        As for `plot_threshold_curves`.
    threshold : float
        A term whose probability reaches it is claimed.
    probabilities : pandas.Series
        Of one protein, by term; drawn in this order, readable up to about fifteen.
    truth : collection of str
        The protein's true terms.
    names : mapping of str to str
        Of the terms.

    Returns
    -------
    Axes
        The upper panel, with the curves; the lower one has the protein's terms.

    Raises
    ------
    ValueError
        As `plot_threshold_curves`.
    """
    height = 0.25 * len(probabilities) + 0.7
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(7.5, 2.6 + height), height_ratios=(2.6, height), sharex=True, layout="constrained"
    )
    plot_threshold_curves(curve, above)
    above.legend(loc="center right", bbox_to_anchor=(-0.12, 0.5), frameon=False)  # above the names, where there is room
    row = curve.iloc[np.abs(curve.index - threshold).argmin()]
    heading = f"threshold {threshold:.2f}: precision {row['precision']:.2f}, recall {row['recall']:.2f}"
    above.set_title(heading, fontsize=11)
    above.set(xlabel="")
    true, claimed = probabilities.index.isin(list(truth)), (probabilities >= threshold).to_numpy()
    kinds: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
        "claimed, true": (claimed & true, {"facecolor": PALETTE[0]}),
        "claimed, not annotated": (claimed & ~true, {"facecolor": PALETTE[1]}),
        "missed": (~claimed & true, {"facecolor": "white", "edgecolor": PALETTE[0], "hatch": "///"}),
        "rightly not claimed": (~claimed & ~true, {"facecolor": "0.8"}),
    }
    place = np.arange(len(probabilities))
    for chosen, style in kinds.values():
        below.barh(place[chosen], probabilities[chosen], height=0.7, **style)
    whole_names = [names[term] for term in probabilities.index]
    labels = [name if len(name) <= 40 else name[:38].rstrip() + " …" for name in whole_names]
    below.set(xlim=(0, 1), xlabel="threshold, or probability", yticks=place, yticklabels=labels)
    below.invert_yaxis()
    handles = [Patch(**style, label=f"{label} ({chosen.sum()})") for label, (chosen, style) in kinds.items()]
    below.legend(handles=handles, loc="lower right", frameon=False)
    sns.despine(ax=below)
    for ax in (above, below):
        ax.axvline(threshold, color=PALETTE[3], linewidth=2)
    return above


def plot_reliability(tables: Mapping[str, pd.DataFrame], ax: Axes | None = None) -> Axes:
    """Draw the share of ones against the mean probability of each bin; a calibrated predictor lies on the diagonal.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Name of a predictor or calibrator -> its `calibration.reliability_table`; seven at most.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If a column is missing, or there are more tables than colours.
    """
    ax = axes_or_new(ax, 4.6, 4.4)
    _check_number(tables, "tables")
    ax.plot([0, 1], [0, 1], color="black", linewidth=1, linestyle=":", label="calibrated")
    for (name, table), (colour, marker) in zip(tables.items(), SERIES):
        _check_columns(table, ["mean_probability", "share"])
        ax.plot(table["mean_probability"], table["share"], color=colour, marker=marker, markersize=6, label=name)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.set(xlabel="mean probability of the bin", ylabel="share of pairs that are true")
    ax.legend(loc="upper left", frameon=False)
    sns.despine(ax=ax)
    return ax


def _check_columns(table: pd.DataFrame, needed: Sequence[str]) -> None:
    if missing := [name for name in needed if name not in table]:
        raise ValueError(f"columns {', '.join(needed)} are needed, but {', '.join(missing)} is not among {list(table)}")


def _check_number(series: Collection, what: str) -> None:
    if not 1 <= len(series) <= len(SERIES):
        raise ValueError(f"from 1 to {len(SERIES)} {what} can be told apart, found {len(series)}")
