"""Tables of likeness and the trees made of them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.plots.likeness import plot_likeness, plot_trees
from dlfb_helpers.plots.style import GROUP_COLOURS

TABLE = pd.DataFrame(
    [[1.0, 0.9, 0.1, 0.0], [0.9, 1.0, 0.2, 0.0], [0.1, 0.2, 1.0, 0.6], [0.0, 0.0, 0.6, 1.0]],
    index=list("DEWF"),
    columns=list("DEWF"),
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_tables_stand_side_by_side_without_their_diagonals():
    first = plot_likeness({"one": TABLE, "two": 10 * TABLE})
    panels = first.figure.axes[:2]
    assert [ax.get_title() for ax in panels] == ["one", "two"]
    shown = np.ma.filled(np.ma.masked_invalid(panels[1].collections[0].get_array().reshape(4, 4)), -1)
    assert np.all(np.diag(shown) == -1) and shown.max() == 9.0


def test_a_tree_joins_what_is_alike_first_and_lowest():
    ax = plot_trees({"one": TABLE})
    letters = "".join(label.get_text() for label in ax.get_xticklabels())
    assert letters in ("DEWF", "EDWF", "DEFW", "EDFW", "WFDE", "FWDE", "WFED", "FWED")
    heights = sorted(path.vertices[:, 1].max() for part in ax.collections for path in part.get_paths())
    assert heights == pytest.approx([0.1, 0.4, 0.925])
    assert ax.get_xticklabels()[letters.index("D")].get_color() == GROUP_COLOURS["negative"]
