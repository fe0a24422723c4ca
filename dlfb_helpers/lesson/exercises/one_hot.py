"""Checks of the exercises of chapter 2, one-hot encoding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import ascii_uppercase
from typing import Any

import numpy as np
import pandas as pd

from dlfb_helpers.lesson.exercises.verdict import NotYet, array, check, named, plain, result_of, text
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, one_hot

ROUNDED = 0.0051
"""What rounding to two decimals may change."""


@check
def check_decoded(decoded: str, encoded: np.ndarray) -> str:
    """Check the letters of a one-hot array."""
    decoded = text(decoded, "The answer")
    columns = np.asarray(encoded).argmax(axis=1)
    right = "".join(AMINO_ACIDS[column] for column in columns)
    if len(decoded) != len(right):
        raise NotYet(f"{len(decoded)} letters for {len(right)} rows: each row of the array is one residue.")
    if decoded == "".join(sorted(AMINO_ACIDS)[column] for column in columns):
        raise NotYet("These are the columns read in alphabetical order: the course's order is that of AMINO_ACIDS.")
    if decoded != right:
        place = next(i for i, (mine, true) in enumerate(zip(decoded, right)) if mine != true)
        raise NotYet(f"Row {place} has its 1 in column {columns[place]}, which is not {decoded[place]}.")
    return "Nothing is lost: one-hot encoding can be undone."


@check
def check_composition(composition: Any, sequence: str) -> str:
    """Check the average of a one-hot array over its residues."""
    if isinstance(composition, Mapping | pd.Series) and set(dict(composition)) <= set(AMINO_ACIDS):  # by letter
        composition = [dict(composition).get(letter, 0) for letter in AMINO_ACIDS]
    if len(np.shape(composition)) == 1 and len(composition) == len(sequence):
        raise NotYet(
            f"There are {len(sequence)} numbers, one a residue: average over the rows (axis=0), not the columns."
        )
    if np.shape(composition) in ((1, 20), (20, 1)):
        composition = np.ravel(np.asarray(composition))
    values = array(composition, [20], "The average")
    right = np.asarray(one_hot(sequence)).mean(axis=0)
    if np.allclose(values, right * len(sequence)):
        raise NotYet("These are counts, they add up to the length: divide by it, or take the mean.")
    if np.allclose(values, 100 * right, atol=0.1):
        raise NotYet("These are per cent, they add up to 100: the average itself is wanted.")
    if not np.allclose(values, right, atol=ROUNDED) and np.allclose(np.sort(values), np.sort(right), atol=ROUNDED):
        raise NotYet("These are the shares, but in another order: the columns of the array follow AMINO_ACIDS.")
    if not np.allclose(values, right, atol=ROUNDED):
        raise NotYet(f"The numbers add up to {values.sum():.3f}, and are not the shares of the 20 amino acids.")
    return "The average holds the share of each amino acid, and nothing else."


@check
def check_twin(twin: str, sequence: str) -> str:
    """Check that another sequence has the same one-hot average."""
    twin = text(twin, "The sequence")
    if twin == sequence:
        raise NotYet("This is the sequence itself: find a different one.")
    counts = {letter: twin.count(letter) - sequence.count(letter) for letter in sorted({*twin, *sequence})}
    if not twin or any(twin.count(letter) * len(sequence) != sequence.count(letter) * len(twin) for letter in counts):
        letter, count = next((letter, count) for letter, count in counts.items() if count)
        raise NotYet(
            f"It has {abs(count)} {letter} {'more' if count > 0 else 'fewer'} than insulin, so its average differs."
        )
    return (
        "Any shuffle has the same average: it forgets the order. Chapter 5 averages too, but vectors that know their "
        "neighbours."
    )


@check
def check_changes(changes: dict[str, bool]) -> str:
    """Check what another order of the alphabet changes."""
    changes = {name: plain(value) for name, value in named(changes, "indices", "distances", "shape").items()}
    if undecided := [name for name, value in changes.items() if not isinstance(value, bool)]:
        raise NotYet(f"Say True or False of {undecided[0]}.")
    if not changes["indices"]:
        raise NotYet("The index of M was 16. Where does M stand in the alphabet?")
    if changes["distances"]:
        raise NotYet("Exchanging columns moves both vectors alike: work out the distance of D and E in either order.")
    if changes["shape"]:
        raise NotYet("How many letters does the alphabet have after sorting?")
    return (
        "The indices change, and with them the order of the columns. Distances and shape stay: the order is a "
        "convention, but one that all who share an array have to keep."
    )


@check
def check_one_hot_or_unknown(encode: Callable[[str], np.ndarray]) -> str:
    """Check an encoding with a 21st column for every letter that is not among the 20."""
    plain = array(result_of(encode, "MALWM"), [5, 21], "The array of MALWM")
    if not np.array_equal(plain[:, :20], np.asarray(one_hot("MALWM"))):
        raise NotYet("The first 20 columns of MALWM should be those of one_hot.")
    if plain[:, 20].any():
        raise NotYet("MALWM has only known letters: its last column should be zeros.")
    mixed = np.asarray(result_of(encode, "MXUM"))
    if mixed.ndim and len(mixed) != 4:
        raise NotYet(f"MXUM has 4 residues, but its array has {len(mixed)} rows: no residue may be dropped.")
    mixed = array(mixed, [4, 21], "The array of MXUM")
    if not np.array_equal(mixed[1:3, 20], [1, 1]):
        raise NotYet("X and U are not among the 20: their 1 belongs into the last column.")
    if not np.array_equal(mixed.sum(axis=1), np.ones(4)):
        raise NotYet(f"Each row should hold a single 1, but the rows of MXUM add up to {mixed.sum(axis=1).tolist()}.")
    for letter in sorted(set(ascii_uppercase) - set(AMINO_ACIDS)):
        found = array(result_of(encode, letter), [1, 21], f"The array of {letter}")
        if found[0, 20] != 1 or found.sum() != 1:
            raise NotYet(f"{letter} is not among the 20 either: its 1 belongs into the last column.")
    every = array(result_of(encode, "".join(AMINO_ACIDS)), [20, 21], "The array of all 20")
    if not np.array_equal(every, np.eye(20, 21)):
        raise NotYet("The 20 letters in their order should give ones along the diagonal: is a letter missing?")
    return (
        "Every residue keeps its row, whatever its letter. ESM-2's tokens X, U, B, Z and O do the same, one for each."
    )
