"""Forms of right and wrong answers to the exercises of chapter 6."""

from __future__ import annotations

import hashlib
import random
import zlib
from functools import cache

import forms
import jax.numpy as jnp
import numpy as np
import pandas as pd
import torch
import wrong_dataset as own
from wrong_dataset import HUMAN, KNOWN, ONTOLOGY, SIX, SPECIFIC, TABLE, terms_without

from dlfb_helpers.lesson.exercises.dataset import (
    check_luck,
    check_minimum,
    check_most_specific,
    check_part_of,
    check_shares,
)

SHARES = SIX / 40
MOST_SPECIFIC = ["GO:2", "GO:4"]


def digit(sequence):
    return int(hashlib.sha256(sequence.encode()).hexdigest(), 16) % 10


def part_of(sequence):
    return "train" if digit(sequence) < 6 else "valid" if digit(sequence) < 8 else "test"


def by_checksum(sequence):
    place = zlib.crc32(sequence.encode()) % 100
    return "train" if place < 60 else "valid" if place < 80 else "test"


def by_seeded_chance(sequence):
    return random.Random(sequence).choices(["train", "valid", "test"], [6, 2, 2])[0]


def by_seeded_numpy(sequence):
    seed = int.from_bytes(hashlib.md5(sequence.encode()).digest()[:4], "big")
    return str(np.random.default_rng(seed).choice(["train", "valid", "test"], p=[0.6, 0.2, 0.2]))


def from_a_list(sequence):
    return np.array(["train"] * 6 + ["valid"] * 2 + ["test"] * 2)[digit(sequence)]


TODAY = {sequence: part_of(sequence) for sequence in TABLE["Sequence"]}


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


RIGHT = {
    check_minimum: lambda: (
        [(form, 300, SPECIFIC) for form in forms.numbers(2)] + [(2, form, SPECIFIC) for form in forms.numbers(300)]
    ),
    check_luck: lambda: (
        [(form, TABLE) for form in forms.rows(terms_without("test"))]
        + [(dict(enumerate(terms_without("test"))), TABLE), (iter(terms_without("test")), TABLE)]
    ),
    check_most_specific: lambda: [
        (form, KNOWN, ONTOLOGY)
        for form in [
            set(MOST_SPECIFIC),
            frozenset(MOST_SPECIFIC),
            MOST_SPECIFIC,
            MOST_SPECIFIC[::-1],
            tuple(MOST_SPECIFIC),
            np.array(MOST_SPECIFIC),
            pd.Series(MOST_SPECIFIC),
            pd.Index(MOST_SPECIFIC),
            pd.DataFrame(MOST_SPECIFIC),
            dict.fromkeys(MOST_SPECIFIC, 1),
            dict.fromkeys(MOST_SPECIFIC).keys(),
            iter(MOST_SPECIFIC),
            [term + "\n" for term in MOST_SPECIFIC],
            MOST_SPECIFIC * 2,
        ]
    ],
    check_shares: lambda: [
        (form, HUMAN)
        for form in [
            SHARES,
            SHARES[::-1],
            SHARES.astype(np.float32),
            SHARES.to_dict(),
            SHARES.to_frame(),
            SHARES.round(3),
            SHARES.round(2),
            SHARES.rename_axis("term").rename("share"),
            SHARES.astype(object),
            {term: [share] for term, share in SHARES.items()},
            {term: np.array(share) for term, share in SHARES.items()},
            {term: torch.tensor(share) for term, share in SHARES.items()},
            {term: jnp.float32(share) for term, share in SHARES.items()},
        ]
    ],
    check_part_of: lambda: [
        (form, TABLE)
        for form in [
            *forms.functions(part_of),
            by_checksum,
            by_seeded_chance,
            by_seeded_numpy,
            from_a_list,
            cache(part_of),
            lambda sequence: TODAY.get(sequence) or part_of(sequence),  # what is new gets its part by the rule
        ]
    ],
}
WRONG = {
    check_minimum: lambda: (
        [(form, 300, SPECIFIC) for form in forms.wrong_numbers(2)]
        + [(2, form, SPECIFIC) for form in forms.wrong_numbers(300)]
        + own_wrong(check_minimum)
    ),
    check_luck: lambda: [(form, TABLE) for form in forms.wrong_rows(terms_without("test"))] + own_wrong(check_luck),
    check_most_specific: lambda: (
        [
            (form, KNOWN, ONTOLOGY)
            for form in ["GO:2", "", 3, 0.5, [], {}, [2, 4], [b"GO:2"], object(), len, True, float("nan"), {"GO:2", 4}]
        ]
        + own_wrong(check_most_specific)
    ),
    check_shares: lambda: (
        [
            (form, HUMAN)
            for form in [
                {}, [], 3, "text", object(), 1 - SHARES, -SHARES, SHARES * float("nan"), SHARES.astype(str),
                SHARES.iloc[:5], SHARES.index, SHARES.to_numpy(), SHARES.to_frame().assign(second=1),
            ]
        ]
        + own_wrong(check_shares)
    ),
    check_part_of: lambda: [(form, TABLE) for form in forms.wrong_functions(part_of)] + own_wrong(check_part_of),
}  # fmt: skip
