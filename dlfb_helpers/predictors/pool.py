"""The proteins whose known functions vote: their sequences, and their vectors as neighbours are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.rounded import Rounded
from dlfb_helpers.predictors.whitening import Whitening, unit_length
from dlfb_helpers.proteins.groups import groups_of
from dlfb_helpers.proteins.search import Search

SPECIES = {
    9606: "human", 10090: "mouse", 10116: "rat", 7955: "zebrafish", 7227: "fruit fly", 6239: "C. elegans",
    3702: "Arabidopsis",
}  # fmt: skip
"""NCBI taxa of the bundled pool -> what they are called."""


class Neighbours(NamedTuple):
    """How like the proteins of a pool some proteins are.

    Attributes
    ----------
    cosines
        Of whitened embeddings, float32, shape (queries, pool).
    bits
        Bit scores of the alignments that `Search` finds (E <= 10), sparse, same shape.
    """

    cosines: np.ndarray
    bits: csr_array


@dataclass(frozen=True, eq=False)
class Pool:
    """Proteins whose functions are known; which they are, each predictor says for its aspect.

    Attributes
    ----------
    ids, sequences : list of str
        One each a protein.
    taxa : numpy.ndarray
        NCBI taxa, int32; 0 where it is not known.
    genes : list of str
        Symbols of their genes; empty where it is not known.
    whitening : Whitening
        Of the embeddings.
    rounded : Rounded
        Whitened embeddings of length 1.
    groups : numpy.ndarray
        As `groups_of` has them, int32.
    """

    ids: list[str]
    sequences: list[str]
    taxa: np.ndarray
    genes: list[str]
    whitening: Whitening
    rounded: Rounded
    groups: np.ndarray

    @classmethod
    def fit(
        cls,
        proteins: Proteins,
        power: float,
        taxa: Sequence[int] | None = None,
        genes: Sequence[str] | None = None,
    ) -> Pool:
        """Take proteins with their embeddings, whitened with a power."""
        whitening = Whitening.fit(proteins.embeddings, power)
        whitening = Whitening(whitening.mean.astype(np.float32), whitening.matrix.astype(np.float32))
        rounded = Rounded.of(unit_length(whitening(proteins.embeddings)))
        known = np.zeros(len(proteins), np.int32) if taxa is None else np.asarray(taxa, np.int32)
        symbols = [""] * len(proteins) if genes is None else list(genes)
        groups = groups_of(rounded.vectors(), np.array([len(text) for text in proteins.sequences]))
        return cls(proteins.ids, proteins.sequences, known, symbols, whitening, rounded, groups)

    def __len__(self) -> int:
        return len(self.ids)

    def called(self, row: int) -> str:
        """Name a protein as people do, such as "mouse Ins2": species and gene, as far as they are known."""
        return f"{SPECIES.get(int(self.taxa[row]), '')} {self.genes[row]}".strip()

    @cached_property
    def vectors(self) -> np.ndarray:
        """Whitened embeddings of length 1, float32, shape (n, D)."""
        return self.rounded.vectors()

    @cached_property
    def search(self) -> Search:
        """Finds relatives among them."""
        return Search(self.sequences, self.vectors, self.groups)

    @cached_property
    def place(self) -> dict[str, int]:
        """Return id -> row."""
        return {entry: row for row, entry in enumerate(self.ids)}

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Return sequence -> rows of the proteins that have it."""
        found: dict[str, list[int]] = {}
        for row, sequence in enumerate(self.sequences):
            found.setdefault(sequence, []).append(row)
        return found

    def cosines(self, proteins: Proteins) -> np.ndarray:
        """Compare embeddings, whitened, with those of the pool: float32, shape (proteins, pool)."""
        return unit_length(self.whitening(proteins.embeddings)).astype(np.float32) @ self.vectors.T

    def neighbours(self, proteins: Proteins) -> Neighbours:
        """Compare proteins with all of the pool.

        Raises
        ------
        ValueError
            If the embeddings are not of the pool's width, or one has no direction.
        """
        cosines = self.cosines(proteins)
        return Neighbours(cosines, self.search(proteins.sequences, cosines))
