"""How good are predicted probabilities? Five metrics, for each protein or for each term, undefined ones as NaN.

Everything works on two tables of the same shape (proteins, terms): `targets` holds 0 or 1, `scores` probabilities.
The averages run over proteins (or terms) of the whole split, so they cannot depend on how a split is cut in batches.

Benchmarks name two averages of auPRC. Macro auPRC, the mean over terms, is `mean_metrics(..., by="term")["auprc"]`;
micro auPRC, one ranking of all (protein, term) pairs together, is `micro_average_precision`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from dlfb_helpers.metrics.checked import checked_tables, ratio

METRICS = ("accuracy", "recall", "precision", "auprc", "auroc")
Unit = Literal["protein", "term"]


def average_precision(targets: np.ndarray | pd.DataFrame, scores: np.ndarray, axis: int = 1) -> np.ndarray:
    """Area under the precision-recall curve, as average precision.

    Cut the ranking at every distinct score, and add up precision times gain in recall over those cuts. Entries with
    the same score enter together, so their order cannot matter (as in `sklearn.metrics.average_precision_score`).

    Parameters
    ----------
    targets, scores
        Shape (proteins, terms); targets are 0 or 1, scores finite.
    axis
        Axis to rank along: 1 ranks the terms of each protein, 0 the proteins of each term.

    Returns
    -------
    numpy.ndarray
        One float64 for each protein (axis 1) or term (axis 0); NaN where there is no positive.
    """
    return _average_precision(*_ranking(*checked_tables(targets, scores), axis))


def micro_average_precision(targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray) -> float:
    """Micro auPRC: average precision of all (protein, term) pairs pooled in one ranking.

    Frequent terms hold most of the positives and so weigh most, and a term whose probabilities are all high pushes
    every other term down: unlike the mean over terms, it asks for probabilities that compare between terms. As
    `sklearn.metrics.average_precision_score(average="micro")`; pairs with the same probability enter together.

    Parameters
    ----------
    targets, probabilities
        Shape (proteins, terms); targets are 0 or 1, probabilities finite.

    Returns
    -------
    float
        NaN if no pair is positive.

    Raises
    ------
    ValueError
        If the shapes differ, a target is neither 0 nor 1, or a probability is not finite.
    """
    targets, probabilities = checked_tables(targets, probabilities)
    pooled = _ranking(targets.reshape(1, -1), probabilities.reshape(1, -1), axis=1)
    return float(_average_precision(*pooled)[0])


def roc_auc(targets: np.ndarray | pd.DataFrame, scores: np.ndarray, axis: int = 1) -> np.ndarray:
    """Area under the ROC curve: the chance that a random positive outranks a random negative, ties counting half.

    Computed from mean ranks (the Mann-Whitney statistic), which equals the trapezoid area of
    `sklearn.metrics.roc_auc_score`.

    Parameters
    ----------
    targets, scores, axis
        As in `average_precision`.

    Returns
    -------
    numpy.ndarray
        One float64 for each protein (axis 1) or term (axis 0); NaN without a positive or without a negative.
    """
    return _roc_auc(*_ranking(*checked_tables(targets, scores), axis))


def metrics_table(
    targets: np.ndarray | pd.DataFrame,
    probabilities: np.ndarray,
    by: Unit = "term",
    threshold: float = 0.5,
    zero_division: float = 0.0,
    labels: Sequence[str] | None = None,
) -> pd.DataFrame:
    """All five metrics, one row for each protein or for each term.

    Parameters
    ----------
    targets
        0/1 table, shape (proteins, terms). From a DataFrame the row labels of the result are taken.
    probabilities
        Shape (proteins, terms).
    by
        "protein": a row for each protein, computed over its terms. "term": a row for each term, over its proteins.
    threshold
        A function counts as predicted from this probability up (accuracy, recall, precision).
    zero_division
        Precision of a row that has positives but no prediction: 0, scikit-learn's default, or NaN, to average over
        the rows with predictions only. The choice moves the mean a lot, so `mean_metrics` counts such rows.
    labels
        Names of the rows, where `targets` is no DataFrame.

    Returns
    -------
    pandas.DataFrame
        Columns `positives`, `predicted` (counts) and the five of `METRICS`. Recall, precision and auprc are NaN for
        a row without positives, auroc also for a row without negatives. Accuracy is always defined.

    Raises
    ------
    ValueError
        If the shapes differ, a target is neither 0 nor 1, a probability is not finite, or `by` is another word.
    """
    if by not in ("protein", "term"):
        raise ValueError(f'by must be "protein" or "term", but is {by!r}')
    if labels is None and isinstance(targets, pd.DataFrame):
        labels = targets.index if by == "protein" else targets.columns
    targets, probabilities = checked_tables(targets, probabilities)
    axis = 1 if by == "protein" else 0
    predicted = probabilities >= threshold
    true_positives = (targets * predicted).sum(axis=axis)
    num_positives, num_predicted = targets.sum(axis=axis), predicted.sum(axis=axis)
    precision = ratio(true_positives, num_predicted, undefined=zero_division)
    ranking = _ranking(targets, probabilities, axis)  # sorting is what takes the time: once for both areas
    columns = {
        "positives": num_positives,
        "predicted": num_predicted,
        "accuracy": (targets == predicted).mean(axis=axis),
        "recall": ratio(true_positives, num_positives, undefined=np.nan),
        "precision": np.where(num_positives > 0, precision, np.nan),
        "auprc": _average_precision(*ranking),
        "auroc": _roc_auc(*ranking),
    }
    return pd.DataFrame(columns, index=None if labels is None else pd.Index(labels))


def mean_metrics(
    targets: np.ndarray | pd.DataFrame,
    probabilities: np.ndarray,
    by: Unit = "protein",
    threshold: float = 0.5,
    zero_division: float = 0.0,
) -> dict[str, float | int]:
    """Means of the five metrics over proteins (or terms), and how many rows lacked what.

    Parameters
    ----------
    targets, probabilities, by, threshold, zero_division
        As in `metrics_table`.

    Returns
    -------
    dict
        The mean of each of `METRICS` over the rows where it is defined, and three counts: `without_positives`
        (recall, precision, auprc and auroc undefined), `without_negatives` (auroc undefined), and
        `without_predictions` (positives but nothing predicted: precision is `zero_division`).
    """
    table = metrics_table(targets, probabilities, by, threshold, zero_division)
    row_length = np.shape(probabilities)[1 if by == "protein" else 0]
    means: dict[str, float | int] = {name: float(table[name].mean()) for name in METRICS}
    means["without_positives"] = int((table["positives"] == 0).sum())
    means["without_negatives"] = int((table["positives"] == row_length).sum())
    means["without_predictions"] = int(((table["positives"] > 0) & (table["predicted"] == 0)).sum())
    return means


def _ranking(targets: np.ndarray, scores: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank each row from the best score down: targets in that order, and first and last place of each entry's tie."""
    if axis not in (0, 1):
        raise ValueError(f"axis must be 0 (proteins of each term) or 1 (terms of each protein), but is {axis}")
    if axis == 0:
        targets, scores = targets.T, scores.T
    order = np.argsort(-scores, axis=1)
    hits = np.take_along_axis(targets, order, axis=1)
    ordered = np.take_along_axis(scores, order, axis=1)
    place = np.broadcast_to(np.arange(ordered.shape[1]), ordered.shape)
    differs = ordered[:, 1:] != ordered[:, :-1]
    edge = np.ones((len(ordered), 1), dtype=bool)
    starts, ends = np.hstack([edge, differs]), np.hstack([differs, edge])
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, place, place.shape[1] - 1)[:, ::-1], axis=1)[:, ::-1]
    return hits, first, last


def _average_precision(hits: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    # The cut that lets an entry in comes after the last entry of its tie.
    precision_at_cut = np.take_along_axis(np.cumsum(hits, axis=1), last, axis=1) / (last + 1)
    return ratio((hits * precision_at_cut).sum(axis=1), hits.sum(axis=1), undefined=np.nan)


def _roc_auc(hits: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    positives = hits.sum(axis=1)
    pairs = positives * (hits.shape[1] - positives)
    mean_rank = (first + last) / 2  # 0 is best; members of a tie share the mean of their places
    # Entries above each positive, less the positives among them: the pairs in which the negative ranks higher.
    wrong = (hits * mean_rank).sum(axis=1) - positives * (positives - 1) / 2
    return ratio(pairs - wrong, pairs, undefined=np.nan)
