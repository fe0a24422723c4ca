"""Forms of right and wrong answers to the exercises of chapter 8."""

from __future__ import annotations

from collections import deque, namedtuple

import forms
import numpy as np
import pandas as pd
import torch
import wrong_evaluation as own
from wrong_evaluation import PREDICTORS, PROBABILITIES, TARGETS, bootstrap, parts, related, scores, share_won

from dlfb_helpers.lesson.exercises.evaluation import (
    check_coin_score,
    check_interval,
    check_memory,
    check_share_won,
    check_threshold,
)
from dlfb_helpers.metrics.uncertainty import bootstrap_mean

COIN = TARGETS.to_numpy().mean()
ENDS = namedtuple("Ends", "low high")


def means():
    return {"with a relative": scores()[related()].mean(), "without": scores()[~related()].mean()}


def returning(*kinds):
    """A bootstrap that gives its two ends in other containers."""
    return [lambda values, kind=kind: kind(bootstrap()(values)) for kind in kinds]


def of_the_package(values):
    found = bootstrap_mean(values)
    return found.low, found.high


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


RIGHT = {
    check_coin_score: lambda: [(form, TARGETS) for form in forms.numbers(COIN)],
    check_threshold: lambda: [(form, TARGETS, PROBABILITIES) for form in forms.numbers(0.5, 1)],
    check_share_won: lambda: [(form, TARGETS, PREDICTORS) for form in forms.numbers(share_won("protein"))],
    check_memory: lambda: [
        (form, parts(), scores())
        for form in [*forms.dicts(means()), {name: round(value, 2) for name, value in means().items()}]
    ],
    check_interval: lambda: [
        (form,)
        for form in [
            *forms.functions(bootstrap()),
            *returning(list, tuple, pd.Series, deque, torch.tensor, np.float32, lambda ends: ENDS(*ends)),
            of_the_package,
        ]
    ],
}
WRONG = {
    check_coin_score: lambda: [(form, TARGETS) for form in forms.wrong_numbers(COIN)] + own_wrong(check_coin_score),
    check_threshold: lambda: (
        [(form, TARGETS, PROBABILITIES) for form in forms.wrong_numbers(0.5)] + own_wrong(check_threshold)
    ),
    check_share_won: lambda: (
        [(form, TARGETS, PREDICTORS) for form in forms.wrong_numbers(share_won("protein"))] + own_wrong(check_share_won)
    ),
    check_memory: lambda: [(form, parts(), scores()) for form in forms.wrong_dicts(means())] + own_wrong(check_memory),
    check_interval: lambda: [(form,) for form in forms.wrong_functions(bootstrap())] + own_wrong(check_interval),
}
