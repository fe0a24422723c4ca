"""Atoms and bonds of the twenty residues."""

from __future__ import annotations

import networkx as nx
import pytest

from dlfb_helpers.proteins.alphabet import AMINO_ACIDS
from dlfb_helpers.proteins.ideal import ideal_strand
from dlfb_helpers.proteins.sticks import bonds, heavy_atoms

RINGS = {"H": 1, "F": 1, "Y": 1, "W": 2, "P": 1}
HEAVY_SIDE_CHAIN = dict(zip("GASCTVPDNLIEQMKHFRYW", (0, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 4, 5, 6, 7, 7, 8, 10)))


@pytest.mark.parametrize("letter", AMINO_ACIDS)
def test_each_residue_is_one_molecule_with_its_rings(letter):
    atoms = heavy_atoms(ideal_strand(letter))
    assert len(atoms) == 4 + HEAVY_SIDE_CHAIN[letter]
    graph = nx.Graph(bonds(atoms))
    assert nx.is_connected(graph) and len(graph) == len(atoms)
    assert graph.number_of_edges() - len(atoms) + 1 == RINGS.get(letter, 0)


def test_a_peptide_bond_joins_two_residues():
    atoms = heavy_atoms(ideal_strand("AG"))
    joined = [{atoms.atom[i], atoms.atom[j]} for i, j in bonds(atoms) if atoms.number[i] != atoms.number[j]]
    assert joined == [{"C", "N"}]
