from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.plots.pipeline import SHOWN, plot_pipeline

SEQUENCE = "MALWMRLLPLLALLALWGPD"
TOKENS = [0, *range(4, 24), 2]
ONTOLOGY = Ontology(
    names={"root": "binding", "leaf": "receptor binding"},
    aspects={"root": "MFO", "leaf": "MFO"},
    parents={"root": frozenset(), "leaf": frozenset({"root"})},
    release="of this test",
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(20, 8))


def test_pipeline_draws_what_it_is_given(vectors):
    chances = pd.Series({"root": 0.9, "leaf": 0.4})
    first = plot_pipeline(SEQUENCE, TOKENS, vectors, chances, ONTOLOGY, truth={"root"})
    letters, cells, mean, _, terms = first.figure.axes
    words = [text.get_text() for text in letters.texts]
    assert "".join(word for word in words if len(word) == 1 and word.isalpha()) == SEQUENCE[:SHOWN]
    assert [word for word in words if word.isdigit()] == [str(token) for token in (*TOKENS[: SHOWN + 1], 2)]
    np.testing.assert_array_equal(cells.images[0].get_array(), vectors[:SHOWN].T)
    np.testing.assert_allclose(mean.images[0].get_array()[:, 0], vectors.mean(axis=0))  # of all, not of those drawn
    assert mean.images[0].get_clim() == cells.images[0].get_clim()
    assert {text.get_text() for text in terms.texts} == {"binding\n0.90", "receptor binding\n0.40"}


def test_steps_are_numbered_from_left_to_right(vectors):
    first = plot_pipeline(SEQUENCE, TOKENS, vectors, pd.Series({"leaf": 0.4}), ONTOLOGY)
    first.figure.canvas.draw()
    headings = [text for text in (*first.texts, *first.figure.texts) if text.get_fontweight() == "bold"]
    assert sorted(text.get_text()[0] for text in headings) == list("123456")
    boxes = [text.get_window_extent() for text in headings]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_protein_shorter_than_the_picture(vectors):
    first = plot_pipeline("MAL", [0, 20, 5, 4, 2], vectors[:3], pd.Series({"leaf": 0.4}), ONTOLOGY)
    assert first.figure.axes[1].images[0].get_array().shape == (8, 3)


def test_tokens_and_vectors_must_fit_the_sequence(vectors):
    chances = pd.Series({"leaf": 0.4})
    with pytest.raises(ValueError, match=r"20 residues need 22 tokens and 20 vectors, found 20 tokens"):
        plot_pipeline(SEQUENCE, TOKENS[1:-1], vectors, chances, ONTOLOGY)
    with pytest.raises(ValueError, match=r"an array of shape \(22, 8\)"):
        plot_pipeline(SEQUENCE, TOKENS, np.zeros((22, 8)), chances, ONTOLOGY)
