"""From annotation rows to a labelled table, every dropped row accounted for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import CafaData
from dlfb_helpers.annotations.propagation import with_ancestors
from dlfb_helpers.dataset.accounts import Accounts

HUMAN = 9606
"""NCBI taxon of *Homo sapiens*."""

MAX_LENGTH = 500
"""Residues of the longest protein kept, as in the article."""

GENERIC_TERMS: dict[str, str] = {
    "GO:0003674": "molecular_function",
    "GO:0005488": "binding",
    "GO:0005515": "protein binding",
}
"""Terms that nearly every labelled protein has, so that predicting them says nothing."""


@dataclass(frozen=True)
class LabelledProteins:
    """What `label_table` made of the files.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by EntryID (sorted); Sequence, Length, then one uint8 column a term: 1 annotated, 0 not.
    terms : pandas.DataFrame
        Indexed by term, in the order of the columns: name, and proteins that have it before the length limit
        (`proteins`) and in the table (`in_table`).
    generic : pandas.DataFrame
        The terms set aside: name, proteins, share of the proteins that have any term left at that step.
    accounts : pandas.DataFrame
        One step a row: step, rows before, rows after, dropped, why, and the proteins and terms left.
    """

    table: pd.DataFrame
    terms: pd.DataFrame
    generic: pd.DataFrame
    accounts: pd.DataFrame


def label_table(
    data: CafaData,
    taxon: int | Collection[int] | None = HUMAN,
    aspect: str = "MFO",
    min_proteins: int = 50,
    generic_terms: Collection[str] = tuple(GENERIC_TERMS),
    max_length: int = MAX_LENGTH,
    terms: Collection[str] | None = None,
) -> LabelledProteins:
    """Make one row a protein and one 0/1 column a term, and account for every row on the way.

    Ids that the ontology has merged or replaced become the primary id; obsolete and unknown ids, which have
    none, are dropped and counted. Terms are propagated to their ancestors where the file has not done so.

    The list of terms is chosen on all labelled proteins, as in the article: `min_proteins` counts proteins
    before the length limit and before the split. What to predict is thereby settled with a look at
    the validation and test labels (how often a term occurs, nothing else). All that is fitted later (weights,
    scalers, thresholds) sees the training or validation part only.

    Parameters
    ----------
    data : CafaData
        As `load_cafa` returns it.
    taxon : int or collection of int, optional
        NCBI taxa of the proteins to keep; None keeps all, known or not.
    aspect : str
        MFO, BPO or CCO; the ontology says which one a term is of.
    min_proteins : int
        A term is kept if at least so many proteins have it.
    generic_terms : collection of str
        Terms to set aside before counting.
    max_length : int
        Longest protein kept, in residues.
    terms : collection of str, optional
        Primary ids of the terms to keep, however many proteins have them and however generic they are.

    Raises
    ------
    ValueError
        If no protein or no term is left; names the step.
    """
    # Millions of rows count and compare faster as numbers.
    accounts = Accounts(data.annotations.astype("category"), data.left_out, data.changed)
    accounts.drop_duplicates("duplicates", "the same annotation a second time")
    _canonical_ids(accounts, data)
    _one_kind(accounts, data, taxon, aspect)
    known = accounts.rows["EntryID"].isin(data.sequences["EntryID"])
    accounts.keep("sequences merged", known, "protein without a sequence")
    before = len(accounts.rows)
    accounts.rows = with_ancestors(accounts.rows, data.ontology)
    added = len(accounts.rows) - before
    accounts.note("propagation", before, len(accounts.rows), f"{added:,} ancestors added that the file lacked", 0)

    counts = accounts.rows["term"].value_counts()
    counts.index = counts.index.astype(str)
    aside = [term for term in generic_terms if term not in (terms or ())]
    generic = _generic(aside, counts, accounts, data)
    accounts.keep("generic terms", ~accounts.rows["term"].isin(aside), "term set aside as generic")
    common, why = counts.index[counts >= min_proteins].difference(aside), f"term of fewer than {min_proteins} proteins"
    if terms is not None:
        common, why = list(terms), f"term other than the {len(terms)} that are asked for"
    accounts.keep("common terms", accounts.rows["term"].isin(common), why)
    if accounts.rows.empty:
        where = accounts.last_step(data.taxonomy, counts.drop(aside, errors="ignore"))
        raise ValueError(
            f"no annotation is left of {taxon_name(taxon)} and aspect {aspect} with terms of at least {min_proteins} "
            f"proteins; {where}"
        )
    left = accounts.rows["EntryID"].cat.remove_unused_categories().cat.categories
    accounts.note("one row a protein", len(accounts.rows), len(left), "every row is now a 1 in the table", 0)
    table = data.sequences.set_index("EntryID").loc[left]
    table = table[table["Length"] <= max_length]
    accounts.rows = accounts.rows[accounts.rows["EntryID"].isin(table.index)]
    accounts.note("length", len(left), len(table), f"protein longer than {max_length} residues")
    if table.empty:
        raise ValueError(f"all {len(left)} proteins are longer than {max_length} residues; raise max_length")
    labels = _labels(accounts.rows, table.index, counts.index[counts.index.isin(common)].sort_values())
    kept = pd.DataFrame(
        {
            "name": labels.columns.map(data.ontology.names),
            "proteins": counts[labels.columns].to_numpy(),
            "in_table": labels.sum().to_numpy(),
        },
        index=labels.columns.rename("term"),
    )
    return LabelledProteins(table.join(labels), kept, generic, accounts.table())


def taxon_name(taxon: int | Collection[int] | None) -> str:
    """Say which species are meant, in words."""
    if taxon is None:
        return "all species"
    if isinstance(taxon, int):
        return f"taxon {taxon}"
    return f"taxa {', '.join(map(str, taxon))}" if len(taxon) > 1 else f"taxon {next(iter(taxon))}"


def _canonical_ids(accounts: Accounts, data: CafaData) -> None:
    """Give every row its term's primary id; drop and count ids that have none."""
    terms = accounts.rows["term"].unique().tolist()
    status = {term: data.ontology.status(term) for term in terms}
    for kind, why in (("unknown", "id not in this release of the ontology"), ("obsolete", "retired, no replacement")):
        gone = [term for term in terms if status[term] == kind]
        accounts.keep(f"{kind} ids", ~accounts.rows["term"].isin(gone), why)
    primary = {term: data.ontology.canonical(term) for term in terms if status[term] == "alternative"}
    mapped = accounts.rows["term"].isin(list(primary))
    if primary:
        renamed = accounts.rows["term"].astype(str).replace(primary).astype("category")
        accounts.rows = accounts.rows.assign(term=renamed)
    why = f"{int(mapped.sum()):,} rows took the primary id; the dropped ones were there under it already"
    accounts.drop_duplicates("alternative ids", why)


def _one_kind(accounts: Accounts, data: CafaData, taxon: int | Collection[int] | None, aspect: str) -> None:
    """Keep the rows of the species and of the aspect that are wanted."""
    if taxon is not None:
        taxonomy = data.taxonomy.set_index("EntryID")["taxonomyID"]
        known = accounts.rows["EntryID"].isin(taxonomy.index)
        accounts.keep("taxonomy merged", known, "protein not in the taxonomy file")
        taxa = [taxon] if isinstance(taxon, int) else list(taxon)
        wanted = accounts.rows["EntryID"].isin(taxonomy.index[taxonomy.isin(taxa)])
        accounts.keep("species", wanted, f"taxon other than {', '.join(map(str, taxa))}")
    rows, aspects = accounts.rows, data.ontology.aspects
    of_aspect = rows["term"].isin([term for term in rows["term"].cat.categories if aspects.get(term) == aspect])
    other = int((of_aspect != (rows["aspect"] == aspect)).sum())
    why = f"aspect other than {aspect}" + f"; {other:,} rows say otherwise than the ontology" * bool(other)
    accounts.keep("aspect", of_aspect, why)
    accounts.rows = accounts.rows[["EntryID", "term"]]


def _generic(terms: list[str], counts: pd.Series, accounts: Accounts, data: CafaData) -> pd.DataFrame:
    proteins = accounts.rows["EntryID"].nunique()
    generic = pd.DataFrame(
        [(data.ontology.names.get(term, "unknown"), int(counts.get(term, 0))) for term in terms],
        index=pd.Index(terms, name="term"), columns=["name", "proteins"],
    )  # fmt: skip
    return generic.assign(share=generic["proteins"] / max(proteins, 1))


def _labels(rows: pd.DataFrame, proteins: pd.Index, terms: pd.Index) -> pd.DataFrame:
    """Turn pairs of protein and term into a table of ones and zeros."""
    labels = np.zeros((len(proteins), len(terms)), dtype=np.uint8)
    places = [index.get_indexer(rows[column].cat.categories)[rows[column].cat.codes] for index, column in
              ((proteins, "EntryID"), (terms, "term"))]  # fmt: skip
    labels[tuple(places)] = 1
    return pd.DataFrame(labels, proteins, terms)
