"""Typical wrong answers to the exercises of chapter 8, and what their verdict has to say."""

from functools import cache

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.lesson.exercises.evaluation import (
    check_coin_score,
    check_interval,
    check_memory,
    check_share_won,
    check_threshold,
)
from dlfb_helpers.metrics.per_row import metrics_table
from dlfb_helpers.proteins.families import cross_pairs

RANDOM = np.random.default_rng(0)
# Labels that are rarer from column to column, and probabilities that know something of them.
TARGETS = pd.DataFrame((RANDOM.random((200, 30)) < np.linspace(0.3, 0.02, 30)).astype(int)).assign(last=1)
PROBABILITIES = np.clip(0.1 + 0.5 * TARGETS.to_numpy() + RANDOM.normal(0, 0.25, TARGETS.shape), 0, 1)
PREDICTORS = {"network": PROBABILITIES, "constant frequency": np.tile(TARGETS.mean().to_numpy(), (len(TARGETS), 1))}


def auprc(name, by):
    return metrics_table(TARGETS, PREDICTORS[name], by)["auprc"]


def share_won(by):
    return (auprc("network", by) > auprc("constant frequency", by)).mean()


@cache
def parts():
    """The course's random split, as sequences."""
    table = label_table(load_cafa()).table
    return {part: table.loc[ids, "Sequence"] for part, ids in split_proteins(table).items()}


@cache
def number_of_relatives():
    """How many training proteins each test protein resembles."""
    pairs = cross_pairs({part: parts()[part] for part in ("train", "test")})
    either = pd.concat([pairs["first"], pairs["second"]]).value_counts()
    return either.reindex(parts()["test"].index).fillna(0)


def scores():
    """Something that a protein has more of, the more relatives it has."""
    return np.log1p(number_of_relatives()) / 10


def memory(with_relative, without):
    return {"with a relative": with_relative, "without": without}, parts(), scores()


def related():
    return number_of_relatives() > 0


def bootstrap(size=None, replace=True, ends=(2.5, 97.5)):
    def interval(values):
        random = np.random.default_rng(0)
        means = [random.choice(values, size or len(values), replace=replace).mean() for _ in range(2_000)]
        return np.percentile(means, ends)

    return interval


WRONG = {
    check_coin_score: [
        (lambda: (0.5, TARGETS), "chance level of the auROC"),
        (lambda: (100 * TARGETS.to_numpy().mean(), TARGETS), "in percent, or a count"),
        (lambda: (1 - TARGETS.to_numpy().mean(), TARGETS), "share of zeros"),
        (lambda: (TARGETS.mean(), TARGETS), "should be a number"),
    ],
    check_threshold: [
        (lambda: (0.05, TARGETS, PROBABILITIES), "higher, that is closer"),
        (lambda: (0.7, TARGETS, PROBABILITIES), "lower, that is closer"),
        (lambda: (0.999, TARGETS, PROBABILITIES * 0.99), "hardly anything is predicted"),
        (lambda: (50, TARGETS, PROBABILITIES), "between 0 and 1"),
    ],
    check_share_won: [
        (lambda: (100 * share_won("protein"), TARGETS, PREDICTORS), "in percent, or a count"),
        (lambda: (1 - share_won("protein"), TARGETS, PREDICTORS), "count where the network's is higher"),
        (lambda: (share_won("term"), TARGETS, PREDICTORS), "share of functions"),
    ],
    check_memory: [
        (lambda: memory(scores().mean(), scores().mean()), "over all test proteins"),
        (lambda: memory(scores()[~related()].mean(), scores()[related()].mean()), "other way round"),
        (
            lambda: memory(np.average(scores(), weights=number_of_relatives()), scores()[~related()].mean()),
            "counts once for each",
        ),
        (lambda: ((0.7, 0.5), parts(), scores()), "Give a dict"),
        (lambda: memory(..., ...), "still to be worked out"),
    ],
    check_interval: [
        (lambda: (bootstrap(ends=(97.5, 2.5)),), "above the high end"),
        (lambda: (bootstrap(ends=(5, 95)),), "too narrow"),
        (lambda: (bootstrap(ends=(0.025, 0.975)),), "in percent"),
        (lambda: (bootstrap(size=100),), "too wide"),
        (lambda: (bootstrap(size=400),), "a quarter of the values"),
        (lambda: (bootstrap(replace=False),), "without replacement"),
        (lambda: (lambda values: np.percentile(values, [2.5, 97.5]),), "means of the draws"),
        (lambda: (lambda values: values.mean(),), "shape (2,)"),
    ],
}
