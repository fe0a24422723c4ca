"""The generic GO slim: some hundred broad terms, under which whatever is predicted can be read at a glance."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from dlfb_helpers.annotations.consistency import specific_terms
from dlfb_helpers.annotations.ontology import Ontology


@cache
def generic_slim() -> dict[str, str]:
    """Return the terms of the generic GO slim: id -> name, as the course's ontology has them.

    The file says where they are from, how the list was checked, and its licence.
    """
    listed = tomllib.loads(Path(__file__).with_name("goslim_generic.toml").read_text(encoding="utf-8"))
    return listed["terms"]


def slim_names(
    terms: Sequence[str], names: Mapping[str, str], ancestors: np.ndarray, ontology: Ontology | None = None
) -> list[str]:
    """Name the slim terms that each term lies under, or is.

    Parameters
    ----------
    terms
        Columns of a table of predictions; slim terms that are no columns are not named.
    names
        Term -> what it is called.
    ancestors
        `ancestor_matrix` of the terms.
    ontology
        Of the terms' release, if that is another one than the slim's: its ids are translated.

    Returns
    -------
    list of str
        For each term the most specific slim terms, separated by ``"; "``; empty if there is none.
    """
    slim = {ontology.canonical(term) for term in generic_slim()} if ontology else generic_slim().keys()
    is_slim = np.array([term in slim for term in terms], dtype=bool)
    above = (ancestors | np.eye(len(terms), dtype=bool)) & is_slim
    called = np.array([names[term] for term in terms], dtype=object)
    return ["; ".join(called[row]) for row in specific_terms(above, ancestors)]
