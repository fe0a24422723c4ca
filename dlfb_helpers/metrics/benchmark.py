"""What predictions are judged by: the labels of an aspect, of proteins of which as much was known before.

CAFA has three kinds of knowledge (Jiang et al. 2016, Genome Biology 17, 184, doi 10.1186/s13059-016-1037-6; the third
since its fifth round), told here by an earlier release of the annotations:

- none: the protein had no annotation in any aspect;
- limited: none in this aspect, but in another;
- partial: it had some in this aspect, and has got others. What was known already, with all that it implies, is neither
  right nor wrong: it is not scored.

A protein that has got nothing new is no part of a benchmark.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.ontology import ASPECTS

KNOWLEDGE = ("none", "limited", "partial")
ANY = "any"
"""What stands in place of these where no earlier release is given."""


class Benchmark(NamedTuple):
    """Labels of one aspect, of proteins of one kind."""

    aspect: str
    knowledge: str
    labels: pd.DataFrame
    """EntryID and term, propagated; of partial knowledge those that are new."""
    known: pd.DataFrame
    """EntryID and term of what is not scored; empty but for partial knowledge."""


def benchmarks(truth: pd.DataFrame, known: pd.DataFrame | None = None) -> list[Benchmark]:
    """Part the labels by aspect and by what was known before.

    Parameters
    ----------
    truth
        EntryID, term, aspect, from `dlfb_helpers.annotations.propagation.propagated`.
    known
        The same of an earlier release, with the same ontology.

    Returns
    -------
    list of Benchmark
        For each aspect one of any knowledge; or, with `known`, one of each kind. Any of them may be empty.
    """
    found = []
    for aspect in ASPECTS.values():
        labels = truth.loc[truth["aspect"] == aspect, ["EntryID", "term"]]
        if known is None:
            found.append(Benchmark(aspect, ANY, labels, labels[:0]))
            continue
        before = known.loc[known["aspect"] == aspect, ["EntryID", "term"]]
        here, anywhere = (labels["EntryID"].isin(rows["EntryID"].unique()) for rows in (before, known))
        kinds = dict(
            zip(KNOWLEDGE, (labels[~anywhere], labels[anywhere & ~here], _without(labels[here], before)), strict=True)
        )
        found += [
            Benchmark(aspect, kind, rows, before if kind == "partial" else before[:0]) for kind, rows in kinds.items()
        ]
    return found


def _without(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Leave out the pairs of protein and term that others have too."""
    proteins, terms = pd.Index(rows["EntryID"].unique()), pd.Index(rows["term"].unique())

    def numbers(pairs: pd.DataFrame) -> np.ndarray:
        protein, term = proteins.get_indexer(pairs["EntryID"]), terms.get_indexer(pairs["term"])
        return np.where((protein < 0) | (term < 0), -1, protein * len(terms) + term)

    return rows[~np.isin(numbers(rows), numbers(others))]
