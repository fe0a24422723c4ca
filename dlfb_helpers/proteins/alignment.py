"""Which proteins resemble each other? Exhaustive local alignment: every pair is aligned, none is filtered out before.

Smith-Waterman with BLOSUM62 and BLAST's gap costs (11 to open, 1 for each residue), computed by pyopal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyopal
from scoring_matrices import ScoringMatrix

# Karlin-Altschul parameters of gapped BLOSUM62 with costs 11/1: Altschul et al. 1997, Nucleic Acids Research 25, 3389.
LAMBDA, K = 0.267, 0.041
# pyopal charges the first gap residue `gap_open` and the others `gap_extend`: 12 and 1 are BLAST's 11 + 1 each.
_GAPS = {"gap_open": 12, "gap_extend": 1}
_BLOSUM62 = ScoringMatrix.from_name("BLOSUM62")
_DIAGONAL = dict(zip(_BLOSUM62.alphabet, np.diag(np.asarray(_BLOSUM62))))


def bit_score(score: np.ndarray) -> np.ndarray:
    """Turn raw alignment scores into bits: (lambda S - ln K) / ln 2."""
    return (LAMBDA * np.asarray(score, dtype=np.float64) - np.log(K)) / np.log(2)


def evalue_of(bits: np.ndarray, shorter: np.ndarray | int, residues: int) -> np.ndarray:
    """Turn bits into E, from the length of the shorter sequence and all residues searched: m N / 2 ** bits."""
    return np.asarray(shorter) * float(residues) * 2.0 ** -np.asarray(bits, dtype=np.float64)


def align_all(sequences: Sequence[str], max_evalue: float = 10.0) -> pd.DataFrame:
    """Align every pair of sequences locally and return those that score better than chance would have it.

    E = K m N exp(-lambda S), with m the length of the shorter sequence and N the residues of all: how many such
    alignments a search with the shorter one would find by chance. Not corrected for composition, so that proteins of
    unusual composition count as similar rather too often: the safe side when looking for leaks.

    Of several alignments with the same score, which can differ in identity, the one found with the shorter sequence as
    query counts (of two as long, the first by alphabet). So the order of the list does not matter.

    Parameters
    ----------
    sequences
        Distinct sequences in capital letters. Those that BLOSUM62 lacks (U, O, J) count as X.
    max_evalue
        Pairs with a larger E are left out.

    Returns
    -------
    pandas.DataFrame
        A row a pair, sorted: `first` < `second` (places in the list), `bits`, `evalue`, `identity` (equal residues by
        alignment columns, gaps included) and `coverage` (aligned residues of the shorter sequence by its length).

    Raises
    ------
    ValueError
        If a sequence is empty, there twice, or not in capital letters.
    """
    if "" in sequences or len(set(sequences)) < len(sequences):
        raise ValueError("sequences must be distinct and not empty; drop duplicates first")
    letters = [_scorable(sequence) for sequence in sequences]
    shortest_first = sorted(range(len(sequences)), key=lambda place: (len(sequences[place]), sequences[place]))
    order = np.array(shortest_first, dtype=np.int64)
    letters = [letters[place] for place in order]
    residues = sum(map(len, letters))
    aligner, database = pyopal.Aligner(_BLOSUM62, **_GAPS), pyopal.Database(letters)

    def relatives(query: int) -> pd.DataFrame:
        """Score all longer sequences first, then align those that stand out from column to column."""
        text, others = letters[query], np.arange(query + 1, len(letters))
        found = aligner.align(text, database, mode="score", overflow="buckets", start=query + 1)
        scores = np.fromiter((hit.score for hit in found), dtype=np.float64, count=len(others))
        evalues = K * len(text) * residues * np.exp(-LAMBDA * scores)
        near = (evalues <= max_evalue) & (scores > 0)  # a score of 0 aligns nothing
        hits = aligner.align(text, database.extract(others[near].tolist()), mode="full", overflow="buckets")
        ends = np.sort(np.stack([np.full(near.sum(), order[query]), order[others[near]]]), axis=0)
        numbers = {"first": ends[0], "second": ends[1], "bits": bit_score(scores[near]), "evalue": evalues[near]}
        identity = [hit.alignment.count("M") / len(hit.alignment) for hit in hits]
        coverage = [(hit.query_end - hit.query_start + 1) / len(text) for hit in hits]
        return pd.DataFrame(numbers).assign(identity=identity, coverage=coverage)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tables = [table for table in pool.map(relatives, range(len(letters) - 1)) if len(table)]
    columns = ["first", "second", "bits", "evalue", "identity", "coverage"]
    table = pd.concat(tables) if tables else pd.DataFrame(columns=columns)
    return table.sort_values(["first", "second"], ignore_index=True)


def cross_bits(
    queries: Sequence[str], references: Sequence[str], max_evalue: float = 10.0, residues: int | None = None
) -> np.ndarray:
    """Score each query against each reference by local alignment.

    Parameters
    ----------
    queries, references
        Sequences in capital letters, as in `align_all`; duplicates are allowed.
    max_evalue
        E as in `align_all`.
    residues
        N, the residues of all that is searched; those of the references if not given.

    Returns
    -------
    numpy.ndarray
        Bit scores, float32, shape (queries, references); 0 where E is larger.

    Raises
    ------
    ValueError
        If a sequence is empty or not in capital letters.
    """
    texts, database = [_scorable(query) for query in queries], database_of(references)
    lengths = np.array([len(text) for text in references], dtype=np.int64)
    searched = residues or int(lengths.sum())
    bits = np.zeros((len(texts), len(references)), dtype=np.float32)

    def fill(row: int) -> None:
        scores = scores_with(texts[row], database)
        near = significant(scores, len(texts[row]), lengths, searched, max_evalue)
        bits[row, near] = bit_score(scores[near])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(len(texts) if len(references) else 0)))
    return bits


def database_of(references: Sequence[str]) -> pyopal.Database:
    """Encode sequences in capital letters, to be aligned with many others."""
    return pyopal.Database([_scorable(reference) for reference in references])


def scores_with(query: str, database: pyopal.Database, places: np.ndarray | None = None) -> np.ndarray:
    """Score a query against the sequences of a database, or some of them: raw scores, int32."""
    if places is not None:
        database = database.extract(places.tolist())
    found = pyopal.Aligner(_BLOSUM62, **_GAPS).align(_scorable(query), database, mode="score", overflow="simple")
    return np.fromiter((hit.score for hit in found), dtype=np.int32, count=len(database))


def significant(scores: np.ndarray, query: int, references: np.ndarray, residues: int, max_evalue: float) -> np.ndarray:
    """Say which raw scores of a query have an E of at most `max_evalue`; the sequences are given by their lengths."""
    evalues = K * np.minimum(references, query) * residues * np.exp(-LAMBDA * np.asarray(scores, np.float64))
    return (evalues <= max_evalue) & (np.asarray(scores) > 0)  # a score of 0 aligns nothing


def align_pair(query: str, reference: str) -> tuple[float, float]:
    """Align two sequences locally.

    Parameters
    ----------
    query, reference
        Sequences in capital letters.

    Returns
    -------
    tuple of float
        Identity and coverage of the alignment, as `align_all` defines them; zeros if nothing aligns.
    """
    shorter, longer = sorted((_scorable(query), _scorable(reference)), key=lambda text: (len(text), text))
    hit = next(iter(pyopal.Aligner(_BLOSUM62, **_GAPS).align(shorter, pyopal.Database([longer]), mode="full")))
    if not hit.alignment:
        return 0.0, 0.0
    return hit.alignment.count("M") / len(hit.alignment), (hit.query_end - hit.query_start + 1) / len(shorter)


def self_bits(sequence: str) -> float:
    """Return the bit score of a sequence with itself: the best stretch of BLOSUM62's diagonal."""
    total = np.cumsum([0.0, *(_DIAGONAL[letter] for letter in _scorable(sequence))])
    return float(bit_score((total - np.minimum.accumulate(total)).max()))


def _scorable(sequence: str) -> str:
    # As X, small letters and gaps would align with nothing, and an audit would find no pair because it saw no residue.
    if not re.fullmatch("[A-Z]+", sequence):
        raise ValueError(f"a sequence is not in capital letters alone: {sequence[:20]!r}; remove gaps and stops")
    return sequence.replace("U", "X").replace("O", "X").replace("J", "X")
