"""Vectors in four bits a number: an eighth of their size, and neighbours hardly notice.

Each number is rounded to the middle of one of sixteen steps, as wide for a coordinate as its spread asks for. What this
costs is measured in ``benchmarks/search.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dlfb_helpers.predictors.whitening import unit_length

LEVELS, REACH = 16, 2.7
"""Steps, and how many standard deviations they cover on each side: the best for numbers spread as in a normal curve."""

_BYTES = np.arange(256)
_MIDDLES = np.stack([_BYTES >> 4, _BYTES & 15], axis=1).astype(np.float32) - (LEVELS - 1) / 2
"""A byte -> the middles of its two steps."""

_PAIRS = _MIDDLES.view(np.complex64)[:, 0]
"""The same, two numbers as one item: looked up several times faster."""


class Rounded(NamedTuple):
    """Vectors of length 1, rounded.

    Attributes
    ----------
    codes
        Two numbers a byte, the first in its upper half; uint8, shape (n, (D + 1) // 2).
    steps
        Width of a step of each coordinate, float32, shape (D,).
    """

    codes: np.ndarray
    steps: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray) -> Rounded:
        """Round vectors of length 1, shape (n, D)."""
        steps = (2 * REACH / LEVELS * vectors.std(axis=0)).astype(np.float32)
        places = np.floor(vectors / np.where(steps > 0, steps, 1)) + LEVELS // 2
        places = np.clip(places, 0, LEVELS - 1).astype(np.uint8)
        places = np.pad(places, ((0, 0), (0, places.shape[1] % 2)))
        return cls(places[:, ::2] << 4 | places[:, 1::2], steps)

    def vectors(self) -> np.ndarray:
        """Return what the codes stand for, scaled to length 1: float32, shape (n, D)."""
        values = _PAIRS.take(self.codes).view(np.float32)[:, : len(self.steps)]
        values *= self.steps
        return unit_length(values)
