"""Several chains in one figure."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlfb_helpers.plots.assemblies import plot_barrel, plot_levels
from dlfb_helpers.proteins.assemblies import barrel_centres, collagen_triple_helix
from dlfb_helpers.proteins.ideal import ideal_helix
from dlfb_helpers.proteins.structures import bundled_insulin


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_levels_stand_side_by_side_with_all_letters():
    first = plot_levels("GIVEQCCTSICSLYQ", ideal_helix(), bundled_insulin(), collagen_triple_helix(3))
    assert [ax.get_title()[0] for ax in first.figure.axes] == list("1234")
    assert "".join(text.get_text() for text in first.texts) == "GIVEQCCTSICSLYQ"
    assert all(ax.collections for ax in first.figure.axes[1:])
    one_colour = {tuple(c) for part in first.figure.axes[3].collections for c in part.get_colors()} - {(1, 1, 1, 1)}
    assert len(one_colour) == 3  # a colour for each of collagen's chains


def test_a_barrel_is_seen_from_two_sides_with_a_channel():
    side, above = plot_barrel(barrel_centres(), width=37).figure.axes
    assert len(side.patches) == len(above.patches) == 28
    inside = [np.hypot(*ball.center) - ball.radius for ball in above.patches]
    assert min(inside) > 10  # the channel is open
    assert above.patches[-1].get_facecolor() == side.patches[0].get_facecolor()  # an outer ring is nearest from above
