"""Search many proteins for relatives: a shortlist by embedding and by shared words, then exact scores of those alone.

A shortlist is drawn in rounds. The first has what is near by embedding or shares more words with the query than chance
would have it; each round after it has what is near to relatives that were found, until one finds no more, or there
were `ROUNDS`. ``benchmarks/search.py`` measures what is lost.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
import pyopal
from scipy.sparse import csc_array, csr_array

from dlfb_helpers.proteins.alignment import bit_score, database_of, evalue_of, scores_with, significant

SHORTLIST = 500
"""Proteins that a round puts on the list."""

ROUNDS = 2, 8
"""Rounds that all queries have, and rounds at most."""

LEADS = 25
"""Best hits whose neighbourhood the next round looks at."""

WORDS_COUNT = 0.1
"""What one standard deviation of shared words is worth, as cosine."""

RELATED = 1e-3
"""Largest E of a hit that is worth another round."""

LETTERS = ("A", "ST", "C", "DE", "NQ", "FY", "W", "G", "H", "KR", "IV", "LM", "P")
"""Amino acids that replace one another often count as one letter of a word."""

WORD = 5
"""Letters of a word."""

BLOCK, AT_ONCE = 4096, 8  # references whose words, and queries whose leads, are looked at together: bounds the memory

_OTHER = len(LETTERS)  # of no word: what is no amino acid, and what stands between two proteins
_GROUP = np.full(256, _OTHER, dtype=np.uint8)
for _number, _letters in enumerate(LETTERS):
    _GROUP[np.frombuffer(_letters.encode(), np.uint8)] = _number

_Hits = tuple[np.ndarray, np.ndarray]  # places of references, and bits


class Search:
    """Proteins to search among.

    Parameters
    ----------
    references
        Sequences in capital letters; duplicates are allowed.
    vectors
        Of length 1, float32, shape (references, D): their products are cosines.
    """

    def __init__(self, references: Sequence[str], vectors: np.ndarray) -> None:
        self.references, self.vectors = references, vectors
        self.lengths = np.array([len(text) for text in references], dtype=np.int64)

    @cached_property
    def _database(self) -> pyopal.Database:
        return database_of(self.references)

    @cached_property
    def _letters(self) -> np.ndarray:
        """The groups of all residues, one protein after the other, each followed by what belongs to no word."""
        return _GROUP[np.frombuffer(("-".join(self.references) + "-" * WORD).encode(), np.uint8)]

    @cached_property
    def _rarity(self) -> np.ndarray:
        """Minus the logarithm of each group's frequency, counted in a million or two of the letters."""
        some = self._letters[:: max(len(self._letters) // 1_000_000, 1)]
        counts = np.bincount(some, minlength=_OTHER + 1)[:_OTHER]
        return -np.log(np.maximum(counts, 1) / max(counts.sum(), 1)).astype(np.float32)

    def __call__(self, queries: Sequence[str], cosines: np.ndarray, max_evalue: float = 10.0) -> csr_array:
        """Align each query with the references on its shortlist.

        Parameters
        ----------
        queries
            Sequences in capital letters.
        cosines
            Of the queries (rows) with the references.
        max_evalue
            E as in `align_all`, among all references.

        Returns
        -------
        scipy.sparse.csr_array
            Bit scores, float32, shape (queries, references); what is not on the list, or has a larger E, is not stored.

        Raises
        ------
        ValueError
            If a query is empty or not in capital letters.
        """
        size = len(self.references)
        if size <= ROUNDS[1] * SHORTLIST:
            found = self._aligned(queries, [np.arange(size)] * len(queries), max_evalue)
        else:
            found = self._in_rounds(queries, cosines, max_evalue)
        ends = np.cumsum([0, *(len(places) for places, _ in found)])
        columns = np.concatenate([np.zeros(0, np.int64), *(places for places, _ in found)])
        values = np.concatenate([np.zeros(0), *(bits for _, bits in found)]).astype(np.float32)
        table = csr_array((values, columns, ends), shape=(len(queries), size))
        table.sort_indices()
        return table

    def _in_rounds(self, queries: Sequence[str], cosines: np.ndarray, max_evalue: float) -> list[_Hits]:
        """Align each query with the most promising references that it was not aligned with yet, as long as it pays."""
        near, words = cosines.astype(np.float32), WORDS_COUNT * self.shared_words(queries)
        found: list[_Hits] = [(np.zeros(0, np.int64), np.zeros(0))] * len(queries)
        going = list(range(len(queries)))
        for number in range(ROUNDS[1]):
            if number:
                self._look_around(going, found, near)
            listed = [np.argpartition(-(near[row] + words[row]), SHORTLIST)[:SHORTLIST] for row in going]
            hits = self._aligned([queries[row] for row in going], listed, max_evalue)
            for row, places, (theirs, bits) in zip(going, listed, hits):
                words[row, places] = -np.inf  # not again
                found[row] = np.append(found[row][0], theirs), np.append(found[row][1], bits)
            if number + 1 >= ROUNDS[0]:
                going = [row for row, new in zip(going, hits) if self._is_related(queries[row], *new)]
        return found

    def _is_related(self, query: str, places: np.ndarray, bits: np.ndarray) -> bool:
        """Say whether any of the hits is significant."""
        shorter = np.minimum(self.lengths[places], len(query))
        return bool((evalue_of(bits, shorter, self.lengths.sum()) <= RELATED).any())

    def _aligned(self, queries: Sequence[str], listed: Sequence[np.ndarray], max_evalue: float) -> list[_Hits]:
        """Places and bits of what aligns well enough among the listed references of each query."""
        residues = int(self.lengths.sum())

        def hits(query: str, places: np.ndarray) -> _Hits:
            places = places[np.argsort(-self.lengths[places], kind="stable")]  # several at a time: long ones begin
            scores = scores_with(query, self._database, places)
            close = significant(scores, len(query), self.lengths[places], residues, max_evalue)
            return places[close], bit_score(scores[close])

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return list(threads.map(hits, queries, listed))

    def _look_around(self, rows: Sequence[int], found: Sequence[_Hits], near: np.ndarray) -> None:
        """Count as near to a query what is near to one of its best hits."""
        leads = [places[np.argsort(-bits, kind="stable")[:LEADS]] for places, bits in (found[row] for row in rows)]
        for start in range(0, len(rows), AT_ONCE):
            some = leads[start : start + AT_ONCE]
            products = self.vectors[np.concatenate(some)] @ self.vectors.T
            of_queries = np.split(products, np.cumsum([len(places) for places in some])[:-1])
            for row, of_query in zip(rows[start : start + AT_ONCE], of_queries):
                np.maximum(near[row], of_query.max(axis=0, initial=-2.0), out=near[row])

    def shared_words(self, queries: Sequence[str]) -> np.ndarray:
        """Score references by the words that they share with a query, beyond what chance would have it.

        A word is `WORD` residues in the alphabet of `LETTERS`; each occurrence in the reference counts with the square
        of minus the logarithm of its letters' frequencies. A reference is expected to have as much as the average one
        of its length; what it has more, by the root of that, is told in standard deviations over all references.

        Parameters
        ----------
        queries
            Sequences in capital letters.

        Returns
        -------
        numpy.ndarray
            Float32, shape (queries, references); zeros where none shares a word.
        """
        wanted = self._words_of(queries)
        is_wanted = np.diff(wanted.indptr) > 0
        starts = np.concatenate([[0], np.cumsum(self.lengths + 1)])
        table = np.empty((len(queries), len(self.references)), dtype=np.float32)
        for start in range(0, len(self.references), BLOCK):
            ends = starts[start : start + BLOCK + 1]
            codes = _codes(self._letters[ends[0] : ends[-1] + WORD - 1])
            places = np.flatnonzero(is_wanted[codes])
            of_proteins = np.searchsorted(places, ends - ends[0])
            ones = np.ones(len(places), dtype=np.float32)
            block = csr_array((ones, codes[places], of_proteins), shape=(len(ends) - 1, wanted.shape[0]))
            table[:, start : start + BLOCK] = (block @ wanted).toarray().T
        lengths = self.lengths.astype(np.float32)
        expected = table.mean(axis=1, dtype=np.float64, keepdims=True).astype(np.float32) * (lengths / lengths.mean())
        np.divide(table - expected, np.sqrt(expected), out=table, where=expected > 0)
        spread = table.std(axis=1, keepdims=True)
        return np.divide(table, spread, out=table, where=spread > 0)

    def _words_of(self, queries: Sequence[str]) -> csr_array:
        """The weight of each word (rows) in each query (columns): once, however often it stands there."""
        columns, words, weights = [], [], []
        for number, query in enumerate(queries):
            letters = _GROUP[np.frombuffer(query.encode(), np.uint8)]
            if len(letters) < WORD:
                continue
            windows = np.lib.stride_tricks.sliding_window_view(letters, WORD)
            windows = windows[(windows < _OTHER).all(axis=1)]
            codes, first = np.unique(_codes(windows.ravel())[::WORD], return_index=True)
            words.append(codes)
            weights.append(self._rarity[windows[first]].sum(axis=1) ** 2)
            columns.append(np.full(len(codes), number))
        size = ((_OTHER + 1) ** WORD, len(queries))
        if not words:
            return csr_array(size, dtype=np.float32)
        places = np.concatenate(words), np.concatenate(columns)
        return csr_array(csc_array((np.concatenate(weights), places), shape=size))


def _codes(letters: np.ndarray) -> np.ndarray:
    """The number of the word that starts at each letter, as long as there are `WORD` letters."""
    size = len(letters) - WORD + 1
    codes = np.zeros(max(size, 0), dtype=np.int32)
    for step in range(WORD):
        codes *= _OTHER + 1
        codes += letters[step : step + size]
    return codes
