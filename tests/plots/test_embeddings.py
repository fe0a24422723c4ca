from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.plots import embeddings as plots
from dlfb_helpers.plots.style import PALETTE
from dlfb_helpers.proteins.alphabet import GROUPS, residue_group

TOKENS = [token for members in GROUPS.values() for token in members]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_bare_token_map_shows_points_only():
    ax = plots.plot_token_map(np.random.default_rng(0).normal(size=(33, 2)), TOKENS)
    assert len(ax.collections[0].get_offsets()) == 33 and not ax.texts and ax.get_legend() is None


def overlaps(ax) -> list[tuple]:
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent().shrunk(0.9, 0.8) for text in ax.texts]
    return [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]


def grid() -> np.ndarray:
    """Points of 33 tokens of which no two nearly coincide."""
    return np.stack(np.divmod(np.arange(33), 6), axis=1) + np.random.default_rng(0).uniform(0, 0.3, (33, 2))


def test_tokens_that_nearly_coincide_share_a_label():
    points = grid()
    points[1] = points[0] + [0.1, 0.1]
    ax = plots.plot_token_map(points, TOKENS, [residue_group(token) for token in TOKENS])
    assert [text.get_text() for text in ax.texts] == [f"{TOKENS[0]} {TOKENS[1]}", *TOKENS[2:]]


def test_labelled_token_map_has_a_legend_and_labels_that_do_not_overlap():
    points = grid()
    ax = plots.plot_token_map(points, TOKENS, [residue_group(token) for token in TOKENS])
    assert [text.get_text() for text in ax.texts] == TOKENS
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(GROUPS)
    assert overlaps(ax) == []


def test_forty_names_do_not_overlap_and_stand_where_they_stood_before():
    points, names = np.random.default_rng(13).normal(size=(40, 2)), [f"P{n:05d}" for n in range(40)]
    one, other = (plots.plot_embedding_map(points, ["a"] * 40, names=names) for _ in range(2))
    assert overlaps(one) == []
    assert [text.get_position() for text in one.texts] == [text.get_position() for text in other.texts]


def test_token_map_refuses_points_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(33, 2\) for 33 tokens, found \(32, 2\)"):
        plots.plot_token_map(np.zeros((32, 2)), TOKENS)


def test_embedding_map_counts_each_label():
    points = np.random.default_rng(0).normal(size=(5, 2))
    ax = plots.plot_embedding_map(points, ["membrane"] * 3 + ["extracellular"] * 2, names=["INS", "", "", "", ""])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["membrane (3)", "extracellular (2)"]
    assert [text.get_text() for text in ax.texts] == ["INS"]
    with pytest.raises(ValueError, match="for 2 labels"):
        plots.plot_embedding_map(points, ["a", "b"])


def test_axes_of_a_map_count_nothing():
    ax = plots.plot_embedding_map(np.eye(2), ["a", "b"])
    assert not ax.get_xticks().size and not ax.get_yticks().size and "no unit" in ax.get_xlabel()


def test_label_far_from_its_point_has_a_line_to_it():
    """Many points in one place: some labels stand beside it, the others are led to it."""
    ax = plots.plot_embedding_map(np.zeros((24, 2)), ["x"] * 24, names=[f"P{n:05d}" for n in range(24)])
    assert 10 < len(ax.patches) < 24
    alone = plots.plot_embedding_map(np.eye(2), ["x"] * 2, names=["P00000", "P00001"])
    assert len(alone.patches) == 0


def test_masked_averaging_shows_what_each_mean_takes_in():
    cosines = pd.DataFrame({"all tokens": [1.0, 0.9], "residues": [1.0, 1.0]}, index=[110, 500])
    row = plots.plot_masked_averaging(cosines, residues=110)
    curve = row.figure.axes[1]
    residues, padding = row.patches[:2]
    assert (residues.get_width(), padding.get_x(), padding.get_width()) == (110, 110, 390)
    assert sorted(text.xyann[0] for text in row.texts if text.get_text() == "") == [110, 500]
    lines = {line.get_label(): line.get_ydata().tolist() for line in curve.lines}
    assert lines == {"all tokens": [1.0, 0.9], "residues": [1.0, 1.0]}
    assert {line.get_color() for line in curve.lines} <= set(PALETTE)


@pytest.mark.parametrize("columns, longest", [(["one"], 500), (["one", "two"], 100)])
def test_masked_averaging_refuses_what_does_not_fit(columns, longest):
    with pytest.raises(ValueError, match="two columns, and a batch as long as the protein"):
        plots.plot_masked_averaging(pd.DataFrame(1.0, index=[longest], columns=columns), residues=110)
