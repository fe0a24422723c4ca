"""Colours of every figure, in one place: each can be told apart with colour-vision deficiency, and in print."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

PALETTE: tuple[str, ...] = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#444444")
"""The colours of Okabe & Ito (2008), and a dark grey: a light one is too near to pink for some readers."""

GREY = "#8C8C8C"
"""What a figure is not about: context, other groups, guesses."""

PART_COLOURS: dict[str, str] = {"train": PALETTE[0], "valid": PALETTE[1], "test": PALETTE[2]}

GROUP_COLOURS: dict[str, str] = {
    "hydrophobic": PALETTE[1],
    "polar uncharged": PALETTE[2],
    "negative": PALETTE[3],
    "positive": PALETTE[0],
    "special": PALETTE[5],
    "special tokens": PALETTE[6],
}
GROUP_MARKERS: dict[str, str] = dict(zip(GROUP_COLOURS, "osv^DX", strict=True))
"""Groups differ by shape too, so that a print in grey can be read."""

MARKERS = "os^DvPX"
"""One for each colour of PALETTE."""

SERIES = tuple(zip((PALETTE[0], PALETTE[3], *PALETTE[1:3], *PALETTE[4:]), MARKERS, strict=True))
"""Colour and marker of the first, second ... series; the first two are blue and vermilion, farthest apart."""

SEQUENTIAL = "viridis"
"""Amounts from 0 up: lightness rises evenly, so that the order can be read without the hue."""

DIVERGING = "RdBu"
"""Amounts on both sides of 0: red below, blue above, white at 0."""

SHADES = "Blues"
"""Amounts as the background of dark or white text."""

ALONG_CHAIN = ListedColormap(plt.get_cmap("plasma")(np.linspace(0, 1, 256))[:210], "along chain")
"""From the first residue (dark blue) over purple to the last (orange), without the yellow that is lost on white."""


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return `ax`, or the Axes of a new figure.

    Parameters
    ----------
    ax : Axes or None
        Returned as it is, if given.
    width, height : float
        Size of the new figure in inches; a chapter has room for a width of 7.5.

    Returns
    -------
    Axes
        Where to draw.
    """
    return ax if ax is not None else plt.subplots(figsize=(width, height), layout="constrained")[1]
