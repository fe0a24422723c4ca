"""What callers pass as sequences -> a list of them with their names, all of it checked before anything is computed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from dlfb_helpers.embedding.windows import MAX_RESIDUES, check_policy
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, OTHER_RESIDUES, check_sequence

Sequences: TypeAlias = Iterable[str] | Mapping[str, str] | pd.Series
"""Sequences, or ids with their sequences; a generator is gone through once."""

_FINE = re.compile(f"[{''.join([*AMINO_ACIDS, *OTHER_RESIDUES])}]+").fullmatch  # a hundred times faster than by letter


class Named(NamedTuple):
    """Checked sequences.

    Attributes
    ----------
    ids : list
        Of each its id, or where it stands, from 0 on, if it came without.
    sequences : list of str
    """

    ids: list[Any]
    sequences: list[str]


def checked_sequences(sequences: Sequences, long_proteins: str = "window", max_residues: int = MAX_RESIDUES) -> Named:
    """Return sequences as a list, each of them checked, whatever they came in.

    Parameters
    ----------
    sequences : iterable of str, Mapping or pandas.Series
        In any iterable, a generator too; or with their ids, as a dict or a Series indexed by them.
    long_proteins : {"window", "truncate", "error"}
        The policy for proteins that do not fit the model.
    max_residues : int
        Residues that fit it.

    Raises
    ------
    TypeError
        If `sequences` is one string, or anything else that is no sequences, or holds such; says what to write.
    ValueError
        If a sequence is empty or holds a letter that ESM-2 does not know; if one is too long and the policy is
        ``"error"``; names its id, or where it stands. If there is no such policy.
    """
    check_policy(long_proteins)
    named = _named(sequences)
    for entry, sequence in zip(*named):
        name = f"sequence {entry}" if isinstance(entry, int | np.integer) else str(entry)
        if not isinstance(sequence, str) or not _FINE(sequence):
            check_sequence(sequence, name)  # says what is wrong
        if long_proteins == "error" and len(sequence) > max_residues:
            raise ValueError(
                f"{name}: a protein of {len(sequence)} residues is longer than {max_residues}; "
                'use long_proteins="window" or "truncate"'
            )
    return named


def _named(sequences: Sequences) -> Named:
    if isinstance(sequences, str | bytes):
        raise TypeError(
            f"sequences is one {type(sequences).__name__}, whose letters would each be a protein; "
            "write a list: [sequence]"
        )
    if isinstance(sequences, os.PathLike):
        raise TypeError("sequences is a path; read the file first: read_fasta(path)['Sequence']")
    if isinstance(sequences, pd.DataFrame):
        raise TypeError("sequences is a table; give its column of sequences: table['Sequence']")
    if isinstance(sequences, pd.Series):
        return Named(sequences.index.tolist(), sequences.tolist())
    if isinstance(sequences, Mapping):
        return Named(list(sequences.keys()), list(sequences.values()))
    try:
        listed = list(sequences)
    except TypeError:
        raise TypeError(
            f"sequences is of type {type(sequences).__name__}; write a list of str, or any other iterable of them"
        ) from None
    return Named(list(range(len(listed))), listed)


def check_ids(ids: Iterable[Any]) -> None:
    """Raise a ValueError that names the first id that is there more than once: results are looked up by it."""
    index = pd.Index(list(ids))
    if not index.is_unique:
        repeated = index[index.duplicated()][0]
        places = [place for place, entry in enumerate(index) if entry == repeated]
        raise ValueError(
            f"the id {repeated!r} is there {len(places)} times, first in rows {places[0]} and {places[1]}; "
            "give each protein an id of its own"
        )


def checked_layer(layer: int, layers: int) -> int | None:
    """Return which of a model's hidden layers is meant, from 0, what enters the first; None for the last.

    Raises
    ------
    TypeError
        If it is no whole number.
    ValueError
        If there is no such layer; says which there are.
    """
    if isinstance(layer, bool) or not isinstance(layer, int | np.integer):
        raise TypeError(f"layer is {layer!r}; write a whole number")
    if not -layers - 1 <= layer <= layers:
        raise ValueError(
            f"there is no layer {layer}; they go from 0, what enters the first, to {layers}, "
            f"or from -1, the last, to {-layers - 1}"
        )
    number = int(layer) % (layers + 1)
    return None if number == layers else number


def check_count(name: str, count: int) -> int:
    """Return a count that is a whole number from 1 on; a TypeError or ValueError otherwise."""
    if isinstance(count, bool) or not isinstance(count, int | np.integer):
        raise TypeError(f"{name} is {count!r}; write a whole number")
    if count < 1:
        raise ValueError(f"{name} is {count}; it is 1 at least")
    return int(count)
