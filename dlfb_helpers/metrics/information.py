"""How much a term says of a protein: its information content, counted in training proteins or read from a file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.predictions import as_number
from dlfb_helpers.annotations.tables import Layout, Table
from dlfb_helpers.files.packed import AnyPath


def information_content(annotations: pd.DataFrame, ontology: Ontology) -> pd.Series:
    """Information content of each term, given its parents: how surprising it is once they are known.

    IC(t) = -log2 P(t | all parents of t) = log2(n(proteins with all parents) / n(proteins with t)). Source: Clark and
    Radivojac 2013, Bioinformatics 29, i53-i61, doi 10.1093/bioinformatics/btt228.

    Parameters
    ----------
    annotations
        Columns EntryID and term: the propagated annotations of the training proteins, and of no others. All their
        terms, not only those to predict: a parent that is missing would be a violation.
    ontology
        The graph; parents are its is_a and part_of inside the aspect.

    Returns
    -------
    pandas.Series
        Bits, float64, indexed by every term of the ontology. 0 for a root; NaN for a term that no training protein has,
        of which nothing can be said.

    Raises
    ------
    ValueError
        If there are no annotations, a term is not a primary id, or a protein has a term without all its parents.
    """
    if annotations.empty:
        raise ValueError("no annotations to count; give the propagated rows of the training proteins")
    proteins = {term: set(entries) for term, entries in annotations.groupby("term", observed=True)["EntryID"]}
    content = {term: np.nan if parents else 0.0 for term, parents in ontology.parents.items()}
    for term, having in proteins.items():
        if term not in ontology.parents:
            raise ValueError(
                f"{term} is not a primary id of release {ontology.release} but {ontology.status(term)}; "
                "translate with Ontology.canonical and drop what has no primary id"
            )
        if ontology.parents[term]:
            with_parents = set.intersection(*(proteins.get(parent, set()) for parent in ontology.parents[term]))
            if not having <= with_parents:
                raise ValueError(
                    f"{min(having - with_parents)} has {term} but not all of its parents "
                    f"{', '.join(sorted(ontology.parents[term]))}; propagate the annotations first"
                )
            content[term] = np.log2(len(with_parents) / len(having))
    return pd.Series(content, name="information_content").rename_axis("term")


def read_information(path: str | AnyPath) -> pd.Series:
    """Read the information content of terms from a file such as CAFA's IA.txt: a term and its bits in a line.

    Parameters
    ----------
    path : str or Path
        Tab-separated, without a heading, plain or compressed.

    Returns
    -------
    pandas.Series
        As `information_content`, indexed by the terms that the file has.

    Raises
    ------
    ValueError
        If the file has another form, an amount is not finite or below 0, or a term is there twice; names file and line.
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    """
    table = Table(path, _layout, "term and its information content")
    for text in table.rows["content"].unique():
        if not 0 <= as_number(text) < np.inf:
            raise table.refuse("content", text, "a number of bits, 0 or more,")
    content = pd.Series(table.rows["content"].map(as_number).to_numpy(float), pd.Index(table.rows["term"], name="term"))
    if content.index.has_duplicates:
        row = int(content.index.duplicated().argmax())
        raise ValueError(f"{table.where(row)}: {content.index[row]} is there already; keep one line a term")
    return content.rename("information_content")


def _layout(first: list[str]) -> Layout | None:
    if len(first) == 2 and first[0].startswith("GO:") and not np.isnan(as_number(first[1])):
        return Layout({"term": 0, "content": 1}, heading=False, needed=("term", "content"))
    return None
