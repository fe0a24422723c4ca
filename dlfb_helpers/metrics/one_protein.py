"""The article's metrics: five numbers for one protein, and a list of them for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import expit

from dlfb_helpers.metrics.per_row import METRICS, metrics_table


def compute_metrics(targets: np.ndarray, probs: np.ndarray, thresh: float = 0.5) -> dict[str, float]:
    """Score the predictions for one protein.

    Parameters
    ----------
    targets
        0 or 1 for each term, shape (T,).
    probs
        Probabilities, shape (T,).
    thresh
        A term counts as predicted from this probability up.

    Returns
    -------
    dict of str to float
        accuracy, recall, precision, auprc and auroc. Without a positive all but accuracy are NaN, without a negative
        auroc is. Precision where nothing is predicted counts 0, as in scikit-learn.

    Raises
    ------
    ValueError
        If the two do not fit each other, a target is neither 0 nor 1, or a probability is not finite; or if they are a
        table, of which only the first protein would count.
    """
    if np.ndim(targets) != 1:
        raise ValueError(
            f"compute_metrics scores one protein, but targets have shape {np.shape(targets)}: mean_metrics takes tables"
        )
    row = metrics_table(np.atleast_2d(targets), np.atleast_2d(probs), by="protein", threshold=thresh)
    return {name: float(row[name].iloc[0]) for name in METRICS}


def calculate_per_target_metrics(logits: np.ndarray, targets: np.ndarray) -> list[dict[str, float]]:
    """Score each protein of a batch: what `compute_metrics` returns, a protein each.

    Parameters
    ----------
    logits, targets
        Shape (n, T).

    Returns
    -------
    list of dict
        One for each protein, in order.

    Raises
    ------
    ValueError
        If the shapes differ, a target is neither 0 nor 1, or a logit is NaN.
    """
    table = metrics_table(np.asarray(targets), expit(np.asarray(logits, np.float64)), by="protein")
    return table[list(METRICS)].to_dict("records")


def mean_of_metrics(per_protein: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Average each metric over the proteins where it is defined; NaN where it is for none."""
    values = {name: np.array([protein[name] for protein in per_protein], dtype=float) for name in METRICS}
    defined = {name: column[~np.isnan(column)] for name, column in values.items()}
    return {name: float(column.mean()) if column.size else float("nan") for name, column in defined.items()}
