"""What tables must be before anything is computed from them: one set of checks, one wording."""

from __future__ import annotations

import numpy as np
import pandas as pd


def checked_tables(targets: np.ndarray | pd.DataFrame, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as 2-D arrays (int64 and float64), or a ValueError that says what is wrong."""
    targets, scores = np.asarray(targets), np.asarray(scores, dtype=np.float64)
    if targets.ndim != 2 or targets.shape != scores.shape or targets.size == 0:
        raise ValueError(
            "targets and scores must be non-empty tables of one shape (proteins, terms), "
            f"but have shapes {targets.shape} and {scores.shape}"
        )
    if not ((targets == 0) | (targets == 1)).all():
        raise ValueError("targets must hold 0 and 1 only: turn labels into a 0/1 table first")
    if not np.isfinite(scores).all():
        row, column = np.argwhere(~np.isfinite(scores))[0]
        raise ValueError(f"score {scores[row, column]} at row {row}, column {column} is not a finite number")
    return targets.astype(np.int64), scores


def ratio(numerator: np.ndarray, denominator: np.ndarray, undefined: float) -> np.ndarray:
    """Elementwise numerator / denominator, with `undefined` where the denominator is 0."""
    result = np.full(np.shape(numerator), undefined, dtype=np.float64)
    return np.divide(numerator, denominator, out=result, where=denominator > 0)


def checked_probabilities(probabilities: np.ndarray | pd.DataFrame) -> np.ndarray:
    """Probabilities as float64, or a ValueError if one lies outside [0, 1] or is NaN."""
    probabilities = np.asarray(probabilities, dtype=np.float64)
    wrong = ~((probabilities >= 0) & (probabilities <= 1))  # NaN is wrong too
    if wrong.any():
        raise ValueError(
            f"probabilities must lie in [0, 1], but {wrong.sum()} do not, the first is {probabilities[wrong][0]}; "
            "turn logits into probabilities first"
        )
    return probabilities


def checked_pairs(
    targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray | pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Both as flat float64 arrays, or a ValueError that says what is wrong."""
    targets, probabilities = np.asarray(targets), checked_probabilities(probabilities)
    if targets.shape != probabilities.shape or targets.size == 0:
        raise ValueError(
            "targets and probabilities must be non-empty and of one shape, "
            f"but have shapes {targets.shape} and {probabilities.shape}"
        )
    if not ((targets == 0) | (targets == 1)).all():
        raise ValueError("targets must hold 0 and 1 only: turn labels into a 0/1 table first")
    return targets.ravel().astype(np.float64), probabilities.ravel()


def checked_embeddings(embeddings: np.ndarray) -> np.ndarray:
    """Embeddings as float64, or a ValueError if they are no finite 2-D table."""
    table = np.asarray(embeddings, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"embeddings must be a table, a row for each protein, but have shape {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError("embeddings hold values that are not finite; compute those proteins' embeddings again")
    return table


def as_labels(train_targets: np.ndarray | pd.DataFrame, num_proteins: int | None = None) -> np.ndarray:
    """Training labels as float64, checked.

    Parameters
    ----------
    train_targets
        0/1 table of the training split, shape (training proteins, terms).
    num_proteins
        Number of training proteins that the table must have, if given.

    Returns
    -------
    numpy.ndarray
        Shape (training proteins, terms), float64.

    Raises
    ------
    ValueError
        If it is not a 2-D table of 0 and 1 with at least one protein, or with `num_proteins`.
    """
    labels = np.asarray(train_targets, dtype=np.float64)
    if labels.ndim != 2 or len(labels) == 0:
        raise ValueError(f"train_targets must be a table of at least one protein, but has shape {labels.shape}")
    if num_proteins not in (None, len(labels)):
        raise ValueError(f"train_targets has {len(labels)} proteins, but there are {num_proteins} training embeddings")
    strange = labels[(labels != 0) & (labels != 1)]
    if strange.size:
        raise ValueError(f"train_targets must hold 0 and 1 only, but holds {strange[0]:g}")
    return labels
