"""Curves mark what they should; what cannot be told apart is refused."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.plots import thresholds as plots


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
        "not claimed, not annotated (1)",
    ]
    drawn = [[(bar.get_y() + 0.35, bar.get_width()) for bar in bars] for bars in below.containers]
    np.testing.assert_allclose(drawn, [[[0, 0.9]], [[1, 0.5]], [[2, 0.3]], [[3, 0.1]]], atol=1e-9)
    shown = [handle.get_facecolor() for handle in below.get_legend().get_patches()]
    assert shown == [bars[0].get_facecolor() for bars in below.containers] and len(set(shown)) == 4
    assert [label.get_text() for label in below.get_yticklabels()] == list("ABCD")
    assert any(np.allclose(line.get_xdata(), 0.5) for line in below.lines)
