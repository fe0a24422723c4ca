from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from dlfb_helpers.plots import masking as plots
from dlfb_helpers.plots.style import DIVERGING
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_mask_probabilities_mark_the_true_residue():
    chances = pd.Series([0.7, 0.2, 0.1], index=["L", "A", "<pad>"])
    ax = plots.plot_mask_probabilities(chances, "A")
    assert [bar.get_height() for bar in ax.patches] == [0.7, 0.2, 0.1]
    assert to_hex(ax.patches[1].get_facecolor()) != to_hex(ax.patches[0].get_facecolor())
    assert ax.get_legend().get_texts()[0].get_text() == "A, the masked residue"
    with pytest.raises(ValueError, match="'W' is not among the tokens"):
        plots.plot_mask_probabilities(chances, "W")


def test_position_scan_marks_the_wild_type():
    scan = pd.DataFrame(np.random.default_rng(0).dirichlet(np.ones(20), size=5), columns=list(AMINO_ACIDS))
    ax = plots.plot_position_scan(scan, "MALWM")
    assert ax.collections[0].get_offsets().tolist() == [[0, 16], [1, 12], [2, 15], [3, 19], [4, 16]]
    assert ax.images[0].get_clim()[0] == 0
    with pytest.raises(ValueError, match="5 positions, the sequence 4 residues"):
        plots.plot_position_scan(scan, "MALW")


def test_long_scan_goes_on_below_with_its_letters_and_parts():
    sequence = "MALWMRLLPLLA"
    values = np.random.default_rng(0).dirichlet(np.ones(20), size=12)
    scan = pd.DataFrame(values, columns=list(AMINO_ACIDS))
    first = plots.plot_position_scan(
        scan, sequence, parts={"start": (0, 3), "middle": (3, 8), "rest": (8, 12)}, a_row=5
    )
    rows = [ax for ax in first.figure.axes if ax.images]
    np.testing.assert_array_equal(np.concatenate([ax.images[0].get_array() for ax in rows], axis=1), values.T)
    assert [ax.images[0].get_extent()[:2] for ax in rows] == [[-0.5, 4.5], [4.5, 9.5], [9.5, 11.5]]
    assert len({ax.images[0].get_clim() for ax in rows}) == 1  # one scale, one colour bar
    letters = ["".join(label.get_text() for label in ax.child_axes[0].get_xticklabels()) for ax in rows]
    assert letters == ["MALWM", "RLLPL", "LA"]
    assert [[text.get_text() for text in ax.texts] for ax in rows] == [
        ["start", "middle"],
        ["middle", "rest"],
        ["rest"],
    ]


def test_positions_may_count_from_one_and_colours_end_at_a_limit():
    scores = pd.DataFrame({"M": [1.0, -3.0, 0.5, -1.0, 0.0, 0.0], "A": [0.0] * 6})
    ax = plots.plot_position_scan(scores, "MAMAMA", parts={"end": (5, 7)}, first=1, limit=2.0)
    assert ax.images[0].get_extent()[:2] == [0.5, 6.5] and ax.images[0].get_clim() == (-2.0, 2.0)
    assert [offset[0] for offset in ax.collections[0].get_offsets()] == [1, 2, 3, 4, 5, 6]
    assert [ax.texts[0].get_text(), ax.texts[0].get_position()[0]] == ["end", 5.5]
    assert ax.get_xticks().tolist() == [5] and "counted from 1" in ax.get_xlabel()
    assert ax.images[0].colorbar.extend == "min"  # no score lies above the limit


def test_log_odds_scan_is_centred_on_zero():
    ax = plots.plot_position_scan(pd.DataFrame([[1.0, -3.0]], columns=["M", "A"]), "M", "log-odds")
    assert ax.images[0].get_clim() == (-3.0, 3.0)
    assert ax.images[0].get_cmap().name == DIVERGING


def test_substitution_effects_have_a_panel_a_measure_and_shade_the_motif():
    effects = pd.DataFrame({"change in probability": [0.0, -0.2, 0.1], "log-odds": [-1.0, -2.0, 0.5]}, index=[1, 2, 3])
    panels = plots.plot_substitution_effects(effects, marked={"P-loop": [2], "end": range(3, 4)}).figure.axes
    assert [text.get_text() for text in panels[0].get_legend().get_texts()] == ["P-loop", "end"]
    assert panels[1].get_xlim() == (0, 4)
    assert [panel.get_ylabel() for panel in panels] == ["change in probability", "log-odds"]
    for panel, name in zip(panels, effects):
        bars, shade, other = panel.patches[:3], panel.patches[3], panel.patches[4]
        assert [bar.get_height() for bar in bars] == effects[name].tolist()
        assert (shade.get_x(), shade.get_x() + shade.get_width()) == (1.5, 2.5)
        assert to_hex(shade.get_facecolor()) != to_hex(other.get_facecolor())
    with pytest.raises(ValueError, match="no row"):
        plots.plot_substitution_effects(effects[:0])
