"""Forms of right and wrong answers to the exercises of chapter 2."""

from __future__ import annotations

from string import ascii_uppercase

import forms
import jax.numpy as jnp
import numpy as np
import pandas as pd
import torch
import wrong_one_hot as own
from wrong_one_hot import ENCODED, START

from dlfb_helpers.lesson.exercises.one_hot import (
    check_changes,
    check_composition,
    check_decoded,
    check_one_hot_or_unknown,
    check_twin,
)
from dlfb_helpers.proteins.alphabet import AMINO_ACID_TO_INDEX, AMINO_ACIDS

CHANGES = {"indices": True, "distances": False, "shape": False}


def encode(sequence):
    return np.eye(21)[[AMINO_ACID_TO_INDEX.get(letter, 20) for letter in sequence]]


def encode_by_hand(sequence):
    table = np.zeros((len(sequence), 21), dtype=int)
    for row, letter in enumerate(sequence):
        table[row, AMINO_ACIDS.index(letter) if letter in AMINO_ACIDS else -1] = 1
    return table


def returning(*kinds):
    return [lambda sequence, kind=kind: kind(encode(sequence)) for kind in kinds]


def only(known):
    """An encoding that gives an empty row for letters that it was not written for."""
    return lambda sequence: np.stack([encode(letter)[0] if letter in known else np.zeros(21) for letter in sequence])


def skipping(sequence):
    """An encoding that fails on a letter of which nobody thought."""
    return encode([letter for letter in sequence if letter not in "BJOZ"])


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


BY_LETTER = {letter: START.count(letter) / len(START) for letter in set(START)}
RIGHT = {
    check_decoded: lambda: [(form, ENCODED) for form in forms.texts(START)],
    check_composition: lambda: (
        [(form, START) for form in forms.rows(ENCODED.mean(axis=0))]
        + [(BY_LETTER, START), (pd.Series(list(START)).value_counts(normalize=True), START)]
        + [(ENCODED.mean(axis=0).round(2), START)]
    ),
    check_twin: lambda: [(form, START) for form in forms.texts(START[::-1])] + [(START * 2, START)],
    check_changes: lambda: [(form,) for form in forms.dicts(CHANGES)],
    check_one_hot_or_unknown: lambda: [
        (form,)
        for form in [
            *forms.functions(encode),
            encode_by_hand,
            *returning(jnp.asarray, torch.tensor, pd.DataFrame, np.float16, bool_array, list, np.ndarray.tolist),
        ]
    ],
}


def bool_array(table):
    return table.astype(bool)


WRONG = {
    check_decoded: lambda: [(form, ENCODED) for form in forms.wrong_texts(START)] + own_wrong(check_decoded),
    check_composition: lambda: (
        [(form, START) for form in forms.wrong_rows(ENCODED.mean(axis=0))] + own_wrong(check_composition)
    ),
    check_twin: lambda: (
        [(form, START) for form in forms.wrong_texts(START[::-1]) if form != START[::-1]] + own_wrong(check_twin)
    ),
    check_changes: lambda: [(form,) for form in forms.wrong_dicts(CHANGES)] + own_wrong(check_changes),
    check_one_hot_or_unknown: lambda: (
        [(form,) for form in forms.wrong_functions(encode)]
        + [(only(set(AMINO_ACIDS) | set("XU")),), (skipping,), (only(set(ascii_uppercase) - {"J"}),)]
        + own_wrong(check_one_hot_or_unknown)
    ),
}
