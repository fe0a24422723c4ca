"""The course in one picture: from a protein's letters to probabilities along the ontology."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.plots.ontology import plot_ontology_fragment
from dlfb_helpers.plots.style import DIVERGING, GREY, GROUP_COLOURS, PALETTE
from dlfb_helpers.proteins.alphabet import residue_group

SHOWN = 9
"""Residues that are drawn; the rest is an ellipsis."""


def plot_pipeline(
    sequence: str,
    tokens: Sequence[int],
    residue_vectors: np.ndarray,
    probabilities: pd.Series,
    ontology: Ontology,
    truth: Collection[str] = (),
    names: Mapping[str, str] | None = None,
) -> Axes:
    """Draw sequence, tokens, residue embeddings, mean vector, network and probabilities, one leading to the next.

    Parameters
    ----------
    sequence : str
        L residues.
    tokens : sequence of int
        L + 2 numbers: the start token, the residues, the end token.
    residue_vectors : numpy.ndarray
        Shape (L, width): an embedding for each residue; their mean is drawn beside them.
    probabilities, ontology, truth, names
        As for `plot_ontology_fragment`; readable up to about five terms.

    Returns
    -------
    Axes
        The panel of the sequence.

    Raises
    ------
    ValueError
        If tokens or vectors do not fit the sequence.
    """
    vectors = np.asarray(residue_vectors)
    if len(tokens) != len(sequence) + 2 or vectors.ndim != 2 or len(vectors) != len(sequence):
        raise ValueError(
            f"{len(sequence)} residues need {len(sequence) + 2} tokens and {len(sequence)} vectors, found "
            f"{len(tokens)} tokens and an array of shape {vectors.shape}"
        )
    figure = plt.figure(figsize=(7.8, 5.2))
    letters = figure.add_axes((0.0, 0.67, 0.41, 0.33))
    cells = figure.add_axes((0.0, 0.03, 0.41, 0.57))
    mean = figure.add_axes((0.445, 0.03, 0.03, 0.57))
    network = figure.add_axes((0.48, 0.03, 0.115, 0.57))
    terms = figure.add_axes((0.60, 0.03, 0.40, 0.57))
    _draw_letters(letters, sequence, tokens)
    _draw_vectors(cells, mean, vectors)
    _draw_network(network)
    plot_ontology_fragment(ontology, probabilities, truth, names, ax=terms)
    left, right = terms.get_xlim()
    terms.set_xlim(max(left, -1.1), min(right, 1.1))
    for x, y, title in (
        (0.01, 0.62, "3  Embeddings of the residues"),
        (0.385, 0.62, "4  Mean"),
        (0.49, 0.62, "5  Network"),
        (0.63, 0.68, "6  Probabilities of functions"),
    ):
        figure.text(x, y, title, fontweight="bold")
    groups = dict.fromkeys(map(residue_group, sequence[:SHOWN]))
    handles = [Patch(color=GROUP_COLOURS[group], alpha=0.35, linewidth=0, label=group) for group in groups]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.41, 0.97), frameon=False, ncols=len(groups))
    return letters


def _draw_letters(ax: Axes, sequence: str, tokens: Sequence[int]) -> None:
    """Write the first residues and the ends as cells, and under each its token."""
    shown = min(SHOWN, len(sequence))
    numbers = [str(token) for token in tokens]
    cells = [("<cls>", numbers[0]), *zip(sequence[:shown], numbers[1 : shown + 1], strict=True)]
    cells += [("…", "…"), ("<eos>", numbers[-1])]
    for place, (word, token) in enumerate(cells, start=-1):
        residue = len(word) == 1 and word != "…"
        if residue:
            colour = GROUP_COLOURS[residue_group(word)]
            ax.add_patch(Rectangle((place - 0.45, 2.5), 0.9, 0.7, facecolor=colour, alpha=0.35, edgecolor="none"))
            ax.annotate("", (place, 1.15), (place, 2.4), arrowprops={"arrowstyle": "->", "color": GREY})
        if residue or word == "…":
            ax.text(place, 2.85, word, ha="center", va="center", fontsize=11)
        else:
            ax.text(place, 1.2, word, ha="center", va="bottom", fontsize=9, rotation=90)
        if word != "…":
            ax.add_patch(Rectangle((place - 0.45, 0.4), 0.9, 0.7, facecolor="white", edgecolor=GREY))
        ax.text(place, 0.75, token, ha="center", va="center", fontsize=9)
        if residue:
            ax.annotate("", (place, -0.9), (place, 0.3), arrowprops={"arrowstyle": "->", "color": GREY})
    ax.text(-1.4, 3.6, f"1  Sequence: {len(sequence)} residues", fontweight="bold", va="center")
    ax.text(SHOWN + 1.8, 0.75, "2  Tokens", fontweight="bold", va="center")
    ax.set(xlim=(-1.5, SHOWN + 1.5), ylim=(-1, 4))
    ax.axis("off")


def _draw_vectors(cells: Axes, mean: Axes, vectors: np.ndarray) -> None:
    """Draw each residue's embedding as a column under its token, and the mean of all as one more."""
    limit = np.quantile(np.abs(vectors), 0.98)
    shown = vectors[:SHOWN].T
    look = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit, "aspect": "auto", "interpolation": "nearest"}
    cells.imshow(shown, **look, extent=(-0.5, shown.shape[1] - 0.5, len(shown), 0))
    cells.text(SHOWN, len(shown) / 2, "…", ha="center", va="center", fontsize=11)
    cells.text(-0.8, len(shown) / 2, f"{len(shown)} numbers", ha="center", va="center", fontsize=9, rotation=90)
    cells.set(xlim=(-1.5, SHOWN + 1.5))
    cells.axis("off")
    mean.imshow(vectors.mean(axis=0)[:, None], **look)
    mean.set(xticks=[], yticks=[])
    cells.annotate(
        "", (1.085, 0.5), (0.96, 0.5), xycoords="axes fraction", arrowprops={"arrowstyle": "->", "linewidth": 2}
    )  # fmt: skip


def _draw_network(ax: Axes) -> None:
    """Draw layers of units, each joined to all of the next."""
    layers = [np.linspace(0.12, 0.88, units) for units in (7, 5, 6)]
    for x, (left, right) in enumerate(zip(layers[:-1], layers[1:], strict=True)):
        for unit in left:
            heights = [np.full_like(right, unit), right]
            ax.plot([[x] * len(right), [x + 1] * len(right)], heights, color="0.8", linewidth=0.6)
    for x, units in enumerate(layers):
        ax.plot([x] * len(units), units, "o", color=PALETTE[0], markersize=7)
    ax.annotate("", (3.0, 0.5), (2.2, 0.5), arrowprops={"arrowstyle": "->", "linewidth": 2}, annotation_clip=False)
    ax.set(xlim=(-0.5, 2.9), ylim=(0, 1))
    ax.axis("off")
