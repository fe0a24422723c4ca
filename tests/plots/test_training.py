from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.plots import training as plots
from dlfb_helpers.plots.style import PART_COLOURS


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_lengths_are_counted_on_both_sides_of_the_limit():
    ax = plots.plot_lengths([50, 60, 499, 500, 501, 5_000], max_length=500)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["at most 500 residues (4)", "longer (2)"]
    assert sum(bar.get_height() for bar in ax.patches) == 6
    assert ax.get_xscale() == "log"


def test_label_counts_by_term_and_by_protein():
    labels = pd.DataFrame({"GO:1": [1, 1, 1, 1], "GO:2": [1, 0, 0, 0], "GO:3": [1, 1, 0, 0]})
    left = plots.plot_label_counts(labels)
    right = left.figure.axes[1]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["median: 2", "all proteins: 4"]
    assert [bar.get_height() for bar in right.patches] == [0, 2, 1, 1]  # no protein of 0 terms, two of 1, ...
    assert right.get_legend().get_texts()[0].get_text() == "mean: 1.8 of 3 terms"


def test_label_matrix_shows_the_table():
    labels = pd.DataFrame([[1, 0, 0], [0, 1, 1]])
    ax = plots.plot_label_matrix(labels)
    assert (ax.images[0].get_array() == labels.to_numpy()).all()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("3 terms", "2 proteins")


@pytest.fixture
def history():
    rows = [(step, part) for step in (30, 60) for part in ("train", "valid")]
    table = pd.DataFrame(rows, columns=["step", "part"])
    return table.assign(loss=[0.4, 0.5, 0.2, 0.3], accuracy=0.9, recall=0.1, precision=0.2, auprc=0.3, auroc=0.8)


def test_sigmoid_and_losses_meet_at_logit_0():
    probability, loss_of_1, loss_of_0 = (line.get_ydata() for line in plots.plot_sigmoid_and_loss().lines)
    middle = len(probability) // 2
    assert probability[middle] == pytest.approx(0.5)
    assert loss_of_1[middle] == pytest.approx(np.log(2)) and loss_of_0[middle] == pytest.approx(np.log(2))
    np.testing.assert_allclose(loss_of_1, -np.log(probability))


def test_loss_has_a_line_for_each_part_and_a_ring_at_the_lowest_validation_loss(history):
    ax = plots.plot_loss(history)
    lines = {line.get_label(): line for line in ax.lines}
    assert {name: lines[name].get_color() for name in ("train", "valid")} == {
        name: PART_COLOURS[name] for name in ("train", "valid")
    }
    assert list(lines["valid"].get_ydata()) == [0.5, 0.3]
    assert lines["lowest validation loss"].get_xydata().tolist() == [[60, 0.3]]


def test_a_loss_of_every_batch_is_thin_and_beside_it_what_was_measured_are_points(history):
    steps = pd.DataFrame({"step": range(1, 301), "part": "train", "loss": 0.3})
    lines = {line.get_label(): line for line in plots.plot_loss(pd.concat([steps, history])).lines}
    assert lines["train"].get_marker() in ("", "None") and lines["train"].get_linewidth() < 1
    assert lines["valid"].get_marker() == "s" and lines["valid"].get_linestyle() == "None"
    alone = {line.get_label(): line for line in plots.plot_loss(history).lines}
    assert alone["valid"].get_linestyle() == "-"


def test_metrics_of_one_part_are_drawn(history):
    ax = plots.plot_metrics(history, part="valid")
    assert sorted(line.get_label() for line in ax.lines) == ["accuracy", "auPRC", "auROC", "precision", "recall"]
    assert all(list(line.get_xdata()) == [30, 60] for line in ax.lines)
    assert ax.get_ylabel().startswith("valid")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "accuracy", "auROC", "auPRC", "precision", "recall",
    ]  # fmt: skip
