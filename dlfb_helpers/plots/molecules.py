"""Figures of single molecules as sticks: the twenty side chains, and a piece of a chain with its bonds named."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from dlfb_helpers.plots.style import GREY, PALETTE
from dlfb_helpers.proteins.alphabet import AMINO_ACID_NAMES, AMINO_ACIDS, residue_group
from dlfb_helpers.proteins.ideal import ideal_strand
from dlfb_helpers.proteins.sticks import bonds, heavy_atoms

ELEMENTS = {"C": PALETTE[6], "N": PALETTE[0], "O": PALETTE[3], "S": PALETTE[1]}
NAMES = {"C": "carbon", "N": "nitrogen", "O": "oxygen", "S": "sulphur"}
BACKBONE = ("N", "CA", "C", "O")
COLUMNS, FOOT = 5, -2.4


def plot_side_chains() -> Axes:
    """Draw the twenty amino acids as residues: backbone grey at the foot, side chain upwards, hydrogens left out.

    Returns
    -------
    Axes
        The first panel; all panels have the same scale, in angstrom.
    """
    drawn = [(letter, atoms := heavy_atoms(ideal_strand(letter)), _upright(atoms)) for letter in AMINO_ACIDS]
    rows = [drawn[start : start + COLUMNS] for start in range(0, len(drawn), COLUMNS)]
    tops = [max(places[:, 1].max() for _, _, places in row) + 0.4 for row in rows]
    figure, panels = plt.subplots(
        len(rows), COLUMNS, figsize=(7.5, 8.6), layout="constrained", height_ratios=[top - FOOT for top in tops]
    )
    for ax, (letter, atoms, places), top in zip(panels.flat, drawn, np.repeat(tops, COLUMNS), strict=True):
        _sticks(ax, atoms, places, faint=BACKBONE)
        ax.set_title(f"{letter} · {AMINO_ACID_NAMES[letter]}\n{residue_group(letter)}", fontsize=9)
        ax.set(xlim=(-3.6, 3.6), ylim=(FOOT, top), aspect="equal")
        ax.axis("off")
    handles = [*_element_handles(), Line2D([], [], color="0.75", lw=2.5, label="backbone")]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False)
    return panels[0, 0]


def _upright(atoms: pd.DataFrame) -> np.ndarray:
    """Project atoms so that CA is the origin, N to the left, C to the right, and the side chain points upwards."""
    points = atoms[["x", "y", "z"]].to_numpy() - atoms.loc[atoms.atom == "CA", ["x", "y", "z"]].to_numpy()
    place = dict(zip(atoms.atom, points, strict=True))
    side = points[~atoms.atom.isin(BACKBONE)]
    up = side.mean(axis=0) if len(side) else -(place["N"] + place["C"])
    up = up / np.linalg.norm(up)
    right = place["C"] - place["N"]
    if len(side) > 3:  # look at the plane of a large side chain, not at its edge
        flat = side - np.outer(side @ up, up)
        spread = np.linalg.svd(flat - flat.mean(axis=0))[2][0]
        right = spread * np.sign(spread @ right or 1.0)
    right = right - (right @ up) * up
    return points @ np.stack([right / np.linalg.norm(right), up], axis=1)


def _sticks(ax: Axes, atoms: pd.DataFrame, places: np.ndarray, faint: tuple[str, ...] = ()) -> None:
    """Draw bonds, each half in the colour of its atom, and a dot for whatever is no carbon."""
    colours = ["0.75" if name in faint else ELEMENTS[kind] for name, kind in zip(atoms.atom, atoms.element)]
    for one, other in bonds(atoms):
        middle = (places[one] + places[other]) / 2
        for end in (one, other):
            ax.plot(*np.array([places[end], middle]).T, color=colours[end], lw=2.5, solid_capstyle="round", zorder=2)
    for kind, colour, place in zip(atoms.element, colours, places):
        if kind != "C":
            ax.plot(*place, "o", color=colour, markersize=5, zorder=3)


def _element_handles() -> list[Line2D]:
    return [Line2D([], [], color=colour, lw=2.5, label=NAMES[kind]) for kind, colour in ELEMENTS.items()]


def plot_peptide(sequence: str) -> Axes:
    """Draw a short stretched chain as sticks and name what holds and what turns: peptide bonds, phi and psi.

    Parameters
    ----------
    sequence : str
        Three one-letter residues; the middle one has its two angles named.

    Returns
    -------
    Axes
        Where it was drawn; angstrom.

    Raises
    ------
    ValueError
        If there are not three residues.
    """
    if len(sequence) != 3:
        raise ValueError(f"three residues are drawn, the middle one with its angles; found {len(sequence)}")
    atoms = heavy_atoms(ideal_strand(sequence))
    points = atoms[["x", "y", "z"]].to_numpy()
    chain = points[atoms.atom.isin(["N", "CA", "C"])]
    across, up = np.linalg.svd(chain - chain.mean(axis=0))[2][:2]
    across = across * np.sign((chain[-1] - chain[0]) @ across)
    places = (points - chain.mean(axis=0)) @ np.stack([across, up], axis=1)
    ax = plt.subplots(figsize=(7.5, 4.4), layout="constrained")[1]
    _sticks(ax, atoms, places)
    place = {(number, name): at for number, name, at in zip(atoms.number, atoms.atom, places)}
    for number in (1, 2):
        _mark(ax, place[number, "C"], place[number + 1, "N"], PALETTE[4], 11)
    for pair, name in (((2, "N"), "φ"), ((2, "C"), "ψ")):
        middle = (place[pair] + place[2, "CA"]) / 2
        ring = {"fc": "white", "ec": GREY, "boxstyle": "circle,pad=0.15"}
        ax.text(middle[0], middle[1], name, fontsize=13, ha="center", va="center", zorder=5, bbox=ring)
    for number, letter in enumerate(sequence, start=1):
        of_residue = places[atoms.number == number]
        upwards = of_residue[:, 1].mean() > place[number, "CA"][1]
        end = of_residue[:, 1].max() + 0.5 if upwards else of_residue[:, 1].min() - 0.5
        label, side = f"{letter}, {AMINO_ACID_NAMES[letter]}", "bottom" if upwards else "top"
        ax.text(place[number, "CA"][0], end, label, ha="center", va=side, fontsize=10)
        away = (0, -16 if upwards else 16)  # points, from the side chain
        at = place[number, "CA"]
        ax.annotate("CA", at, away, textcoords="offset points", ha="center", va="center", fontsize=9, color="0.35")
    for key, text, shift in (((1, "N"), "N-terminus", -0.5), ((3, "C"), "C-terminus", 0.9)):
        ax.annotate(text, place[key] + [shift, -1.2], fontsize=9, ha="center")
    bond = Line2D([], [], color=PALETTE[4], lw=9, alpha=0.5, label="peptide bond")
    handles = [*_element_handles()[:3], bond]
    ax.legend(handles=handles, loc="lower center", ncols=4, frameon=False, bbox_to_anchor=(0.5, -0.16))
    ax.set(aspect="equal")
    ax.margins(0.06, 0.1)
    ax.axis("off")
    return ax


def _mark(ax: Axes, start: np.ndarray, end: np.ndarray, colour: str, width: float) -> None:
    ax.plot(*np.array([start, end]).T, color=colour, lw=width, alpha=0.5, solid_capstyle="round", zorder=1)
