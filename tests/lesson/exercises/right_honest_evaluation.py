"""Forms of right and wrong answers to the exercises of chapter 9."""

from __future__ import annotations

import forms
import numpy as np
import pandas as pd
import torch
import wrong_honest_evaluation as own
from wrong_honest_evaluation import PROBABILITIES, RARE, SHARE, SMALL, TARGETS, ontology, over_rare, raising

from dlfb_helpers.lesson.exercises.honest_evaluation import (
    check_come_true,
    check_leak,
    check_obey,
    check_rare,
    check_silence,
)

CAME_TRUE = TARGETS.to_numpy()[((PROBABILITIES >= 0.7) & (PROBABILITIES < 0.8)).to_numpy()].mean()
ANSWER = {"auprc": over_rare().mean(), "chance": TARGETS.loc[over_rare().notna(), RARE].to_numpy().mean()}
LEAKED = ["P2", "P5"]
obey = raising(lambda graph, term: graph.ancestors(term))


def returning(*kinds):
    """`obey`, with what it returns in other containers."""
    return [lambda probabilities, graph, kind=kind: kind(obey(probabilities, graph)) for kind in kinds]


def name_forms():
    return [
        LEAKED, tuple(LEAKED), set(LEAKED), frozenset(LEAKED), LEAKED[::-1], LEAKED * 2, np.array(LEAKED),
        pd.Series(LEAKED), pd.Index(LEAKED), dict.fromkeys(LEAKED), SMALL.loc[LEAKED], iter(LEAKED),
        np.array(LEAKED, dtype=object),
    ]  # fmt: skip


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


RIGHT = {
    check_silence: lambda: [(form,) for form in forms.numbers(0.6)],
    check_come_true: lambda: [(form, TARGETS, PROBABILITIES) for form in forms.numbers(CAME_TRUE)],
    check_leak: lambda: [(form, SMALL) for form in name_forms()],
    check_rare: lambda: [(form, TARGETS, PROBABILITIES, SHARE) for form in forms.dicts(ANSWER)],
    check_obey: lambda: [
        (form, ontology())
        for form in [
            *forms.functions(obey),
            *returning(dict, list, tuple, np.array, lambda row: row[::-1], lambda row: torch.tensor(row.to_numpy())),
        ]
    ],
}
WRONG = {
    check_silence: lambda: [(form,) for form in forms.wrong_numbers(0.6)] + own_wrong(check_silence),
    check_come_true: lambda: (
        [(form, TARGETS, PROBABILITIES) for form in forms.wrong_numbers(CAME_TRUE)] + own_wrong(check_come_true)
    ),
    check_leak: lambda: (
        [
            (form, SMALL)
            for form in [
                3,
                "P2",
                0.5,
                True,
                object(),
                {},
                ["P2"],
                ["P3"],
                ["p2", "p5"],
                [1, 4],
                list("P2P5"),
                lambda: 1,
            ]
        ]
        + own_wrong(check_leak)
    ),
    check_rare: lambda: (
        [(form, TARGETS, PROBABILITIES, SHARE) for form in forms.wrong_dicts(ANSWER)] + own_wrong(check_rare)
    ),
    check_obey: lambda: [(form, ontology()) for form in forms.wrong_functions(obey)] + own_wrong(check_obey),
}
