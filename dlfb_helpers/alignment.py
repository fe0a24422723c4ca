"""Which proteins resemble each other? Exhaustive local alignment: every pair is aligned, none is filtered out before.

Smith-Waterman with BLOSUM62 and BLAST's gap costs (11 to open, 1 for each residue), computed by pyopal.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyopal
from scoring_matrices import ScoringMatrix

# Karlin-Altschul parameters of gapped BLOSUM62 with costs 11/1: Altschul et al. 1997, Nucleic Acids Research 25, 3389.
LAMBDA, K = 0.267, 0.041
# pyopal charges the first gap residue `gap_open` and the others `gap_extend`: 12 and 1 are BLAST's 11 + 1 each.
_GAPS = {"gap_open": 12, "gap_extend": 1}
_KNOWN = frozenset("ARNDCQEGHILKMFPSTWYVBZX")


def bit_score(score: np.ndarray) -> np.ndarray:
    """Turn raw alignment scores into bits: (lambda S - ln K) / ln 2."""
    return (LAMBDA * np.asarray(score, dtype=np.float64) - np.log(K)) / np.log(2)


def align_all(sequences: list[str], max_evalue: float = 10.0) -> pd.DataFrame:
    """Align every pair of sequences locally and return those that score better than chance would have it.

    E = K m N exp(-lambda S), with m the length of the shorter sequence and N the residues of all: how many such
    alignments a search with the shorter one would find by chance. Not corrected for composition, so that proteins of
    unusual composition count as similar rather too often: the safe side when looking for leaks.

    Parameters
    ----------
    sequences
        Distinct sequences of at least one residue. Letters that BLOSUM62 lacks (U, O, J) count as X.
    max_evalue
        Pairs with a larger E are left out.

    Returns
    -------
    pandas.DataFrame
        A row a pair: `first` < `second` (places in the list), `bits`, `evalue`, `identity` (equal residues by alignment
        columns, gaps included) and `coverage` (aligned residues of the shorter sequence by its length).

    Raises
    ------
    ValueError
        If a sequence is empty or there twice.
    """
    if "" in sequences or len(set(sequences)) < len(sequences):
        raise ValueError("sequences must be distinct and not empty; drop duplicates first")
    lengths = np.array([len(sequence) for sequence in sequences])
    letters = ["".join(a if a in _KNOWN else "X" for a in sequence) for sequence in sequences]
    aligner = pyopal.Aligner(ScoringMatrix.from_name("BLOSUM62"), **_GAPS)
    database = pyopal.Database(letters)

    def evalue(one: int, others: np.ndarray, scores: np.ndarray) -> np.ndarray:
        shorter = np.minimum(lengths[one], lengths[others])
        return K * shorter * lengths.sum() * np.exp(-LAMBDA * scores)

    def row(one: int) -> pd.DataFrame | None:
        """Scores of all later sequences first, then whole alignments of the few that stand out."""
        others = np.arange(one + 1, len(letters))
        if not len(others):
            return None
        found = aligner.align(letters[one], database, mode="score", overflow="buckets", start=one + 1)
        scores = np.fromiter((hit.score for hit in found), dtype=np.float64, count=len(others))
        chance = evalue(one, others, scores)
        near = np.flatnonzero((chance <= max_evalue) & (scores > 0))  # a score of 0 aligns nothing
        if not len(near):
            return None
        chosen = database.extract(others[near].tolist())
        whole = aligner.align(letters[one], chosen, mode="full", overflow="buckets")
        shape = [(hit.alignment.count("M"), len(hit.alignment), *_aligned(hit)) for hit in whole]
        matches, columns, mine, theirs = np.array(shape).T
        first_is_shorter = lengths[one] <= lengths[others[near]]
        return pd.DataFrame(
            {
                "first": one, "second": others[near], "bits": bit_score(scores[near]), "evalue": chance[near],
                "identity": matches / columns,
                "coverage": np.where(first_is_shorter, mine / lengths[one], theirs / lengths[others[near]]),
            }
        )  # fmt: skip

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = [table for table in pool.map(row, range(len(letters))) if table is not None]
    columns = ["first", "second", "bits", "evalue", "identity", "coverage"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _aligned(hit: pyopal.FullResult) -> tuple[int, int]:
    """Residues of the query and of the target from the alignment's first to its last column."""
    return hit.query_end - hit.query_start + 1, hit.target_end - hit.target_start + 1
