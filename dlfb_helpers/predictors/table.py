"""Predictors' answers as rows to read: a line a claim, and in short a line a protein."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.consistency import implied_terms, specific_terms
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.slim import slim_names
from dlfb_helpers.predictors.evidence import COLUMNS, SEEN
from dlfb_helpers.predictors.predictor import Predictor, Progress
from dlfb_helpers.predictors.together import Answer, answers

KINDS = {"MFO": "function", "BPO": "process", "CCO": "component"}
"""What the terms of an aspect are, in a word."""

NAMED = 5
"""How many claims of an aspect a summary names; it counts the others."""


def prediction_tables(
    predictors: Predictor | Iterable[Predictor],
    sequences: pd.Series,
    minimum: float = 0.05,
    progress: Progress = None,
    ontology: Ontology | None = None,
) -> Iterator[pd.DataFrame]:
    """Predict for all sequences, and yield the rows of some hundred proteins at a time.

    Parameters
    ----------
    predictors, sequences, progress, ontology
        As for `answers`.
    minimum
        Least probability of a row.

    Yields
    ------
    pandas.DataFrame
        As `claims` makes it.
    """
    for answer in answers(predictors, sequences, progress, ontology):
        yield claims(answer, minimum, ontology)


def claims(answer: Mapping[str, Answer], minimum: float = 0.05, ontology: Ontology | None = None) -> pd.DataFrame:
    """Make a row of each term that is probable enough.

    Parameters
    ----------
    answer
        By aspect, from `answers`.
    minimum
        Least probability of a row. A protein's most probable term of each aspect is always there: none is missing.
    ontology
        As for `answers`.

    Returns
    -------
    pandas.DataFrame
        The proteins in their order, the aspects in that of `answer`, the most probable terms first: protein, aspect,
        term, name, probability; claimed (it is at least the aspect's threshold); implied (the ontology adds it to a
        more specific term that is as probable); slim (`slim_names`); nearest, nearest_name, taxon, identity,
        coverage, evalue and seen, as in `nearest_proteins`; nearest_functions (the nearest's most specific terms,
        separated by ``"; "``).
    """
    rows = pd.concat([_rows(aspect, of_one, minimum, ontology) for aspect, of_one in answer.items()])
    return rows.sort_index(kind="stable").reset_index(drop=True)


def _rows(aspect: str, answer: Answer, minimum: float, ontology: Ontology | None) -> pd.DataFrame:
    """Make the rows of one aspect, indexed by where their proteins stand."""
    terms, probabilities, nearest, functions, threshold = answer
    table = probabilities.to_numpy()
    rows, columns = np.nonzero((table >= minimum) | (table == table.max(axis=1, keepdims=True)))
    order = np.lexsort((columns, -table[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    ids = probabilities.columns
    names = np.array([terms.names[term] for term in ids], dtype=object)
    slim = np.array(slim_names(ids, terms.names, terms.ancestors, ontology), dtype=object)
    theirs = nearest["nearest"].map({"": ""} | {entry: "; ".join(known) for entry, known in functions.items()})
    return pd.DataFrame(
        {
            "protein": probabilities.index[rows],
            "aspect": aspect,
            "term": ids[columns],
            "name": names[columns],
            "probability": table[rows, columns],
            "claimed": table[rows, columns] >= threshold,
            "implied": implied_terms(table, terms.ancestors)[rows, columns],
            "slim": slim[columns],
            **{column: nearest[column].to_numpy()[rows] for column in COLUMNS},
            "nearest_functions": theirs.to_numpy()[rows],
        },
        index=rows,
    )


def summaries(answer: Mapping[str, Answer]) -> pd.DataFrame:
    """Say in a row a protein what it is claimed to do, and what that rests on.

    Parameters
    ----------
    answer
        By aspect, from `answers`.

    Returns
    -------
    pandas.DataFrame
        protein; for each aspect function, process or component (names of the claimed terms that no more specific
        claimed one implies, the most probable first, separated by ``"; "``; of more than `NAMED` the number of the
        others) and its probability, the highest of these terms (NaN where none is claimed); nearest, nearest_name,
        identity and seen of the known protein that is nearest in any aspect.
    """
    first = next(iter(answer.values()))
    table = pd.DataFrame({"protein": first.probabilities.index})
    for aspect, of_one in answer.items():
        kind, found = KINDS[aspect], of_one.probabilities.to_numpy()
        specific = specific_terms(found >= of_one.threshold, of_one.terms.ancestors)
        names = np.array([of_one.terms.names[term] for term in of_one.probabilities.columns], dtype=object)
        order = np.argsort(-found, axis=1, kind="stable")
        table[kind] = [_some(names[row[of_row[row]]].tolist()) for row, of_row in zip(order, specific)]
        highest = np.where(specific, found, -np.inf).max(axis=1)
        table[f"{kind}_probability"] = np.where(np.isfinite(highest), highest, np.nan)
    evidence = pd.concat([of_one.nearest.assign(row=range(len(table))) for of_one in answer.values()])
    evidence = evidence.assign(how=evidence["seen"].map(SEEN.index)).sort_values(
        ["row", "how", "evalue"], kind="stable"
    )
    nearest = evidence.drop_duplicates("row")
    return table.assign(
        **{column: nearest[column].to_numpy() for column in ("nearest", "nearest_name", "identity", "seen")}
    )


def _some(names: list[str]) -> str:
    more = [f"and {len(names) - NAMED:,} more"] if len(names) > NAMED else []
    return "; ".join(names[:NAMED] + more)
