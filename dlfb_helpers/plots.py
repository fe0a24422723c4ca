"""Every figure the chapters draw; each function returns the Axes (several panels: the first of them)."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.patheffects import withStroke
from scipy.interpolate import make_interp_spline

from dlfb_helpers.amino_acids import AMINO_ACIDS, GROUPS, one_hot, residue_group
from dlfb_helpers.structures import atom_table, disulfide_bonds

SPLIT_COLOURS: dict[str, str] = {"train": "#377eb8", "valid": "#4daf4a", "test": "#ff7f00"}

PALETTE: tuple[str, ...] = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#999999")
"""Colours that people with colour-vision deficiency can tell apart (Okabe & Ito, 2008), and a grey."""

GROUP_COLOURS: dict[str, str] = {
    "hydrophobic": "#E69F00",
    "polar uncharged": "#009E73",
    "negative": "#D55E00",
    "positive": "#0072B2",
    "special": "#CC79A7",
    "special tokens": "#999999",
}
GROUP_MARKERS: dict[str, str] = dict(zip(GROUP_COLOURS, "osv^DX", strict=True))
"""Groups differ by shape too, so that a print in grey can be read."""


def _axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return `ax`, or the Axes of a new figure of the given size in inches."""
    return ax if ax is not None else plt.subplots(figsize=(width, height), layout="constrained")[1]


# Chapter 1


def plot_structures(structures: dict[str, str], colour: str = "spectrum") -> Axes:
    """Draw traces of C-alpha atoms side by side, each seen along its thinnest direction.

    Parameters
    ----------
    structures : dict of str to str
        Title of a panel -> PDB text. Disulfide bonds (SSBOND records) are drawn as dotted lines.
    colour : {"spectrum", "chain"}
        From each chain's first residue (blue) to its last (red), or one colour a chain.

    Returns
    -------
    Axes
        The first panel; coordinates in angstrom, the same scale in all panels.
    """
    panels = plt.subplots(1, len(structures), squeeze=False, layout="constrained")[1][0]
    for ax, (title, pdb_text) in zip(panels, structures.items(), strict=True):
        _trace(ax, pdb_text, colour)
        ax.set_title(title, fontsize=11)
    wide, high = max(np.ptp(ax.get_xlim()) for ax in panels), max(np.ptp(ax.get_ylim()) for ax in panels)
    width = 5.0 if len(panels) == 1 else 3.7
    panels[0].figure.set_size_inches(width * len(panels), width * high / wide + 0.3)
    for ax in panels:
        ax.set(xlim=(-wide / 2, wide / 2), ylim=(-high / 2, high / 2), aspect="equal")
        ax.plot([-wide / 2, -wide / 2 + 10], [-high / 2 + 1] * 2, color="black", linewidth=2)
        ax.text(-wide / 2 + 5, -high / 2 + 1.3, "10 Å", ha="center", va="bottom", fontsize=9)
        ax.axis("off")
    return panels[0]


def _trace(ax: Axes, pdb_text: str, colour: str) -> None:
    """Draw one structure: smooth lines through the C-alpha atoms, what is nearer over what is farther."""
    atoms = atom_table(pdb_text)
    points = atoms[["x", "y", "z"]].to_numpy()
    points = points - points.mean(axis=0)
    across, up = np.linalg.svd(points, full_matrices=False)[2][:2]
    across, up = (axis * np.sign(axis[np.abs(axis).argmax()]) for axis in (across, up))
    # The cross product keeps the picture from being a mirror image: helices stay right-handed.
    points = points @ np.stack([across, up, np.cross(across, up)], axis=1)
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    place = {key: point for key, point in zip(zip(atoms.chain, atoms.number, strict=True), points, strict=True)}
    for one, other in disulfide_bonds(pdb_text):
        if one in place and other in place:
            ax.plot(*np.array([place[one], place[other]])[:, :2].T, ":", color="#444444", linewidth=1.8, zorder=0)
    chains = atoms.chain.unique()
    segments, colours, depths = [], [], []
    for number, chain in enumerate(chains):
        trace = points[(atoms.chain == chain).to_numpy()]
        fine = np.linspace(0, len(trace) - 1, 12 * len(trace))
        curve = make_interp_spline(np.arange(len(trace)), trace, k=min(3, len(trace) - 1))(fine)
        segments += list(np.stack([curve[:-1], curve[1:]], axis=1))
        depths += list(curve[:-1, 2])
        if colour == "spectrum":
            colours += list(plt.get_cmap("turbo")(np.linspace(0.05, 0.95, len(curve) - 1)))
        else:
            colours += [to_rgba(PALETTE[number % len(PALETTE)])] * (len(curve) - 1)
        for end, text in ((0, "N"), (-1, "C")) if len(chains) <= 2 else ():
            outward = trace[end, :2] / max(np.linalg.norm(trace[end, :2]), 1e-9)
            ax.annotate(
                f"{text} ({chain})" if len(chains) > 1 else text, trace[end, :2], xytext=outward * 14,
                textcoords="offset points", fontsize=9, ha="center", va="center", zorder=9,
                path_effects=[withStroke(linewidth=3, foreground="white")],
            )  # fmt: skip
    order = np.argsort(depths)
    lines = np.array(segments)[order][:, :, :2]
    width = 4.5 if len(atoms) < 150 else 1.2
    # Far to near, a white rim under every stretch: crossings read as over and under.
    stretch = max(8, len(lines) // 500)  # large assemblies in longer stretches, so that drawing stays quick
    for start in range(0, len(lines), stretch):
        part = slice(start, start + stretch)
        ax.add_collection(LineCollection(lines[part], colors="white", linewidths=width + 2.5, capstyle="butt"))
        ax.add_collection(
            LineCollection(lines[part], colors=np.array(colours)[order][part], linewidths=width, capstyle="round")
        )
    if colour == "chain" and len(chains) <= len(PALETTE):
        handles = [ax.plot([], [], color=PALETTE[n], linewidth=4, label=chain)[0] for n, chain in enumerate(chains)]
        ax.legend(handles=handles, title="chain", loc="lower right", frameon=False, ncols=len(chains), fontsize=9)
    # Room for the names of the ends and for the scale bar below.
    half_wide, half_high = points[:, 0].max() + 6, max(points[:, 1].max() + 6, 9)
    ax.set(xlim=(-half_wide, half_wide), ylim=(-half_high, half_high))


def plot_composition(composition: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw amino-acid compositions as bars, residues side by side with those of like chemistry.

    Parameters
    ----------
    composition : pd.DataFrame
        Index: one-letter residues; a column a set of proteins; values are percentages.
    """
    ax = _axes(ax, 8.5, 3.6)
    order = [residue for group in GROUPS.values() for residue in group if residue in composition.index]
    composition.loc[order].plot.bar(ax=ax, color=["0.25", "0.75", PALETTE[0]][: composition.shape[1]], width=0.8, rot=0)
    ax.set(xlabel="", ylabel="share of residues (%)")
    for position, label in enumerate(ax.get_xticklabels()):
        label.set_color(GROUP_COLOURS[residue_group(order[position])])
        label.set_fontweight("bold")
    groups = pd.Series([residue_group(residue) for residue in order])
    for group, members in groups.groupby(groups, sort=False):
        ax.text(
            members.index.to_numpy().mean(), -0.12, group, transform=ax.get_xaxis_transform(), ha="center", va="top",
            fontsize=9, color=GROUP_COLOURS[group],
        )  # fmt: skip
        ax.axvline(members.index[-1] + 0.5, color="0.85", linewidth=1, zorder=0)
    ax.legend(frameon=False)
    sns.despine(ax=ax)
    return ax


# Chapter 2


def plot_one_hot(sequence: str, ax: Axes | None = None) -> Axes:
    """Draw the one-hot encoding of a sequence, a row a residue; a bright cell is a 1."""
    ax = _axes(ax, 7.5, 0.36 * len(sequence) + 1.0)
    sns.heatmap(np.asarray(one_hot(sequence)), cmap="inferno", square=True, cbar=False, linewidths=0.5, ax=ax)
    ax.set_xticks(np.arange(len(AMINO_ACIDS)) + 0.5, [f"{i}\n{a}" for i, a in enumerate(AMINO_ACIDS)], rotation=0)
    ax.set_yticks(np.arange(len(sequence)) + 0.5, list(sequence), rotation=0)
    ax.set(xlabel="Amino Acid Index", ylabel="Protein Sequence")
    return ax


def plot_residue_distances(distances: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the distances between the amino acids' vectors as a square heatmap with a colour bar."""
    ax = _axes(ax, 5.6, 4.6)
    sns.heatmap(distances, cmap="cividis", square=True, vmin=0, cbar_kws={"label": "Euclidean distance"}, ax=ax)
    ax.tick_params(axis="both", rotation=0)
    return ax


# Chapter 3


def plot_token_map(
    points: np.ndarray,
    tokens: Sequence[str],
    groups: Sequence[str] | None = None,
    labelled: bool | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw tokens as points in a plane, bare or labelled and coloured by group.

    Parameters
    ----------
    points : np.ndarray
        Shape (n, 2): one row a token.
    tokens : sequence of str
        n tokens, in the order of the rows.
    groups : sequence of str, optional
        n keys of `GROUP_COLOURS`; without it all points are grey.
    labelled : bool, optional
        Whether to write the tokens; by default only where `groups` is given.
    """
    points = np.asarray(points)
    if points.shape != (len(tokens), 2):
        raise ValueError(f"points must have shape ({len(tokens)}, 2) for {len(tokens)} tokens, found {points.shape}")
    ax = _axes(ax, 6.8, 5.2)
    if groups is None:
        ax.scatter(*points.T, s=55, color="0.45", edgecolor="white", linewidth=0.8)
    else:
        for group in dict.fromkeys(groups):
            rows = points[[g == group for g in groups]]
            ax.scatter(
                *rows.T, s=70, color=GROUP_COLOURS[group], marker=GROUP_MARKERS[group], edgecolor="white",
                linewidth=0.8, label=group,
            )  # fmt: skip
        ax.legend(title="side chain", frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.margins(0.08)
    ax.set(xlabel="t-SNE 1", ylabel="t-SNE 2")
    sns.despine(ax=ax)
    if labelled if labelled is not None else groups is not None:
        _place_labels(ax, points, tokens)
    return ax


def _place_labels(ax: Axes, points: np.ndarray, labels: Sequence[str], size: float = 10) -> None:
    """Write each label beside its point, in the first of eight places where it hides no point and no other label."""
    figure = ax.get_figure(root=True)
    figure.canvas.draw()  # the layout is settled now, so pixels can be compared
    scale = figure.dpi / 72
    centres = ax.transData.transform(points)
    radius = 4.5 * scale
    taken = [(x - radius, y - radius, x + radius, y + radius) for x, y in centres]
    for row, (label, (x, y)) in enumerate(zip(labels, centres, strict=True)):
        width, height = 0.62 * size * len(label) * scale, 1.0 * size * scale
        best = None
        for reach in (1.0, 1.7, 2.6, 3.6):
            step = reach * radius * 1.15
            for dx, dy in ((1, 0), (0, 1), (0, -1), (-1, 0), (0.7, 0.7), (0.7, -0.7), (-0.7, 0.7), (-0.7, -0.7)):
                left = x + dx * step + width * (np.sign(dx) - 1) / 2
                low = y + dy * step + height * (np.sign(dy) - 1) / 2
                box = (left, low, left + width, low + height)
                others = taken[:row] + taken[row + 1 :]
                overlap = sum(
                    max(0, min(box[2], o[2]) - max(box[0], o[0])) * max(0, min(box[3], o[3]) - max(box[1], o[1]))
                    for o in others
                )
                if best is None or overlap < best[0]:
                    best = (overlap, box)
            if best[0] == 0:
                break
        box = best[1]
        taken.append(box)
        ax.annotate(
            label,
            points[row],
            xytext=(((box[0] + box[2]) / 2 - x) / scale, ((box[1] + box[3]) / 2 - y) / scale),
            textcoords="offset points",
            fontsize=size,
            ha="center",
            va="center",
        )


# Chapter 4


def plot_mask_probabilities(probabilities: pd.Series, true_residue: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the probability of every token at a masked position as bars, the true residue in another colour.

    Parameters
    ----------
    probabilities : pd.Series
        Index: tokens; values: probabilities that sum to 1. The order of the bars is that of the index.
    true_residue : str, optional
        The token that was masked; must be in the index.
    """
    tokens = list(probabilities.index)
    if true_residue is not None and true_residue not in tokens:
        raise ValueError(f"true_residue {true_residue!r} is not among the tokens {' '.join(map(str, tokens))}")
    ax = _axes(ax, 8.5, 3.4)
    colours = [PALETTE[1] if token == true_residue else PALETTE[0] for token in tokens]
    bars = ax.bar(range(len(tokens)), probabilities.to_numpy(), color=colours, width=0.8)
    ax.set_xticks(range(len(tokens)), tokens, rotation=90 if max(map(len, tokens)) > 1 else 0)
    ax.set(xlabel="token", ylabel="probability", xlim=(-0.7, len(tokens) - 0.3))
    if true_residue is not None:
        ax.legend([bars[tokens.index(true_residue)]], [f"{true_residue}, the masked residue"], frameon=False)
    sns.despine(ax=ax)
    return ax


def plot_position_scan(
    probabilities: pd.DataFrame,
    sequence: str,
    label: str = "probability",
    cmap: str = "viridis",
    ax: Axes | None = None,
) -> Axes:
    """Draw a value for every residue at every position as a heatmap; a dot marks the residue found in nature.

    Parameters
    ----------
    probabilities : pd.DataFrame
        Rows: the L positions of `sequence` in order; columns: residues. Probabilities, or log-odds with a
        diverging `cmap` (then the colours are centred on 0).
    sequence : str
        The wild type, L residues.
    """
    if len(probabilities) != len(sequence):
        raise ValueError(f"the scan has {len(probabilities)} positions, the sequence {len(sequence)} residues")
    ax = _axes(ax, max(6.0, 0.11 * len(sequence) + 1.5), 4.2)
    values = probabilities.to_numpy().T
    limit = np.nanmax(np.abs(values))
    low = 0.0 if values.min() >= 0 else -limit
    image = ax.imshow(values, aspect="auto", cmap=cmap, vmin=low, vmax=limit, interpolation="nearest")
    columns = list(probabilities.columns)
    rows = [columns.index(residue) if residue in columns else np.nan for residue in sequence]
    ax.scatter(range(len(sequence)), rows, s=9, color="white", edgecolor="black", linewidth=0.5, label="wild type")
    ax.set_yticks(range(len(columns)), columns, fontsize=8)
    ticks = range(0, len(sequence), 10 if len(sequence) > 30 else 5)
    ax.set_xticks(ticks, [f"{i}\n{sequence[i]}" for i in ticks])
    ax.set(xlabel="position (0-based) and its residue", ylabel="residue")
    ax.figure.colorbar(image, ax=ax, label=label, pad=0.01)
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, borderaxespad=0.2)
    return ax


# Chapter 5


def plot_embedding_map(
    points: np.ndarray, labels: Sequence[str], names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw proteins as points in a plane, a colour and a shape for each label.

    Parameters
    ----------
    points : np.ndarray
        Shape (n, 2): one row a protein.
    labels : sequence of str
        n labels; the legend gives the number of points of each.
    names : sequence of str, optional
        n texts to write beside the points ("" for none).
    """
    points = np.asarray(points)
    if points.shape != (len(labels), 2):
        raise ValueError(f"points must have shape ({len(labels)}, 2) for {len(labels)} labels, found {points.shape}")
    ax = _axes(ax, 6.2, 4.6)
    for number, label in enumerate(dict.fromkeys(labels)):
        rows = points[[other == label for other in labels]]
        ax.scatter(
            *rows.T, s=60, alpha=0.9, color=PALETTE[number % len(PALETTE)], marker="osv^DXP"[number % 7],
            edgecolor="white", linewidth=0.8, label=f"{label} ({len(rows)})",
        )  # fmt: skip
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.margins(0.08)
    ax.set(xlabel="t-SNE 1", ylabel="t-SNE 2")
    sns.despine(ax=ax)
    if names is not None:
        named = [row for row, name in enumerate(names) if name]
        _place_labels(ax, points[named], [names[row] for row in named], size=9)
    return ax


# Chapter 6


def plot_lengths(lengths: Sequence[int], max_length: int, ax: Axes | None = None) -> Axes:
    """Draw how long proteins are, on a logarithmic axis, and where the length limit cuts.

    Parameters
    ----------
    lengths : sequence of int
        Residues of each protein.
    max_length : int
        Longest protein kept; longer ones are drawn in grey.
    """
    lengths = np.asarray(lengths)
    ax = _axes(ax, 7.0, 3.2)
    # The limit is the edge of a bin, so that no bar is of two colours.
    step = 1.1
    below = max_length / step ** np.arange(np.ceil(np.log(max_length / lengths.min()) / np.log(step)), -1, -1)
    above = max_length * step ** np.arange(1, max(2, np.ceil(np.log(lengths.max() / max_length) / np.log(step)) + 1))
    edges = np.concatenate([below, above])
    kept = lengths <= max_length
    ax.hist(lengths[kept], edges, color=PALETTE[0], label=f"at most {max_length} residues ({kept.sum():,})")
    ax.hist(lengths[~kept], edges, color=PALETTE[6], label=f"longer ({(~kept).sum():,})")
    ax.axvline(max_length, color="black", linewidth=1)
    ax.set(xscale="log", xlabel="residues", ylabel="proteins")
    ax.set_xticks(ticks := [30, 100, 300, 500, 1000, 3000, 10000, 30000], [f"{tick:,}" for tick in ticks], minor=False)
    ax.set_xticks([], minor=True)
    ax.set_xlim(edges[0] / 1.05, edges[-1] * 1.05)
    ax.legend(frameon=False)
    sns.despine(ax=ax)
    return ax


def plot_label_counts(labels: pd.DataFrame) -> Axes:
    """Draw how unequal labels are: proteins of each term (left, logarithmic) and terms of each protein (right).

    Parameters
    ----------
    labels : pd.DataFrame
        0/1: a row a protein, a column a term.

    Returns
    -------
    Axes
        The left panel.
    """
    left, right = plt.subplots(1, 2, figsize=(9.0, 3.4), layout="constrained")[1]
    counts = np.sort(labels.sum().to_numpy())[::-1]
    left.fill_between(np.arange(1, len(counts) + 1), counts, step="mid", color=PALETTE[0], linewidth=0)
    left.axhline(np.median(counts), color=PALETTE[3], linestyle="--", label=f"median: {np.median(counts):g}")
    left.axhline(len(labels), color="black", linewidth=1, label=f"all proteins: {len(labels):,}")
    left.set(yscale="log", ylim=(1, None), xlim=(0.5, len(counts) + 0.5))
    left.set(xlabel="terms, the most frequent first", ylabel="proteins that have the term")
    per_protein = labels.sum(axis=1).to_numpy()
    right.hist(per_protein, bins=np.arange(per_protein.max() + 2) - 0.5, color=PALETTE[2])
    mean = per_protein.mean()
    right.axvline(mean, color=PALETTE[3], linestyle="--", label=f"mean: {mean:.1f} of {labels.shape[1]} terms")
    right.set(xlabel="terms that a protein has", ylabel="proteins")
    left.legend(frameon=False, loc="upper right", bbox_to_anchor=(1.0, 0.93))
    right.legend(frameon=False)
    sns.despine(ax=left)
    sns.despine(ax=right)
    return left


def plot_label_matrix(labels: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a 0/1 table, a row a protein, a column a term; a dark cell is a 1."""
    ax = _axes(ax, 9.0, 3.6)
    ax.imshow(labels.to_numpy(), aspect="auto", cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    ax.set(xlabel=f"{labels.shape[1]} terms", ylabel=f"{labels.shape[0]} proteins", yticks=[])
    return ax


# Chapter 7


def plot_sigmoid_and_loss(ax: Axes | None = None) -> Axes:
    """Draw, over the logit, the probability it stands for and what it costs when the label is 1 and when it is 0."""
    ax = _axes(ax, 6, 3.5)
    logit = np.linspace(-6, 6, 241)
    ax.plot(logit, 1 / (1 + np.exp(-logit)), color="black", linewidth=2.5, label="probability")
    ax.plot(logit, np.log1p(np.exp(-logit)), "--", color=PALETTE[0], label="loss if the label is 1")
    ax.plot(logit, np.log1p(np.exp(logit)), "-.", color=PALETTE[3], label="loss if the label is 0")
    ax.set(xlabel="logit", ylabel="probability, or loss in nats", ylim=(0, 4))
    ax.legend(loc="upper center")
    return ax


def plot_loss(history: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the loss over the training steps, a line for each split in `history` (as `training.train` returns it)."""
    ax = _axes(ax, 6, 3.5)
    for split, rows in history.groupby("split", sort=False):
        ax.plot(rows["step"], rows["loss"], marker="o", markersize=4, color=SPLIT_COLOURS[split], label=split)
    ax.set(xlabel="training step", ylabel="binary cross-entropy, nats", ylim=(0, None))
    ax.legend()
    return ax


def plot_metrics(history: pd.DataFrame, split: str = "valid", ax: Axes | None = None) -> Axes:
    """Draw the five metrics of one split over the training steps."""
    ax = _axes(ax, 6.5, 3.5)
    rows = history[history["split"] == split]
    styles = {"accuracy": "o:", "auroc": "s-", "auprc": "D-", "precision": "^--", "recall": "v--"}
    for (metric, style), colour in zip(styles.items(), PALETTE[: len(styles)], strict=True):
        ax.plot(rows["step"], rows[metric], style, color=colour, markersize=5, label=metric)
    ax.set(xlabel="training step", ylabel=f"{split}: mean over proteins", ylim=(0, 1.02))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return ax


# Chapter 8


def plot_true_and_predicted(targets: pd.DataFrame, probabilities: np.ndarray) -> Axes:
    """Draw 0/1 labels beside predicted probabilities, proteins down and terms across, on one colour scale.

    Parameters
    ----------
    targets : pandas.DataFrame
        0/1 table, shape (proteins, terms): the part to be shown.
    probabilities : numpy.ndarray
        Shape (proteins, terms), in [0, 1].
    """
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.5), sharey=True, layout="constrained")
    for ax, values, title in zip(axes, (targets, probabilities), ("true", "predicted"), strict=True):
        image = ax.imshow(np.asarray(values, float), "inferno", vmin=0, vmax=1, aspect="auto", interpolation="none")
        ax.set(title=title, xlabel="molecular function, commonest first", xticks=[], yticks=[])
    axes[0].set_ylabel("protein")
    figure.colorbar(image, ax=axes, label="label, or probability")
    return axes[0]


def plot_score_against_examples(
    examples: pd.Series, scores: pd.Series, chance: pd.Series, ax: Axes | None = None
) -> Axes:
    """Draw each term's auPRC against its number of training proteins, above what guessing would give.

    Parameters
    ----------
    examples, scores, chance : pandas.Series
        Of each term, on one index: training proteins, auPRC, and share of the scored proteins that have the term.
    """
    ax = _axes(ax, 6.5, 3.8)
    ax.scatter(examples, scores, s=16, alpha=0.6, color=SPLIT_COLOURS["test"], label="network")
    ax.scatter(examples, chance, s=14, color="black", marker="_", label="guessing")
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="training proteins with the function", ylabel="auPRC on the test part")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return ax


def plot_baselines(scores: pd.DataFrame, metric: str = "auprc", ax: Axes | None = None) -> Axes:
    """Draw one metric of several predictors, a bar for each way to average.

    Parameters
    ----------
    scores : pandas.DataFrame
        Rows predictors; columns pairs (average, metric).
    metric : str
        Which metric to draw.
    """
    ax = _axes(ax, 6.5, 3.2)
    averages = scores.xs(metric, axis=1, level=1)
    place = np.arange(len(averages))
    for offset, average, colour in zip((-0.2, 0.2), averages, (PALETTE[0], PALETTE[4]), strict=True):
        bars = ax.barh(place + offset, averages[average], height=0.38, color=colour, label=average)
        ax.bar_label(bars, fmt="%.2f", padding=2, fontsize=8)
    ax.set(yticks=place, yticklabels=averages.index, xlabel=metric)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.legend(loc="upper right", frameon=False)
    return ax


def plot_best_terms(names: Sequence[str], scores: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw the auPRC of the given terms as bars with their names, in the order given."""
    ax = _axes(ax, 8, 0.26 * len(scores) + 0.8)
    labels = [name if len(name) <= 58 else name[:56].rstrip() + " …" for name in names]
    ax.barh(np.arange(len(scores)), scores, color=SPLIT_COLOURS["test"])
    ax.set(yticks=np.arange(len(scores)), yticklabels=labels, xlim=(0, 1), xlabel="auPRC on the test part")
    ax.invert_yaxis()
    return ax
