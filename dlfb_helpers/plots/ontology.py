"""One protein's terms along the ontology, as boxes with their probabilities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Patch

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.plots.style import PALETTE, SHADES, axes_or_new

Stop = str | tuple[str, str, int]
"""What a line passes: a term, or a free spot in a layer, named (ancestor, term, layer) after the line's two ends."""


def plot_ontology_fragment(
    ontology: Ontology,
    probabilities: pd.Series,
    truth: Collection[str],
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a few terms as boxes, general ones on top, darker where more probable; true ones have a thick outline.

    A line leads from a term to its nearest drawn ancestors: what lies between them in the ontology but is not among
    the terms is passed over.

    Parameters
    ----------
    ontology : Ontology
        Where ancestors and names come from.
    probabilities : pandas.Series
        Probability by term, such as one term and those of its ancestors that are predicted; readable up to about ten.
    truth : collection of str
        The protein's true terms; those that are not drawn are ignored.
    names : mapping of str to str, optional
        Names to use instead of the ontology's.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If there is no term, one is not in `ontology`, or not each has one probability in [0, 1].
    """
    terms, names = list(probabilities.index), {**ontology.names, **(names or {})}
    if not probabilities.between(0, 1).all() or probabilities.index.has_duplicates:
        raise ValueError("one probability in [0, 1] for each term is needed: some lie outside, are NaN or stand twice")
    if not terms or (unknown := [term for term in terms if term not in ontology.names]):
        found = ", ".join(unknown) if terms else "no term at all"
        raise ValueError(f"primary ids of release {ontology.release} are needed, found {found}")
    place, routes = _layers(ontology, terms)
    width, height = (np.ptp([spot[axis] for spot in place.values()]) for axis in (0, 1))
    ax = axes_or_new(ax, max(4.5, 1.9 * (width + 1)), 1.2 * (height + 1) + 0.5)
    for route in routes:
        points = np.array([place[stop] for stop in route])
        # Straight down through a layer that the route only passes, slanted between the layers.
        path = [(x, y + side) for x, y in points for side in (-0.34, 0.34)][1:-1]
        ax.plot(*np.array(path).T, color="0.55", linewidth=1.4, zorder=1, label="_route")
    shades = colormaps[SHADES]
    for term in terms:
        (x, y), chance = place[term], float(probabilities[term])
        edge, line = (PALETTE[3], 3.5) if term in truth else ("0.6", 0.8)
        box = FancyBboxPatch(
            (x - 0.44, y - 0.34), 0.88, 0.68, boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=shades(0.85 * chance), edgecolor=edge, linewidth=line, gid=term, zorder=2,
        )  # fmt: skip
        ax.add_patch(box)
        lines = wrap(names[term], 21, max_lines=4, placeholder=" …")
        colour = "white" if chance > 0.6 else "black"
        text = "\n".join([*lines, f"{chance:.2f}"])
        ax.text(x, y, text, ha="center", va="center", fontsize=9, linespacing=1.1, color=colour, zorder=3)
    xs, ys = np.array(list(place.values())).T
    margin = max(0.55, (4.5 / 1.9 - width) / 2)  # boxes keep their size where the figure is wider than they are
    ax.set(xlim=(xs.min() - margin, xs.max() + margin), ylim=(ys.max() + 0.45, ys.min() - 0.45))
    if not set(terms).isdisjoint(truth):
        ax.legend(
            handles=[Patch(facecolor="white", edgecolor=PALETTE[3], linewidth=3, label="true term")],
            loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False,
        )  # fmt: skip
    ax.axis("off")
    return ax


def _layers(ontology: Ontology, terms: Sequence[str]) -> tuple[dict[Stop, tuple[float, float]], list[list[Stop]]]:
    """Place terms in layers by their depth, and route every line through a free spot in each layer that it crosses.

    Returns
    -------
    dict, list
        Stop -> (x, y), y growing downwards; and for each line its stops from ancestor to term.
    """
    above = {term: ontology.ancestors(term) & set(terms) for term in terms}
    parents = {term: sorted(a for a in above[term] if not any(a in above[b] for b in above[term])) for term in terms}
    depth: dict[str, int] = {}
    for term in sorted(terms, key=lambda term: (len(above[term]), term)):  # ancestors have fewer ancestors
        depth[term] = max((depth[parent] + 1 for parent in parents[term]), default=0)
    layers: list[list[Stop]] = [[] for _ in range(max(depth.values()) + 1)]
    for term in terms:
        layers[depth[term]].append(term)
    routes: list[list[Stop]] = []
    for term in terms:
        for parent in parents[term]:
            spots = [(parent, term, level) for level in range(depth[parent] + 1, depth[term])]
            for level, spot in enumerate(spots, start=depth[parent] + 1):
                layers[level].append(spot)
            routes.append([parent, *spots, term])
    place: dict[Stop, tuple[float, float]] = {}
    for level, layer in enumerate(layers):
        # Below the mean of what leads here: few crossings, and lines that run straight.
        upper = {stop: [place[r[i - 1]][0] for r in routes for i in range(1, len(r)) if r[i] == stop] for stop in layer}
        layer.sort(key=lambda stop: np.mean(upper[stop]) if upper[stop] else 0.0)
        room = np.array([1.0 if isinstance(stop, str) else 0.4 for stop in layer])
        centres = np.cumsum(room) - room / 2 - room.sum() / 2
        place |= {stop: (float(x), float(level)) for stop, x in zip(layer, centres)}
    return place, routes
