"""What a guess scores: predictions that know nothing of the sequence. A model has to beat all of them.

Each returns a table of shape (proteins, terms) that goes where a model's probabilities go. What is fitted (the
frequency of each term) is fitted on the training split that the caller passes, never on the split that is scored.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def coin_flip(shape: tuple[int, int], seed: int = 42) -> np.ndarray:
    """Guess every label with a fair coin.

    Parameters
    ----------
    shape
        (proteins, terms).
    seed
        Seed of the coin.

    Returns
    -------
    numpy.ndarray
        0 or 1, each with probability one half, float32.
    """
    return np.random.default_rng(seed).integers(0, 2, size=shape).astype(np.float32)


def frequency(train_targets: np.ndarray | pd.DataFrame, num_proteins: int, seed: int = 42) -> np.ndarray:
    """Guess each label at random, as often as the term occurs among the training proteins.

    Parameters
    ----------
    train_targets
        0/1 table of the training split, shape (training proteins, terms).
    num_proteins
        Number of proteins to guess for.
    seed
        Seed of the draw.

    Returns
    -------
    numpy.ndarray
        0 or 1, shape (num_proteins, terms), float32: column j is 1 with the training frequency of term j.
    """
    chance = constant_frequency(train_targets, num_proteins)
    return (np.random.default_rng(seed).random(chance.shape) < chance).astype(np.float32)


def constant_frequency(train_targets: np.ndarray | pd.DataFrame, num_proteins: int) -> np.ndarray:
    """Give every protein the same scores: how often each term occurs among the training proteins.

    Parameters
    ----------
    train_targets, num_proteins
        As in `frequency`.

    Returns
    -------
    numpy.ndarray
        Training frequencies in [0, 1], shape (num_proteins, terms), float32, all rows alike.

    Raises
    ------
    ValueError
        If the training table is not a 2-D table with at least one protein.
    """
    targets = np.asarray(train_targets, dtype=np.float32)
    if targets.ndim != 2 or len(targets) == 0:
        raise ValueError(f"train_targets must be a table of at least one protein, but has shape {targets.shape}")
    return np.tile(targets.mean(axis=0), (num_proteins, 1))
