"""Figures of chapters 3 and 5: maps of tokens and proteins, and what padding does to a mean."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from adjustText import adjust_text
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from dlfb_helpers.plots.style import GREY, GROUP_COLOURS, GROUP_MARKERS, MARKERS, PALETTE, axes_or_new


def plot_token_map(
    points: np.ndarray,
    tokens: Sequence[str],
    groups: Sequence[str] | None = None,
    labelled: bool | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw tokens as points in a plane, bare or labelled and coloured by group.

    Parameters
    ----------
    points : np.ndarray
        Shape (n, 2): one row a token.
    tokens : sequence of str
        n tokens, in the order of the rows.
    groups : sequence of str, optional
        n keys of `GROUP_COLOURS`; without it all points are grey.
    labelled : bool, optional
        Whether to write the tokens; by default only where `groups` is given.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If `points` has not this shape.
    """
    points = np.asarray(points)
    if points.shape != (len(tokens), 2):
        raise ValueError(f"points must have shape ({len(tokens)}, 2) for {len(tokens)} tokens, found {points.shape}")
    ax = axes_or_new(ax, 7.2, 5.2)
    if groups is None:
        ax.scatter(points[:, 0], points[:, 1], s=55, color=GREY, edgecolor="white", linewidth=0.8)
    else:
        for group in dict.fromkeys(groups):
            rows = points[[g == group for g in groups]]
            ax.scatter(
                rows[:, 0], rows[:, 1], s=70, color=GROUP_COLOURS[group], marker=GROUP_MARKERS[group],
                edgecolor="white", linewidth=0.8, label=group,
            )  # fmt: skip
        ax.legend(title="side chain", frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    _finish_map(ax)
    if labelled if labelled is not None else groups is not None:
        _place_labels(ax, *_together(points, tokens))
    return ax


def _together(points: np.ndarray, tokens: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Give tokens that nearly coincide one label: a twenty-fifth of the map apart, or less, about a mark's width."""
    near = 0.04 * np.ptp(points, axis=0).max()
    groups: list[list[int]] = []
    for row, point in enumerate(points):
        group = next((group for group in groups if np.linalg.norm(points[group[0]] - point) < near), None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    return points[[group[0] for group in groups]], [" ".join(tokens[row] for row in group) for group in groups]


def plot_embedding_map(
    points: np.ndarray, labels: Sequence[str], names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw proteins as points in a plane, a colour and a shape for each label.

    Parameters
    ----------
    points : np.ndarray
        Shape (n, 2): one row a protein.
    labels : sequence of str
        n labels; the legend gives the number of points of each.
    names : sequence of str, optional
        n texts to write beside the points ("" for none).
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If `points` has not this shape.
    """
    points = np.asarray(points)
    if points.shape != (len(labels), 2):
        raise ValueError(f"points must have shape ({len(labels)}, 2) for {len(labels)} labels, found {points.shape}")
    ax = axes_or_new(ax, 7.2, 4.8) if names is None else axes_or_new(ax, 7.5, 6.4)
    for number, label in enumerate(dict.fromkeys(labels)):
        rows = points[[other == label for other in labels]]
        ax.scatter(
            rows[:, 0], rows[:, 1], s=60, alpha=0.9, color=PALETTE[number % len(PALETTE)],
            marker=MARKERS[number % len(MARKERS)], edgecolor="white", linewidth=0.8, label=f"{label} ({len(rows)})",
        )  # fmt: skip
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.2)
    _finish_map(ax)
    if names is not None:
        named = [row for row, name in enumerate(names) if name]
        _place_labels(ax, points[named], [names[row] for row in named], size=9)
    return ax


def plot_masked_averaging(cosines: pd.DataFrame, residues: int) -> Axes:
    """Draw what two averages of one row of a batch take in, and how far each moves when the row is padded.

    Parameters
    ----------
    cosines : pandas.DataFrame
        Index: length of the longest protein in the batch, in residues, ascending. Columns: ways to average, the wrong
        one first; values are the cosine of the protein's vector in that batch with its vector alone.
    residues : int
        Length of the protein.

    Returns
    -------
    Axes
        The upper panel: the row of tokens. The lower one has the cosines.

    Raises
    ------
    ValueError
        If there are not two columns, or no batch is as long as the protein.
    """
    longest = int(cosines.index.max())
    if len(cosines.columns) != 2 or longest < residues:
        raise ValueError(
            f"two columns, and a batch as long as the protein ({residues} residues) are needed, found "
            f"{list(cosines.columns)} and at most {longest} residues"
        )
    row, curve = plt.subplots(2, 1, figsize=(7.5, 4.6), sharex=True, height_ratios=(1, 1.5), layout="constrained")[1]
    row.barh(0, residues, color=PALETTE[0], height=0.5)
    row.barh(0, longest - residues, left=residues, color="white", edgecolor=GREY, hatch="///", height=0.5)
    plain = {"ha": "center", "va": "center", "fontsize": 9}
    row.text(residues / 2, 0, f"{residues} residues", color="white", **plain)
    row.text(
        (residues + longest) / 2, 0, f"{longest - residues} × <pad>", bbox={"color": "white", "pad": 2}, **plain
    )  # fmt: skip
    styles = list(zip(cosines, ((PALETTE[3], "s", "--"), (PALETTE[0], "o", "-")), (longest, residues), strict=True))
    for place, (way, (colour, _, _), end) in zip((-0.6, -1.1), styles, strict=True):
        row.annotate(
            "", (0, place), (end, place), arrowprops={"arrowstyle": "|-|,widthA=0.3,widthB=0.3", "color": colour}
        )
        row.text(end + longest * 0.015, place, way, color=colour, fontsize=10, va="center")
    row.set(ylim=(-1.4, 0.4), yticks=[])
    row.set_title("one row of the batch, and what each mean takes in", fontsize=10, loc="left")
    row.spines[:].set_visible(False)
    row.tick_params(bottom=False)
    for way, (colour, marker, line), _ in styles:
        curve.plot(cosines.index, cosines[way], line, marker=marker, color=colour, label=way)
    curve.set(
        xlim=(0, longest * 1.25), xlabel="longest protein in the batch (residues)",
        ylabel="cosine with the\nprotein's vector alone",
    )  # fmt: skip
    curve.legend(frameon=False, loc="lower left")
    curve.spines[["top", "right"]].set_visible(False)
    return row


def _finish_map(ax: Axes) -> None:
    """Leave the numbers off: what the axes of t-SNE count has no meaning, only who stands beside whom."""
    ax.margins(0.08)
    ax.set(xlabel="t-SNE 1 (no unit)", ylabel="t-SNE 2 (no unit)", xticks=[], yticks=[])
    ax.spines[["top", "right"]].set_visible(False)


def _place_labels(ax: Axes, points: np.ndarray, labels: Sequence[str], size: float = 10) -> None:
    """Write each label beside its point where it hides no point and no other label, with a line to it if it is far."""
    figure = ax.figure.get_figure(root=True)
    figure.draw_without_rendering()  # the layout is settled now, so pixels can be compared
    to_pixels, to_data, radius = ax.transData, ax.transData.inverted(), 4 * figure.dpi / 72
    drawn = to_pixels.transform(np.concatenate([scatter.get_offsets() for scatter in ax.collections]))
    markers = [Bbox([centre - radius, centre + radius]).transformed(to_data) for centre in drawn]
    starts = to_data.transform(to_pixels.transform(points) + [radius, 0])
    texts = [ax.text(x, y, label, fontsize=size, va="center") for (x, y), label in zip(starts, labels, strict=True)]
    # Of the forces that were tried, these left the maps of chapters 3 and 5 most legible. Steps are limited, and not
    # time, so that the picture is the same on every machine.
    adjust_text(
        texts, ax=ax, objects=markers, avoid_self=False, target_x=points[:, 0], target_y=points[:, 1], iter_lim=200,
        expand=(1, 0.9), force_static=(0.02, 0.2), force_explode=(0, 0.2), pull_threshold=20, prevent_crossings=False,
        min_arrow_len=2 * radius, arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.7},
    )  # fmt: skip
