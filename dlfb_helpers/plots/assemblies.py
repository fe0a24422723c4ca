"""Figures of several chains: the four levels of structure, and a barrel of rings."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from dlfb_helpers.plots.proteins import draw_trace
from dlfb_helpers.plots.style import PALETTE

LETTERS_A_LINE = 10


def plot_levels(sequence: str, secondary: str, tertiary: str, quaternary: str) -> Axes:
    """Draw the four levels of structure side by side: letters, a regular stretch, a fold, an assembly.

    Parameters
    ----------
    sequence : str
        One-letter residues; readable up to about sixty.
    secondary, tertiary, quaternary : str
        PDB text; the last is drawn with a colour a chain.

    Returns
    -------
    Axes
        The panel of the letters.
    """
    panels = plt.subplots(1, 4, figsize=(7.8, 2.9), layout="constrained")[1]
    titles = ("1 · primary", "2 · secondary", "3 · tertiary", "4 · quaternary")
    for ax, title in zip(panels, titles, strict=True):
        ax.set_title(title, fontsize=11)
        ax.axis("off")
    for place, letter in enumerate(sequence):
        row, column = divmod(place, LETTERS_A_LINE)
        panels[0].text(column, -1.4 * row, letter, ha="center", fontsize=9, family="monospace")
    panels[0].set(xlim=(-1, LETTERS_A_LINE), ylim=(-1.4 * (len(sequence) // LETTERS_A_LINE + 1), 1.5))
    for ax, text, colour in zip(panels[1:], (secondary, tertiary, quaternary), ("spectrum", "spectrum", "chain")):
        draw_trace(ax, text, colour, thick=3.0, named=False)
        reach = max(ax.get_xlim()[1], ax.get_ylim()[1])
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
    for ax in panels:
        ax.set_box_aspect(1)
    return panels[0]


def plot_barrel(centres: pd.DataFrame, width: float) -> Axes:
    """Draw a barrel of rings from its side and from above, a ball a chain.

    Parameters
    ----------
    centres : pandas.DataFrame
        Columns ring, x, y, z (angstrom, z is the axis), as `barrel_centres` returns it.
    width : float
        Diameter of a ball in angstrom.

    Returns
    -------
    Axes
        The view from the side; the other is that from above. Both have one scale.
    """
    side, above = plt.subplots(1, 2, figsize=(7.2, 3.9), layout="constrained")[1]
    rings = sorted(centres["ring"].unique())
    colours = {ring: PALETTE[0] if ring in (rings[0], rings[-1]) else PALETTE[1] for ring in rings}
    for ax, across, up, depth in ((side, "x", "z", "y"), (above, "x", "y", "z")):
        for row in centres.sort_values(depth, ascending=ax is above).itertuples():
            place = (getattr(row, across), getattr(row, up))
            ax.add_patch(Circle(place, width / 2, facecolor=colours[row.ring], edgecolor="white", linewidth=1.5))
        reach = np.abs(centres[["x", "y", "z"]].to_numpy()).max() + width / 2 + 4
        ax.set(xlim=(-reach, reach), ylim=(-reach - 14, reach), aspect="equal")
        ax.axis("off")
    side.plot([-reach + 2, -reach + 52], [-reach - 12] * 2, color="black", linewidth=2)
    side.text(-reach + 27, -reach - 10, "50 Å", ha="center", va="bottom", fontsize=9)
    side.set_title("from the side", fontsize=11)
    above.set_title("from above", fontsize=11)
    handles = [plt.Line2D([], [], marker="o", lw=0, markersize=9, color=PALETTE[n], label=name)
               for n, name in enumerate(("outer rings (alpha)", "inner rings (beta), which cut"))]  # fmt: skip
    side.figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return side
