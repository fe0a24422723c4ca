"""The pool of the predictor that ships: human proteins of the course and those of six other species, of any length.

Annotations of January 2019, September 2022 and September 2024 (of other species: 2019 alone), with experimental
evidence and, apart, with a curator's; what has to be computed once is kept in ``build/pool``. The embeddings take half
an hour on two cores; a run that is broken off goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.runs import embed_proteins
from dlfb_helpers.predictors.fitting import SET_ASIDE
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.predictor import PROTEINS_AT_ONCE
from recipes.annotations import CURATED, EXPERIMENTAL, HUMAN, OTHER_SPECIES, gaf_pairs, human_pairs, symbols
from recipes.sources import swissprot_sequences

KEPT = Path("build/pool")
KINDS = {"experimental": EXPERIMENTAL, "curated": CURATED}
MIN_PROTEINS = 50


def kept_as(what: str, ids: Iterable[str], ending: str) -> Path:
    """Return where to keep what takes minutes to compute for these proteins, and no others."""
    return KEPT / f"{what}_{hashlib.sha256(chr(10).join(ids).encode()).hexdigest()[:16]}{ending}"


@dataclass(frozen=True, eq=False)
class Annotated:
    """Everything that the predictor can learn from, and when it was known.

    Attributes
    ----------
    table
        A row a protein: its index the id; taxon, Sequence, gene.
    annotations
        EntryID, term, kind (of `KINDS`) and release (year), not propagated; other species have 2019 in each.
    data
        The course's, with the ontology.
    """

    table: pd.DataFrame
    annotations: pd.DataFrame
    data: CafaData

    @property
    def ontology(self) -> Ontology:
        return self.data.ontology

    @cached_property
    def vectors(self) -> np.ndarray:
        """Their embeddings under the course checkpoint, shape (n, 320), float32; what is computed once is kept."""
        return embed_proteins(self.table["Sequence"], load_checkpoint("course"), cache=KEPT)

    def take(self, rows: np.ndarray) -> Proteins:
        """Return the proteins in these rows, their functions hidden."""
        table = self.table.iloc[rows]
        return Proteins.unlabelled(table.index, table["Sequence"], self.vectors[rows])

    @property
    def is_human(self) -> np.ndarray:
        return (self.table["taxon"] == HUMAN).to_numpy()

    def labels(self, year: int, terms: Collection[str], kind: str = "experimental") -> csr_array:
        """Return the propagated labels as they were known then: 0/1, shape (proteins, terms)."""
        rows = self.annotations[(self.annotations["release"] == year) & (self.annotations["kind"] == kind)]
        columns = {term: place for place, term in enumerate(terms)}
        above = {
            term: [columns[one] for one in {term, *self.ontology.ancestors(term)} if one in columns]
            for term in rows["term"].unique()
        }
        counts = rows["term"].map({term: len(places) for term, places in above.items()}).to_numpy()
        found = np.concatenate([above[term] for term in rows["term"]] or [np.zeros(0)]).astype(int)
        places = np.repeat(self.table.index.get_indexer(rows["EntryID"]), counts)
        table = csr_array((np.ones(len(found), np.float32), (places, found)), shape=(len(self.table), len(columns)))
        table.data[:] = 1  # a pair that several annotations imply was added up
        return table

    def terms(self, year: int, aspect: str, at_least: int = MIN_PROTEINS) -> list[str]:
        """Return the terms of an aspect that enough proteins had by experiment, without roots and generic ones."""
        aside = set(SET_ASIDE)
        all_of_them = sorted(
            term for term, of_term in self.ontology.aspects.items() if of_term == aspect and term not in aside
        )
        counts = np.asarray(self.labels(year, all_of_them).sum(axis=0)).ravel()
        return [term for term, count in zip(all_of_them, counts) if count >= at_least]


def chunks(rows: np.ndarray) -> list[np.ndarray]:
    """Cut rows into as many as are looked at together."""
    return [rows[start : start + PROTEINS_AT_ONCE] for start in range(0, len(rows), PROTEINS_AT_ONCE)]


def aligned(known: Annotated, pool: Pool, rows: np.ndarray) -> csr_array:
    """Align the proteins in these rows with those of a pool: bits as in `Neighbours`, shape (rows, pool)."""
    none = csr_array((0, len(pool)), dtype=np.float32)
    return csr_array(vstack([none, *(pool.neighbours(known.take(some)).bits for some in chunks(rows))]))


def annotated() -> Annotated:
    """Read the pool, or put it together from the sources and keep it."""
    data = load_cafa()
    if not (KEPT / "annotations.parquet").exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        table, annotations = _put_together(data)
        table.to_parquet(KEPT / "proteins.parquet", compression="zstd")
        annotations.to_parquet(KEPT / "annotations.parquet", compression="zstd")
    return Annotated(pd.read_parquet(KEPT / "proteins.parquet"), pd.read_parquet(KEPT / "annotations.parquet"), data)


def _put_together(data: CafaData) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Human proteins of the course, and all proteins of other species that an experiment was done on."""
    human = data.taxonomy.loc[data.taxonomy["taxonomyID"] == HUMAN, "EntryID"]
    texts = data.sequences.set_index("EntryID")["Sequence"]
    sequences = swissprot_sequences() | texts[human].to_dict()
    taxa = dict.fromkeys(human, HUMAN)
    found: dict[tuple[str, int], set] = {}
    for kind, evidence in KINDS.items():
        found[kind, 2019], _ = gaf_pairs("human", HUMAN, taxa, data.ontology, None, evidence)
        found[kind, 2022], _ = human_pairs(taxa, data.ontology, evidence=evidence)
        found[kind, 2024], _ = human_pairs(taxa, data.ontology, "human_annotations_2024", evidence)
    for species, taxon in OTHER_SPECIES.items():
        measured, _ = gaf_pairs(species, taxon, sequences, data.ontology, None)
        new = {entry for entry, _ in measured} - taxa.keys()
        taxa |= dict.fromkeys(new, taxon)
        for kind, evidence in KINDS.items():
            pairs, _ = gaf_pairs(species, taxon, new, data.ontology, None, evidence)
            for year in (2019, 2022, 2024):
                found[kind, year] |= pairs
    table = pd.DataFrame({"taxon": pd.Series(taxa, dtype="int32")}).sort_index().rename_axis("EntryID")
    table["Sequence"] = [sequences[entry] for entry in table.index]
    table["gene"] = table.index.map(symbols(taxa)).fillna("")
    rows = [(entry, term, kind, year) for (kind, year), pairs in found.items() for entry, term in sorted(pairs)]
    return table, pd.DataFrame(rows, columns=["EntryID", "term", "kind", "release"])
