"""From cells of a table to curves over thresholds: sums that add up, so that a large table can be taken in parts.

A cell is one (protein, term) of which there is something to count: a label, or a score that reaches a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.metrics.checked import ratio

NORMS = ("cafa", "pred")
"""Averages over all proteins but that of precision, which is over those with a prediction; or all over those."""


class Cells(NamedTuple):
    """Some cells of a table, all arrays of one length."""

    rows: np.ndarray
    """Of each its protein, counted from 0."""
    levels: np.ndarray
    """How many thresholds its score reaches, beginning with the lowest."""
    labels: np.ndarray
    """Whether the protein has the term."""
    weights: np.ndarray
    """The term's weight, 0 or more, float64."""


@dataclass
class Tally:
    """What was counted at each threshold, each array of their number; the tallies of two parts of a table add up.

    Attributes
    ----------
    proteins : int
        Proteins in all.
    predictions : numpy.ndarray
        Cells that are predicted, with or without weight.
    covered : numpy.ndarray
        Proteins for which something with weight is predicted.
    precision, recall : numpy.ndarray
        Sums over the proteins.
    missed, wrong : numpy.ndarray
        Weights of labels that are not predicted, and of what is predicted and no label.
    """

    proteins: int
    predictions: np.ndarray
    covered: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    missed: np.ndarray
    wrong: np.ndarray

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(Tally)))


def tally(cells: Cells, proteins: int, thresholds: int) -> Tally:
    """Count the cells of a table of so many proteins at each of so many thresholds."""
    # A score reaches the first `level` thresholds. So one weighted count of levels for each protein, summed from the
    # highest down, replaces a pass over the whole table for every threshold.
    levels = thresholds + 1
    slots = cells.rows.astype(np.int64) * levels + cells.levels

    def reaching(amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sums = np.bincount(slots, amounts, minlength=proteins * levels).reshape(-1, levels)
        sums = sums[:, ::-1].cumsum(axis=1)[:, ::-1]
        return sums[:, 1:], sums[:, :1]  # at each threshold, and in all: (proteins, thresholds), (proteins, 1)

    (right, labels), (wrong, _) = reaching(cells.labels * cells.weights), reaching((1 - cells.labels) * cells.weights)
    return Tally(
        proteins=proteins,
        predictions=np.bincount(cells.levels, minlength=levels)[:0:-1].cumsum()[::-1],
        covered=(right + wrong > 0).sum(axis=0),
        precision=ratio(right, right + wrong, undefined=0.0).sum(axis=0),
        recall=ratio(right, np.broadcast_to(labels, right.shape), undefined=0.0).sum(axis=0),
        missed=(labels - right).sum(axis=0),
        wrong=wrong.sum(axis=0),
    )


def curve_of(counted: Tally, thresholds: np.ndarray, norm: str = "cafa") -> pd.DataFrame:
    """Make averages of sums, the columns as `dlfb_helpers.metrics.cafa.threshold_curve` has them.

    Parameters
    ----------
    counted
        Of one protein at least.
    thresholds
        Those that were counted at.
    norm
        ``"cafa"`` divides precision by the proteins with a prediction at that threshold, all else by all proteins;
        ``"pred"`` divides all by those with a prediction. What is divided by 0 is NaN.

    Raises
    ------
    ValueError
        If there is no such norm.
    """
    if norm not in NORMS:
        raise ValueError(f"norm is {norm!r}; choose one of {', '.join(NORMS)}")
    of = np.full(len(thresholds), counted.proteins) if norm == "cafa" else counted.covered
    precision = ratio(counted.precision, counted.covered, undefined=np.nan)
    recall, ru, mi = (ratio(part, of, undefined=np.nan) for part in (counted.recall, counted.missed, counted.wrong))
    f = np.where(np.isnan(precision), np.nan, ratio(2 * precision * recall, precision + recall, undefined=0.0))
    columns = {"predictions": counted.predictions, "coverage": counted.covered / counted.proteins}
    columns |= {"precision": precision, "recall": recall, "f": f, "ru": ru, "mi": mi, "s": np.hypot(ru, mi)}
    return pd.DataFrame(columns, index=pd.Index(thresholds, name="threshold"))


def best_f(curve: pd.DataFrame) -> pd.Series:
    """The row of the largest F, the lowest threshold of several; of the first threshold if F is nowhere defined."""
    return curve.loc[curve["f"].fillna(-1).idxmax()]


def best_s(curve: pd.DataFrame) -> pd.Series:
    """The row of the smallest semantic distance among thresholds at which anything is predicted."""
    return curve.loc[curve["s"].where(curve["predictions"] > 0, np.inf).fillna(np.inf).idxmin()]
