"""How closely two proteins are related: five rungs, from the same sequence down to no significant alignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlfb_helpers.proteins.families import MAX_EVALUE, _relations, similar

RUNGS = ("identical", "30 % identity", "E ≤ 1e-10", "E ≤ 1e-3", "none significant")
"""From near to far. The second is what a split by homology keeps apart; the last is without a significant alignment."""

CLEAR_EVALUE = 1e-10
"""Of the third rung: too good to be chance by far, though short or with few equal residues."""


def rungs(queries: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Return on which of the `RUNGS` each query stands to each reference.

    Parameters
    ----------
    queries, references
        Sequences in capital letters. If the package does not know every one, all pairs are aligned.

    Returns
    -------
    numpy.ndarray
        Places in `RUNGS`, int8, shape (queries, references). The minimum of a row is the query's closest relative.

    Raises
    ------
    ValueError
        If a sequence that is not known is empty or not in capital letters.
    """
    places, known = _relations([*queries, *references])
    rows, columns = np.split(places, [len(queries)])
    pairs = known.pairs[known.pairs["evalue"] <= MAX_EVALUE]
    levels = np.where(pairs["evalue"] <= CLEAR_EVALUE, 2, 3)
    levels[pairs.index.isin(similar(pairs).index)] = 1
    distinct, inverse = np.unique(rows, return_inverse=True)  # identical sequences share a row
    row_of = np.full(len(known.table), -1)
    row_of[distinct] = np.arange(len(distinct))
    found = np.full((len(distinct), len(known.table)), len(RUNGS) - 1, dtype=np.int8)
    first, second = pairs["first"].to_numpy(dtype=int), pairs["second"].to_numpy(dtype=int)
    for one, other in ((first, second), (second, first)):
        asked = row_of[one] >= 0
        found[row_of[one[asked]], other[asked]] = levels[asked]
    found[np.arange(len(distinct)), distinct] = 0
    return found[np.ix_(inverse, columns)]
