"""Two assemblies of several chains that need no file: their coordinates follow from measured symmetry."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import PeptideBuilder
from Bio.PDB import PDBIO, Atom, Chain, Model, Residue, Structure

BACKBONE = ("N", "CA", "C", "O")
UNITS_A_REPEAT, TURNS_A_REPEAT, REPEAT = 7, 2, 20.0
"""Seven triplets in two left-handed turns and 20 Å: crystals of (Pro-Pro-Gly)10, Okuyama et al., J. Mol. Biol. 152,
427 (1981), doi:10.1016/0022-2836(81)90252-7."""

COLLAGEN_ANGLES: dict[str, tuple[float, float]] = {"G": (-69.5, 171.1), "X": (-73.9, 161.4), "Y": (-59.7, 146.7)}
"""Phi and psi of the three residues of a triplet, in degrees: of those near the polyproline II helix the ones at which
a strand repeats with the symmetry above, no atoms of two strands meet, and the glycines' N-H reach an oxygen."""

RINGS, CHAINS_A_RING = 4, 7
BARREL_LENGTH, BARREL_WIDTH = 148.0, 113.0
"""Angstrom: the 20S proteasome of an archaeon, Löwe et al., Science 268, 533 (1995), doi:10.1126/science.7725097."""


def collagen_triple_helix(triplets: int = 10) -> str:
    """Build three strands of collagen, each ``triplets`` times GPP, as PDB text with the chains A, B and C.

    The strand next to one is the same, turned by two sevenths of a turn to the left and moved on by 20/7 Å. The axis of
    the rope is z. Backbone atoms only, for a strand of prolines is a model of collagen's backbone, not of its side
    chains.

    Raises
    ------
    ValueError
        If there is no triplet.
    """
    if triplets < 1:
        raise ValueError(f"a strand needs a triplet or more, found {triplets}")
    angles = [COLLAGEN_ANGLES[place] for _ in range(5) for place in "GXY"]
    phi, psi = [phi for phi, _ in angles[1:]], [psi for _, psi in angles[:-1]]
    built = PeptideBuilder.make_structure("GPP" * 5, phi, psi)[0]["A"]
    atoms = np.array([[residue[name].coord for name in BACKBONE] for residue in built], dtype=float)
    triplet = _about_its_axis(atoms[3:12])[3:6]  # the middle one of five: its neighbours are all there
    structure = Structure.Structure("collagen")
    structure.add(model := Model.Model(0))
    for first, name in enumerate("ABC"):
        model.add(chain := Chain.Chain(name))
        for number in range(triplets):
            for place, points in enumerate(_moved(triplet, first + 3 * number)):
                chain.add(_residue(3 * number + place + 1, "GLY" if place == 0 else "PRO", points))
    writer, text = PDBIO(), io.StringIO()
    writer.set_structure(structure)
    writer.save(text)
    return f"TITLE     TRIPLE HELIX OF COLLAGEN, COMPUTED FROM ITS SYMMETRY\n{text.getvalue().rstrip()}\n"


def _residue(number: int, name: str, points: np.ndarray) -> Residue.Residue:
    residue = Residue.Residue((" ", number, " "), name, "")
    for atom, point in zip(BACKBONE, points, strict=True):
        residue.add(Atom.Atom(atom, point, 0.0, 1.0, " ", f" {atom:<3}", number, element=atom[0]))
    return residue


def _moved(points: np.ndarray, times: int) -> np.ndarray:
    """Apply the screw of the rope so many times."""
    angle = -2 * np.pi * TURNS_A_REPEAT / UNITS_A_REPEAT * times
    cosine, sine = np.cos(angle), np.sin(angle)
    about_z = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    return points @ about_z.T + [0, 0, REPEAT / UNITS_A_REPEAT * times]


def _about_its_axis(points: np.ndarray) -> np.ndarray:
    """Turn and move a strand, (residues, 4, 3), so that z is the axis of the screw that leads from triplet to triplet.

    The screw: least squares of one triplet's atoms on those of the next (Kabsch 1976, doi:10.1107/S0567739476001873).
    """
    here, there = points[:-3].reshape(-1, 3), points[3:].reshape(-1, 3)
    centre, next_centre = here.mean(axis=0), there.mean(axis=0)
    left, _, right = np.linalg.svd((here - centre).T @ (there - next_centre))
    rotation = right.T @ np.diag([1, 1, np.linalg.det(right.T @ left.T)]) @ left.T
    step = next_centre - rotation @ centre
    skew = rotation - rotation.T
    axis = np.array([skew[2, 1], skew[0, 2], skew[1, 0]])
    axis *= np.sign(axis @ step) / np.linalg.norm(axis)
    foot = np.linalg.lstsq(np.eye(3) - rotation, step - (step @ axis) * axis)[0]
    across = np.cross(axis, np.eye(3)[np.abs(axis).argmin()])
    across /= np.linalg.norm(across)
    return (points - foot) @ np.stack([across, np.cross(axis, across), axis], axis=1)


def barrel_centres() -> pd.DataFrame:
    """Return where the 28 chains of a proteasome stand: rings of seven, turned onto one another by a half turn.

    Returns
    -------
    pandas.DataFrame
        A row a chain: ring (1 to 4; 1 and 4 are the alpha rings, 2 and 3 the beta rings with the cutting sites) and the
        centre's x, y, z in angstrom. z is the axis of the barrel.
    """
    thick = BARREL_LENGTH / RINGS
    radius = (BARREL_WIDTH - thick) / 2
    rows = []
    for ring in range(RINGS):
        height = (ring - (RINGS - 1) / 2) * thick
        offset = np.pi / CHAINS_A_RING / 2 * np.sign(height)  # so that a half turn about x maps the barrel on itself
        for angle in 2 * np.pi * np.arange(CHAINS_A_RING) / CHAINS_A_RING + offset:
            rows.append([ring + 1, radius * np.cos(angle), radius * np.sin(angle), height])
    return pd.DataFrame(rows, columns=["ring", "x", "y", "z"])
