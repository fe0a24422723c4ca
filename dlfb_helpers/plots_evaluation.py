"""Figures of an evaluation: calibration, intervals, thresholds, groups of proteins, one protein's terms.

As in `plots`, each function returns its Axes, and series differ by marker as well as by colour.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Patch

from dlfb_helpers.ontology import Ontology
from dlfb_helpers.plots import PALETTE, _axes

MARKERS = "os^DvPX"
"""One for each colour of PALETTE, so that a print in grey can be read."""

SERIES = tuple(zip((PALETTE[0], PALETTE[3], *PALETTE[1:3], *PALETTE[4:]), MARKERS, strict=True))
"""Colour and marker of the first, second ... series; the first two are blue and vermilion, farthest apart."""


def plot_reliability(tables: Mapping[str, pd.DataFrame], ax: Axes | None = None) -> Axes:
    """Draw the share of ones against the mean probability of each bin; a calibrated predictor lies on the diagonal.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Name of a predictor or calibrator -> its `calibration.reliability_table`; seven at most.
    """
    ax = _axes(ax, 4.6, 4.4)
    _check_number(tables, "tables")
    ax.plot([0, 1], [0, 1], color="black", linewidth=1, linestyle=":", label="calibrated")
    for (name, table), (colour, marker) in zip(tables.items(), SERIES):
        _check_columns(table, ["mean_probability", "share"])
        ax.plot(table["mean_probability"], table["share"], color=colour, marker=marker, markersize=6, label=name)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.set(xlabel="mean probability of the bin", ylabel="share of pairs that are true")
    ax.legend(loc="upper left", frameon=False)
    sns.despine(ax=ax)
    return ax


def plot_intervals(table: pd.DataFrame, xlabel: str = "auPRC, mean over proteins", ax: Axes | None = None) -> Axes:
    """Draw means as dots with their intervals as lines, a row for each predictor, the first on top.

    Parameters
    ----------
    table : pandas.DataFrame
        Index: name of the predictor. Columns `mean`, `low`, `high` (as `uncertainty.Interval` has them) and, where
        predictors were scored on several splits, `split`: a predictor then has a line for each, in its row.
    xlabel : str
        What was averaged.
    """
    _check_columns(table, ["mean", "low", "high"])
    splits = list(dict.fromkeys(table["split"])) if "split" in table else [None]
    _check_number(splits, "splits")
    names = list(dict.fromkeys(table.index))
    ax = _axes(ax, 6.5, 0.26 * len(names) * (len(splits) + 0.6) + 1.1)
    gap = 0.7 / len(splits)
    for number, (split, (colour, marker)) in enumerate(zip(splits, SERIES)):
        rows = table if split is None else table[table["split"] == split]
        if rows.index.has_duplicates:
            twice = rows.index[rows.index.duplicated()][0]
            raise ValueError(f"{twice!r} has several rows for one split: keep one row for each predictor and split")
        place = np.array([names.index(name) for name in rows.index]) + (number - (len(splits) - 1) / 2) * gap
        means = rows["mean"].to_numpy(float)
        arms = np.abs(rows[["low", "high"]].to_numpy(float).T - means)
        ax.errorbar(
            means, place, xerr=arms, fmt=marker, color=colour, label=split,
            markersize=5.5, linewidth=1.8, capsize=3,
        )  # fmt: skip
        for (_, row), y in zip(rows.iterrows(), place):
            ax.annotate(
                f"{row['mean']:.2f}", (np.nanmax([row["high"], row["mean"]]), y), xytext=(7, 0), fontsize=8,
                textcoords="offset points", va="center", color=colour,
            )  # fmt: skip
    labels = ["\n".join(wrap(str(name), 30)) for name in names]
    ax.set(yticks=np.arange(len(names)), yticklabels=labels, ylim=(len(names) - 0.4, -0.6), xlabel=xlabel)
    ax.margins(x=0.15)
    ax.grid(axis="x", color="0.9")
    ax.set_axisbelow(True)
    if splits != [None]:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(splits), frameon=False)
    sns.despine(ax=ax)
    return ax


def plot_threshold_curves(curve: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw precision, recall and F over the threshold from which a term counts as predicted, and mark the maximum.

    Parameters
    ----------
    curve : pandas.DataFrame
        Index: threshold. Columns `precision`, `recall` and `f`; undefined values are NaN and leave a gap.
    """
    _check_columns(curve, ["precision", "recall", "f"])
    if curve["f"].isna().all():
        raise ValueError("f is undefined at every threshold: there is no maximum to mark")
    ax = _axes(ax, 6.5, 3.6)
    for (column, label), (colour, _), style in zip(
        {"precision": "precision", "recall": "recall", "f": "F, their harmonic mean"}.items(), SERIES, ("--", "-.", "-")
    ):
        ax.plot(curve.index, curve[column], style, color="black" if column == "f" else colour, linewidth=2, label=label)
    best = curve["f"].idxmax()
    top = curve.loc[best, "f"]
    ax.plot([best, best], [0, top], color="0.5", linewidth=1)
    ax.plot(best, top, "o", color="black", markersize=8, label=f"maximum: {top:.3f} at {best:.2f}")
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="threshold", ylabel="mean over proteins")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    sns.despine(ax=ax)
    return ax


def plot_auprc_by_group(
    scores: pd.DataFrame, order: Sequence[str] | None = None, xlabel: str = "", ax: Axes | None = None
) -> Axes:
    """Draw each protein's auPRC as a dot and each group's as a box (quartiles, median), predictors side by side.

    Parameters
    ----------
    scores : pandas.DataFrame
        Long: a row for each protein and predictor. Columns `group`, `predictor` and `auprc`; NaN is left out, and
        the tick labels count what is drawn.
    order : sequence of str, optional
        Groups from left to right, empty ones included; otherwise the categories of `group`, or as they come first.
    xlabel : str
        What the groups are.
    """
    _check_columns(scores, ["group", "predictor", "auprc"])
    categories = scores["group"].cat.categories if hasattr(scores["group"], "cat") else scores["group"].unique()
    order = list(categories) if order is None else list(order)
    if scores["group"].isna().any():
        raise ValueError(f"{scores['group'].isna().sum()} rows have no group: name one for them, or drop them")
    if missing := sorted(set(scores["group"].unique()) - set(order)):
        raise ValueError(f"order leaves out the groups {', '.join(map(str, missing))}: add them, or drop their rows")
    predictors = list(dict.fromkeys(scores["predictor"]))
    _check_number(predictors, "predictors")
    ax = _axes(ax, max(5.0, 0.65 * len(order) * len(predictors) + 1.2), 4.0)
    random = np.random.default_rng(0)
    gap = 0.8 / len(predictors)
    sizes = np.zeros((len(order), len(predictors)), dtype=int)
    for number, (predictor, (colour, marker)) in enumerate(zip(predictors, SERIES)):
        rows = scores[scores["predictor"] == predictor].dropna(subset="auprc")
        values = [rows.loc[rows["group"] == group, "auprc"].to_numpy(float) for group in order]
        sizes[:, number] = [len(v) for v in values]
        place = np.arange(len(order)) + (number - (len(predictors) - 1) / 2) * gap
        spread = np.repeat(place, sizes[:, number]) + random.uniform(-0.3, 0.3, sizes[:, number].sum()) * gap
        ax.plot(spread, np.concatenate(values), marker, color=colour, markersize=3, alpha=0.35, markeredgewidth=0)
        ax.boxplot(
            values, positions=place, widths=0.75 * gap, showfliers=False, manage_ticks=False, whis=0,
            boxprops={"color": colour, "linewidth": 1.5}, medianprops={"color": "black", "linewidth": 2.5},
            whiskerprops={"linewidth": 0}, capprops={"linewidth": 0},
        )  # fmt: skip
        ax.plot([], [], marker, color=colour, markersize=7, label=predictor)
    labels = [f"{group}\nn = {', '.join(map(str, dict.fromkeys(row)))}" for group, row in zip(order, sizes.tolist())]
    ax.set(xticks=np.arange(len(order)), xticklabels=labels, xlim=(-0.6, len(order) - 0.4), ylim=(-0.02, 1.02))
    ax.set(xlabel=xlabel, ylabel="auPRC of a protein")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(predictors), frameon=False)
    sns.despine(ax=ax)
    return ax


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
    ax = _axes(ax, max(4.5, 1.9 * (width + 1)), 1.2 * (height + 1) + 0.5)
    for route in routes:
        points = np.array([place[stop] for stop in route])
        # Straight down through a layer that the route only passes, slanted between the layers.
        path = [(x, y + side) for x, y in points for side in (-0.34, 0.34)][1:-1]
        ax.plot(*np.array(path).T, color="0.55", linewidth=1.4, zorder=1, label="_route")
    shades = colormaps["Blues"]
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
    beside = max(0.55, (4.5 / 1.9 - width) / 2)  # boxes keep their size where the figure is wider than they are
    ax.set(xlim=(xs.min() - beside, xs.max() + beside), ylim=(ys.max() + 0.45, ys.min() - 0.45))
    if not set(terms).isdisjoint(truth):
        ax.legend(
            handles=[Patch(facecolor="white", edgecolor=PALETTE[3], linewidth=3, label="true term")],
            loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False,
        )  # fmt: skip
    ax.axis("off")
    return ax


def plot_substitution_effects(effects: pd.DataFrame, marked: Collection[int] = ()) -> Axes:
    """Draw what a substitution at each position does, a panel for each measure, with a line at no effect.

    Parameters
    ----------
    effects : pandas.DataFrame
        A row a position (0-based, in order), a column a measure, whose name becomes the label of its axis.
    marked : collection of int
        Positions to shade, such as those of a motif.

    Raises
    ------
    ValueError
        If there is no position.
    """
    if effects.empty:
        raise ValueError("there is no row to draw; give one for each position")
    panels = plt.subplots(
        effects.shape[1], 1, figsize=(9, 2.3 * effects.shape[1]), sharex=True, layout="constrained", squeeze=False
    )[1]
    for panel, (name, values) in zip(panels[:, 0], effects.items()):
        panel.bar(effects.index, values, width=1.0, color=PALETTE[0])
        panel.axhline(0, color="0.4", linewidth=0.8)
        for position in marked:
            panel.axvspan(position - 0.5, position + 0.5, color=PALETTE[1], alpha=0.25, linewidth=0)
        panel.set_ylabel("\n".join(wrap(name, 22)))
    panels[-1, 0].set(xlabel="position (0-based)", xlim=(-1, len(effects)))
    return panels[0, 0]


def _layers(ontology: Ontology, terms: Sequence[str]) -> tuple[dict[object, tuple[float, float]], list[list[object]]]:
    """Place terms in layers by their depth, and route every line through a free spot in each layer that it crosses.

    Returns
    -------
    dict, list
        Term or passing spot -> (x, y), y growing downwards; and for each line its stops from ancestor to term.
    """
    above = {term: ontology.ancestors(term) & set(terms) for term in terms}
    parents = {term: sorted(a for a in above[term] if not any(a in above[b] for b in above[term])) for term in terms}
    depth: dict[str, int] = {}
    for term in sorted(terms, key=lambda term: (len(above[term]), term)):  # ancestors have fewer ancestors
        depth[term] = max((depth[parent] + 1 for parent in parents[term]), default=0)
    layers: list[list[object]] = [[] for _ in range(max(depth.values()) + 1)]
    for term in terms:
        layers[depth[term]].append(term)
    routes = []
    for term in terms:
        for parent in parents[term]:
            passing = [(parent, term, level) for level in range(depth[parent] + 1, depth[term])]
            for level, spot in enumerate(passing, start=depth[parent] + 1):
                layers[level].append(spot)
            routes.append([parent, *passing, term])
    place: dict[object, tuple[float, float]] = {}
    for level, layer in enumerate(layers):
        # Below the mean of what leads here: few crossings, and lines that run straight.
        upper = {stop: [place[r[i - 1]][0] for r in routes for i in range(1, len(r)) if r[i] == stop] for stop in layer}
        layer.sort(key=lambda stop: np.mean(upper[stop]) if upper[stop] else 0.0)
        room = np.array([1.0 if isinstance(stop, str) else 0.4 for stop in layer])
        centres = np.cumsum(room) - room / 2 - room.sum() / 2
        place |= {stop: (float(x), float(level)) for stop, x in zip(layer, centres)}
    return place, routes


def _check_columns(table: pd.DataFrame, needed: Sequence[str]) -> None:
    if missing := [name for name in needed if name not in table]:
        raise ValueError(f"columns {', '.join(needed)} are needed, but {', '.join(missing)} is not among {list(table)}")


def _check_number(series: Collection, what: str) -> None:
    if not 1 <= len(series) <= len(SERIES):
        raise ValueError(f"from 1 to {len(SERIES)} {what} can be told apart, found {len(series)}")
