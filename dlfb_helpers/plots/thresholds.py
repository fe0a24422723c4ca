"""Figures of chapter 9: what depends on a threshold, and whether probabilities keep their word."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from dlfb_helpers.plots.checks import check_columns, check_number
from dlfb_helpers.plots.style import PALETTE, SERIES, axes_or_new


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
    check_columns(curve, ["precision", "recall", "f"])
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
    ax.spines[["top", "right"]].set_visible(False)
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
        "not claimed, not annotated": (~claimed & ~true, {"facecolor": "0.8"}),
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
    below.spines[["top", "right"]].set_visible(False)
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
    check_number(tables, "tables")
    ax.plot([0, 1], [0, 1], color="black", linewidth=1, linestyle=":", label="calibrated")
    for (name, table), (colour, marker) in zip(tables.items(), SERIES):
        check_columns(table, ["mean_probability", "share"])
        ax.plot(table["mean_probability"], table["share"], color=colour, marker=marker, markersize=6, label=name)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.set(xlabel="mean probability of the bin", ylabel="share of pairs that are true")
    ax.legend(loc="upper left", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
