from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyBboxPatch

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.plots import ontology as plots


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


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
