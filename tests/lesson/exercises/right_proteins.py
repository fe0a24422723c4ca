"""Forms of right and wrong answers to the exercises of chapter 1."""

from __future__ import annotations

import itertools
import re
from collections import deque

import forms
import numpy as np
import pandas as pd
import wrong_proteins as own
from Bio.Seq import MutableSeq, Seq
from wrong_proteins import B_CHAIN, COLLAGEN, DATA, HUMAN, HUMAN_HORMONES, PROTEINS

from dlfb_helpers.lesson.exercises.proteins import check_cut, check_hormones, check_richest, check_rope, check_spans
from dlfb_helpers.proteins.structures import bundled_insulin

ROPE = COLLAGEN[178:1192]
SPANS = {"helix": 45.0, "strand": 100.4, "folded": 23.9}


def cut(sequence):
    return [piece for piece in re.split("[KR]{2,}", sequence) if piece]


def cut_by_hand(sequence):
    runs = ["".join(run) for _, run in itertools.groupby(sequence, key=lambda letter: letter in "KR")]
    pieces = [""]
    for run in runs:
        if len(run) >= 2 and set(run) <= set("KR"):
            pieces.append("")
        else:
            pieces[-1] += run
    return list(filter(None, pieces))


def returning(*kinds):
    """`cut`, with its pieces in other containers."""
    return [lambda sequence, kind=kind: kind(cut(sequence)) for kind in kinds]


def hormone_forms():
    ids = list(HUMAN_HORMONES.index)
    return [
        ids, tuple(ids), set(ids), frozenset(ids), HUMAN_HORMONES.index, pd.Series(ids), np.array(ids),
        dict.fromkeys(ids), HUMAN_HORMONES, pd.DataFrame({"EntryID": ids}), ids[::-1], ids + ids[:3],
        HUMAN_HORMONES["Length"], HUMAN_HORMONES["Sequence"].index.tolist(),
    ]  # fmt: skip


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


RIGHT = {
    check_rope: lambda: [(form, COLLAGEN) for form in forms.texts(ROPE)],
    check_richest: lambda: [(form, HUMAN) for form in forms.texts("Q9BQ66") if not isinstance(form, Seq | MutableSeq)],
    check_spans: lambda: [(form, B_CHAIN, bundled_insulin()) for form in forms.dicts(SPANS)],
    check_hormones: lambda: (
        [(form, 149, HUMAN, DATA.annotations) for form in hormone_forms()]
        + [(HUMAN_HORMONES.index, form, HUMAN, DATA.annotations) for form in forms.numbers(149.0)]
    ),
    check_cut: lambda: [
        (form, PROTEINS)
        for form in [*forms.functions(cut), cut_by_hand, *returning(tuple, deque, pd.Series, np.array, iter, pd.Index)]
    ],
}
WRONG = {
    check_rope: lambda: [(form, COLLAGEN) for form in forms.wrong_texts(ROPE)] + own_wrong(check_rope),
    check_richest: lambda: [(form, HUMAN) for form in forms.wrong_texts("Q9BQ66")] + own_wrong(check_richest),
    check_spans: lambda: (
        [(form, B_CHAIN, bundled_insulin()) for form in forms.wrong_dicts(SPANS)] + own_wrong(check_spans)
    ),
    check_hormones: lambda: (
        [(HUMAN_HORMONES.index, form, HUMAN, DATA.annotations) for form in forms.wrong_numbers(149.0)]
        + own_wrong(check_hormones)
    ),
    check_cut: lambda: [(form, PROTEINS) for form in forms.wrong_functions(cut)] + own_wrong(check_cut),
}
