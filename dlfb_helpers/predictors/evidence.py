"""What a prediction rests on: the training protein most like each query, and whether anything like it was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.proteins.alignment import align_pair, evalue_of
from dlfb_helpers.proteins.families import similar

COLUMNS = ["nearest", "nearest_name", "taxon", "identity", "coverage", "evalue", "seen"]

SEEN = ["itself", "similar", "nothing similar"]
"""What may have been seen in training, the nearest first."""


def nearest_proteins(proteins: Proteins, pool: Pool, voters: np.ndarray, bits: csr_array) -> pd.DataFrame:
    """Find the known protein with the best alignment to each query.

    Parameters
    ----------
    proteins
        The queries.
    pool
        Proteins whose functions are known.
    voters
        Places in the pool of those with a function of the aspect.
    bits
        From `Neighbours` of the queries.

    Returns
    -------
    pandas.DataFrame
        Indexed by the queries' ids: `nearest` (id), `nearest_name` (`Pool.called`), its NCBI `taxon` ("" if the pool
        does not say), `identity` and `coverage` (0 to 1), `evalue`, and `seen`: "itself" (the same sequence was trained
        on), "similar" (by the limits of `similar` in `dlfb_helpers.proteins.families`) or "nothing similar". Where
        nothing similar was seen, the others are "" and NaN: an alignment by chance is no relative.
    """
    residues, is_voter = int(pool.search.lengths.sum()), np.zeros(len(pool), dtype=bool)
    is_voter[voters] = True
    rows = []
    for query, start, end in zip(proteins.sequences, bits.indptr, bits.indptr[1:]):
        places, scores = bits.indices[start:end], bits.data[start:end]
        places, scores = places[is_voter[places]], scores[is_voter[places]]
        if not len(places):
            rows.append(("", "", "", np.nan, np.nan, np.nan, "nothing similar"))
            continue
        alike = places[scores == scores.max()]  # a longer protein that holds the query scores as high
        best = next((place for place in alike if pool.sequences[place] == query), alike[0])
        reference = pool.sequences[best]
        identity, coverage = align_pair(query, reference)
        evalue = float(evalue_of(scores.max(), min(len(query), len(reference)), residues))
        taxon = str(pool.taxa[best] or "")
        itself = "itself" if query == reference else ""
        rows.append((pool.ids[best], pool.called(best), taxon, identity, coverage, evalue, itself))
    table = pd.DataFrame(rows, index=proteins.targets.index, columns=COLUMNS)
    undecided = table["seen"] == ""
    alike = table.index.isin(similar(table[undecided]).index)
    table["seen"] = table["seen"].mask(undecided, np.where(alike, "similar", "nothing similar"))
    strange = table["seen"] == "nothing similar"
    table.loc[strange, ["identity", "coverage", "evalue"]] = np.nan
    return table.assign(**{column: table[column].mask(strange, "") for column in ("nearest", "nearest_name", "taxon")})
