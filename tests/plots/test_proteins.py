from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from dlfb_helpers.plots import proteins as plots
from dlfb_helpers.plots.style import ALONG_CHAIN, GROUP_COLOURS
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS
from dlfb_helpers.proteins.ideal import ideal_helix, ideal_strand
from dlfb_helpers.proteins.structures import bundled_insulin


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_structures_share_one_scale_and_name_their_ends():
    first = plots.plot_structures({"helix": ideal_helix(), "strand": ideal_strand()})
    panels = first.figure.axes
    assert [ax.get_title() for ax in panels] == ["helix", "strand"]
    assert panels[0].get_xlim() == panels[1].get_xlim()
    assert {"N", "C", "10 Å"} <= {text.get_text() for text in first.texts}


def test_structure_runs_through_the_colours_of_a_chain():
    ax = plots.plot_structures({"helix": ideal_helix()})
    drawn = {to_hex(colour) for lines in ax.collections for colour in lines.get_colors()}
    assert {to_hex(ALONG_CHAIN(0.0)), to_hex(ALONG_CHAIN(1.0))} < drawn


def test_structure_by_chain_has_a_legend_and_dotted_disulfides():
    ax = plots.plot_structures({"insulin": bundled_insulin()}, colour="chain")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["A", "B"]
    assert sum(line.get_linestyle() == ":" for line in ax.lines) == 3


def test_structure_picture_is_no_mirror_image():
    """The picture of a right-handed helix, nearer parts over farther ones, must stay right-handed."""
    ax = plots.plot_structures({"helix": ideal_helix()})
    colour_runs = [c for c in ax.collections if to_hex(c.get_colors()[0]) != "#ffffff"]
    segments = np.concatenate([c.get_segments() for c in colour_runs])  # far to near
    near = segments[-len(segments) // 4 :]
    step = near[:, 1] - near[:, 0]
    # Seen from the side, the near half of a right-handed helix lying along x climbs to the left or falls to the right.
    assert np.mean(np.sign(step[:, 0] * step[:, 1])) * plots_handedness() > 0.5


def plots_handedness() -> float:
    """Sign of dx*dy on the near side of a right-handed helix, from its formula seen along +z."""
    t = np.linspace(0, 4 * np.pi, 400)
    x, y, z = 0.3 * t, np.cos(t), np.sin(t)  # about the x axis: y towards z while x grows, so right-handed
    near = z[:-1] > 0.8
    return float(np.sign(np.mean((np.diff(x) * np.diff(y))[near])))


def test_composition_bars_stand_in_groups():
    shares = pd.DataFrame({"insulin": np.arange(20.0), "human": np.ones(20)}, index=list(AMINO_ACIDS))
    ax = plots.plot_composition(shares)
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert "".join(labels) == "AFILMVWYNQSTDEHKRCGP"
    heights = [bar.get_height() for bar in ax.containers[0]]
    assert heights == [shares.insulin[letter] for letter in labels]
    strips = {to_hex(patch.get_facecolor()).upper(): patch for patch in ax.patches if not patch.get_clip_on()}
    assert list(strips) == [
        GROUP_COLOURS[group] for group in ("hydrophobic", "polar uncharged", "negative", "positive", "special")
    ]
    assert strips[GROUP_COLOURS["negative"]].get_x() == pytest.approx(labels.index("D") - 0.45)


def test_one_hot_heatmap_is_square_and_labelled():
    ax = plots.plot_one_hot("MALWM")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("index of the amino acid, and its letter", "residues, in order")
    assert ax.get_aspect() == 1.0 and len(ax.figure.axes) == 1  # no colour bar
    assert [label.get_text() for label in ax.get_yticklabels()] == list("MALWM")
    assert [text.get_text() for text in ax.texts].count("1") == 5 and len(ax.texts) == 100
    assert np.argmax(ax.collections[0].get_array().reshape(5, 20), axis=1).tolist() == [16, 12, 15, 19, 16]


def test_residue_distances_have_a_colour_bar():
    distances = pd.DataFrame(1 - np.eye(3), index=list("DEW"), columns=list("DEW"))
    ax = plots.plot_residue_distances(distances)
    assert ax.figure.axes[1].get_ylabel() == "Euclidean distance"
