from __future__ import annotations

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyBboxPatch

from dlfb_helpers import plots_evaluation as plots
from dlfb_helpers.ontology import Ontology


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


def test_series_differ_by_colour_and_by_marker():
    colours, markers = zip(*plots.SERIES)
    assert set(colours) == set(plots.PALETTE) and len(set(markers)) == len(markers) == 7


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


@pytest.fixture
def grouped():
    scores = {"network": [0.1, 0.2, 0.6, 0.9, np.nan], "alignment": [0.0, 0.1, 0.5, 0.9, 0.8]}
    groups = ["none", "none", "< 30 %", "< 30 %", "< 30 %"]
    return pd.concat([pd.DataFrame({"group": groups, "predictor": p, "auprc": v}) for p, v in scores.items()])


def test_groups_show_every_protein_and_count_them(grouped):
    ax = plots.plot_auprc_by_group(grouped, order=["< 30 %", "≥ 90 %", "none"], xlabel="identity")
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["< 30 %\nn = 2, 3", "≥ 90 %\nn = 0", "none\nn = 2"]
    dots = [line.get_ydata().tolist() for line in ax.lines if line.get_marker() in set(plots.MARKERS)]
    # By group in the order given, the NaN left out; the empty ones are for the legend.
    assert dots == [[0.6, 0.9, 0.1, 0.2], [], [0.5, 0.9, 0.8, 0.0, 0.1], []]
    medians = [line for line in ax.lines if line.get_linewidth() == 2.5]
    np.testing.assert_allclose([line.get_ydata()[0] for line in medians], [0.75, np.nan, 0.15, 0.8, np.nan, 0.05])
    assert legend_texts(ax) == ["network", "alignment"] and ax.get_xlabel() == "identity"


def test_boxes_of_a_group_stand_side_by_side(grouped):
    ax = plots.plot_auprc_by_group(grouped)
    centres = [line.get_xdata().mean() for line in ax.lines if line.get_linewidth() == 2.5]
    np.testing.assert_allclose(centres, [-0.2, 0.8, 0.2, 1.2])


def test_group_order_comes_from_categories(grouped):
    grouped["group"] = pd.Categorical(grouped["group"], ["< 30 %", "none"])
    ax = plots.plot_auprc_by_group(grouped)
    assert [label.get_text().split("\n")[0] for label in ax.get_xticklabels()] == ["< 30 %", "none"]


def test_no_protein_is_dropped_silently(grouped):
    with pytest.raises(ValueError, match="order leaves out the groups none"):
        plots.plot_auprc_by_group(grouped, order=["< 30 %"])
    with pytest.raises(ValueError, match="5 rows have no group"):
        plots.plot_auprc_by_group(grouped.assign(group=[None] * 5 + ["none"] * 5))
    with pytest.raises(ValueError, match="auprc is not among"):
        plots.plot_auprc_by_group(grouped[["group", "predictor"]])


@pytest.fixture
def ontology():
    """A root, a chain of three below it, and a term `short` between the root and the end of the chain."""
    parents = {"root": [], "a": ["root"], "b": ["a"], "end": ["b", "short"], "short": ["root"], "aside": ["root"]}
    return Ontology(
        names={term: f"{term} activity" for term in parents},
        aspects=dict.fromkeys(parents, "MFO"),
        parents={term: frozenset(above) for term, above in parents.items()},
        release="of this test",
    )


def boxes(ax):
    return {patch.get_gid(): patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)}


def centre(box):
    return box.get_x() + box.get_width() / 2, box.get_y() + box.get_height() / 2


def test_fragment_has_a_box_for_each_term_by_depth(ontology):
    chances = pd.Series({"end": 0.1, "b": 0.3, "short": 0.4, "a": 0.8, "root": 1.0})
    ax = plots.plot_ontology_fragment(ontology, chances, truth={"root", "a", "elsewhere"})
    drawn = boxes(ax)
    assert {term: round(centre(box)[1]) for term, box in drawn.items()} == {
        "root": 0, "a": 1, "short": 1, "b": 2, "end": 3,
    }  # fmt: skip
    assert ax.yaxis_inverted()
    assert {term for term, box in drawn.items() if box.get_linewidth() > 3} == {"root", "a"}
    darkness = {term: -sum(box.get_facecolor()[:3]) for term, box in drawn.items()}
    assert sorted(darkness, key=darkness.get) == ["end", "b", "short", "a", "root"]
    texts = {text.get_text() for text in ax.texts}
    assert {"root activity\n1.00", "end activity\n0.10"} < texts and len(texts) == 5


def test_fragment_lines_join_parents_and_pass_by_other_boxes(ontology):
    chances = pd.Series({"end": 0.1, "b": 0.3, "short": 0.4, "a": 0.8, "root": 1.0})
    ax = plots.plot_ontology_fragment(ontology, chances, truth=[])
    drawn = boxes(ax)
    places = {tuple(np.round(centre(box), 6)): term for term, box in drawn.items()}
    ends = set()
    for line in ax.lines:
        (x0, y0), (x1, y1) = line.get_xydata()[[0, -1]]
        parent, child = places[round(x0, 6), round(y0 - 0.34, 6)], places[round(x1, 6), round(y1 + 0.34, 6)]
        ends.add((parent, child))
        path = line.get_xydata()
        fine = np.concatenate([np.linspace(p, q, 50) for p, q in zip(path[:-1], path[1:])])
        for term in set(drawn) - {parent, child}:
            x, y = centre(drawn[term])
            assert not ((np.abs(fine[:, 0] - x) < 0.43) & (np.abs(fine[:, 1] - y) < 0.33)).any()
    assert ends == {("root", "a"), ("a", "b"), ("b", "end"), ("root", "short"), ("short", "end")}


def test_fragment_passes_over_terms_that_are_not_drawn(ontology):
    ax = plots.plot_ontology_fragment(ontology, pd.Series({"end": 0.1, "root": 0.9}), truth=[])
    assert len(ax.lines) == 1 and {round(centre(box)[1]) for box in boxes(ax).values()} == {0, 1}


def test_fragment_wraps_names_into_their_boxes(ontology):
    long = "RNA polymerase II cis-regulatory region sequence-specific double-stranded DNA binding of some kind"
    names = {"root": long, "a": "catalytic activity, acting on a protein"}
    chances = pd.Series({"root": 0.9, "a": 0.7, "short": 0.2, "aside": 0.1})
    ax = plots.plot_ontology_fragment(ontology, chances, truth=[], names=names)
    ax.figure.canvas.draw()
    for box, text in zip(boxes(ax).values(), ax.texts, strict=True):
        outline, words = box.get_window_extent(), text.get_window_extent()
        assert outline.x0 < words.x0 and words.x1 < outline.x1 and outline.y0 < words.y0 and words.y1 < outline.y1
    assert "…" in ax.texts[0].get_text() and "acting on a protein" in ax.texts[1].get_text().replace("\n", " ")


@pytest.mark.parametrize(
    "chances, message",
    [
        ({}, "found no term at all"),
        ({"elsewhere": 0.5}, "release of this test are needed, found elsewhere"),
        ({"root": 1.5}, r"in \[0, 1\]"),
        ({"root": np.nan}, "NaN"),
    ],
)
def test_bad_fragments_are_refused(ontology, chances, message):
    with pytest.raises(ValueError, match=message):
        plots.plot_ontology_fragment(ontology, pd.Series(chances, dtype=float), truth=[])


def test_figures_can_be_drawn_into_given_axes(intervals, grouped, ontology):
    curve = pd.DataFrame({"precision": [0.5], "recall": [0.5], "f": [0.5]}, index=[0.3])
    axes = plt.subplots(1, 5)[1]
    assert plots.plot_reliability({"raw": pd.DataFrame({"mean_probability": [0], "share": [0]})}, axes[0]) is axes[0]
    assert plots.plot_intervals(intervals, ax=axes[1]) is axes[1]
    assert plots.plot_threshold_curves(curve, axes[2]) is axes[2]
    assert plots.plot_auprc_by_group(grouped, ax=axes[3]) is axes[3]
    assert plots.plot_ontology_fragment(ontology, pd.Series({"root": 0.5}), [], ax=axes[4]) is axes[4]


def test_substitution_effects_have_a_panel_a_measure_and_shade_the_motif():
    effects = pd.DataFrame({"change in probability": [0.0, -0.2, 0.1], "log-odds": [-1.0, -2.0, 0.5]})
    panels = plots.plot_substitution_effects(effects, marked=[1]).figure.axes
    assert [panel.get_ylabel() for panel in panels] == ["change in probability", "log-odds"]
    for panel, name in zip(panels, effects):
        bars, shade = panel.patches[:3], panel.patches[3]
        assert [bar.get_height() for bar in bars] == effects[name].tolist()
        assert (shade.get_x(), shade.get_x() + shade.get_width()) == (0.5, 1.5)
    with pytest.raises(ValueError, match="no row"):
        plots.plot_substitution_effects(effects[:0])
