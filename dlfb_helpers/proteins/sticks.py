"""Heavy atoms and the bonds between them: what a molecule is drawn from as sticks."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from Bio.PDB import PDBParser

LONGEST_BOND = 1.95
"""Angstrom: C-S is the longest bond within a residue, 1.8; atoms two bonds apart are 2.2 or more."""


def heavy_atoms(pdb_text: str) -> pd.DataFrame:
    """Return all atoms but hydrogens of the residues of the first model.

    Returns
    -------
    pandas.DataFrame
        Columns number (of the residue), residue (three letters), atom, element (str) and x, y, z (float, angstrom).
    """
    structure = PDBParser(QUIET=True).get_structure("", io.StringIO(pdb_text))
    rows = [
        (residue.id[1], residue.resname, atom.id, atom.element, *map(float, atom.coord))
        for residue in structure[0].get_residues()
        for atom in residue
        if atom.element != "H"
    ]
    return pd.DataFrame(rows, columns=["number", "residue", "atom", "element", "x", "y", "z"])


def bonds(atoms: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the pairs of rows of `heavy_atoms` that lie as near as a chemical bond holds them."""
    points = atoms[["x", "y", "z"]].to_numpy()
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
    return [(int(one), int(other)) for one, other in zip(*np.nonzero(apart < LONGEST_BOND)) if one < other]
