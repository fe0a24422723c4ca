"""A sequence logo: what a model expects at each position, in letters as high as it is sure."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from dlfb_helpers.plots.checks import check_rows
from dlfb_helpers.plots.masking import bracket
from dlfb_helpers.plots.style import GROUP_COLOURS
from dlfb_helpers.proteins.alphabet import residue_group

HIGHEST = float(np.log2(20))
"""Bits: what it takes to name one of 20 amino acids."""
LOWEST = 0.06
"""Bits below which a letter is left out: it could not be read."""


def plot_logo(
    scan: pd.DataFrame,
    sequence: str,
    parts: Mapping[str, tuple[int, int]] | None = None,
    first: int = 0,
    a_row: int = 60,
) -> Axes:
    """Draw a logo: a stack of letters a position, each as high as its probability times what the position tells.

    A position tells log2(20) bits if the model is certain, and none if it finds all residues equally likely (Schneider
    & Stephens 1990, doi:10.1093/nar/18.20.6097). Below each stack stands the residue found in nature.

    Parameters
    ----------
    scan : pandas.DataFrame
        A row a position, a column a residue; probabilities, as `MaskPredictor.scan` returns them.
    sequence : str
        The residues found in nature, one for each row.
    parts : mapping of str to (int, int), optional
        Names of stretches, from the first position to the one after the last, written above them.
    first : int
        What the first position is called.
    a_row : int
        Positions side by side; a longer sequence is continued below.

    Returns
    -------
    Axes
        The first row.

    Raises
    ------
    ValueError
        If the table does not have one row for each residue.
    """
    check_rows(scan, sequence)
    shares = scan.div(scan.sum(axis=1), axis=0).to_numpy(dtype=float)
    bits = HIGHEST + (shares * np.log2(np.clip(shares, 1e-12, 1))).sum(axis=1)
    heights = pd.DataFrame(shares * bits[:, None], columns=scan.columns)
    starts = range(0, len(sequence), a_row)
    figure, rows = plt.subplots(
        len(starts), 1, figsize=(7.8, 1.75 * len(starts) + 0.4), squeeze=False, layout="constrained"
    )
    for ax, start in zip(rows[:, 0], starts, strict=True):
        shown = range(start, min(start + a_row, len(sequence)))
        for place in shown:
            _stack(ax, place + first, heights.iloc[place])
        ax.set(xlim=(start + first - 0.6, start + first + min(a_row, len(sequence)) - 0.4), ylim=(0, HIGHEST))
        ax.set_xticks([place + first for place in shown], [sequence[place] for place in shown], fontsize=9)
        ax.tick_params(axis="x", length=0, pad=2)
        numbers = [place + first for place in shown if (place + first) % 10 == 0]
        ax.secondary_xaxis(-0.14).set_xticks(numbers, [str(number) for number in numbers], fontsize=9)
        ax.set_ylabel("bits")
        ax.spines[["top", "right"]].set_visible(False)
        for name, (begin, end) in (parts or {}).items():
            inside = max(begin, shown[0] + first), min(end, shown[-1] + first + 1)
            if inside[0] < inside[1]:
                bracket(ax, name, *inside, height=1.02)
    groups = dict.fromkeys(residue_group(letter) for letter in scan.columns)
    handles = [Line2D([], [], color=GROUP_COLOURS[group], lw=0, marker="s", label=group) for group in groups]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return rows[0, 0]


def _stack(ax: Axes, place: int, heights: pd.Series) -> None:
    """Draw letters on top of one another, the likeliest highest up."""
    foot = 0.0
    for letter, height in heights[heights >= LOWEST].sort_values().items():
        outline = TextPath((0, 0), str(letter), size=1, prop=FontProperties(family="DejaVu Sans", weight="bold"))
        box = outline.get_extents()
        fitted = Affine2D().translate(-box.x0, -box.y0).scale(0.9 / box.width, height / box.height)
        path = fitted.translate(place - 0.45, foot).transform_path(outline)
        ax.add_patch(PathPatch(path, color=GROUP_COLOURS[residue_group(str(letter))], linewidth=0))
        foot += height
