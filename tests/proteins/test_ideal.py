"""Ideal backbones have the geometry that they are named after."""

from __future__ import annotations

import numpy as np
import pytest

from dlfb_helpers.proteins.ideal import IDEAL_SEQUENCES, ideal_backbone, ideal_helix, ideal_strand
from dlfb_helpers.proteins.structures import atom_table


def coordinates(pdb_text: str, name: str = "CA") -> np.ndarray:
    return atom_table(pdb_text, (name,))[["x", "y", "z"]].to_numpy()


def rise(points: np.ndarray) -> float:
    """Advance per residue along the axis of a regular chain."""
    axis = np.linalg.svd(points - points.mean(axis=0))[2][0]
    return abs((points[-1] - points[0]) @ axis) / (len(points) - 1)


def test_ideal_helix_has_the_alpha_helixs_rise_turn_and_hydrogen_bonds():
    text = ideal_helix()
    points = coordinates(text)
    assert len(points) == len(IDEAL_SEQUENCES["helix"])
    assert rise(points) == pytest.approx(1.5, abs=0.06)
    # The carbonyl oxygen of residue i accepts a hydrogen bond from the nitrogen of residue i + 4.
    bonds = np.linalg.norm(coordinates(text, "N")[4:] - coordinates(text, "O")[:-4], axis=1)
    assert np.all((bonds > 2.7) & (bonds < 3.2))
    # Right-handed: successive steps turn counter-clockwise as the chain comes towards the reader.
    steps = np.diff(points, axis=0)
    turns = np.einsum("ij,ij->i", np.cross(steps[:-2], steps[1:-1]), steps[2:])
    assert np.all(turns > 0)
    assert "HELIX    1   1 SER A    1  GLY A   15  1" in text


def test_ideal_strand_is_nearly_stretched():
    text = ideal_strand()
    points = coordinates(text)
    assert 3.3 < rise(points) < 3.5
    bonds = np.linalg.norm(coordinates(text, "N")[4:] - coordinates(text, "O")[:-4], axis=1)
    assert bonds.min() > 10
    assert "SHEET    1   A 1 GLY A   1  LYS A   7  0" in text


def test_collagen_strand_is_a_stretched_left_handed_helix():
    points = coordinates(ideal_backbone(IDEAL_SEQUENCES["collagen"], "collagen"))
    assert 2.9 < rise(points) < 3.2
    steps = np.diff(points, axis=0)
    assert np.mean(np.einsum("ij,ij->i", np.cross(steps[:-2], steps[1:-1]), steps[2:])) < 0


def test_ideal_backbone_refuses_unknown_kinds_and_letters():
    with pytest.raises(ValueError, match="kind must be one of helix, strand, collagen, found 'coil'"):
        ideal_backbone("AAA", "coil")
    with pytest.raises(ValueError, match="'X' at position 2"):
        ideal_helix("AXA")
