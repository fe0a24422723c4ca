"""Typical wrong answers to the exercises of chapter 9, and what their verdict has to say."""

from functools import cache

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.lesson.exercises.honest_evaluation import (
    check_come_true,
    check_leak,
    check_obey,
    check_rare,
    check_silence,
)
from dlfb_helpers.metrics.per_row import metrics_table

RANDOM = np.random.default_rng(0)
# Common functions first, then rare ones that half of the proteins lack; probabilities too modest by half.
SHARE = pd.Series([0.3, 0.2] + [0.03] * 20)
TARGETS = pd.DataFrame((RANDOM.random((400, 22)) < SHARE.to_numpy()).astype(int))
PROBABILITIES = pd.DataFrame(np.clip(0.1 + 0.6 * TARGETS + RANDOM.normal(0, 0.2, TARGETS.shape), 0, 1))
RARE = SHARE.index[SHARE < 0.05]
HAVE_RARE = TARGETS[RARE].any(axis=1)
# Two training proteins are pieces of P2 and P5.
SMALL = pd.DataFrame(
    {
        "part": ["train", "test", "test", "train", "test", "train"],
        "sequence": ["MKVLAA", "MSTAVLENPGLG", "MDDDREEKKW", "AVLENPGLG", "MCCHHWWYY", "HHWWYY"],
    },
    index=["P1", "P2", "P3", "P4", "P5", "P6"],
)


@cache
def ontology():
    return load_cafa().ontology


def over_rare(by="protein"):
    return metrics_table(TARGETS[RARE], PROBABILITIES[RARE].to_numpy(), by)["auprc"]


def share_where(chosen):
    return TARGETS.to_numpy()[chosen.to_numpy()].mean()


def rare(auprc, chance):
    return {"auprc": auprc, "chance": chance}, TARGETS, PROBABILITIES, SHARE


def raising(above, given=None):
    """A function that raises what `above` names of each term, in the order of the terms."""

    def obey(probabilities, graph):
        result = probabilities if given == "in place" else probabilities.copy()
        for term in probabilities.index:
            for higher in above(graph, term) & set(probabilities.index):
                result[higher] = max(result[higher], result[term])
        return result

    return obey


def lowering(probabilities, graph):
    above = {term: [*(graph.ancestors(term) & set(probabilities.index)), term] for term in probabilities.index}
    return pd.Series({term: probabilities[terms].min() for term, terms in above.items()})


WRONG = {
    check_silence: [
        (lambda: (3 / 7,), "it does not exist"),
        (lambda: (0.857,), "recall of 0 belongs"),
        (lambda: (0.667,), "pooled"),
        (lambda: (0.625,), "harmonic"),
        (lambda: ("0.6",), "should be a number"),
        (lambda: (60,), "in percent"),
    ],
    check_come_true: [
        (
            lambda: (PROBABILITIES.stack()[lambda p: p.between(0.7, 0.8)].mean(), TARGETS, PROBABILITIES),
            "what was said",
        ),
        (lambda: (share_where(PROBABILITIES >= 0.7), TARGETS, PROBABILITIES), "above 0.8 as well"),
        (lambda: (TARGETS.to_numpy().mean(), TARGETS, PROBABILITIES), "among all pairs"),
        (lambda: (86, TARGETS, PROBABILITIES), "in percent, or a count"),
    ],
    check_leak: [
        (lambda: (["P2"], SMALL), "1 more leak"),
        (lambda: (["P2", "P3"], SMALL), "P3 is innocent"),
        (lambda: (["P2", "P4"], SMALL), "P4 is a training protein"),
        (lambda: ([], SMALL), "2 more leak"),
        (lambda: ("P2", SMALL), "Give a list"),
        (lambda: (["P7"], SMALL), "no name in the table"),
    ],
    check_rare: [
        (lambda: rare(over_rare().fillna(0).mean(), 0.03), "is not 0"),
        (lambda: rare(over_rare("term").mean(), 0.03), "over functions"),
        (lambda: rare(over_rare().mean(), TARGETS[RARE].to_numpy().mean()), "are not scored"),
        (lambda: rare(over_rare().mean(), TARGETS.to_numpy().mean()), "among all functions"),
        (lambda: (0.5, TARGETS, PROBABILITIES, SHARE), "Give a dict"),
        (lambda: rare(..., ...), "still to be worked out"),
    ],
    check_obey: [
        (lambda: (lambda probabilities, graph: probabilities, ontology()), "Nothing has changed"),
        (lambda: (raising(lambda graph, term: graph.parents[term]), ontology()), "however far up"),
        (lambda: (raising(lambda graph, term: graph.ancestors(term), "in place"), ontology()), "work on a copy"),
        (lambda: (lowering, ontology()), "nothing may fall"),
        (lambda: (lambda probabilities, graph: probabilities * 0 + 0.9, ontology()), "come back as they are"),
        (lambda: (lambda probabilities, graph: probabilities.max(), ontology()), "shape (6,)"),
    ],
}
