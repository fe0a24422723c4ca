"""Functions by resemblance: a protein takes over the labels of the training proteins that are most like it.

Like by sequence (alignment) or by embedding: two baselines that a model has to beat before its training has paid off.
Both return weighted means of training labels, so where the labels obey the ontology (a term's ancestors are labelled
with it), the scores do too. They see training labels only; what they are scored on is never passed.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dlfb_helpers.metrics.checked import as_labels
from dlfb_helpers.predictors.whitening import Whitening, unit_length

CHUNK = 1_000_000
"""Cosines held at a time; with their ranking, some 30 MB."""


class EmbeddingSettings(TypedDict):
    """Settings of `embedding_neighbours`."""

    whitening: float
    k: int
    temperature: float


class AlignmentSettings(TypedDict):
    """Settings of `alignment_neighbours`."""

    power: float
    prior: float


def alignment_neighbours(
    bits: np.ndarray, train_targets: np.ndarray | pd.DataFrame, power: float = 2.0, prior: float = 10.0
) -> np.ndarray:
    """Score a term by its frequency among the aligned training proteins, each weighted by its bit score.

    For query q and term t, over the training proteins n::

        score(q, t) = (sum_n bits(q, n)^power * label(n, t) + prior * frequency(t))
                      / (sum_n bits(q, n)^power + prior)

    With power 1 and prior 0 this is DIAMONDScore (Kulmanov & Hoehndorf, Bioinformatics 36:422, 2020), the BLAST-KNN of
    GOLabeler (You et al., Bioinformatics 34:2465, 2018). A higher power lets close relatives outvote many remote ones;
    the prior adds the training frequencies, which order the terms that no neighbour has.

    Parameters
    ----------
    bits
        Bit scores of the alignments, shape (queries, training proteins); 0 where nothing significant was found. For
        queries that are training proteins themselves, set the score against themselves to 0.
    train_targets
        0/1 table of the training split, shape (training proteins, terms).
    power
        Exponent of the bit scores, above 0.
    prior
        Weight of the training frequencies, in bits^power; 0 leaves them to proteins without neighbours.

    Returns
    -------
    numpy.ndarray
        Scores in [0, 1], shape (queries, terms), float32. A protein without neighbours gets the training frequencies.

    Raises
    ------
    ValueError
        If the labels are no 0/1 table, `bits` does not fit it or holds a negative or non-finite score, `power` is not
        above 0 or `prior` is below 0, or the powers are too large to add up.
    """
    labels = as_labels(train_targets)
    bits = np.asarray(bits)
    if bits.ndim != 2 or bits.shape[1] != len(labels):
        raise ValueError(
            f"bits must have a column for each of the {len(labels)} training proteins, but has shape {bits.shape}"
        )
    # An exponent of 0 would count pairs without an alignment as neighbours, since 0 to the power of 0 is 1.
    if not 0 < power < np.inf or not 0 <= prior < np.inf:
        raise ValueError(f"power must be above 0 and prior at least 0, but they are {power} and {prior}")
    if not (np.isfinite(bits) & (bits >= 0)).all():
        raise ValueError("bits holds negative or non-finite scores; write 0 where no alignment was found")
    with np.errstate(over="ignore"):
        weights = bits.astype(np.float64) ** power
        totals = weights.sum(axis=1, keepdims=True) + prior
    if not np.isfinite(totals).all():
        raise ValueError(f"bit scores of up to {bits.max():.0f} to the power of {power} are too large; lower the power")
    frequencies = labels.mean(axis=0)
    votes = weights @ labels + prior * frequencies
    return np.where(totals > 0, votes / np.where(totals > 0, totals, 1.0), frequencies).astype(np.float32)


def embedding_neighbours(
    train_embeddings: np.ndarray,
    train_targets: np.ndarray | pd.DataFrame,
    embeddings: np.ndarray,
    k: int = 50,
    temperature: float = 0.07,
    whitening: float = 0.0,
) -> np.ndarray:
    """Score a term by its frequency among the k training proteins with the most similar embeddings.

    Similar is a high cosine between embeddings that are standardised with the mean and standard deviation of the
    training proteins, and whitened if so asked: raw mean embeddings all point much the same way. Neighbours are
    weighted by softmax(cosine / temperature), as in the weighted nearest neighbours of Wu et al. (CVPR 2018,
    arXiv:1805.01978).

    Parameters
    ----------
    train_embeddings
        Shape (training proteins, features).
    train_targets
        0/1 table of the training split, shape (training proteins, terms).
    embeddings
        Shape (queries, features). A query that is a training protein finds itself as its nearest neighbour.
    k
        Number of neighbours, or all training proteins if they are fewer. Of equally similar ones, those that come first
        in the training split count.
    temperature
        Above 0. Low values leave the vote to the nearest neighbour, `numpy.inf` gives all k the same weight.
    whitening
        Power of the `Whitening`, from 0 (standardised only) to 1.

    Returns
    -------
    numpy.ndarray
        Scores in [0, 1], shape (queries, terms), float32. A term that none of the k neighbours has gets 0.

    Raises
    ------
    ValueError
        If the tables do not fit each other, are no 0/1 labels or no finite embeddings, `k` is below 1, `temperature` is
        not above 0, or an embedding equals the training mean and so has no direction.
    """
    labels = as_labels(train_targets, len(train_embeddings))
    if k < 1:
        raise ValueError(f"k must be at least 1, but is {k}")
    k = min(k, len(labels))
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, but is {temperature}")
    whiten = Whitening.fit(train_embeddings, whitening)
    train, queries = unit_length(whiten(train_embeddings)), unit_length(whiten(embeddings))
    scores = np.empty((len(queries), labels.shape[1]), dtype=np.float32)
    rows = max(1, CHUNK // len(train))
    for start in range(0, len(queries), rows):
        # Rounded, so that copies of one protein tie exactly, whatever the order in which the products were added.
        cosines = np.round(queries[start : start + rows] @ train.T, 10)
        nearest = _largest(cosines, k)
        similarity = np.take_along_axis(cosines, nearest, axis=1)
        weights = np.exp((similarity - similarity[:, :1]) / temperature)  # the nearest weighs 1: nothing overflows
        weights /= weights.sum(axis=1, keepdims=True)
        ends = np.arange(len(nearest) + 1) * k
        votes = csr_array((weights.ravel(), nearest.ravel(), ends), shape=(len(nearest), len(train)))
        scores[start : start + rows] = votes @ labels
    return scores


def _largest(table: np.ndarray, k: int) -> np.ndarray:
    """Places of the k largest in each row, the largest first; of equal ones, those that come first."""
    limits = np.partition(table, -k, axis=1)[:, -k]
    places = np.empty((len(table), k), dtype=np.int64)
    for row, limit, found in zip(table, limits, places):
        able = np.flatnonzero(row >= limit)  # more than k where several are as large as the last
        found[:] = able[np.argsort(-row[able], kind="stable")[:k]]
    return places
