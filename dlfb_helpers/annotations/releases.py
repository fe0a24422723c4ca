"""From the ids of one release of the ontology to those of another: terms are renamed, merged and retired."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from dlfb_helpers.annotations.consistency import make_consistent
from dlfb_helpers.annotations.ontology import Ontology


class Translation(NamedTuple):
    """What became of terms in another release."""

    ids: dict[str, str]
    """Term -> its primary id there; without those that are gone."""
    gone: list[str]
    """Terms that were retired without a replacement, or are not known there."""

    @property
    def renamed(self) -> dict[str, str]:
        """The terms that have another id there."""
        return {term: primary for term, primary in self.ids.items() if term != primary}

    def told(self, release: str, outcome: str) -> str:
        """Say in a line which of a predictor's terms are not what they were, if there are any.

        Parameters
        ----------
        release
            What they were translated to.
        outcome
            What became of those that are gone, such as "were not scored".
        """
        told = []
        if self.renamed:
            some = ", ".join(f"{old} is {new}" for old, new in list(self.renamed.items())[:3])
            told.append(f"{len(self.renamed)} have other ids and were translated ({some})")
        if self.gone:
            told.append(f"{len(self.gone)} are gone and {outcome} ({', '.join(self.gone[:3])})")
        count = len(self.ids) + len(self.gone)
        return f"of the predictor's {count:,} terms, in {release}: {'; '.join(told)}" if told else ""


def translate(terms: Iterable[str], ontology: Ontology) -> Translation:
    """Say what terms are called in a release.

    Parameters
    ----------
    terms
        Ids of any other release.
    ontology
        The release.

    Returns
    -------
    Translation
        In the order of the terms; two that were merged have one id.

    Raises
    ------
    ValueError
        If the release knows none of them.
    """
    primary = {term: ontology.canonical(term) for term in terms}
    ids = {term: there for term, there in primary.items() if there}
    if not ids:
        raise ValueError(
            f"none of the {len(primary):,} terms is in the ontology of release {ontology.release}, which has "
            f"{len(ontology.names):,}; is its file whole? give it another"
        )
    return Translation(ids, [term for term, there in primary.items() if not there])


def in_release(probabilities: pd.DataFrame, ontology: Ontology) -> pd.DataFrame:
    """Give a table of predictions the terms of another release.

    Parameters
    ----------
    probabilities
        A row a protein, a column a term.
    ontology
        The release.

    Returns
    -------
    pandas.DataFrame
        Columns are primary ids of the release; of terms that were merged the larger probability counts, those that are
        gone are left out. No term is more probable than one above it, as that release has it. float32.

    Raises
    ------
    ValueError
        If the release knows none of the terms.
    """
    ids = translate(probabilities.columns, ontology).ids
    merged = probabilities[list(ids)].T.groupby(list(ids.values()), sort=False).max().T
    return pd.DataFrame(
        make_consistent(merged, merged.columns.tolist(), ontology), probabilities.index, merged.columns.tolist()
    )
