"""Search many proteins for relatives: a shortlist by embedding and by shared words, then exact scores of those alone.

A shortlist is drawn in rounds. The first has what is near by embedding and shares more words with the query than chance
would have it; those after it also what is near to relatives that were found. Of proteins alike, one stands for its
group until it aligns. When some rounds in a row have brought none of the best relatives, the search is over.
``benchmarks/search.py`` measures what is lost.
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

SHORTLIST = 450
"""Proteins that a round puts on the list."""

ROUNDS, PATIENCE = 16, 3
"""Rounds at most, and how many in a row may be in vain."""

BEST = 100
"""Relatives that are looked for: the best. A round is in vain if none of its hits is one of them."""

RELATED = 1e-3
"""Largest E of a relative."""

LEADS = 50
"""Groups with the best hits: the neighbourhood of each one's best is looked at."""

WORDS_COUNT = 0.12
"""What one standard deviation of shared words is worth, as cosine."""

WAIT = 0.3
"""Cosine by which those stand back whose like was aligned, and in vain."""

LETTERS = ("A", "ST", "C", "DE", "NQ", "FY", "W", "G", "H", "KR", "IV", "LM", "P")
"""Amino acids that replace one another often count as one letter of a word."""

WORD = 5
"""Letters of a word."""

BLOCK, AT_ONCE = 4096, 4  # references whose words, and queries whose leads, are looked at together: bounds the memory

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
    groups
        The number of each one's group, as `groups_of` has it; each is a group of its own if not given.
    """

    def __init__(self, references: Sequence[str], vectors: np.ndarray, groups: np.ndarray | None = None) -> None:
        self.references, self.vectors = references, vectors
        self.groups = np.arange(len(references)) if groups is None else groups
        self.lengths = np.array([len(text) for text in references], dtype=np.int64)

    @cached_property
    def _database(self) -> pyopal.Database:
        return database_of(self.references)

    def _letters(self, block: slice) -> np.ndarray:
        """The groups of a block's residues, one protein after the other, each followed by what belongs to no word."""
        return _GROUP[np.frombuffer(("-".join(self.references[block]) + "-" * WORD).encode(), np.uint8)]

    @cached_property
    def _starts(self) -> np.ndarray:
        """Where each protein's letters start among those of all; in the end, how many there are."""
        return np.concatenate([[0], np.cumsum(self.lengths + 1)])

    @cached_property
    def _rarity(self) -> np.ndarray:
        """Minus the logarithm of each group's frequency, counted in a million or two of the letters."""
        every = max((self._starts[-1] + WORD - 1) // 1_000_000, 1)
        counts = np.zeros(_OTHER + 1, dtype=np.int64)
        for block in self._blocks():
            some = self._letters(block)[-self._starts[block.start] % every :: every]
            counts += np.bincount(some, minlength=_OTHER + 1)
        counts = counts[:_OTHER]
        return -np.log(np.maximum(counts, 1) / max(counts.sum(), 1)).astype(np.float32)

    def _blocks(self) -> list[slice]:
        return [slice(start, start + BLOCK) for start in range(0, len(self.references), BLOCK)]

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
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            if size <= 2 * PATIENCE * SHORTLIST:
                found = list(threads.map(lambda query: self._hits(query, np.arange(size), max_evalue), queries))
            else:
                found = self._in_rounds(queries, cosines, max_evalue, threads)
        ends = np.cumsum([0, *(len(places) for places, _ in found)])
        columns = np.concatenate([np.zeros(0, np.int64), *(places for places, _ in found)])
        values = np.concatenate([np.zeros(0), *(bits for _, bits in found)]).astype(np.float32)
        table = csr_array((values, columns, ends), shape=(len(queries), size))
        table.sort_indices()
        return table

    def _in_rounds(
        self, queries: Sequence[str], cosines: np.ndarray, max_evalue: float, threads: ThreadPoolExecutor
    ) -> list[_Hits]:
        """Align each query with the most promising references that it was not aligned with yet, as long as it pays."""
        near, words = cosines.astype(np.float32), self.shared_words(queries)
        words *= WORDS_COUNT
        asked = [_Query(self, *row) for row in zip(queries, near, words)]

        def go_on(query: _Query) -> None:
            listed = query.promising()
            query.take(listed, self._hits(query.text, listed, max_evalue))

        going = asked
        for _ in range(ROUNDS):
            self._look_around(going)
            list(threads.map(go_on, going))
            going = [query for query in going if query.in_vain < PATIENCE]
        return [(query.places, query.bits) for query in asked]

    def _hits(self, query: str, places: np.ndarray, max_evalue: float) -> _Hits:
        """Places and bits of those references that align well enough."""
        places = places[np.argsort(-self.lengths[places], kind="stable")]  # several at a time: long ones begin
        scores = scores_with(query, self._database, places)
        close = significant(scores, len(query), self.lengths[places], int(self.lengths.sum()), max_evalue)
        return places[close], bit_score(scores[close])

    def _look_around(self, queries: Sequence[_Query]) -> None:
        """Count as near to a query what is near to one of its best hits."""
        for start in range(0, len(queries), AT_ONCE):
            some = queries[start : start + AT_ONCE]
            leads = [query.leads() for query in some]
            products = self.vectors[np.concatenate(leads)] @ self.vectors.T
            for query, near in zip(some, np.split(products, np.cumsum([len(places) for places in leads])[:-1])):
                np.maximum(query.near, near.max(axis=0, initial=-2.0), out=query.near)

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
        table = np.empty((len(queries), len(self.references)), dtype=np.float32)
        for block in self._blocks():
            codes = _codes(self._letters(block))
            places = np.flatnonzero(is_wanted[codes])
            ends = self._starts[block.start : block.stop + 1]
            of_proteins = np.searchsorted(places, ends - ends[0])
            ones = np.ones(len(places), dtype=np.float32)
            words = csr_array((ones, codes[places], of_proteins), shape=(len(ends) - 1, wanted.shape[0]))
            table[:, block] = (words @ wanted).toarray().T
        lengths = self.lengths.astype(np.float32)
        lengths /= lengths.mean()
        for row in table:  # in place: the table is large
            expected = row.mean(dtype=np.float64).astype(np.float32) * lengths
            row -= expected
            np.divide(row, np.sqrt(expected), out=row, where=expected > 0)
            if (spread := row.std()) > 0:
                row /= spread
        return table

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


class _Query:
    """A protein that looks for relatives, and what it has found.

    Parameters
    ----------
    among
        What is searched.
    text
        Its sequence.
    near, words
        What its cosines with the references, and the words that they share, speak for each; both are written to.
    """

    def __init__(self, among: Search, text: str, near: np.ndarray, words: np.ndarray) -> None:
        self.among, self.text, self.near, self.words = among, text, near, words
        self.places, self.bits = np.zeros(0, np.int64), np.zeros(0)
        self.in_vain = 0
        self.looked_at: set[int] = set()
        groups = among.groups.max() + 1
        self.tried, self.has_hit = np.zeros(groups, bool), np.zeros(groups, bool)

    def promising(self) -> np.ndarray:
        """Places of the references to align with next: one a group, all of a group with a hit."""
        promise, groups = self.near + self.words, self.among.groups
        promise[(self.tried & ~self.has_hit)[groups]] -= WAIT
        few = min(8 * SHORTLIST, len(promise))
        places = np.argpartition(-promise, few - 1)[:few]
        places = places[np.argsort(-promise[places], kind="stable")]
        places = places[np.isfinite(promise[places])]
        wanted = self.has_hit[groups[places]]
        wanted[np.unique(groups[places], return_index=True)[1]] = True
        return places[wanted][:SHORTLIST]

    def take(self, listed: np.ndarray, hits: _Hits) -> None:
        """Take note of a round: the references on its list, and the hits among them."""
        places, bits = hits
        groups, lengths = self.among.groups, self.among.lengths
        self.words[listed] = -np.inf  # not again
        self.tried[groups[listed]] = self.has_hit[groups[places]] = True
        self.places, self.bits = np.append(self.places, places), np.append(self.bits, bits)
        evalues = evalue_of(bits, np.minimum(lengths[places], len(self.text)), lengths.sum())
        good = np.sort(self.bits)[-BEST] if len(self.bits) >= BEST else 0.0
        self.in_vain = 0 if ((evalues <= RELATED) & (bits >= good)).any() else self.in_vain + 1

    def leads(self) -> np.ndarray:
        """Places of the best hits, one a group, that were not asked for before."""
        places = self.places[np.argsort(-self.bits, kind="stable")]
        firsts = np.sort(np.unique(self.among.groups[places], return_index=True)[1])[:LEADS]
        new = [place for place in places[firsts].tolist() if place not in self.looked_at]
        self.looked_at.update(new)
        return np.array(new, dtype=np.int64)


def _codes(letters: np.ndarray) -> np.ndarray:
    """The number of the word that starts at each letter, as long as there are `WORD` letters."""
    size = len(letters) - WORD + 1
    codes = np.zeros(max(size, 0), dtype=np.int32)
    for step in range(WORD):
        codes *= _OTHER + 1
        codes += letters[step : step + size]
    return codes
