"""Predictions that obey the ontology: no term more probable than one of its ancestors.

A protein with a term has all the term's ancestors as well (the true path rule), so the probability of an ancestor
cannot be smaller. Models that predict each term by itself know nothing of this.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dlfb_helpers.annotations.ontology import Ontology


def ancestor_matrix(terms: Sequence[str], ontology: Ontology) -> np.ndarray:
    """Say which columns of a table are ancestors of which.

    Parameters
    ----------
    terms
        The table's columns, T primary ids, in any order.
    ontology
        The graph the ids belong to.

    Returns
    -------
    numpy.ndarray
        Bool, shape (T, T): [i, j] is true where `terms[j]` lies above `terms[i]` by is_a and part_of, also where the
        way leads through terms that are no columns. The diagonal is false.

    Raises
    ------
    ValueError
        If a term is there twice or is not a primary id of the ontology.
    """
    column = {term: place for place, term in enumerate(terms)}
    if len(column) < len(terms):
        raise ValueError(f"{len(terms)} columns have {len(column)} distinct terms; keep one column for each term")
    matrix = np.zeros((len(terms), len(terms)), dtype=bool)
    for term, place in column.items():
        if (status := ontology.status(term)) != "primary":
            raise ValueError(
                f"column {place}: {term} is not a primary id of release {ontology.release} but {status}; "
                "Ontology.canonical translates alternative ids"
            )
        matrix[place, [column[above] for above in ontology.ancestors(term) if above in column]] = True
    return matrix


def make_consistent(probabilities: np.ndarray | pd.DataFrame, terms: Sequence[str], ontology: Ontology) -> np.ndarray:
    """Give every term the largest probability among itself and its descendants.

    This is the true path rule applied to scores, and what CAFA does to every submission before scoring it
    (Radivojac et al. 2013, Nature Methods 10, 221-227, doi 10.1038/nmeth.2340). Probabilities only ever rise, and a
    table that is consistent already comes back as it is.

    Parameters
    ----------
    probabilities
        Shape (proteins, terms).
    terms
        The columns, primary ids, in any order.
    ontology
        The graph the ids belong to.

    Returns
    -------
    numpy.ndarray
        Same shape, float32.

    Raises
    ------
    ValueError
        If the table has another number of columns or holds a number that is not finite, or as `ancestor_matrix`.
    """
    scores = _checked(np.asarray(probabilities, dtype=np.float32), terms)
    return raise_ancestors(scores, ancestor_matrix(terms, ontology))


def raise_ancestors(scores: np.ndarray, ancestors: np.ndarray) -> np.ndarray:
    """Do as `make_consistent` does, for finite scores (proteins, terms) and an `ancestor_matrix` of the terms."""
    consistent = scores.copy()
    # Each maximum is over all descendants and not only the children, so the order of the columns cannot matter.
    for ancestor, below in enumerate(ancestors.T):
        if below.any():
            consistent[:, ancestor] = np.maximum(scores[:, ancestor], scores[:, below].max(axis=1))
    return consistent


def count_violations(
    probabilities: np.ndarray | pd.DataFrame, terms: Sequence[str], ontology: Ontology, tolerance: float = 0.0
) -> int:
    """Count where a term is more probable than an ancestor.

    Parameters
    ----------
    probabilities, terms, ontology
        As in `make_consistent`.
    tolerance
        A difference up to this size is no violation.

    Returns
    -------
    int
        Number of (protein, term, ancestor) with p(term) > p(ancestor) + tolerance, all ancestors in the columns
        counted, direct or not.

    Raises
    ------
    ValueError
        As `make_consistent`, or if the tolerance is negative.
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be 0 or more, but is {tolerance}")
    scores = _checked(np.asarray(probabilities, dtype=np.float64), terms)
    return sum(
        int((scores[:, below] > scores[:, [ancestor]] + tolerance).sum())
        for ancestor, below in enumerate(ancestor_matrix(terms, ontology).T)
    )


def specific_terms(labels: np.ndarray, ancestors: np.ndarray) -> np.ndarray:
    """Say which labels no more specific label of the same protein implies.

    Parameters
    ----------
    labels
        0/1, shape (proteins, terms).
    ancestors
        `ancestor_matrix` of the terms.

    Returns
    -------
    numpy.ndarray
        Bool, shape (proteins, terms).
    """
    return specific_labels(csr_array(np.asarray(labels) > 0, dtype=np.float32), ancestors).toarray() > 0


def specific_labels(labels: csr_array, ancestors: np.ndarray) -> csr_array:
    """Do as `specific_terms` does for a sparse 0/1 table, float32."""
    implied = csr_array(labels @ csr_array(np.asarray(ancestors, dtype=bool)).astype(np.float32))
    implied.data[:] = 1
    kept = csr_array(labels - labels.multiply(implied))
    kept.eliminate_zeros()
    return kept


def implied_terms(probabilities: np.ndarray, ancestors: np.ndarray) -> np.ndarray:
    """Say which probabilities are no more than that of a more specific term.

    In a consistent table these are the terms that the ontology adds to what is predicted below them.

    Parameters
    ----------
    probabilities
        Shape (proteins, terms).
    ancestors
        `ancestor_matrix` of the terms.

    Returns
    -------
    numpy.ndarray
        Bool, shape (proteins, terms).
    """
    implied = np.zeros(probabilities.shape, dtype=bool)
    for column in np.flatnonzero(ancestors.any(axis=0)):
        below = probabilities[:, ancestors[:, column]].max(axis=1)
        implied[:, column] = probabilities[:, column] <= below
    return implied


def _checked(scores: np.ndarray, terms: Sequence[str]) -> np.ndarray:
    """The scores as they are, or a ValueError that says what is wrong."""
    if scores.ndim != 2 or scores.shape[1] != len(terms):
        raise ValueError(
            f"probabilities must have shape (proteins, terms) with one column for each of the {len(terms)} terms, "
            f"but have shape {scores.shape}"
        )
    if not np.isfinite(scores).all():
        row, column = np.argwhere(~np.isfinite(scores))[0]
        raise ValueError(f"probability {scores[row, column]} at row {row}, column {column} is not a finite number")
    return scores
