"""Figures of hidden residues and of substitutions (chapters 4 and 10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dlfb_helpers.plots.checks import check_rows
from dlfb_helpers.plots.style import DIVERGING, PALETTE, SEQUENTIAL, axes_or_new


def plot_mask_probabilities(probabilities: pd.Series, true_residue: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the probability of every token at a masked position as bars, the true residue in another colour.

    Parameters
    ----------
    probabilities : pd.Series
        Index: tokens; values: probabilities that sum to 1. The order of the bars is that of the index.
    true_residue : str, optional
        The token that was masked; must be in the index.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If `true_residue` is not in the index.
    """
    tokens = list(probabilities.index)
    if true_residue is not None and true_residue not in tokens:
        raise ValueError(f"true_residue {true_residue!r} is not among the tokens {' '.join(map(str, tokens))}")
    ax = axes_or_new(ax, 7.5, 3.2)
    colours = [PALETTE[1] if token == true_residue else PALETTE[0] for token in tokens]
    bars = ax.bar(range(len(tokens)), probabilities.to_numpy(), color=colours, width=0.8)
    ax.set_xticks(range(len(tokens)), tokens, rotation=90 if max(map(len, tokens)) > 1 else 0)
    ax.set(xlabel="token", ylabel="probability", xlim=(-0.7, len(tokens) - 0.3))
    if true_residue is not None:
        true, name = bars[tokens.index(true_residue)], f"{true_residue}, the masked residue"
        ax.legend([true], [name], loc="lower right", bbox_to_anchor=(1, 1), frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_position_scan(
    probabilities: pd.DataFrame,
    sequence: str,
    label: str = "probability",
    parts: Mapping[str, tuple[int, int]] | None = None,
    a_row: int = 55,
    first: int = 0,
    limit: float | None = None,
) -> Axes:
    """Draw a value for every residue at every position as a heatmap; a circle marks the residue found in nature.

    Parameters
    ----------
    probabilities : pd.DataFrame
        Rows: the L positions of `sequence` in order; columns: residues. Probabilities, or log-odds: where some are
        negative, the colours are centred on 0.
    sequence : str
        The wild type, L residues.
    label : str
        What the values are, with their unit.
    parts : mapping of str to (int, int), optional
        Names of stretches, from the first position to the one after the last, written above them.
    a_row : int
        Positions side by side; a longer sequence is continued below.
    first : int
        What the first position is called.
    limit : float, optional
        Where the colours end: what lies beyond is drawn as the limit is. By default the largest value there is.

    Returns
    -------
    Axes
        The first row.

    Raises
    ------
    ValueError
        If the table does not have one row for each residue.
    """
    check_rows(probabilities, sequence)
    values, columns = probabilities.to_numpy().T, list(probabilities.columns)
    lowest, highest = np.nanmin(values), np.nanmax(values)
    limit = limit or max(-lowest, highest)
    low, colours = (0.0, SEQUENTIAL) if lowest >= 0 else (-limit, DIVERGING)
    beyond = {(True, False): "min", (False, True): "max", (True, True): "both"}.get((lowest < low, highest > limit))
    starts = range(0, len(sequence), a_row)
    figure, rows = plt.subplots(
        len(starts), 1, figsize=(7.5, 0.155 * len(columns) * len(starts) + 0.9 * len(starts)), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for ax, start in zip(rows[:, 0], starts, strict=True):
        shown = sequence[start : start + a_row]
        places = range(start + first, start + first + len(shown))
        image = ax.imshow(
            values[:, start : start + a_row], cmap=colours, vmin=low, vmax=limit, aspect="auto",
            interpolation="nearest", extent=(places[0] - 0.5, places[-1] + 0.5, len(columns) - 0.5, -0.5),
        )  # fmt: skip
        found = [columns.index(residue) if residue in columns else np.nan for residue in shown]
        ax.scatter(places, found, s=12, color="white", edgecolor="black", linewidth=0.6, label="found in nature")
        ax.set(xlim=(places[0] - 0.5, places[0] + min(a_row, len(sequence)) - 0.5), ylabel="residue")
        ax.set_yticks(range(len(columns)), columns, fontsize=9)
        ax.set_xticks([place for place in places if place % 5 == 0])
        letters = ax.secondary_xaxis("top")
        letters.set_xticks(places, shown, fontsize=9)
        letters.tick_params(length=0, pad=1)
        ax.spines[:].set_visible(False)
        for name, (begin, end) in (parts or {}).items():
            if max(begin, places[0]) < min(end, places[-1] + 1):
                bracket(ax, name, max(begin, places[0]), min(end, places[-1] + 1))
    rows[-1, 0].set_xlabel(f"position, counted from {first}; the circle marks the residue found in nature")
    figure.colorbar(image, ax=rows[:, 0], label=label, pad=0.01, aspect=40, extend=beyond or "neither")
    return rows[0, 0]


def bracket(ax: Axes, name: str, first: int, end: int, height: float = 1.075) -> None:
    """Write a name over a stretch of positions, at a height in shares of the panel's."""
    across = ax.get_xaxis_transform()
    stretch = [first - 0.2, end - 0.8]  # so that neighbouring parts stay apart
    ax.plot(stretch, [height] * 2, color=PALETTE[6], lw=2, solid_capstyle="butt", transform=across, clip_on=False)
    ax.text((first + end - 1) / 2, height + 0.01, name, transform=across, ha="center", va="bottom", fontsize=9)


def plot_substitution_effects(effects: pd.DataFrame, marked: Mapping[str, Collection[int]] | None = None) -> Axes:
    """Draw what a substitution at each position does, a panel for each measure, with a line at no effect.

    Parameters
    ----------
    effects : pandas.DataFrame
        A row a position, in order and with its number as the index; a column a measure, whose name becomes the label
        of its axis.
    marked : mapping of str to collection of int, optional
        Names of motifs -> the numbers of their positions, which are shaded.

    Returns
    -------
    Axes
        The first panel.

    Raises
    ------
    ValueError
        If there is no position.
    """
    if effects.empty:
        raise ValueError("there is no row to draw; give one for each position")
    panels = plt.subplots(
        effects.shape[1], 1, figsize=(7.5, 2.3 * effects.shape[1]), sharex=True, layout="constrained", squeeze=False
    )[1]
    for panel, (measure, values) in zip(panels[:, 0], effects.items()):
        panel.bar(effects.index, values, width=1.0, color=PALETTE[0])
        panel.axhline(0, color="0.4", linewidth=0.8)
        for colour, (name, positions) in zip(PALETTE[1:], (marked or {}).items()):
            for label, position in zip([name, *[None] * len(positions)], positions):
                panel.axvspan(
                    position - 0.5, position + 0.5, color=colour, alpha=0.35, linewidth=0, zorder=0, label=label
                )
        panel.set_ylabel("\n".join(wrap(measure, 22)))
        panel.spines[["top", "right"]].set_visible(False)
    if marked:
        panels[0, 0].legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0, ncols=len(marked))
    panels[-1, 0].set(xlabel="position", xlim=(effects.index[0] - 1, effects.index[-1] + 1))
    return panels[0, 0]
