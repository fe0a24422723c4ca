"""Figures of chapters 1 and 2: structures, compositions, one-hot vectors."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, to_rgba
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from scipy.interpolate import make_interp_spline

from dlfb_helpers.plots.style import ALONG_CHAIN, GROUP_COLOURS, PALETTE, SEQUENTIAL, axes_or_new
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, GROUPS, one_hot, residue_group
from dlfb_helpers.proteins.structures import atom_table, disulfide_bonds


def plot_structures(structures: dict[str, str], colour: str = "spectrum") -> Axes:
    """Draw traces of C-alpha atoms side by side, each seen along its thinnest direction.

    Parameters
    ----------
    structures : dict of str to str
        Title of a panel -> PDB text. Disulfide bonds (SSBOND records) are drawn as dotted lines.
    colour : {"spectrum", "chain"}
        From each chain's first residue (blue) to its last (orange), or one colour a chain.

    Returns
    -------
    Axes
        The first panel; coordinates in angstrom, the same scale in all panels.
    """
    panels = plt.subplots(1, len(structures), squeeze=False, layout="constrained")[1][0]
    for ax, (title, pdb_text) in zip(panels, structures.items(), strict=True):
        draw_trace(ax, pdb_text, colour)
        ax.set_title(title, fontsize=11)
    wide, high = max(np.ptp(ax.get_xlim()) for ax in panels), max(np.ptp(ax.get_ylim()) for ax in panels)
    width = 5.0 if len(panels) == 1 else 7.4 / len(panels)
    panels[0].figure.set_size_inches(width * len(panels), width * high / wide + 0.3)
    for ax in panels:
        ax.set(xlim=(-wide / 2, wide / 2), ylim=(-high / 2, high / 2), aspect="equal")
        ax.plot([-wide / 2, -wide / 2 + 10], [-high / 2 + 1] * 2, color="black", linewidth=2)
        ax.text(-wide / 2 + 5, -high / 2 + 1.3, "10 Å", ha="center", va="bottom", fontsize=9)
        ax.axis("off")
    return panels[0]


def draw_trace(ax: Axes, pdb_text: str, colour: str, thick: float | None = None, named: bool = True) -> None:
    """Draw one structure: smooth lines through the C-alpha atoms, what is nearer over what is farther.

    Parameters
    ----------
    ax, pdb_text, colour
        Where, what, and as in `plot_structures`.
    thick : float, optional
        Of the lines, in points; by default thinner for large assemblies.
    named : bool
        Whether to name ends and chains.
    """
    atoms = atom_table(pdb_text)
    points = atoms[["x", "y", "z"]].to_numpy()
    points = points - points.mean(axis=0)
    across, up = np.linalg.svd(points, full_matrices=False)[2][:2]
    across, up = (axis * np.sign(axis[np.abs(axis).argmax()]) for axis in (across, up))
    # The cross product keeps the picture from being a mirror image: helices stay right-handed.
    points = points @ np.stack([across, up, np.cross(across, up)], axis=1)
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    place = {key: point for key, point in zip(zip(atoms.chain, atoms.number, strict=True), points, strict=True)}
    for one, other in disulfide_bonds(pdb_text):
        if one in place and other in place:
            ax.plot(*np.array([place[one], place[other]])[:, :2].T, ":", color=PALETTE[6], linewidth=1.8, zorder=0)
    chains = atoms.chain.unique()
    segments, colours, depths = [], [], []
    for number, chain in enumerate(chains):
        trace = points[(atoms.chain == chain).to_numpy()]
        fine = np.linspace(0, len(trace) - 1, 12 * len(trace))
        curve = make_interp_spline(np.arange(len(trace)), trace, k=min(3, len(trace) - 1))(fine)
        segments += list(np.stack([curve[:-1], curve[1:]], axis=1))
        depths += list(curve[:-1, 2])
        if colour == "spectrum":
            colours += list(ALONG_CHAIN(np.linspace(0, 1, len(curve) - 1)))
        else:
            colours += [to_rgba(PALETTE[number % len(PALETTE)])] * (len(curve) - 1)
        for end, text in ((0, "N"), (-1, "C")) if named and len(chains) <= 2 else ():
            outward = trace[end, :2] / max(np.linalg.norm(trace[end, :2]), 1e-9)
            ax.annotate(
                f"{text} ({chain})" if len(chains) > 1 else text, trace[end, :2], xytext=outward * 14,
                textcoords="offset points", fontsize=9, ha="center", va="center", zorder=9,
                path_effects=[withStroke(linewidth=3, foreground="white")],
            )  # fmt: skip
    order = np.argsort(depths)
    lines = list(np.array(segments)[order][:, :, :2])
    width = thick or (4.5 if len(atoms) < 150 else 1.2)
    # Far to near, a white rim under every stretch: crossings read as over and under.
    stretch = max(8, len(lines) // 500)  # large assemblies in longer stretches, so that drawing stays quick
    for start in range(0, len(lines), stretch):
        part = slice(start, start + stretch)
        ax.add_collection(LineCollection(lines[part], colors="white", linewidths=width + 2.5, capstyle="butt"))
        ax.add_collection(
            LineCollection(lines[part], colors=np.array(colours)[order][part], linewidths=width, capstyle="round")
        )
    if named and colour == "chain" and len(chains) <= len(PALETTE):
        handles = [ax.plot([], [], color=PALETTE[n], linewidth=4, label=chain)[0] for n, chain in enumerate(chains)]
        ax.legend(
            handles=handles,
            title="chain",
            loc="upper right",
            bbox_to_anchor=(1, 0),
            frameon=False,
            ncols=len(chains),
            fontsize=9,
        )
    # Room for the names of the ends and for the scale bar below.
    half_wide, half_high = points[:, 0].max() + 6, max(points[:, 1].max() + 6, 9)
    ax.set(xlim=(-half_wide, half_wide), ylim=(-half_high, half_high))


def plot_composition(composition: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw amino-acid compositions as bars, residues side by side with those of like chemistry.

    Parameters
    ----------
    composition : pd.DataFrame
        Index: one-letter residues; a column a set of proteins; values are percentages.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 7.5, 3.6)
    order = [residue for group in GROUPS.values() for residue in group if residue in composition.index]
    composition.loc[order].plot.bar(
        ax=ax, color=[PALETTE[6], "0.72", PALETTE[4]][: composition.shape[1]], width=0.8, rot=0
    )
    ax.set(xlabel="", ylabel="share of residues (%)")
    groups = pd.Series([residue_group(residue) for residue in order])
    for group, members in groups.groupby(groups, sort=False):
        first, last, across = members.index[0], members.index[-1], ax.get_xaxis_transform()
        strip = Rectangle((first - 0.45, -0.13), last - first + 0.9, 0.025, color=GROUP_COLOURS[group], clip_on=False)
        strip.set_transform(across)
        ax.add_patch(strip)
        ax.text(
            (first + last) / 2, -0.15, group.replace(" ", "\n"), transform=across, ha="center", va="top", fontsize=9
        )
        ax.axvline(members.index[-1] + 0.5, color="0.85", linewidth=1, zorder=0)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(composition.columns), frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_one_hot(sequence: str, ax: Axes | None = None) -> Axes:
    """Draw the one-hot encoding of a sequence, a row a residue; a blue cell is a 1.

    Parameters
    ----------
    sequence : str
        One-letter residues; readable up to about twenty.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If a letter is none of the 20 amino acids.
    """
    ax = axes_or_new(ax, 7.5, 0.36 * len(sequence) + 1.0)
    colours = ListedColormap(["white", PALETTE[0]])
    sns.heatmap(
        np.asarray(one_hot(sequence), int), cmap=colours, square=True, cbar=False, annot=True, linewidths=0.5,
        linecolor="0.8", ax=ax,
    )  # fmt: skip
    ax.set_xticks(np.arange(len(AMINO_ACIDS)) + 0.5, [f"{i}\n{a}" for i, a in enumerate(AMINO_ACIDS)], rotation=0)
    ax.set_yticks(np.arange(len(sequence)) + 0.5, list(sequence), rotation=0)
    ax.set(xlabel="index of the amino acid, and its letter", ylabel="residues, in order")
    ax.tick_params(length=0)
    return ax


def plot_residue_distances(distances: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the distances between the amino acids' vectors as a square heatmap with a colour bar.

    Parameters
    ----------
    distances : pandas.DataFrame
        Square, of one order in rows and columns; not negative.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes_or_new(ax, 5.6, 4.6)
    sns.heatmap(distances, cmap=SEQUENTIAL, square=True, vmin=0, cbar_kws={"label": "Euclidean distance"}, ax=ax)
    ax.tick_params(axis="both", rotation=0)
    return ax
