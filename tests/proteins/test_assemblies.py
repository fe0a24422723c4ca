"""Assemblies from symmetry: the geometry that collagen and the proteasome are known for."""

from __future__ import annotations

import numpy as np
import pytest

from dlfb_helpers.proteins.assemblies import BARREL_LENGTH, BARREL_WIDTH, barrel_centres, collagen_triple_helix
from dlfb_helpers.proteins.structures import atom_table

ROPE = collagen_triple_helix(6)


def atoms(name: str):
    return atom_table(ROPE, (name,)).set_index(["chain", "number"])[["x", "y", "z"]]


def test_three_equal_strands_of_sound_geometry():
    alphas = atom_table(ROPE)
    assert alphas.groupby("chain").size().to_dict() == {"A": 18, "B": 18, "C": 18}
    assert "".join(alphas[alphas.chain == "A"].residue.str[0]) == "GPP" * 6
    for chain in "ABC":
        steps = np.linalg.norm(np.diff(atoms("CA").loc[chain], axis=0), axis=1)
        assert steps == pytest.approx(3.8, abs=0.05)
        links = np.linalg.norm(atoms("N").loc[chain].to_numpy()[1:] - atoms("C").loc[chain].to_numpy()[:-1], axis=1)
        assert links == pytest.approx(1.33, abs=0.02)


def test_glycine_lies_innermost_and_its_nitrogen_reaches_the_next_strand():
    from_axis = np.hypot(atoms("CA").x, atoms("CA").y).to_numpy().reshape(-1, 3).mean(axis=0)
    assert from_axis.argmin() == 0 and from_axis[0] < 2 < from_axis[1:].min()
    glycines = atoms("N").loc["A"].to_numpy()[3:15:3]
    reach = np.linalg.norm(glycines[:, None] - atoms("O").loc["B"].to_numpy()[None], axis=-1).min(axis=1)
    assert np.all((reach > 2.8) & (reach < 3.2))


def test_no_atoms_of_two_strands_meet():
    one, other = (
        np.concatenate([atoms(name).loc[chain].to_numpy() for name in ("N", "CA", "C", "O")]) for chain in "AB"
    )
    assert np.linalg.norm(one[:, None] - other[None], axis=-1).min() > 2.8


def test_seven_triplets_make_two_turns_in_twenty_angstrom():
    """A strand's next triplet is three units on: 60/7 Å higher, and a seventh of a turn to the right."""
    first, second = atoms("CA").loc[("A", 1)], atoms("CA").loc[("A", 4)]
    assert second.z - first.z == pytest.approx(60 / 7, abs=0.01)
    turn = np.degrees(np.arctan2(second.y, second.x) - np.arctan2(first.y, first.x)) % 360
    assert turn == pytest.approx(360 / 7, abs=0.1)


def test_a_rope_needs_a_triplet():
    with pytest.raises(ValueError, match="a strand needs a triplet or more, found 0"):
        collagen_triple_helix(0)


def test_a_barrel_of_four_rings_of_seven_that_a_half_turn_maps_on_itself():
    centres = barrel_centres()
    assert centres["ring"].value_counts().to_dict() == {1: 7, 2: 7, 3: 7, 4: 7}
    points = centres[["x", "y", "z"]].to_numpy()
    turned = points * [1, -1, -1]
    assert np.linalg.norm(points[:, None] - turned[None], axis=-1).min(axis=1).max() < 1e-9
    thick = BARREL_LENGTH / 4
    assert np.ptp(points[:, 2]) + thick == pytest.approx(BARREL_LENGTH)
    assert 2 * np.hypot(points[:, 0], points[:, 1]).max() + thick == pytest.approx(BARREL_WIDTH)
