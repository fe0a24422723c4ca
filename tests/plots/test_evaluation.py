from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.plots import evaluation as plots


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def legend_texts(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def overlapping(ax, texts):
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in texts]
    return [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]


def test_true_and_predicted_share_a_colour_scale():
    left = plots.plot_true_and_predicted(pd.DataFrame([[1, 0], [0, 1]]), np.array([[0.7, 0.2], [0.1, 0.4]]))
    images = [ax.images[0] for ax in left.figure.axes[:2]]
    np.testing.assert_allclose(images[1].get_array(), [[0.7, 0.2], [0.1, 0.4]])
    assert [image.get_clim() for image in images] == [(0, 1), (0, 1)]


def test_proteins_with_like_labels_stand_together():
    labels = pd.DataFrame([[0, 0, 1], [1, 0, 0], [0, 0, 1], [1, 1, 0]])
    left = plots.plot_true_and_predicted(labels, np.arange(12).reshape(4, 3) / 12)
    true, predicted = (ax.images[0].get_array() for ax in left.figure.axes[:2])
    assert true.tolist() == [[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1]]
    np.testing.assert_allclose(predicted[:2, 0] * 12, [9, 3])  # the same order on the right


def test_score_against_examples_stands_beside_chance():
    ax = plots.plot_score_against_examples(pd.Series([10, 100]), pd.Series([0.2, 0.6]), pd.Series([0.01, 0.1]))
    network, guessing = (points.get_offsets() for points in ax.collections)
    np.testing.assert_allclose(network, [[10, 0.2], [100, 0.6]])
    np.testing.assert_allclose(guessing, [[10, 0.01], [100, 0.1]])
    assert ax.get_xscale() == "log"


def test_baselines_have_a_bar_for_each_average():
    columns = pd.MultiIndex.from_product([["over proteins", "over functions"], ["auprc", "auroc"]])
    scores = pd.DataFrame([[0.02, 0.5, 0.03, 0.5], [0.45, 0.9, 0.16, 0.8]], index=["coin", "network"], columns=columns)
    ax = plots.plot_baselines(scores, "auprc")
    assert [round(bar.get_width(), 2) for bar in ax.patches] == [0.02, 0.45, 0.03, 0.16]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["coin", "network"]
    assert ax.get_xlabel() == "auPRC"


def test_best_terms_keep_their_order_shorten_long_names_and_mark_chance():
    ax = plots.plot_best_terms(["kinase activity", "x" * 80], [0.9, 0.8], [0.3, 0.1])
    first, second = (label.get_text() for label in ax.get_yticklabels())
    assert first == "kinase activity" and second.endswith("…") and len(second) == 58
    assert ax.yaxis_inverted()
    (marks,) = ax.lines
    np.testing.assert_allclose(marks.get_xdata(), [0.3, 0.1])


@pytest.fixture
def intervals():
    names = ["frequency", "nearest training protein by alignment", "network"]
    means = np.array([0.25, 0.4, 0.55])
    return pd.DataFrame({"mean": means, "low": means - 0.02, "high": means + 0.03}, index=names)


def test_intervals_show_mean_and_ends_from_the_top_down(intervals):
    ax = plots.plot_intervals(intervals)
    dots, _, (arms,) = ax.containers[0]
    np.testing.assert_allclose(dots.get_xydata(), np.column_stack([[0.25, 0.4, 0.55], range(3)]))
    np.testing.assert_allclose([s[:, 0] for s in arms.get_segments()], intervals[["low", "high"]])
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["frequency", "nearest training protein by\nalignment", "network"]
    assert ax.yaxis_inverted() and ax.get_legend() is None
    assert [text.get_text() for text in ax.texts] == ["0.25", "0.40", "0.55"]


def test_splits_stand_side_by_side_in_a_row(intervals):
    worse = intervals.iloc[:2] - 0.1  # a predictor need not have been scored on both
    both = pd.concat([intervals.assign(split="random"), worse.assign(split="homology")])
    ax = plots.plot_intervals(both, ylabel="predictor")
    assert ax.get_ylabel() == "predictor"
    assert legend_texts(ax) == ["random", "homology"]
    random, homology = (container[0] for container in ax.containers)
    np.testing.assert_allclose(homology.get_xdata(), worse["mean"])
    np.testing.assert_allclose(random.get_ydata(), [-0.175, 0.825, 1.825])
    np.testing.assert_allclose(homology.get_ydata(), [0.175, 1.175])
    assert random.get_marker() != homology.get_marker() and random.get_color() != homology.get_color()
    assert overlapping(ax, ax.texts) == []
    inside = ax.figure.bbox
    assert all(inside.containsx(text.get_window_extent().x1) for text in ax.texts)


def test_interval_without_ends_is_a_dot(intervals, recwarn):
    intervals.loc["network", ["low", "high"]] = np.nan
    ax = plots.plot_intervals(intervals)
    assert ax.containers[0][0].get_xdata()[2] == 0.55 and ax.texts[2].xy[0] == 0.55
    assert len(recwarn) == 0


def test_intervals_refuse_two_rows_for_one_place(intervals):
    with pytest.raises(ValueError, match="'frequency' has several rows"):
        plots.plot_intervals(pd.concat([intervals, intervals]))
    with pytest.raises(ValueError, match="low, high is not among"):
        plots.plot_intervals(intervals[["mean"]])
