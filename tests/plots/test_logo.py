"""A logo: letters as high as the model is sure."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.plots.logo import HIGHEST, plot_logo
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

CERTAIN, EVEN = np.eye(20)[9], np.full(20, 0.05)
SCAN = pd.DataFrame([CERTAIN, EVEN, CERTAIN], columns=list(AMINO_ACIDS))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def boxes(ax):
    return [patch.get_path().get_extents() for patch in ax.patches]


def test_certainty_is_one_letter_of_full_height_and_no_idea_is_blank():
    ax = plot_logo(SCAN, "GLG", first=5)
    found = boxes(ax)
    assert len(found) == 2
    assert [box.height for box in found] == pytest.approx([HIGHEST, HIGHEST])
    assert [round((box.x0 + box.x1) / 2) for box in found] == [5, 7]
    assert [label.get_text() for label in ax.get_xticklabels()] == list("GLG")


def test_the_likeliest_letter_stands_on_top_and_heights_add_up_to_what_is_told():
    shares = np.zeros(20)
    shares[[0, 1]] = 0.75, 0.25
    low, high = boxes(plot_logo(pd.DataFrame([shares], columns=list(AMINO_ACIDS)), "R"))
    told = HIGHEST - (0.75 * np.log2(1 / 0.75) + 0.25 * 2)
    assert high.y0 == pytest.approx(low.y1) and high.y1 == pytest.approx(told)
    assert high.height == pytest.approx(0.75 * told)


def test_a_long_protein_is_continued_below():
    ax = plot_logo(pd.concat([SCAN] * 4, ignore_index=True), "GLG" * 4, {"part": (2, 9)}, a_row=5)
    rows = [other for other in ax.figure.axes if other.get_ylabel() == "bits"]
    assert len(rows) == 3 and sum("part" in [t.get_text() for t in row.texts] for row in rows) == 2


def test_a_scan_of_another_protein_is_refused():
    with pytest.raises(ValueError, match="3 positions, the sequence 2 residues"):
        plot_logo(SCAN, "GL")
