"""Proteins on which the predictor that ships is judged, and how good it is on them."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import compress

import numpy as np
import pandas as pd

from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibration import expected_calibration_error
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.metrics.uncertainty import bootstrap_mean, paired_difference
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.proteins.alignment import align_pair, evalue_of
from dlfb_helpers.proteins.families import MAX_EVALUE, MIN_COVERAGE, MIN_IDENTITY, family_numbers
from recipes.pool import Annotated, aligned, kept_as

SHORT = 500
"""Residues of the longest protein that the course's own predictors know."""

OURS = "shipped recipe"
SPECIES_TESTED = 300


def newly_annotated(known: Annotated, early: int, late: int, terms: Collection[str]) -> np.ndarray:
    """Rows of the human proteins that had none of the terms in the earlier release, and have one in the later."""
    before, after = (np.diff(known.labels(year, terms).indptr) > 0 for year in (early, late))
    return np.flatnonzero(known.is_human & ~before & after)


def lengths(known: Annotated) -> np.ndarray:
    """Residues of each protein."""
    return known.table["Sequence"].str.len().to_numpy()


def of_species(known: Annotated, taxon: int, terms: Collection[str]) -> np.ndarray:
    """Rows of some proteins of a species, no longer than the course's and with one of the terms, drawn at random."""
    labelled = np.diff(known.labels(2019, terms).indptr) > 0
    rows = np.flatnonzero((known.table["taxon"] == taxon).to_numpy() & labelled & (lengths(known) <= SHORT))
    return np.sort(np.random.default_rng(0).choice(rows, SPECIES_TESTED, replace=False))


def similar_to(known: Annotated, rows: np.ndarray) -> np.ndarray:
    """Find all other proteins that count as similar, as `families.similar` has it, to one of these at least; kept.

    Each is aligned with its best hits first, until one is similar.

    Returns
    -------
    numpy.ndarray
        Places in the whole pool, in order, none of `rows`; those with the same sequence included.
    """
    kept = kept_as("similar", known.table.index[rows], ".npy")
    if not kept.exists():
        pool = Pool.fit(known.take(np.arange(len(known.table))), 1.0)
        texts, hits_of = known.table["Sequence"].tolist(), _hits_of(known, pool, rows)

        def is_similar(place: int) -> bool:
            pairs = (align_pair(texts[place], texts[row]) for row in hits_of[place])
            return any(identity >= MIN_IDENTITY and coverage >= MIN_COVERAGE for identity, coverage in pairs)

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            np.save(kept, [*compress(hits_of, threads.map(is_similar, hits_of))])
    return np.load(kept)


def _hits_of(known: Annotated, pool: Pool, rows: np.ndarray) -> dict[int, list[int]]:
    """Places of all other proteins that align well with one of `rows` -> those of `rows`, the best first."""
    bits, residues = aligned(known, pool, rows).tocoo(), lengths(known)
    hits = pd.DataFrame({"row": rows[bits.row], "place": bits.col, "bits": bits.data}).query("place not in @rows")
    shorter = np.minimum(residues[hits["row"]], residues[hits["place"]])
    hits = hits[evalue_of(hits["bits"].to_numpy(), shorter, residues.sum()) <= MAX_EVALUE]
    hits = hits.sort_values(["place", "bits", "row"], ascending=[True, False, True])
    return hits.groupby("place")["row"].agg(list).to_dict()


def judge(
    targets: np.ndarray, tables: Mapping[str, np.ndarray], sequences: Sequence[str], groups: np.ndarray | None = None
) -> dict:
    """Score tables of probabilities, and the differences from `OURS`, with intervals over families.

    Parameters
    ----------
    targets
        0/1, shape (proteins, terms).
    tables
        Predictor -> probabilities, same shape; one of them is `OURS`.
    sequences
        Of the proteins, for their families.
    groups
        Units of the bootstrap, where they are known.
    """
    units = family_numbers(list(sequences)) if groups is None else groups
    areas = {name: average_precision(targets, table) for name, table in tables.items()}
    return {
        "proteins": len(targets),
        "families": len(set(units)),
        "terms": targets.shape[1],
        "predictors": {
            name: {
                "auprc": bootstrap_mean(areas[name], units)._asdict(),
                "fmax": fmax(targets, table).f,
                "ece from 0.05": expected_calibration_error(targets, table, minimum=0.05),
            }
            for name, table in tables.items()
        },
        f"{OURS} minus": {
            name: paired_difference(areas[OURS], area, units)._asdict() for name, area in areas.items() if name != OURS
        },
    }
