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


def test_reliability_has_a_line_for_each_calibrator_and_the_diagonal():
    table = pd.DataFrame({"mean_probability": [0.1, 0.5], "share": [0.05, 0.6], "count": [10, 10]})
    ax = plots.plot_reliability({"raw": table, "temperature": table.assign(share=[0.1, 0.5])})
    diagonal, raw, scaled = ax.lines
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    np.testing.assert_allclose(raw.get_xydata(), [[0.1, 0.05], [0.5, 0.6]])
    np.testing.assert_allclose(scaled.get_xydata(), [[0.1, 0.1], [0.5, 0.5]])
    assert raw.get_color() != scaled.get_color() and raw.get_marker() != scaled.get_marker()
    assert legend_texts(ax) == ["calibrated", "raw", "temperature"]
    assert ax.get_aspect() == 1


def test_reliability_refuses_what_cannot_be_told_apart():
    with pytest.raises(ValueError, match="share is not among"):
        plots.plot_reliability({"raw": pd.DataFrame({"mean_probability": [0.1]})})
    with pytest.raises(ValueError, match="found 8"):
        plots.plot_reliability({str(number): pd.DataFrame() for number in range(8)})
    with pytest.raises(ValueError, match="found 0"):
        plots.plot_reliability({})


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
    ax = plots.plot_intervals(pd.concat([intervals.assign(split="random"), worse.assign(split="homology")]))
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


def test_threshold_curves_mark_the_maximum():
    thresholds = [0.1, 0.2, 0.3, 0.4]
    precision, recall = np.array([0.2, 0.5, 0.7, np.nan]), np.array([0.9, 0.6, 0.2, 0.0])
    curve = pd.DataFrame({"precision": precision, "recall": recall}, index=thresholds)
    curve["f"] = 2 * precision * recall / (precision + recall)
    ax = plots.plot_threshold_curves(curve)
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_allclose(lines["precision"].get_ydata(), precision)
    np.testing.assert_allclose(lines["recall"].get_ydata(), recall)
    np.testing.assert_allclose(lines["F, their harmonic mean"].get_ydata(), curve["f"])
    assert len({lines[name].get_linestyle() for name in list(lines)[:3]}) == 3
    np.testing.assert_allclose(lines["maximum: 0.545 at 0.20"].get_xydata(), [[0.2, 6 / 11]])
    with pytest.raises(ValueError, match="undefined at every threshold"):
        plots.plot_threshold_curves(curve.assign(f=np.nan))


def test_threshold_choice_sorts_a_proteins_terms_by_what_became_of_them():
    curve = pd.DataFrame({"precision": [0.4, 0.6], "recall": [0.7, 0.3], "f": [0.5, 0.4]}, index=[0.2, 0.5])
    chances = pd.Series({"a": 0.9, "b": 0.5, "c": 0.3, "d": 0.1})
    above = plots.plot_threshold_choice(curve, 0.5, chances, {"a", "c"}, dict(zip("abcd", "ABCD")))
    below = above.figure.axes[1]
    assert above.get_title() == "threshold 0.50: precision 0.60, recall 0.30"
    assert legend_texts(below) == [
        "claimed, true (1)",
        "claimed, not annotated (1)",
        "missed (1)",
        "rightly not claimed (1)",
    ]
    drawn = [[(bar.get_y() + 0.35, bar.get_width()) for bar in bars] for bars in below.containers]
    np.testing.assert_allclose(drawn, [[[0, 0.9]], [[1, 0.5]], [[2, 0.3]], [[3, 0.1]]], atol=1e-9)
    shown = [handle.get_facecolor() for handle in below.get_legend().get_patches()]
    assert shown == [bars[0].get_facecolor() for bars in below.containers] and len(set(shown)) == 4
    assert [label.get_text() for label in below.get_yticklabels()] == list("ABCD")
    assert any(np.allclose(line.get_xdata(), 0.5) for line in below.lines)
