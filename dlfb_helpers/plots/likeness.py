"""Figures of how alike the amino acids are: tables side by side, and the trees made of them."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform

from dlfb_helpers.plots.style import GROUP_COLOURS, PALETTE, SEQUENTIAL
from dlfb_helpers.proteins.alphabet import residue_group


def plot_likeness(tables: Mapping[str, pd.DataFrame]) -> Axes:
    """Draw square tables of likeness side by side, each on its own scale and without its diagonal.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Title -> a square table of one order in rows and columns, high where two residues are alike.

    Returns
    -------
    Axes
        The first panel.
    """
    panels = plt.subplots(1, len(tables), figsize=(7.8, 4.6), layout="constrained", squeeze=False)[1][0]
    for ax, (title, table) in zip(panels, tables.items(), strict=True):
        others = table.mask(np.eye(len(table), dtype=bool)).astype(float)
        bar = {"orientation": "horizontal", "shrink": 0.8, "pad": 0.02}
        sns.heatmap(others, cmap=SEQUENTIAL, square=True, cbar_kws=bar, ax=ax, xticklabels=True, yticklabels=True)
        ax.set_title(title, fontsize=11)
        ax.tick_params(axis="both", rotation=0, length=0, labelsize=9)
    return panels[0]


def plot_trees(tables: Mapping[str, pd.DataFrame]) -> Axes:
    """Draw a dendrogram of each table of likeness (average linkage), residues coloured by chemical group.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Title -> a square table of residues, high where two are alike. Two residues are as far apart as their likeness
        lies below the mean of their likeness to themselves.

    Returns
    -------
    Axes
        The first panel.
    """
    figure, panels = plt.subplots(len(tables), 1, figsize=(7.5, 2.6 * len(tables)), layout="constrained", squeeze=False)
    for ax, (title, table) in zip(panels[:, 0], tables.items(), strict=True):
        values = table.to_numpy(dtype=float)
        own = np.diag(values)
        apart = (own[:, None] + own[None]) / 2 - values
        np.fill_diagonal(apart, 0)
        joints = linkage(squareform((apart + apart.T) / 2), "average")
        dendrogram(joints, labels=list(table.index), ax=ax, color_threshold=0, above_threshold_color=PALETTE[6])
        for label in ax.get_xticklabels():
            label.set(color=GROUP_COLOURS[residue_group(label.get_text())], fontsize=12, fontweight="bold")
        ax.set_title(title, fontsize=11, loc="left")
        ax.set_ylabel("unlikeness")
        ax.spines[["top", "right", "bottom"]].set_visible(False)
    groups = dict.fromkeys(map(residue_group, next(iter(tables.values())).index))
    handles = [Line2D([], [], color=GROUP_COLOURS[group], lw=0, marker="s", label=group) for group in groups]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return panels[0, 0]
