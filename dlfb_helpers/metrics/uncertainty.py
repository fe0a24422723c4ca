"""How sure is a mean over the proteins of a test part? Intervals by bootstrap, over proteins or over families.

Draw as many proteins again as there are, with replacement, and take the mean; the spread of such means over many draws
shows how far another test part might have led (Efron, 1979). Proteins of one family resemble each other, so they
count as less than as many independent ones: with `groups`, whole families are drawn (Field & Welsh, 2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from typing import NamedTuple

import numpy as np
import pandas as pd

CHUNK = 1_000_000
"""Weights made at a time; with what it takes to draw them, some 50 MB."""


class Interval(NamedTuple):
    """A mean with the ends of its interval, and what it rests on; several of them make a DataFrame."""

    mean: float
    low: float
    high: float
    rows: int
    """Rows that were averaged."""
    left_out: int
    """Rows left out because they are NaN."""
    units: int
    """What was drawn: groups, or rows where there are no groups."""


def bootstrap_mean(
    values: Sequence[float] | np.ndarray | pd.Series,
    groups: Sequence | np.ndarray | pd.Series | None = None,
    num_draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Mean over the rows with its percentile interval (Efron & Tibshirani, 1993, chapter 13).

    Parameters
    ----------
    values
        One number a row, for instance each protein's auPRC, shape (rows,). NaN rows are left out and counted.
    groups
        A label for each row, such as its homology cluster: whole groups are drawn. A draw's mean is that over the rows
        it holds, so a large group weighs more, as it does in the plain mean.
    num_draws
        Number of draws; with 10,000 the ends vary from seed to seed by about 1 % of the width.
    seed
        Seed of the draws.
    level
        Share of the draws inside the interval.

    Returns
    -------
    Interval
        Mean, low and high end, and counts. Without a row all three are NaN; with a single row or group the ends are,
        since one unit says nothing of the spread.

    Raises
    ------
    ValueError
        If `values` is no list of finite numbers (or NaN), `groups` does not fit it or lacks a label, `num_draws` is
        below 1, or `level` is not between 0 and 1.
    """
    if groups is not None:
        _check_same_rows(values, groups, "values and groups")
    values = _column(values)
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, such as 0.95, but is {level}")
    if num_draws < 1:
        raise ValueError(f"num_draws must be at least 1, but is {num_draws}")
    defined = ~np.isnan(values)
    codes = np.arange(len(values)) if groups is None else _codes(groups)
    values, codes = values[defined], np.unique(codes[defined], return_inverse=True)[1]
    # A mean over drawn rows needs of each unit only its sum and its number of rows.
    sums, counts = np.bincount(codes, values), np.bincount(codes).astype(float)
    mean = float(values.mean()) if len(values) else np.nan
    low, high = np.nan, np.nan
    if len(counts) > 1:
        per_unit = np.stack([sums, counts], axis=1)
        totals = np.concatenate([drawn @ per_unit for drawn in bootstrap_draws(len(counts), num_draws, seed)])
        tail = (1 - level) / 2
        low, high = map(float, np.quantile(totals[:, 0] / totals[:, 1], [tail, 1 - tail]))
    return Interval(mean, low, high, len(values), int((~defined).sum()), len(counts))


def paired_difference(
    a: Sequence[float] | np.ndarray | pd.Series,
    b: Sequence[float] | np.ndarray | pd.Series,
    groups: Sequence | np.ndarray | pd.Series | None = None,
    num_draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Mean of a - b over the rows where both are defined, with its interval.

    Two predictors find the same proteins hard. Taking the difference protein by protein cancels that, so this interval
    may lie clear of 0 where those of the two means overlap.

    Parameters
    ----------
    a, b
        One number a row for each of two predictors, row by row the same proteins, shape (rows,).
    groups, num_draws, seed, level
        As in `bootstrap_mean`.

    Returns
    -------
    Interval
        As of `bootstrap_mean`, for a - b: above 0, `a` is larger. `left_out` counts rows where either is NaN.

    Raises
    ------
    ValueError
        If `a` and `b` differ in length, or in their index where both are Series; or as in `bootstrap_mean`.
    """
    _check_same_rows(a, b, "a and b")
    difference = _column(a) - _column(b)
    labelled = next((column for column in (a, b) if isinstance(column, pd.Series)), None)
    if labelled is not None:  # so that the groups are checked against the same proteins
        difference = pd.Series(difference, index=labelled.index)
    return bootstrap_mean(difference, groups, num_draws, seed, level)


def bootstrap_draws(num_units: int, num_draws: int = 10_000, seed: int = 0) -> Iterator[np.ndarray]:
    """Draw `num_units` of `num_units` units with replacement, many times: how often each came up, in chunks.

    Made for statistics that are functions of sums over units: multiply the weights with the units' values. That is the
    mean, and for Fmax the sums of precision and recall at each threshold.

    Parameters
    ----------
    num_units
        Number of proteins or groups.
    num_draws
        Number of draws over all chunks.
    seed
        Seed of the draws.

    Yields
    ------
    numpy.ndarray
        Weights, shape (draws in this chunk, num_units), float64; whole numbers, each row adds up to `num_units`.

    Raises
    ------
    ValueError
        If either number is below 1.
    """
    if num_units < 1 or num_draws < 1:
        raise ValueError(f"num_units and num_draws must be at least 1, but are {num_units} and {num_draws}")
    random = np.random.default_rng(seed)
    chunk = max(1, CHUNK // num_units)
    for start in range(0, num_draws, chunk):
        size = min(chunk, num_draws - start)
        drawn = random.integers(num_units, size=(size, num_units))
        # One count over all rows of the chunk: each row has numbers of its own.
        drawn += np.arange(size)[:, None] * num_units
        yield np.bincount(drawn.ravel(), minlength=size * num_units).reshape(size, num_units).astype(np.float64)


def _column(values: Sequence[float] | np.ndarray | pd.Series) -> np.ndarray:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or column.size == 0 or np.isinf(column).any():
        raise ValueError(
            f"one finite number (or NaN) a row is needed, but found shape {column.shape} "
            f"with {np.isinf(column).sum()} infinite"
        )
    return column


def _check_same_rows(one: Sized, other: Sized, names: str) -> None:
    """Refuse two columns of different length, or two Series whose indices differ: pairing by place would be wrong."""
    if len(one) != len(other):
        raise ValueError(f"{names} must have a row each for the same proteins, but have {len(one)} and {len(other)}")
    if isinstance(one, pd.Series) and isinstance(other, pd.Series) and not one.index.equals(other.index):
        raise ValueError(f"{names} have the same length but not the same index: reindex one like the other")


def _codes(groups: Sequence | np.ndarray | pd.Series) -> np.ndarray:
    """Number the groups; a row without a label is an error, since it might belong to any."""
    codes = pd.factorize(groups if isinstance(groups, pd.Series) else pd.Series(list(groups)))[0]
    if (codes < 0).any():
        raise ValueError(f"{(codes < 0).sum()} of {len(codes)} rows have no group: give each a label of its own")
    return codes
