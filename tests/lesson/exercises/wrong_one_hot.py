"""Typical wrong answers to the exercises of chapter 2, and what their verdict has to say."""

import numpy as np

from dlfb_helpers.lesson.exercises.one_hot import (
    check_changes,
    check_composition,
    check_decoded,
    check_one_hot_or_unknown,
    check_twin,
)
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, one_hot

START = "MALWMRLLPL"
ENCODED = np.asarray(one_hot(START))


def dropping(sequence):
    kept = [letter for letter in sequence if letter in AMINO_ACIDS]
    return np.eye(21)[[AMINO_ACIDS.index(letter) for letter in kept]]


def all_zero(sequence):
    return np.stack([np.eye(21)[AMINO_ACIDS.index(a)] if a in AMINO_ACIDS else np.zeros(21) for a in sequence])


WRONG = {
    check_decoded: [
        (lambda: (list(START), ENCODED), "one string"),
        (lambda: ("".join(sorted(AMINO_ACIDS)[i] for i in ENCODED.argmax(1)), ENCODED), "alphabetical"),
        (lambda: ("MALWM", ENCODED), "5 letters for 10 rows"),
        (lambda: ("MALWMRLLPV", ENCODED), "Row 9"),
    ],
    check_composition: [
        (lambda: (ENCODED.mean(axis=1), START), "axis=0"),
        (lambda: (ENCODED.sum(axis=0), START), "counts"),
        (lambda: (100 * ENCODED[:7].mean(axis=0), START[:7]), "per cent"),
        (lambda: (ENCODED.mean(axis=0)[::-1], START), "another order"),
        (lambda: (ENCODED, START), "shape (20,), but has (10, 20)"),
    ],
    check_twin: [
        (lambda: (START, START), "different one"),
        (lambda: (list(START), START), "one string"),
        (lambda: (START[:-1], START), "1 L fewer"),
        (lambda: ("", START), "fewer"),
    ],
    check_changes: [
        (lambda: ({"indices": True, "distances": True, "shape": False},), "distance of D and E"),
        (lambda: ({"indices": False, "distances": False, "shape": False},), "index of M"),
        (lambda: ({"indices": True},), "'distances', 'shape'"),
        (lambda: ([True, False, False],), "a dict"),
        (lambda: ({"indices": ..., "distances": ..., "shape": ...},), "'indices' is still to be worked out"),
    ],
    check_one_hot_or_unknown: [
        (lambda: (one_hot,), "should have the shape (5, 21)"),
        (lambda: (dropping,), "no residue may be dropped"),
        (lambda: (all_zero,), "last column"),
        (lambda: (lambda sequence: None,), "still to be written"),
    ],
}
