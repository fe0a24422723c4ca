"""Typical wrong answers to the exercises of chapter 6, and what their verdict has to say."""

import random
from functools import cache

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.lesson.exercises.dataset import (
    check_luck,
    check_minimum,
    check_most_specific,
    check_part_of,
    check_shares,
)

# "often" is on 300 proteins, "just" on 200 of them, "some" on 60 others; "rare" on 5 more.
COUNTS = {"often": range(300), "just": range(200), "some": range(300, 360), "rare": range(360, 365)}
SPECIFIC = pd.DataFrame([(f"P{i}", term) for term, ids in COUNTS.items() for i in ids], columns=["EntryID", "term"])

LETTERS = random.Random(1)
TABLE = pd.DataFrame(
    {
        "Sequence": ["M" + "".join(LETTERS.choices("ACDEFGHIKL", k=20 + i % 200)) for i in range(1000)],
        **{f"GO:{j:07d}": np.random.default_rng(j).random(1000) < 0.005 for j in range(20)},
    },
    index=[f"P{i:04d}" for i in range(1000)],
).astype({f"GO:{j:07d}": int for j in range(20)})

ONTOLOGY = Ontology(
    names={
        "GO:0003674": "function",
        "GO:1": "binding",
        "GO:2": "sugar binding",
        "GO:3": "glucose binding",
        "GO:4": "enzyme",
    },
    aspects={},
    parents={
        "GO:0003674": frozenset(),
        "GO:1": frozenset({"GO:0003674"}),
        "GO:2": frozenset({"GO:1"}),
        "GO:3": frozenset({"GO:2"}),
        "GO:4": frozenset({"GO:0003674"}),
    },
)
KNOWN = {"GO:0003674", "GO:1", "GO:2", "GO:4"}  # right: GO:2 and GO:4

ROOT = "GO:0005575"
PLACES = {ROOT: 40, "GO:11": 38, "GO:12": 30, "GO:13": 24, "GO:14": 20, "GO:15": 16, "GO:16": 10, "GO:17": 2}
HUMAN = pd.DataFrame(
    [(f"P{i}", term, "CCO") for term, n in PLACES.items() for i in range(n)]
    + [(f"P{i}", "GO:0003674", "MFO") for i in range(50)],
    columns=["EntryID", "term", "aspect"],
)
SIX = pd.Series(PLACES).drop([ROOT, "GO:17"])


def terms_without(part, axis=0, seeds=range(10)):
    labels = TABLE.filter(like="GO:")
    return [int((labels.loc[split_proteins(TABLE, seed)[part]].sum(axis=axis) == 0).sum()) for seed in seeds]


def by_hash(sequence):
    return ("train", "train", "train", "valid", "test")[hash(sequence) % 5]


def by_hash_inside(sequence):
    def place():
        return hash(sequence) % 5

    return ("train", "train", "train", "valid", "test")[place()]


def by_hash_elsewhere(sequence):
    return by_hash(sequence)


@cache
def by_kept_chance(sequence):
    return random.choice(["train"] * 3 + ["valid", "test"])


@cache
def todays_parts():
    return {TABLE["Sequence"][entry]: part for part, ids in split_proteins(TABLE).items() for entry in ids}


def looked_up(sequence):
    return todays_parts()[sequence]


def looked_up_or_train(sequence):
    return todays_parts().get(sequence, "train")


def looked_up_or_nothing(sequence):
    return todays_parts().get(sequence, "unknown")


def by_length(sequence):
    return "train" if len(sequence) < 141 else "valid" if len(sequence) < 181 else "test"


WRONG = {
    check_minimum: [
        (lambda: (1, 300, SPECIFIC), ">= rather than >"),
        (lambda: (3, 360, SPECIFIC), "a minimum of 50 leaves"),
        (lambda: (300, 2, SPECIFIC), "the terms come first"),
        (lambda: (5, 300, SPECIFIC), "The generic terms"),
        (lambda: (2, 60, SPECIFIC), "These are the proteins that go"),
        (lambda: (2, 500, SPECIFIC), "These are rows"),
        (lambda: (2, 365, SPECIFIC), "all proteins"),
        (lambda: (["often", "just"], 300, SPECIFIC), "should be a number"),
    ],
    check_luck: [
        (lambda: (terms_without("valid"), TABLE), "valid part"),
        (lambda: (terms_without("test", seeds=[42] * 10), TABLE), "Does the seed change"),
        (lambda: (terms_without("test", seeds=range(1, 11)), TABLE), "For seed"),
        (lambda: (terms_without("test")[0], TABLE), "shape (10,), but has ()"),
    ],
    check_most_specific: [
        (lambda: (KNOWN, KNOWN, ONTOLOGY), "The root is among them"),
        (lambda: (["GO:1", "GO:2", "GO:4"], KNOWN, ONTOLOGY), "binding is there, but follows from sugar binding"),
        (lambda: ({"GO:4"}, KNOWN, ONTOLOGY), "sugar binding is missing"),
        (lambda: ({"GO:3", "GO:4"}, KNOWN, ONTOLOGY), "not among the protein's terms"),
        (lambda: (["sugar binding", "enzyme"], KNOWN, ONTOLOGY), "Give the ids"),
        (lambda: (2, KNOWN, ONTOLOGY), "Give the ids"),
    ],
    check_shares: [
        (lambda: (pd.Series(PLACES).head(6) / 40, HUMAN), "root GO:0005575"),
        (lambda: (SIX, HUMAN), "numbers of proteins"),
        (lambda: (SIX / 40 * 100, HUMAN), "per cent"),
        (lambda: (SIX / 50, HUMAN), "all human proteins"),
        (lambda: (SIX / 180, HUMAN), "number of rows"),
        (lambda: ((SIX / 40).to_frame().assign(proteins=SIX), HUMAN), "one column"),
        (lambda: (list(SIX / 40), HUMAN), "Give a Series"),
        (lambda: ((SIX / 40).head(3), HUMAN), "there are 3"),
        (lambda: ((SIX / 40).set_axis(list("abcdef")), HUMAN), "The index holds 'a'"),
    ],
    check_part_of: [
        (lambda: (by_hash, TABLE), "differs from one process to the next"),
        (lambda: (by_hash_inside, TABLE), "differs from one process to the next"),
        (lambda: (by_hash_elsewhere, TABLE), "differs from one process to the next"),
        (lambda: (by_kept_chance, TABLE), "Asked twice"),
        (lambda: (looked_up, TABLE), "look nothing up in today's split"),
        (lambda: (looked_up_or_train, TABLE), "does it look today's parts up"),
        (lambda: (looked_up_or_nothing, TABLE), "does it look today's parts up"),
        (lambda: (lambda sequence: random.choice(["train"] * 3 + ["valid", "test"]), TABLE), "Asked twice"),
        (lambda: (by_length, TABLE), "residues on average"),
        (lambda: (lambda sequence: ("train", "valid", "test")[len(sequence) % 3], TABLE), "about 0.6, 0.2 and 0.2"),
        (lambda: (lambda sequence: len(sequence) % 10, TABLE), "train, valid or test"),
    ],
}
