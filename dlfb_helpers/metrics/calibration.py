"""Is a probability of 0.3 right three times in ten? Measures of calibration.

A table of probabilities, shape (proteins, terms), is read as one long list of protein-term pairs.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from dlfb_helpers.metrics.checked import checked_pairs

Strategy = Literal["quantile", "uniform"]


def reliability_table(
    targets: np.ndarray | pd.DataFrame,
    probabilities: np.ndarray | pd.DataFrame,
    num_bins: int = 10,
    strategy: Strategy = "quantile",
    minimum: float = 0.0,
) -> pd.DataFrame:
    """Sort all pairs into bins by their probability, and compare it with the share of ones in each bin.

    Where 97 % of the labels are 0, bins of equal width put nearly all pairs into the first, and a handful into each
    of the others. Quantile bins, the default, hold about equally many pairs, so every share is as well known as the
    next; but most of them lie near 0 as well. With `minimum=0.05` they are spent on the pairs that somebody would
    look at. Pairs of the same probability always share a bin.

    Parameters
    ----------
    targets
        0 or 1, any shape; commonly (proteins, terms).
    probabilities
        In [0, 1], of the same shape.
    num_bins
        Number of bins, empty ones included.
    strategy
        "quantile": edges at the quantiles of the probabilities. "uniform": [0, 1] in bins of equal width, as in Guo
        et al. (2017). A bin holds its upper edge but not its lower one.
    minimum
        Leave out the pairs below this probability. Two calibrators put different pairs above it: compare `count` too.

    Returns
    -------
    pandas.DataFrame
        One row for each bin that holds a pair. Index `bin`: its number from 0, so an empty bin shows as a gap. Columns
        `mean_probability` and `share` (of ones), float64, and `count` of pairs, int64, whose sum is that of all pairs
        from `minimum` up.

    Raises
    ------
    ValueError
        If the shapes differ or are empty, a target is neither 0 nor 1, a probability lies outside [0, 1], `num_bins`
        is below 1, or `strategy` is another word.
    """
    targets, probabilities = checked_pairs(targets, probabilities)
    if num_bins < 1:
        raise ValueError(f"num_bins must be at least 1, but is {num_bins}")
    if strategy not in ("quantile", "uniform"):
        raise ValueError(f'strategy must be "quantile" or "uniform", but is {strategy!r}')
    kept = probabilities >= minimum
    targets, probabilities = targets[kept], probabilities[kept]
    inner = np.linspace(0, 1, num_bins + 1)[1:-1]
    if strategy == "quantile" and len(probabilities):
        inner = np.quantile(probabilities, inner)
    bins = np.searchsorted(inner, probabilities, side="left")
    count = np.bincount(bins, minlength=num_bins)
    filled = np.flatnonzero(count)
    sums = {"mean_probability": probabilities, "share": targets}
    means = {name: np.bincount(bins, values, num_bins)[filled] / count[filled] for name, values in sums.items()}
    return pd.DataFrame({**means, "count": count[filled]}, index=pd.Index(filled, name="bin"))


def expected_calibration_error(
    targets: np.ndarray | pd.DataFrame,
    probabilities: np.ndarray | pd.DataFrame,
    num_bins: int = 10,
    strategy: Strategy = "quantile",
    minimum: float = 0.0,
) -> float:
    """Mean distance between probability and share of ones over the bins, weighted by their counts.

    Naeini et al. (AAAI 2015) and Guo et al. (ICML 2017) define it with bins of equal width: `strategy="uniform"`. Over
    all pairs it is small for nearly any predictor, since nearly all pairs are near 0 and rightly so; `minimum` asks
    about the others.

    Parameters
    ----------
    targets, probabilities, num_bins, strategy, minimum
        As in `reliability_table`, which also says how many pairs were counted.

    Returns
    -------
    float
        In [0, 1], 0 is best; NaN where no pair reaches `minimum`.
    """
    table = reliability_table(targets, probabilities, num_bins, strategy, minimum)
    if table.empty:
        return float("nan")
    return float(np.average((table["share"] - table["mean_probability"]).abs(), weights=table["count"]))


def brier_score(targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray | pd.DataFrame) -> float:
    """Mean squared difference of label and probability over all pairs (Brier, 1950).

    Unlike the calibration error it also falls as the probabilities move apart rightly: it cannot be won by giving all
    pairs the mean.

    Parameters
    ----------
    targets
        0 or 1, any shape; commonly (proteins, terms).
    probabilities
        In [0, 1], of the same shape.

    Returns
    -------
    float
        In [0, 1], 0 is best.

    Raises
    ------
    ValueError
        If the shapes differ or are empty, a target is neither 0 nor 1, or a probability lies outside [0, 1].
    """
    targets, probabilities = checked_pairs(targets, probabilities)
    return float(np.mean((probabilities - targets) ** 2))
