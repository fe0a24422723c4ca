"""Any predictions against any truth, as CAFA scores them, over a whole ontology without a table of all its terms.

Scores rise to all that lies above a term, as in `cafaeval` with `prop="max"`, and the numbers are those that it gives;
but for `norm="pred"`, where it takes a threshold at which nothing with weight is predicted for a distance of 0, while
none is defined here. Terms of which nothing is predicted, nor any label there, change no number: the columns in use are
those of the labels, and those that are predicted with all above. Proteins are taken in blocks, to bound the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.metrics.benchmark import Benchmark
from dlfb_helpers.metrics.cafa import THRESHOLDS
from dlfb_helpers.metrics.curves import Cells, Tally, best_f, best_s, curve_of, tally

CELLS_AT_ONCE = 2_000_000
"""Scores that are held at once: 16 MB."""
WHOLE, PREDICTED = "whole ontology", "predicted terms"
"""What scores are over: all terms; or those that the table of predictions names, of any protein."""


class Judged(NamedTuple):
    """Scores of one benchmark, over one choice of terms."""

    aspect: str
    knowledge: str
    over: str
    terms: int
    """That are predicted, or implied by such, or anybody's label; of `PREDICTED` those that are predicted."""
    proteins: int
    """With a label among the terms: the others are not scored."""
    curve: pd.DataFrame | None
    """As `dlfb_helpers.metrics.cafa.threshold_curve` has it; None without proteins."""
    weighted: pd.DataFrame | None
    """The same with weights; None also if no term has one."""

    def row(self) -> dict[str, str | int | float]:
        """Fmax, weighted Fmax, Smin and where they lie; NaN for what there is none of."""
        parts: dict[str, str | int | float] = {
            "aspect": self.aspect, "knowledge": self.knowledge, "over": self.over,
            "terms": self.terms, "proteins": self.proteins,
        }  # fmt: skip
        curves = {"": (self.curve, best_f, "f"), "weighted ": (self.weighted, best_f, "f")}
        for kind, (curve, best, column) in (curves | {"S": (self.weighted, best_s, "s")}).items():
            at = pd.Series(dtype=float, name=np.nan) if curve is None else best(curve)
            undefined = pd.isna(at.get(column, np.nan)) or not at["predictions"]
            threshold = np.nan if undefined else float(at.name)
            if column == "f":
                parts |= {f"{kind}Fmax": at.get("f", np.nan), f"{kind}threshold": threshold}
                parts |= {f"{kind}{name}": at.get(name, np.nan) for name in ("precision", "recall", "coverage")}
            else:
                parts |= {"Smin": at.get("s", np.nan), "Smin threshold": threshold}
                parts |= {"remaining uncertainty": at.get("ru", np.nan), "misinformation": at.get("mi", np.nan)}
        return parts


def judge(
    benchmark: Benchmark,
    predictions: pd.DataFrame,
    ontology: Ontology,
    weights: pd.Series | None = None,
    norm: str = "cafa",
) -> list[Judged]:
    """Score predictions on a benchmark, over the whole ontology and over the predicted terms.

    Parameters
    ----------
    benchmark
        From `dlfb_helpers.metrics.benchmark.benchmarks`.
    predictions
        EntryID, term, score in [0, 1], in any order; of a pair that is there twice the larger score counts. Terms are
        primary ids, of any aspect; proteins any.
    ontology
        The graph of both.
    weights
        Information content by term, in bits; a term without, with NaN or 0 has no weight.
    norm
        As in `dlfb_helpers.metrics.cafa.threshold_curve`.

    Returns
    -------
    list of Judged
        Over the whole ontology first.

    Raises
    ------
    ValueError
        If there is no such norm.
    """
    proteins = pd.Index(benchmark.labels["EntryID"].unique())
    here = predictions[predictions["term"].map(ontology.aspects).astype(object) == benchmark.aspect]
    predicted = pd.Index(here["term"].unique())
    with_above = set(predicted).union(*(ontology.ancestors(term) for term in predicted))
    # Where a term comes before all that lies above it, one pass from the first to the last raises all scores.
    columns = pd.Index(
        sorted(with_above.union(benchmark.labels["term"]), key=lambda term: (-len(ontology.ancestors(term)), term))
    )
    scopes = {WHOLE: np.ones(len(columns), dtype=bool), PREDICTED: columns.isin(predicted)}
    bits = None if weights is None else np.nan_to_num(weights.reindex(columns).to_numpy(float))
    totals: dict[str, list[Tally]] = {}
    for block in _blocks(benchmark, here, proteins, columns, ontology):
        for over, wanted in scopes.items():
            counted = [_tally(block, wanted, np.ones(len(columns)) if each is None else each) for each in (None, bits)]
            before = totals.get(over)
            totals[over] = [one + other for one, other in zip(before, counted)] if before else counted
    judged = []
    for over, wanted in scopes.items():
        plain, heavy = totals.get(over, [None, None])
        scored = plain.proteins if plain else 0
        has_weight = bits is not None and (bits[wanted] > 0).any()
        judged.append(
            Judged(
                benchmark.aspect, benchmark.knowledge, over, int(wanted.sum()), scored,
                curve_of(plain, THRESHOLDS, norm) if plain and scored else None,
                curve_of(heavy, THRESHOLDS, norm) if heavy and scored and has_weight else None,
            )
        )  # fmt: skip
    return judged


class _Block(NamedTuple):
    """Cells of some proteins that hold a label or a score, and that are scored."""

    proteins: int
    rows: np.ndarray
    columns: np.ndarray
    levels: np.ndarray
    labels: np.ndarray


def _blocks(
    benchmark: Benchmark, predictions: pd.DataFrame, proteins: pd.Index, columns: pd.Index, ontology: Ontology
) -> Iterator[_Block]:
    def table(rows: pd.DataFrame, values: np.ndarray) -> csr_array:
        places = proteins.get_indexer(rows["EntryID"]), columns.get_indexer(rows["term"])
        there = (places[0] >= 0) & (places[1] >= 0)
        return csr_array((values[there], (places[0][there], places[1][there])), shape=(len(proteins), len(columns)))

    best = predictions[predictions["EntryID"].isin(proteins)]
    best = best.sort_values("score").drop_duplicates(["EntryID", "term"], keep="last")
    scores = table(best, best["score"].to_numpy(np.float64))
    labels, known = (table(rows, np.ones(len(rows), dtype=bool)) for rows in (benchmark.labels, benchmark.known))
    place = {term: number for number, term in enumerate(columns)}
    raised = [
        (below, place[above])
        for below, term in enumerate(columns)
        for above in ontology.parents[term]
        if above in place
    ]
    size = max(1, CELLS_AT_ONCE // max(len(columns), 1))
    for start in range(0, len(proteins), size):
        some = slice(start, start + size)
        dense = scores[some].toarray().T.copy()  # a term's scores side by side: they rise together
        for below, above in raised:
            np.maximum(dense[above], dense[below], out=dense[above])
        is_label = labels[some].toarray().T
        at = np.nonzero(((dense >= THRESHOLDS[0]) | is_label) & ~known[some].toarray().T)
        levels = np.searchsorted(THRESHOLDS, dense[at], side="right")
        yield _Block(dense.shape[1], at[1], at[0], levels, is_label[at])


def _tally(block: _Block, wanted: np.ndarray, weights: np.ndarray) -> Tally:
    """Count the cells of wanted columns, of proteins with a label among them."""
    inside = wanted[block.columns]
    labelled = np.zeros(block.proteins, dtype=bool)
    labelled[block.rows[inside & block.labels]] = True
    kept = inside & labelled[block.rows]
    rows = (np.cumsum(labelled) - 1)[block.rows[kept]]
    cells = Cells(rows, block.levels[kept], block.labels[kept], weights[block.columns[kept]])
    return tally(cells, int(labelled.sum()), len(THRESHOLDS))
