"""Forms of right and wrong answers to the exercises of chapter 5."""

from __future__ import annotations

from functools import cache

import forms
import jax.numpy as jnp
import numpy as np
import pandas as pd
import torch
import wrong_whole_protein_embeddings as own
from wrong_whole_protein_embeddings import (
    PEPTIDES,
    areas,
    batch,
    cosine,
    embedded,
    esm2,
    largest,
    order,
    pooled,
    simpler,
    without,
)

from dlfb_helpers.lesson.exercises.whole_protein_embeddings import (
    check_batch,
    check_order,
    check_pooled,
    check_simpler,
)

SHUFFLED = PEPTIDES[1][::-1]


@cache
def vectors():
    return embedded(*PEPTIDES)


@cache
def to_shuffled():
    return cosine(*embedded(PEPTIDES[1], SHUFFLED))


def right_areas():
    return {name: areas()[name] for name in ("length", "start")}


def one_by_one(sequences):
    """Without any padding: each protein alone."""
    found = []
    for sequence in sequences:
        tokens = esm2().tokenizer(sequence, return_tensors="pt")
        with torch.inference_mode():
            found.append(esm2().encoder(**tokens).last_hidden_state[0, 1:-1].max(dim=0).values.numpy())
    return np.stack(found)


def returning(*kinds):
    return [lambda sequences, kind=kind: kind(largest(without(0, -1))(sequences)) for kind in kinds]


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


RIGHT = {
    check_batch: lambda: [batch(form, form) for form in forms.tables(vectors())],
    check_order: lambda: (
        [order(form, to_shuffled()) for form in forms.texts(SHUFFLED)]
        + [order(SHUFFLED, form) for form in forms.numbers(to_shuffled())]
    ),
    check_simpler: lambda: (
        [simpler(form) for form in forms.dicts(right_areas())]
        + [simpler({name: round(value, 2) for name, value in right_areas().items()})]
    ),
    check_pooled: lambda: [
        pooled(form)
        for form in [
            *forms.functions(largest(without(0, -1))),
            largest(without(0, -1), blank=-1e4),
            one_by_one,
            *returning(torch.tensor, jnp.asarray, pd.DataFrame, np.float16, np.ndarray.tolist, list),
        ]
    ],
}
WRONG = {
    check_batch: lambda: [batch(form, vectors()) for form in forms.wrong_tables(vectors())] + own_wrong(check_batch),
    check_order: lambda: (
        [order(form, 0.9) for form in forms.wrong_texts(SHUFFLED)]
        + [order(SHUFFLED, form) for form in forms.wrong_numbers(0.9)]
        + own_wrong(check_order)
    ),
    check_simpler: lambda: [simpler(form) for form in forms.wrong_dicts(right_areas())] + own_wrong(check_simpler),
    check_pooled: lambda: [pooled(form) for form in forms.wrong_functions(one_by_one)] + own_wrong(check_pooled),
}
