"""What a prediction rests on: the training protein most like each query, and whether anything like it was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dlfb_helpers.alignment import align_pair
from dlfb_helpers.homology import similar
from dlfb_helpers.mixture import Proteins

COLUMNS = ["nearest", "identity", "coverage", "evalue", "seen"]


def nearest_proteins(sequences: pd.Series, known: Proteins, bits: np.ndarray) -> pd.DataFrame:
    """Find the training protein with the best alignment to each query.

    Parameters
    ----------
    sequences
        The queries, indexed by their ids.
    known
        The training proteins.
    bits
        `alignment_bits` of the queries (rows) with the training proteins (columns).

    Returns
    -------
    pandas.DataFrame
        Indexed like `sequences`: `nearest` (id, or "" if nothing aligns with E <= 10), `identity` and `coverage` (0 to
        1), `evalue`, and `seen`: "itself" (the same sequence was trained on), "similar" (by the limits of
        `homology.similar`) or "nothing similar".
    """
    residues, places = sum(map(len, known.sequences)), {text: place for place, text in enumerate(known.sequences)}
    rows = []
    for query, scores in zip(sequences, np.asarray(bits)):
        best = places.get(query, int(scores.argmax()))  # a longer protein that holds the query scores as high
        if scores[best] <= 0:
            rows.append(("", np.nan, np.nan, np.nan, "nothing similar"))
            continue
        reference = known.sequences[best]
        identity, coverage = align_pair(query, reference)
        evalue = min(len(query), len(reference)) * residues * 2.0 ** -float(scores[best])
        rows.append((known.targets.index[best], identity, coverage, evalue, "itself" if query == reference else ""))
    table = pd.DataFrame(rows, index=sequences.index, columns=COLUMNS)
    undecided = table["seen"] == ""
    alike = table.index.isin(similar(table[undecided]).index)
    return table.assign(seen=table["seen"].mask(undecided, np.where(alike, "similar", "nothing similar")))


def specific_terms(labels: np.ndarray, ancestors: np.ndarray) -> np.ndarray:
    """Say which labels no more specific label of the same protein implies: bool, shape (proteins, terms).

    Parameters
    ----------
    labels
        0/1, shape (proteins, terms).
    ancestors
        `ancestor_matrix` of the terms.
    """
    labels = np.asarray(labels).astype(np.float32)
    return (labels > 0) & (labels @ ancestors.astype(np.float32) == 0)


def implied_terms(probabilities: np.ndarray, ancestors: np.ndarray) -> np.ndarray:
    """Say which probabilities are no more than that of a more specific term: bool, shape (proteins, terms).

    In a consistent table these are the terms that the ontology adds to what is predicted below them.
    """
    implied = np.zeros(probabilities.shape, dtype=bool)
    for column in np.flatnonzero(ancestors.any(axis=0)):
        below = probabilities[:, ancestors[:, column]].max(axis=1)
        implied[:, column] = probabilities[:, column] <= below
    return implied
