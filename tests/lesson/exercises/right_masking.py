"""Forms of right and wrong answers to the exercises of chapter 4."""

from __future__ import annotations

import forms
import numpy as np
import pandas as pd
import wrong_masking as own
from wrong_masking import FREQUENCIES, INSULIN, guesser, judged, logs, predictor, probability, quick, scan, slipped

from dlfb_helpers.lesson.exercises.masking import (
    check_guesser,
    check_single_pass,
    check_slipped,
    check_surest_mistake,
    check_variant_score,
)
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS


def guessed():
    return float(np.exp(-np.log(FREQUENCIES[list(INSULIN)]).mean()))


def mistake():
    wrong = scan().idxmax(axis=1) != list(INSULIN)
    return int(scan().max(axis=1)[wrong].idxmax())


def single():
    table = logs()[1:-1]
    return table - table[np.arange(len(INSULIN)), [AMINO_ACIDS.index(residue) for residue in INSULIN]][:, None]


def score(name, sequence):
    place = int(name[1:-1]) - 1
    if sequence[place] != name[0]:
        raise ValueError(name)
    p = predictor().predict(sequence, place)
    return np.log(p[name[-1]]) - np.log(p[name[0]])


def refusing_otherwise(name, sequence):
    assert sequence[int(name[1:-1]) - 1] == name[0], name
    return score(name, sequence)


def returning(*kinds):
    return [lambda name, sequence, kind=kind: kind(score(name, sequence)) for kind in kinds]


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


COLUMNS = pd.DataFrame(columns=list(AMINO_ACIDS)).columns
RIGHT = {
    check_slipped: lambda: [slipped(form) for form in forms.numbers(probability("L", 29, 30))],
    check_guesser: lambda: [guesser(form) for form in forms.numbers(guessed(), decimals=1)],
    check_surest_mistake: lambda: [
        (form, scan(), INSULIN) for form in [mistake(), *forms.numbers(mistake(), decimals=0), np.int64(mistake())]
    ],
    check_variant_score: lambda: [
        judged(form)
        for form in [
            *forms.functions(score),
            refusing_otherwise,
            *returning(
                float, np.float32, np.array, lambda x: [x], lambda x: round(float(x), 2), lambda x: pd.Series([x])
            ),
        ]
    ],  # fmt: skip
    check_single_pass: lambda: (
        [quick(form) for form in forms.tables(single())]
        + [
            quick(pd.DataFrame(single(), columns=COLUMNS)),
            quick(pd.DataFrame(single(), columns=COLUMNS)[sorted(COLUMNS)]),
        ]
    ),
}
WRONG = {
    check_slipped: lambda: [slipped(form) for form in forms.wrong_numbers(0.77)] + own_wrong(check_slipped),
    check_guesser: lambda: [guesser(form) for form in forms.wrong_numbers(guessed())] + own_wrong(check_guesser),
    check_surest_mistake: lambda: (
        [(form, scan(), INSULIN) for form in forms.wrong_numbers(mistake())] + own_wrong(check_surest_mistake)
    ),
    check_variant_score: lambda: (
        [judged(form) for form in forms.wrong_functions(score)] + own_wrong(check_variant_score)
    ),
    check_single_pass: lambda: [quick(form) for form in forms.wrong_tables(single())] + own_wrong(check_single_pass),
}
