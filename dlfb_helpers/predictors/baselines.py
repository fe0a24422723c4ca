"""What a guess scores, and what a linear model scores: predictions that every larger model has to beat.

The guesses know nothing of the sequence; `logistic_regression` is the plainest model that reads embeddings. Each
returns a table of shape (proteins, terms) that goes where a model's probabilities go. What is fitted (frequencies,
scaling, weights) is fitted on the training split that the caller passes, never on the split that is scored.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from dlfb_helpers.metrics.checked import as_labels, checked_embeddings


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


def logistic_regression(
    train_embeddings: np.ndarray,
    train_targets: np.ndarray | pd.DataFrame,
    embeddings: np.ndarray,
    strength: float = 20.0,
    tolerance: float = 1e-5,
) -> np.ndarray:
    """One logistic regression for each term, on embeddings standardised with the training mean and deviation.

    The weights w and intercept b of a term minimise, over the training proteins n with embedding x_n and label y_n,
    sum_n log(1 + exp(-(2 y_n - 1) (w x_n + b))) + strength / 2 ``|w|^2`` (Hastie et al., The Elements of Statistical
    Learning, section 4.4.4, with an L2 penalty); the intercept is not penalised. Terms are fitted one by one, so
    nothing makes the probabilities obey the ontology.

    Parameters
    ----------
    train_embeddings
        Shape (training proteins, features).
    train_targets
        0/1 table of the training split, shape (training proteins, terms).
    embeddings
        Embeddings to predict for, shape (queries, features).
    strength
        Weight of the penalty, above 0: the inverse of scikit-learn's `C`.
    tolerance
        Stop when no component of the gradient of the loss, as a mean over proteins, exceeds it.

    Returns
    -------
    numpy.ndarray
        Probabilities in [0, 1], shape (queries, terms), float32. A term that all training proteins have, or none,
        leaves nothing to fit and gets its training frequency, 1 or 0.

    Raises
    ------
    ValueError
        If the tables do not fit each other, are no 0/1 labels or no finite embeddings, or `strength` is not above 0.
    """
    labels = as_labels(train_targets, len(train_embeddings))
    if not 0 < strength < np.inf:
        raise ValueError(f"strength must be above 0, but is {strength}")
    # Single precision halves the time and moves probabilities by less than the tolerance does.
    train, queries = (table.astype(np.float32) for table in standardise(train_embeddings, embeddings))
    probabilities = constant_frequency(labels, len(queries))
    model = LogisticRegression(C=1 / strength, tol=tolerance, max_iter=1_000)
    # So small a problem gains nothing from threads that wait for each other: one is up to fifteen times as fast.
    with threadpool_limits(1):
        for term in np.flatnonzero(labels.min(axis=0) < labels.max(axis=0)):
            probabilities[:, term] = model.fit(train, labels[:, term]).predict_proba(queries)[:, 1]
    return probabilities


def standardise(train_embeddings: np.ndarray, embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shift and scale both tables so that each feature has mean 0 and standard deviation 1 in the training split.

    Parameters
    ----------
    train_embeddings, embeddings
        Shapes (training proteins, features) and (queries, features).

    Returns
    -------
    tuple
        Both tables, float64. A feature that is constant in training is shifted but not scaled.

    Raises
    ------
    ValueError
        If the tables are not 2-D with the same features, training has no protein, or a value is not finite.
    """
    train, queries = checked_embeddings(train_embeddings), checked_embeddings(embeddings)
    if train.shape[1] != queries.shape[1] or len(train) == 0:
        raise ValueError(
            f"embeddings must be tables with the same features, but have shapes {train.shape} and {queries.shape}"
        )
    # Subtracted from its own first row, a constant feature is exactly 0; its rounded mean would leave a remainder.
    origin = train[0]
    train, queries = train - origin, queries - origin
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation[deviation == 0] = 1.0
    return (train - mean) / deviation, (queries - mean) / deviation
