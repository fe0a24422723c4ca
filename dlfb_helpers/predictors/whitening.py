"""Embeddings with their dominant directions turned down, so that a distance listens to all of them.

The features of a language model move together: a few directions carry most of the spread, and a cosine hears little
else. Whitening rotates standardised embeddings to their principal axes and divides each by a power of its standard
deviation: 0 leaves them standardised, 1 gives every axis the same spread (Jolliffe, Principal Component Analysis,
2002, section 2.3), and values between keep part of the order. What is fitted here is fitted on training proteins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlfb_helpers.metrics.checked import checked_embeddings


@dataclass(frozen=True, eq=False)
class Whitening:
    """A shift and a linear map: ``(embeddings - mean) @ matrix``.

    Attributes
    ----------
    mean : numpy.ndarray
        Of the training proteins, shape (D,), float64.
    matrix : numpy.ndarray
        Shape (D, D), float64.
    """

    mean: np.ndarray
    matrix: np.ndarray

    @classmethod
    def fit(cls, train_embeddings: np.ndarray, power: float = 0.75) -> Whitening:
        """Learn the map from training embeddings, shape (training proteins, D).

        Parameters
        ----------
        train_embeddings
            Shape (training proteins, D), finite.
        power
            From 0 (standardised) to 1 (white).

        Returns
        -------
        Whitening
            Axes without spread in training (constant features, or fewer proteins than features) are mapped to 0.

        Raises
        ------
        ValueError
            If the embeddings are no finite table or `power` lies outside [0, 1].
        """
        train = checked_embeddings(train_embeddings)
        if len(train) == 0:
            raise ValueError("there is no training protein to learn a whitening from")
        if not 0 <= power <= 1:
            raise ValueError(f"power must lie between 0 (standardised) and 1 (white), but is {power}")
        mean, deviation = train.mean(axis=0), train.std(axis=0)
        # What rounding leaves of a constant feature is no spread.
        scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 1e-9 * np.abs(mean))
        standardised = (train - mean) * scale
        variances, axes = np.linalg.eigh(standardised.T @ standardised / len(train))
        spread = np.sqrt(np.clip(variances, 0.0, None))
        kept = spread > 1e-6 * spread.max()
        shrink = np.zeros_like(spread)
        shrink[kept] = spread[kept] ** -power
        return cls(mean, scale[:, None] * axes * shrink)

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        """Map embeddings of shape (n, D) to whitened ones, float64, same shape.

        Raises
        ------
        ValueError
            If they are no finite table with the D features of the training proteins.
        """
        embeddings = checked_embeddings(embeddings)
        if embeddings.shape[1] != len(self.mean):
            raise ValueError(
                f"embeddings have {embeddings.shape[1]} features, but the training proteins had {len(self.mean)}; "
                "embed with the same checkpoint"
            )
        return (embeddings - self.mean) @ self.matrix


def unit_length(vectors: np.ndarray) -> np.ndarray:
    """Scale each row to length 1.

    Parameters
    ----------
    vectors
        Shape (n, D).

    Returns
    -------
    numpy.ndarray
        Same shape, each row of length 1.

    Raises
    ------
    ValueError
        If a row is all zeros: it has no direction.
    """
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))[:, None]
    if (lengths == 0).any():
        raise ValueError(
            f"{int((lengths == 0).sum())} embeddings equal the training mean, first in row {int(lengths.argmin())}: "
            "a cosine is undefined there; pass training embeddings that differ from each other"
        )
    return vectors / lengths
