"""Attention of one head."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlfb_helpers.plots.attention import plot_attention

WEIGHTS = np.roll(np.eye(12), 6, axis=1)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_row_of_the_token_that_asks_stands_above_the_square():
    row = plot_attention(WEIGHTS, 2, {"first": (0, 6), "second": (6, 12)})
    assert [bar.get_height() for bar in row.patches].index(1.0) == 8  # token 2 looks at token 8 alone
    assert {"first", "second", "hidden"} <= {text.get_text() for text in row.texts}
    square = row.figure.axes[1]
    np.testing.assert_array_equal(square.images[0].get_array(), WEIGHTS)


@pytest.mark.parametrize(("weights", "asking"), [(np.ones((3, 4)), 1), (np.ones(3), 0), (np.eye(3), 3)])
def test_what_is_no_square_or_has_no_such_row_is_refused(weights, asking):
    with pytest.raises(ValueError, match="a square of weights with row"):
        plot_attention(weights, asking, {})
