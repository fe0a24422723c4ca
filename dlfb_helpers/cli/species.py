"""Whether proteins are of the species that the predictors know: what the headings of a FASTA file tell of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from dlfb_helpers.dataset.labels import HUMAN
from dlfb_helpers.files.shown import shown
from dlfb_helpers.predictors.predictor import Predictor

NAMED = 3
"""How many species a message names; it counts the others."""


def training_taxa(predictor: Predictor) -> set[int] | None:
    """Return the NCBI taxa of the training proteins, as the predictor's card has them; None if it does not say."""
    text = predictor.facts["annotations"]
    if found := re.search(r"\btax(?:on|a) (\d+(?:, \d+)*)", text):
        return {int(taxon) for taxon in found[1].split(", ")}
    return {HUMAN} if "human proteins" in text else None


def strangers(species: Counter[tuple[int, str]], predictors: Iterable[Predictor], proteins: int) -> str:
    """Say in a line how many proteins are of species that a predictor was not trained on; empty if none is.

    Nothing is said of headings without a species, and of predictors whose card does not tell theirs.

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
    others = [(name, count) for (taxon, name), count in species.most_common() if taxon not in known]
    if not told or not others:
        return ""
    named = ", ".join(f"{shown(name)} ({count:,})" for name, count in others[:NAMED])
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    trained_on = "human proteins" if known == {HUMAN} else f"proteins of taxa {', '.join(map(str, sorted(known)))}"
    return (
        f"{sum(count for _, count in others):,} of {proteins:,} proteins are of other species than the predictors were "
        f"trained on: {named}{more}; they learnt from {trained_on}, and were not measured on others: believe them less"
    )
