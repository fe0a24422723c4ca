"""Typical wrong answers to the exercises of chapter 10, and what their verdict has to say."""

from functools import cache

import pandas as pd

from dlfb_helpers.lesson.exercises.your_proteins import (
    check_expected_wrong,
    check_gentlest,
    check_halves,
    check_nonsense,
)
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

TERM = "GO:0003824"
SEQUENCE = "MRIILLGAPGAGKGTQAQFIMEKYGIPQISTGDMLRAAVKSGSELGKQAKDIMDAGKLVTDELVIALVKERIAQEDCRNGFLLDGFPRTIPQADAMKEAGINVDYV"
BACKWARDS = SEQUENCE[::-1]
TABLE = pd.DataFrame({"protein": list("aabb"), "probability": [0.9, 0.6, 0.8, 0.3], "seen": "similar"})
SCAN = pd.DataFrame([[(7 * row + 3 * column) % 20 + 1 for column in range(20)] for row in range(len(SEQUENCE))]) / 210
SCAN.columns = list(AMINO_ACIDS)


@cache
def course_predictor():
    return load_predictor()


@cache
def probabilities(*sequences):
    return course_predictor().predict(pd.Series(sequences))[TERM].tolist()


def halves(first, second):
    return lambda: (probabilities(first, second), course_predictor(), SEQUENCE, TERM)


def nonsense(shuffled, table):
    return lambda: (shuffled, table, course_predictor(), SEQUENCE)


def shift(answer):
    """A residue that is neither the best nor the worst, nor the one that is there."""
    return lambda scan, sequence, place: scan.loc[place].drop(sequence[place]).sort_values().index[answer]


MIDDLE = len(SEQUENCE) // 2

WRONG = {
    check_halves: [
        (halves(SEQUENCE, SEQUENCE), "those of the whole protein"),
        (halves(SEQUENCE[MIDDLE:], SEQUENCE[:MIDDLE]), "wrong order"),
        (halves("W" * 40, "W" * 40), "take the column"),
        (lambda: ([0.5], course_predictor(), SEQUENCE, TERM), "shape (2,), but has (1,)"),
    ],
    check_nonsense: [
        (nonsense("AAAA", TABLE), "as often as the protein"),
        (nonsense(SEQUENCE, TABLE), "More than a third"),
        (nonsense(BACKWARDS, "table"), "should be a table"),
        (nonsense(BACKWARDS, TABLE), "the shuffled one alone"),
        (nonsense(BACKWARDS, TABLE.tail(2).assign(seen="nothing similar")), "about another sequence"),
    ],
    check_expected_wrong: [
        (lambda: (2.3, TABLE, 0.5), "expected to be right"),
        (lambda: (0.7 / 3, TABLE, 0.5), "share of claims"),
        (lambda: (1.4, TABLE, 0.5), "adds up all rows"),
        (lambda: (1.5, TABLE, 0.5), "Each claim has a probability of its own"),
        (lambda: ("many", TABLE, 0.5), "should be a number"),
    ],
    check_gentlest: [
        (lambda: (lambda scan, sequence, place: sequence[place], SCAN, SEQUENCE), "leave that one out"),
        (lambda: (lambda scan, sequence, place: scan.loc[place].to_numpy().argmax(), SCAN, SEQUENCE), "its column"),
        (lambda: (shift(0), SCAN, SEQUENCE), "least probable"),
        (lambda: (shift(9), SCAN, SEQUENCE), "more probable one"),
        (lambda: (lambda scan, sequence: "A", SCAN, SEQUENCE), "raises TypeError"),
    ],
}
