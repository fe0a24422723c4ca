"""Whether proteins are of species that a predictor may be believed for: what their headings tell of it."""

from __future__ import annotations

import lzma
from collections import Counter
from collections.abc import Iterable
from functools import cache

import numpy as np

from dlfb_helpers.dataset.labels import HUMAN
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.shown import shown
from dlfb_helpers.predictors.predictor import Predictor

NAMED = 3
"""How many species a message names; it counts the others."""

NEITHER = 0


@cache
def _runs() -> np.ndarray:
    """Where another kingdom begins among the taxon numbers, times 4, plus that kingdom."""
    packed = (bundled_folder("taxa") / "kingdoms.xz").read_bytes()
    return np.cumsum(np.frombuffer(lzma.decompress(packed), dtype="<u4"), dtype=np.uint32)


def kingdom(taxon: int) -> int:
    """Say whether an NCBI taxon is an animal (1), a plant (2) or neither (0, as are numbers that are newer)."""
    runs = _runs()
    place = np.searchsorted(runs, taxon * 4 + 3, side="right") - 1
    return int(runs[place] & 3) if 0 <= place else NEITHER


def training_taxa(predictor: Predictor) -> set[int] | None:
    """Return the NCBI taxa of the known proteins; None where they are not known of each."""
    taxa = set(predictor.pool.taxa.tolist())
    return None if 0 in taxa else taxa


def strangers(species: Counter[tuple[int, str]], predictors: Iterable[Predictor], proteins: int) -> str:
    """Say in a line how many proteins are of species far from those that a predictor was trained on; empty if none is.

    Far from one species are all others; far from several is what is of no kingdom that one of them is of. Nothing is
    said of headings without a species, and of predictors that do not know theirs.

    Parameters
    ----------
    species
        (NCBI taxon, name) -> proteins, as `read_fasta` counts them.
    predictors
        All that are asked.
    proteins
        How many there are, of whatever species.
    """
    told = [taxa for taxa in map(training_taxa, predictors) if taxa is not None]
    known = set.intersection(*told) if told else set()
    near = {kingdom(taxon) for taxon in known} - {NEITHER} if len(known) > 1 else set()
    strange = [
        (name, count)
        for (taxon, name), count in species.most_common()
        if taxon not in known and kingdom(taxon) not in near
    ]
    if not told or not strange:
        return ""
    named = ", ".join(f"{shown(name)} ({count:,})" for name, count in strange[:NAMED])
    more = f" and {len(strange) - NAMED} more" if len(strange) > NAMED else ""
    trained_on = "human proteins" if known == {HUMAN} else f"proteins of taxa {', '.join(map(str, sorted(known)))}"
    return (
        f"{sum(count for _, count in strange):,} of {proteins:,} proteins are of species far from those that the "
        f"predictors were trained on: {named}{more}; they learnt from {trained_on}, and were not measured on such: "
        "believe them less"
    )
