"""What the neighbours in a pool say: each protein takes over the labels of those that are most like it.

The sparse sisters of `dlfb_helpers.predictors.neighbours`, for pools too large to hold every pair: as there, scores are
weighted means of labels, so that where the labels obey the ontology the scores do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from dlfb_helpers.proteins.search import BEST

VOTERS = BEST
"""Relatives by alignment that vote at most: the best, and as many as `Search` looks for."""


class Voters(NamedTuple):
    """Those of a pool that have labels of one kind.

    Attributes
    ----------
    labels
        0/1, float32, sparse, shape (pool, terms); propagated.
    rows
        Places of the proteins with a label.
    frequencies
        Of the terms among them, float32.
    """

    labels: csr_array
    rows: np.ndarray
    frequencies: np.ndarray

    @classmethod
    def of(cls, labels: csr_array) -> Voters:
        """Take all that have a label."""
        labels = csr_array(labels, dtype=np.float32)
        rows = np.flatnonzero(labels.sum(axis=1))
        sums = np.asarray(labels.sum(axis=0)).ravel()
        return cls(labels, rows, (sums / max(len(rows), 1)).astype(np.float32))

    def by_embedding(self, cosines: np.ndarray, k: int, temperature: float) -> np.ndarray:
        """Let the k nearest vote, each with exp(cosine / temperature) less that of the next behind them.

        What is subtracted makes votes fade out towards the k-th, so that no protein's answer hangs on which of two as
        near is counted in.

        Parameters
        ----------
        cosines
            Shape (queries, pool).
        k, temperature
            As in `embedding_neighbours`.

        Returns
        -------
        numpy.ndarray
            Float32, shape (queries, terms).
        """
        if not len(self.rows):
            return np.tile(self.frequencies, (len(cosines), 1))
        near = cosines[:, self.rows] if len(self.rows) < cosines.shape[1] else cosines
        count = min(k + 1, near.shape[1])
        nearest = np.argpartition(-near, count - 1, axis=1)[:, :count]
        similarity = np.take_along_axis(near, nearest, axis=1)
        weights = np.exp((similarity - similarity.max(axis=1, keepdims=True)) / temperature)
        if near.shape[1] > k:
            weights = weights - weights.min(axis=1, keepdims=True)
        totals = weights.sum(axis=1, keepdims=True)
        weights = np.where(totals > 0, weights / np.where(totals > 0, totals, 1), 1 / count)
        ends = np.arange(len(nearest) + 1) * count
        votes = csr_array((weights.ravel(), self.rows[nearest].ravel(), ends), shape=cosines.shape)
        return np.minimum((votes @ self.labels).toarray(), 1.0).astype(np.float32)  # a sum of weights may round above 1

    def by_alignment(self, bits: csr_array, power: float, prior: float) -> np.ndarray:
        """Let the best `VOTERS` relatives vote, as in `alignment_neighbours`.

        Parameters
        ----------
        bits
            Bit scores, shape (queries, pool).
        power, prior
            As in `alignment_neighbours`.

        Returns
        -------
        numpy.ndarray
            Float32, shape (queries, terms).
        """
        columns, weights, ends = [], [], [0]
        for places, scores in self._relatives(bits):
            best = np.argsort(-scores, kind="stable")[:VOTERS]
            columns.append(places[best])
            weights.append(scores[best].astype(np.float64) ** power)
            ends.append(ends[-1] + len(best))
        places = np.concatenate([np.zeros(0, np.int64), *columns])
        votes = csr_array((np.concatenate([np.zeros(0), *weights]), places, ends), shape=bits.shape)
        totals = np.asarray(votes.sum(axis=1)).reshape(-1, 1) + prior
        found = (votes @ self.labels).toarray() + prior * self.frequencies
        shares = np.where(totals > 0, found / np.where(totals > 0, totals, 1.0), self.frequencies)
        return np.minimum(shares, 1.0).astype(np.float32)

    def best_bits(self, bits: csr_array) -> np.ndarray:
        """Return the highest bit score of each query with one that has a label, float32; 0 where nothing aligns."""
        return np.array([scores.max(initial=0.0) for _, scores in self._relatives(bits)], dtype=np.float32)

    def _relatives(self, bits: csr_array) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Places and bit scores of those with a label that align, for each query."""
        labelled = np.zeros(bits.shape[1], dtype=bool)
        labelled[self.rows] = True
        for start, end in zip(bits.indptr, bits.indptr[1:]):
            places, scores = bits.indices[start:end], bits.data[start:end]
            yield places[labelled[places]], scores[labelled[places]]
