"""Figures of attention: at which positions one token looks, and how the look-back depends on distance."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from dlfb_helpers.plots.style import PALETTE, SHADES


def plot_attention(weights: np.ndarray, asking: int, parts: Mapping[str, tuple[int, int]]) -> Axes:
    """Draw the attention of one head: the row of the token that asks, and the whole square.

    Parameters
    ----------
    weights : numpy.ndarray
        Shape (n, n): row i says how token i divides its attention among all n; rows sum to 1.
    asking : int
        The row that is drawn as bars.
    parts : mapping of str to (int, int)
        Names of stretches of tokens, from the first to the one after the last.

    Returns
    -------
    Axes
        The panel of the bars.

    Raises
    ------
    ValueError
        If the weights are no square, or do not have the row.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not 0 <= asking < len(weights):
        raise ValueError(f"a square of weights with row {asking} is needed, found shape {weights.shape}")
    row, square = plt.subplots(2, 1, figsize=(6.2, 7.4), sharex=True, height_ratios=(1, 3.2), layout="constrained")[1]
    row.bar(range(len(weights)), weights[asking], width=1.6, color=PALETTE[3])
    row.axvline(asking, color=PALETTE[6], linewidth=1, linestyle=":")
    row.annotate("hidden", (asking, 1.0), xytext=(4, -2), textcoords="offset points", fontsize=9, va="top")
    row.set(ylim=(0, 1.15), ylabel="attention of the\nhidden residue")
    image = square.imshow(weights, cmap=SHADES, vmin=0, vmax=1, aspect="equal", interpolation="antialiased")
    square.set(xlabel="looks at token", ylabel="token that looks")
    for name, (start, end) in parts.items():
        row.text((start + end) / 2, 1.17, name, ha="center", va="bottom", fontsize=9)
        for edge in (start, end):
            row.axvline(edge - 0.5, color="0.85", linewidth=0.8, zorder=0)
            square.axvline(edge - 0.5, color="0.7", linewidth=0.8)
            square.axhline(edge - 0.5, color="0.7", linewidth=0.8)
    row.figure.colorbar(image, ax=square, label="attention", shrink=0.7)
    for side in ("top", "right"):
        row.spines[side].set_visible(False)
    return row
