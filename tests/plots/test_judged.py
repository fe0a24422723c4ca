"""The figure of `dlfb evaluate --picture`: a panel for each measure and aspect, a line for each kind and choice."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.metrics.judging import PREDICTED, WHOLE, Judged
from dlfb_helpers.plots.judged import plot_judged

CURVE = pd.DataFrame(
    {"predictions": [9, 4], "coverage": [1.0, 0.5], "f": [0.4, 0.5], "s": [3.0, 2.0]}, index=[0.2, 0.5]
)
NOTHING = pd.DataFrame({"predictions": [0, 0], "coverage": 0.0, "f": np.nan, "s": 7.0}, index=[0.2, 0.5])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def judged(aspect="MFO", knowledge="none", over=WHOLE, curve=CURVE, weighted=CURVE):
    return Judged(aspect, knowledge, over, 3, 2, curve, weighted)


def test_lines_are_the_curves_and_marks_their_best():
    figure = plot_judged([judged(), judged(over=PREDICTED), judged("CCO", "limited")]).figure
    panels = np.array(figure.axes).reshape(4, 2)
    assert [ax.get_title() for ax in panels[0]] == ["MFO", "CCO"]
    assert [ax.get_ylabel() for ax in panels[:, 0]] == ["F", "weighted F", "S, bits", "coverage"]
    solid, mark, dashed, _ = panels[0, 0].lines
    np.testing.assert_array_equal(solid.get_ydata(), [0.4, 0.5])
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (0.5, 0.5)
    assert (panels[2, 0].lines[1].get_xdata()[0], panels[2, 0].lines[1].get_ydata()[0]) == (0.5, 2.0)
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert said == ["no knowledge", "limited knowledge", WHOLE, PREDICTED]


def test_what_is_not_predicted_or_has_no_weights_is_left_out():
    figure = plot_judged([judged(weighted=None), judged("BPO", curve=NOTHING, weighted=None)]).figure
    assert [ax.get_title() for ax in figure.axes] == ["MFO", ""]  # F and coverage
    assert len(plot_judged([judged("BPO", curve=NOTHING, weighted=NOTHING)]).figure.axes) == 4
    with pytest.raises(ValueError, match="found 0"):
        plot_judged([judged(curve=None, weighted=None)])
