"""Forms of right and wrong answers to the exercises of chapter 3."""

from __future__ import annotations

from types import SimpleNamespace

import forms
import numpy as np
import pandas as pd
import torch
import wrong_esm2_embeddings as own
from wrong_esm2_embeddings import BLOSUM, GROUPS, LETTERS, PAIRS, TOKENS, VOCABULARY, cysteines, insulin, similarity

from dlfb_helpers.lesson.exercises.esm2_embeddings import check_agreement, check_fragment, check_places, check_shuffles
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

ORDER = [LETTERS.index(a) for a in AMINO_ACIDS]


def places():
    right = cysteines(1)
    return [
        right, tuple(right), set(right), np.array(right), pd.Series(right), pd.Index(right), right[::-1],
        [float(place) for place in right], torch.tensor(right), iter(right), dict.fromkeys(right), np.array([right]),
        pd.Series(right, index=list("CCCCCC")),
    ]  # fmt: skip


def counted():
    answers, nearest = own.shuffles(lambda rng: rng.permutation(GROUPS))()
    return np.asarray(answers), nearest


def correlation():
    blosum = BLOSUM[np.ix_(ORDER, ORDER)]
    values = similarity().to_numpy()[PAIRS], blosum[PAIRS]
    ranks = pd.Series(values[0]).corr(pd.Series(values[1]), method="spearman")
    return float(np.corrcoef(*values)[0, 1]), float(ranks)


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


RIGHT = {
    check_fragment: lambda: [(form, TOKENS, VOCABULARY) for form in forms.texts("MFSFVDLR")],
    check_places: lambda: [(form, insulin()) for form in places()],
    check_shuffles: lambda: [(form, counted()[1]) for form in forms.rows(counted()[0])],
    check_agreement: lambda: [
        (form, similarity())
        for form in [
            *forms.numbers(correlation()[0]),
            correlation()[1],
            SimpleNamespace(statistic=correlation()[0], pvalue=0.0),
        ]
    ],
}
WRONG = {
    check_fragment: lambda: (
        [(form, TOKENS, VOCABULARY) for form in forms.wrong_texts("MFSFVDLR")] + own_wrong(check_fragment)
    ),
    check_places: lambda: (
        [
            (form, insulin())
            for form in [
                3,
                "C",
                [],
                {},
                [31],
                cysteines(),
                cysteines(2),
                [1.5] * 6,
                ["31"] * 6,
                True,
                object(),
                None.__class__,
            ]
        ]
        + own_wrong(check_places)
    ),
    check_shuffles: lambda: (
        [(form, counted()[1]) for form in forms.wrong_rows(counted()[0])] + own_wrong(check_shuffles)
    ),
    check_agreement: lambda: (
        [(form, similarity()) for form in [*forms.wrong_numbers(0.85), similarity()]] + own_wrong(check_agreement)
    ),
}
