"""Sequences -> one vector a residue, protein after protein: what fits in memory is computed at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlfb_helpers.embedding.checkpoints import Checkpoint, loaded
from dlfb_helpers.embedding.inputs import Sequences, checked_sequences
from dlfb_helpers.embedding.mean import each_embedding

RESIDUES_AT_ONCE = 30_000
"""Whose vectors are held at a time, of whole proteins: 40 MB of them at 320 numbers each."""


def residue_embeddings(sequence: str, checkpoint: Checkpoint | str = "course") -> np.ndarray:
    """Return one vector a residue: ESM-2's hidden layer, shape (L, D), float32, of a protein that fits.

    Raises
    ------
    TypeError, ValueError
        As `mean_embeddings`; or if the protein does not fit.
    """
    return next(each_residue_embeddings({"sequence": sequence}, checkpoint, "error"))[1]


def each_residue_embeddings(
    sequences: Sequences, checkpoint: Checkpoint | str = "course", long_proteins: str = "window"
) -> Iterator[tuple[Any, np.ndarray]]:
    """Yield each protein's id and its residues' vectors, in the order of the proteins, some of them in memory at once.

    Parameters
    ----------
    sequences, checkpoint, long_proteins
        As for `mean_embeddings`. A residue that several windows show has the mean of what they say of it, so that the
        mean over a protein's residues is the vector that `mean_embeddings` gives; of a truncated protein there are the
        residues that fit.

    Yields
    ------
    tuple
        The id, or the place where the sequences came without; and an array of shape (L, D), float32.

    Raises
    ------
    TypeError, ValueError
        As `mean_embeddings`, before anything is computed.
    """
    checkpoint = loaded(checkpoint)
    ids, listed = checked_sequences(sequences, long_proteins, checkpoint.max_residues)
    for some in _shares([len(sequence) for sequence in listed]):
        names, chosen = ids[some], listed[some]
        found = dict(each_embedding(names, chosen, checkpoint, long_proteins, _without_ends))
        for place, name in enumerate(names):
            yield name, found.pop(place)


def _without_ends(tokens: np.ndarray) -> np.ndarray:
    """The pooling that pools nothing: all residues, neither <cls> nor <eos>."""
    return tokens[1:-1]


def _shares(lengths: list[int]) -> Iterator[slice]:
    """Yield runs of proteins that together have about RESIDUES_AT_ONCE residues."""
    start, residues = 0, 0
    for place, length in enumerate(lengths):
        if place > start and residues + length > RESIDUES_AT_ONCE:
            yield slice(start, place)
            start, residues = place, 0
        residues += length
    if start < len(lengths):
        yield slice(start, len(lengths))
