"""The figure of ``dlfb evaluate --picture``: how scores depend on the threshold, aspect by aspect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from dlfb_helpers.metrics.curves import best_f, best_s
from dlfb_helpers.metrics.judging import PREDICTED, WHOLE, Judged
from dlfb_helpers.plots.checks import check_number
from dlfb_helpers.plots.style import SERIES

MEASURES = {
    "F": (False, "f", best_f),
    "weighted F": (True, "f", best_f),
    "S, bits": (True, "s", best_s),
    "coverage": (False, "coverage", None),
}
"""Label -> whether it is of the weighted curve, its column, and what finds its best threshold."""
LINES: dict[str, Any] = {WHOLE: "-", PREDICTED: "--"}
KINDS = {"any": "all proteins", "none": "no knowledge", "limited": "limited knowledge", "partial": "partial knowledge"}


def plot_judged(judged: Sequence[Judged]) -> Axes:
    """Draw F, weighted F, S and coverage over the threshold, a column of panels for each aspect; marks are the best.

    Parameters
    ----------
    judged : sequence of Judged
        From `dlfb_helpers.metrics.judging.judge`; those of which nothing is predicted are left out, if not all are.
        Without weights, neither weighted F nor S is drawn.

    Returns
    -------
    Axes
        The first panel.

    Raises
    ------
    ValueError
        If there is no curve, or more kinds of knowledge than colours.
    """
    there = [each for each in judged if each.curve is not None]
    drawn = [each for each in there if each.curve is not None and each.curve["predictions"].any()] or there
    aspects = list(dict.fromkeys(each.aspect for each in drawn))
    kinds = list(dict.fromkeys(each.knowledge for each in drawn))
    check_number(kinds, "kinds of knowledge")
    heavy = any(each.weighted is not None for each in drawn)
    measures = {label: what for label, what in MEASURES.items() if heavy or not what[0]}
    figure, axes = plt.subplots(
        len(measures), len(aspects), figsize=(max(2.4 * len(aspects) + 0.8, 4.5), 1.7 * len(measures) + 0.9),
        sharex=True, sharey="row", squeeze=False, layout="constrained",
    )  # fmt: skip
    colours = dict(zip(kinds, SERIES))
    for row, (label, (weighted, column, best)) in zip(axes, measures.items()):
        for ax, aspect in zip(row, aspects):
            for each in (each for each in drawn if each.aspect == aspect):
                curve, (colour, marker) = each.weighted if weighted else each.curve, colours[each.knowledge]
                if curve is None:
                    continue
                ax.plot(curve.index, curve[column], LINES[each.over], color=colour, linewidth=1.5)
                if best is not None and not np.isnan((at := best(curve))[column]):
                    ax.plot(at.name, at[column], marker, color=colour, markersize=6)
            ax.set(xlim=(0, 1), ylim=(0, None if column == "s" else 1.02))
        row[0].set_ylabel(label)
    for ax, aspect in zip(axes[0], aspects):
        ax.set_title(aspect, fontsize=11)
    for ax in axes[-1]:
        ax.set_xlabel("threshold")
    handles = [
        Line2D([], [], color=colour, marker=marker, label=KINDS[kind]) for kind, (colour, marker) in colours.items()
    ]
    handles += [Line2D([], [], color="black", linestyle=line, label=over) for over, line in LINES.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    for ax in figure.axes:
        ax.spines[["top", "right"]].set_visible(False)
    return axes[0, 0]
