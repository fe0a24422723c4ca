"""Pooling: a protein's token vectors -> one vector.

A pooling function takes the vectors of one protein's tokens, shape (L + 2, D), float32: first <cls>, then its L
residues, last <eos>; and returns one vector. One's own takes three lines::

    def smallest(tokens):
        return tokens[1:-1].min(axis=0)

    mean_embeddings(sequences, pooling=smallest)

A protein in windows comes as one table too; see `stitched`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dlfb_helpers.embedding.windows import Window

Pooling = Callable[[np.ndarray], np.ndarray]


def mean(tokens: np.ndarray) -> np.ndarray:
    """Mean over the residues."""
    return tokens[1:-1].mean(axis=0)


def max(tokens: np.ndarray) -> np.ndarray:
    """Largest value of each component among the residues."""
    return tokens[1:-1].max(axis=0)


def median(tokens: np.ndarray) -> np.ndarray:
    """Median of each component among the residues."""
    return np.median(tokens[1:-1], axis=0)


def first_token(tokens: np.ndarray) -> np.ndarray:
    """The vector of <cls>."""
    return tokens[0]


POOLINGS: dict[str, Pooling] = {"mean": mean, "max": max, "median": median, "first_token": first_token}


def pooling_function(pooling: str | Pooling) -> Pooling:
    """Return the pooling function of a name; a function is returned as it is.

    Raises
    ------
    ValueError
        If there is no pooling of that name.
    """
    if callable(pooling):
        return pooling
    if not isinstance(pooling, str) or pooling not in POOLINGS:
        raise ValueError(f"pooling is {pooling!r}; choose one of {', '.join(POOLINGS)}, or give a function")
    return POOLINGS[pooling]


def pooling_name(pooling: str | Pooling) -> str | None:
    """Return the name in `POOLINGS` of a pooling; None for a function of one's own. Errors as `pooling_function`."""
    function = pooling_function(pooling)
    return next((name for name, known in POOLINGS.items() if known is function), None)


def stitched(windows: Sequence[Window], tokens: Sequence[np.ndarray]) -> np.ndarray:
    """Return the token vectors of a protein's windows as those of one protein.

    Parameters
    ----------
    windows : sequence of Window
        All windows of one protein.
    tokens : sequence of numpy.ndarray
        Token vectors of each window, shape (residues + 2, D), <cls> first and <eos> last.

    Returns
    -------
    numpy.ndarray
        Shape (L + 2, D), float32. A residue that several windows show has the mean of what they say of it, and <cls>
        and <eos> are the means of the windows'.
    """
    if len(windows) == 1:
        return tokens[0]
    length = np.max([window.start + len(window.residues) for window in windows])
    whole = np.zeros((length + 2, tokens[0].shape[1]), dtype=np.float32)
    times = np.zeros((length + 2, 1), dtype=np.float32)
    for window, vectors in zip(windows, tokens):
        places = np.r_[0, window.start + 1 : window.start + len(window.residues) + 1, length + 1]
        whole[places] += vectors
        times[places] += 1
    return whole / times
