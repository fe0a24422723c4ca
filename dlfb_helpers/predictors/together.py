"""Several predictors, one an aspect, asked about the same proteins: embedded once and aligned once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from dlfb_helpers.annotations.consistency import ancestor_matrix, specific_terms
from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from dlfb_helpers.annotations.releases import in_release, translate
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.evidence import nearest_proteins
from dlfb_helpers.predictors.pool import Neighbours
from dlfb_helpers.predictors.predictor import PROTEINS_AT_ONCE, Predictor, Progress


class Terms(NamedTuple):
    """What a predictor's terms are in a release of the ontology.

    Attributes
    ----------
    names
        Term -> what it is called.
    ancestors
        `ancestor_matrix` of the columns.
    columns
        Those that are predicted.
    """

    names: Mapping[str, str]
    ancestors: np.ndarray
    columns: pd.Index

    @classmethod
    def of(cls, predictor: Predictor, ontology: Ontology | None = None) -> Terms:
        """Return the predictor's own, or those of another release."""
        if ontology is None:
            return cls(predictor.names, predictor.ancestors, pd.Index(predictor.names))
        columns = pd.Index(dict.fromkeys(translate(predictor.names, ontology).ids.values()))
        return cls(ontology.names, ancestor_matrix(columns.tolist(), ontology), columns)

    def parents(self) -> dict[str, list[str]]:
        """Return term -> the terms next above it, among those that are predicted."""
        above = specific_terms(self.ancestors, self.ancestors)
        return dict(zip(self.columns, [self.columns[row].tolist() for row in above]))


class Answer(NamedTuple):
    """What one predictor says of some proteins.

    Attributes
    ----------
    terms
        In the release that was asked for.
    probabilities
        A row a protein, a column a term.
    nearest
        `nearest_proteins` of them.
    functions
        Id of each of these -> its most specific terms, by their names.
    threshold
        From which probability on the predictor claims a term.
    """

    terms: Terms
    probabilities: pd.DataFrame
    nearest: pd.DataFrame
    functions: Mapping[str, list[str]]
    threshold: float


def by_aspect(predictors: Predictor | Iterable[Predictor]) -> dict[str, Predictor]:
    """Return aspect -> predictor, in the order MFO, BPO, CCO.

    Raises
    ------
    ValueError
        If there is none, or two are of one aspect.
    """
    listed = [predictors] if isinstance(predictors, Predictor) else list(predictors)
    aspects = [predictor.facts["aspect"] for predictor in listed]
    if not listed:
        raise ValueError("there is no predictor; give at least one")
    if twice := [aspect for aspect in ASPECTS.values() if aspects.count(aspect) > 1]:
        raise ValueError(f"{aspects.count(twice[0])} predictors are of the aspect {twice[0]}; give one an aspect")
    return {aspect: listed[aspects.index(aspect)] for aspect in ASPECTS.values() if aspect in aspects}


def answers(
    predictors: Predictor | Iterable[Predictor],
    sequences: pd.Series,
    progress: Progress = None,
    ontology: Ontology | None = None,
) -> Iterator[dict[str, Answer]]:
    """Predict with each predictor, and yield what they say of some hundred proteins at a time.

    Probabilities are those of each predictor alone.

    Parameters
    ----------
    predictors
        One, or several of different aspects.
    sequences
        Indexed by the proteins' ids.
    progress
        As for `embed_proteins`.
    ontology
        Of the release whose ids the answers are to have, as `in_release` translates them; by default the predictors'.

    Yields
    ------
    dict of str to Answer
        By aspect, in the order MFO, BPO, CCO.

    Raises
    ------
    ValueError
        As `by_aspect`, `Predictor.predict` and `in_release`.
    """
    asked = by_aspect(predictors)
    terms = {aspect: Terms.of(predictor, ontology) for aspect, predictor in asked.items()}
    embedded = _embedded(asked, sequences, progress)
    for start in range(0, len(sequences), PROTEINS_AT_ONCE):
        ids = sequences.index[start : start + PROTEINS_AT_ONCE]
        found: dict[tuple[int, int], Neighbours] = {}
        batch = {}
        for aspect, predictor in asked.items():
            proteins = embedded[aspect].take(ids)
            shared = id(embedded[aspect]), id(predictor.pool)
            if shared not in found:
                found[shared] = predictor.pool.neighbours(proteins)
            batch[aspect] = _answer(predictor, terms[aspect], proteins, found[shared], ontology)
        yield batch


def _answer(
    predictor: Predictor, terms: Terms, batch: Proteins, neighbours: Neighbours, ontology: Ontology | None
) -> Answer:
    # So small products gain little from threads, which wait for each other where other work is done beside them.
    with threadpool_limits(1, user_api="blas"):
        probabilities = predictor.from_embeddings(batch, neighbours)
    if ontology:
        probabilities = in_release(probabilities, ontology)
    nearest = nearest_proteins(batch, predictor.pool, predictor.base.labels.rows, neighbours.bits)
    return Answer(terms, probabilities, nearest, _functions(predictor, terms, nearest, ontology), predictor.threshold)


def _functions(
    predictor: Predictor, terms: Terms, nearest: pd.DataFrame, ontology: Ontology | None
) -> dict[str, list[str]]:
    """Name the most specific functions of known proteins."""
    entries = [entry for entry in dict.fromkeys(nearest["nearest"]) if entry]
    rows = [predictor.pool.place[entry] for entry in entries]
    labels = pd.DataFrame(predictor.base.labels.labels[rows].toarray(), entries, list(predictor.names))
    if ontology:
        labels = in_release(labels, ontology)
    names = np.array([terms.names[term] for term in labels.columns], dtype=object)
    specific = specific_terms(labels.to_numpy(), terms.ancestors)
    return {entry: names[row].tolist() for entry, row in zip(entries, specific)}


def _embedded(asked: Mapping[str, Predictor], sequences: pd.Series, progress: Progress) -> dict[str, Proteins]:
    """Embed the proteins once for all predictors that want the same vectors."""
    done: dict[str, Proteins] = {}
    embedded = {}
    for aspect, predictor in asked.items():
        wanted = json.dumps([predictor.facts["checkpoint"], predictor.facts["vectors"]], sort_keys=True)
        if wanted not in done:
            done[wanted] = predictor.embed(sequences, progress=progress)
        embedded[aspect] = done[wanted]
    return embedded
