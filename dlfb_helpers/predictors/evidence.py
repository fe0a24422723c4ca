"""What a prediction rests on: the training protein most like each query, and whether anything like it was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.proteins.alignment import align_pair
from dlfb_helpers.proteins.families import similar

COLUMNS = ["nearest", "identity", "coverage", "evalue", "seen"]

SEEN = ["itself", "similar", "nothing similar"]
"""What may have been seen in training, the nearest first."""


def nearest_proteins(proteins: Proteins, known: Proteins, bits: np.ndarray) -> pd.DataFrame:
    """Find the training protein with the best alignment to each query.

    Parameters
    ----------
    proteins
        The queries.
    known
        The training proteins.
    bits
        `alignment_bits` of the queries (rows) with the training proteins (columns).

    Returns
    -------
    pandas.DataFrame
        Indexed by the queries' ids: `nearest` (id), `identity` and `coverage` (0 to 1), `evalue`, and `seen`: "itself"
        (the same sequence was trained on), "similar" (by the limits of `similar` in `dlfb_helpers.proteins.families`)
        or "nothing similar". Where nothing similar was seen, the others are "" and NaN: an alignment by chance is no
        relative.
    """
    residues, places = sum(map(len, known.sequences)), {text: place for place, text in enumerate(known.sequences)}
    rows = []
    for query, scores in zip(proteins.sequences, np.asarray(bits)):
        best = places.get(query, int(scores.argmax()))  # a longer protein that holds the query scores as high
        if scores[best] <= 0:
            rows.append(("", np.nan, np.nan, np.nan, "nothing similar"))
            continue
        reference = known.sequences[best]
        identity, coverage = align_pair(query, reference)
        evalue = min(len(query), len(reference)) * residues * 2.0 ** -float(scores[best])
        rows.append((known.ids[best], identity, coverage, evalue, "itself" if query == reference else ""))
    table = pd.DataFrame(rows, index=proteins.targets.index, columns=COLUMNS)
    undecided = table["seen"] == ""
    alike = table.index.isin(similar(table[undecided]).index)
    table["seen"] = table["seen"].mask(undecided, np.where(alike, "similar", "nothing similar"))
    strange = table["seen"] == "nothing similar"
    table.loc[strange, ["identity", "coverage", "evalue"]] = np.nan
    return table.assign(nearest=table["nearest"].mask(strange, ""))
