"""Groups of proteins that are near to one another by embedding: while relatives are looked for, one stands for all."""

from __future__ import annotations

import numpy as np

LEAST = 0.75
"""Cosine of whitened embeddings of a protein and the one that leads its group."""

BLOCK = 1024  # proteins that are compared with the leaders together: bounds the memory


def groups_of(vectors: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Let each protein, from the longest on, join the leader that is most like it, or lead a group of its own.

    Parameters
    ----------
    vectors
        Of length 1, shape (proteins, D).
    lengths
        Residues of each.

    Returns
    -------
    numpy.ndarray
        The number of each protein's group, int32, from 0 on.
    """
    leader = np.zeros(len(vectors), dtype=np.int64)
    leaders: list[int] = []
    order = np.argsort(-np.asarray(lengths), kind="stable")
    for start in range(0, len(order), BLOCK):
        some = order[start : start + BLOCK]
        if leaders:
            cosines = vectors[some] @ vectors[leaders].T
            leader[some] = np.take(leaders, cosines.argmax(axis=1))
            some = some[cosines.max(axis=1) < LEAST]
        cosines, new = vectors[some] @ vectors[some].T, np.zeros(len(some), dtype=bool)
        for place, row in enumerate(some.tolist()):
            near = np.where(new, cosines[place], -2.0)
            new[place] = near.max() < LEAST
            leader[row] = row if new[place] else some[near.argmax()]
        leaders += some[new].tolist()
    return np.unique(leader, return_inverse=True)[1].astype(np.int32)
