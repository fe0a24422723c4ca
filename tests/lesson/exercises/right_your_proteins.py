"""Forms of right and wrong answers to the exercises of chapter 10."""

from __future__ import annotations

from functools import cache

import forms
import numpy as np
import pandas as pd
from wrong_your_proteins import (
    BACKWARDS,
    MIDDLE,
    SCAN,
    SEQUENCE,
    TABLE,
    TERM,
    course_predictor,
    probabilities,
    shift,
)
from wrong_your_proteins import WRONG as OWN

from dlfb_helpers.lesson.exercises.your_proteins import (
    check_expected_wrong,
    check_gentlest,
    check_halves,
    check_nonsense,
)
from dlfb_helpers.predictors.table import prediction_tables

EXPECTED = 0.7  # of the claims 0.9, 0.6 and 0.8


@cache
def table():
    return pd.concat(prediction_tables(course_predictor(), pd.Series({"shuffled": BACKWARDS})))


def pieces():
    first, second = probabilities(SEQUENCE[:MIDDLE], SEQUENCE[MIDDLE:])
    pair = [first, second]
    return [
        pair, tuple(pair), np.array(pair), np.array(pair, np.float32), pd.Series(pair), pd.Series(pair, ["a", "b"]),
        pd.Index(pair), [np.float32(first), second], iter(pair), [round(first, 2), round(second, 2)],
        [round(first, 3), round(second, 3)], np.array(pair, np.float16),
    ]  # fmt: skip


def gentlest(kind):
    return lambda scan, sequence, place: kind(scan.loc[place].drop(sequence[place]))


def by_hand(scan, sequence, place):
    best = None
    for letter in scan.columns:
        if letter != sequence[place] and (best is None or scan.loc[place, letter] > scan.loc[place, best]):
            best = letter
    return best


RIGHT = {
    check_halves: lambda: [(answer, course_predictor(), SEQUENCE, TERM) for answer in pieces()],
    check_nonsense: lambda: [
        *((shuffled, table(), course_predictor(), SEQUENCE) for shuffled in forms.texts(BACKWARDS)[:10]),
        (BACKWARDS, table().head(1), course_predictor(), SEQUENCE),
        (BACKWARDS, table().reset_index(drop=True), course_predictor(), SEQUENCE),
    ],
    check_expected_wrong: lambda: [
        *((answer, TABLE, 0.5) for answer in forms.numbers(EXPECTED)), (1, TABLE, 0.5), (0.66, TABLE, 0.5),
    ],
    check_gentlest: lambda: [
        (function, SCAN, SEQUENCE)
        for function in (
            by_hand,
            gentlest(lambda row: row.idxmax()),
            gentlest(lambda row: row.index[row.argmax()]),
            gentlest(lambda row: row.sort_values().index[-1]),
            gentlest(lambda row: row.nlargest(1).index[0]),
            gentlest(lambda row: str(row.idxmax())),
            gentlest(lambda row: np.str_(row.idxmax())),
            gentlest(lambda row: max(row.index, key=row.get)),
            gentlest(lambda row: sorted(row.items(), key=lambda item: item[1])[-1][0]),
            gentlest(lambda row: row[row == row.max()].index[0]),
            gentlest(lambda row: dict(zip(row.to_numpy(), row.index))[row.max()]),
            gentlest(lambda row: row.rank().idxmax()),
        )
    ],
}  # fmt: skip


def other_pieces():
    whole, first, second = probabilities(SEQUENCE, SEQUENCE[:MIDDLE], SEQUENCE[MIDDLE:])
    return [
        [whole, whole], [second, first], [first], [first, second, whole], first, "high, low", None, {}, [first, "x"],
        [[first], [second]], [1 - first, 1 - second], [0.0, 0.0], [float("nan"), second], ...,
    ]  # fmt: skip


WRONG = {
    check_halves: lambda: [(answer, course_predictor(), SEQUENCE, TERM) for answer in other_pieces()],
    check_nonsense: lambda: [
        *((answer, table(), course_predictor(), SEQUENCE) for answer in forms.wrong_texts(BACKWARDS)[:9]),
        (SEQUENCE, table(), course_predictor(), SEQUENCE),
        *(answers() for answers, _ in OWN[check_nonsense]),
    ],
    check_expected_wrong: lambda: [(answer, TABLE, 0.5) for answer in forms.wrong_numbers(EXPECTED)],
    check_gentlest: lambda: [
        *(answers() for answers, _ in OWN[check_gentlest]),
        *((shift(number), SCAN, SEQUENCE) for number in range(1, 6)),
        *((answer, SCAN, SEQUENCE) for answer in (..., "A", None, lambda scan, sequence, place: None)),
    ],
}
