"""Molecules as sticks."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlfb_helpers.plots.molecules import plot_peptide, plot_side_chains
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_twenty_panels_of_one_scale_name_residue_and_kind():
    figure = plot_side_chains().figure
    titles = [ax.get_title() for ax in figure.axes]
    assert [title[0] for title in titles] == list(AMINO_ACIDS) and titles[-1] == "W · tryptophan\nhydrophobic"
    figure.draw_without_rendering()
    scales = [ax.get_window_extent().width / np.ptp(ax.get_xlim()) for ax in figure.axes]
    assert max(scales) == pytest.approx(min(scales), rel=0.05)


def test_every_side_chain_lies_within_its_panel_and_above_the_backbone():
    for ax, letter in zip(plot_side_chains().figure.axes, AMINO_ACIDS, strict=True):
        ends = np.concatenate([line.get_xydata() for line in ax.lines])
        low, high = ax.get_ylim()
        assert low <= ends[:, 1].min() and ends[:, 1].max() <= high
        coloured = [line for line in ax.lines if line.get_color() != "0.75"]
        assert bool(coloured) == (letter != "G")  # glycine has no side chain to draw


def test_a_peptide_names_both_angles_and_marks_two_peptide_bonds():
    ax = plot_peptide("LVE")
    written = [text.get_text() for text in ax.texts]
    assert {"φ", "ψ", "N-terminus", "C-terminus", "L, leucine"} <= set(written)
    marks = [line for line in ax.lines if line.get_linewidth() == 11]
    lengths = [np.linalg.norm(np.diff(line.get_xydata(), axis=0)) for line in marks]
    assert len(lengths) == 2 and all(0.9 < length < 1.4 for length in lengths)  # 1.33 Å, seen at a slant
    phi, psi = (next(t for t in ax.texts if t.get_text() == name).get_position()[0] for name in "φψ")
    assert phi < psi  # phi lies on the side of the N-terminus


def test_a_peptide_of_another_length_is_refused():
    with pytest.raises(ValueError, match="three residues are drawn, .* found 2"):
        plot_peptide("LV")
