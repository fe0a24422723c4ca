"""From annotation rows to a labelled table, every dropped row accounted for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import CafaData

HUMAN = 9606
"""NCBI taxon of *Homo sapiens*."""

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


class _Accounts:
    """A table of annotation rows, and a line for everything that was done to it."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        self.lines: list[dict] = []
        self.note("read", len(rows), len(rows), "")

    def note(self, step: str, before: int, after: int, why: str, dropped: int | None = None) -> None:
        dropped = before - after if dropped is None else dropped
        self.lines.append(
            {"step": step, "rows before": before, "rows after": after, "dropped": dropped, "why": why,
             "proteins": self.rows["EntryID"].nunique(), "terms": self.rows["term"].nunique()}
        )  # fmt: skip

    def become(self, step: str, rows: pd.DataFrame, why: str) -> None:
        before, self.rows = len(self.rows), rows
        self.note(step, before, len(rows), why)

    def keep(self, step: str, wanted: pd.Series, why: str) -> None:
        self.become(step, self.rows[wanted], why)


def label_table(
    data: CafaData,
    taxon: int = HUMAN,
    aspect: str = "MFO",
    min_proteins: int = 50,
    generic_terms: Collection[str] = tuple(GENERIC_TERMS),
    max_length: int = 500,
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
    taxon : int
        NCBI taxon of the proteins to keep.
    aspect : str
        MFO, BPO or CCO.
    min_proteins : int
        A term is kept if at least so many proteins have it.
    generic_terms : collection of str
        Terms to set aside before counting.
    max_length : int
        Longest protein kept, in residues.

    Raises
    ------
    ValueError
        If no protein or no term is left; names the step.
    """
    accounts = _Accounts(data.annotations.astype("category"))  # a million rows count and compare faster as numbers
    accounts.become("duplicates", accounts.rows.drop_duplicates(), "the same annotation a second time")
    _canonical_ids(accounts, data)

    taxonomy = data.taxonomy.set_index("EntryID")["taxonomyID"]
    known = accounts.rows["EntryID"].isin(taxonomy.index)
    accounts.keep("taxonomy merged", known, "protein not in the taxonomy file")
    wanted = accounts.rows["EntryID"].isin(taxonomy.index[taxonomy == taxon])
    accounts.keep("species", wanted, f"taxon other than {taxon}")
    accounts.keep("aspect", accounts.rows["aspect"] == aspect, f"aspect other than {aspect}")
    known = accounts.rows["EntryID"].isin(data.sequences["EntryID"])
    accounts.keep("sequences merged", known, "protein without a sequence")
    accounts.rows = accounts.rows[["EntryID", "term"]].astype(str)
    _propagated(accounts, data)

    counts = accounts.rows["term"].value_counts()
    proteins = accounts.rows["EntryID"].nunique()
    generic = pd.DataFrame(
        [(data.ontology.names.get(term, "unknown"), int(counts.get(term, 0))) for term in generic_terms],
        index=pd.Index(list(generic_terms), name="term"), columns=["name", "proteins"],
    )  # fmt: skip
    generic["share"] = generic["proteins"] / max(proteins, 1)
    accounts.keep("generic terms", ~accounts.rows["term"].isin(list(generic_terms)), "term set aside as generic")
    common = counts.index[counts >= min_proteins].difference(list(generic_terms))
    accounts.keep("common terms", accounts.rows["term"].isin(common), f"term of fewer than {min_proteins} proteins")
    if accounts.rows.empty:
        raise ValueError(
            f"no annotation is left of taxon {taxon} and aspect {aspect} with terms of at least {min_proteins} "
            f"proteins; the steps:\n{pd.DataFrame(accounts.lines).to_string()}"
        )

    labels = pd.Series(np.uint8(1), index=pd.MultiIndex.from_frame(accounts.rows)).unstack(fill_value=np.uint8(0))
    labels = labels.rename_axis(index="EntryID", columns=None)
    accounts.note("one row a protein", len(accounts.rows), len(labels), "every row is now a 1 in the table", 0)
    table = data.sequences.set_index("EntryID").loc[labels.index].join(labels)
    short = table["Length"] <= max_length
    accounts.rows = accounts.rows[accounts.rows["EntryID"].isin(table.index[short])]
    accounts.note("length", len(table), int(short.sum()), f"protein longer than {max_length} residues")
    if not short.any():
        raise ValueError(f"all {len(table)} proteins are longer than {max_length} residues; raise max_length")
    terms = pd.DataFrame(
        {"name": labels.columns.map(data.ontology.names), "proteins": labels.sum().to_numpy(),
         "in_table": table.loc[short, labels.columns].sum().to_numpy()},
        index=pd.Index(labels.columns, name="term"),
    )  # fmt: skip
    return LabelledProteins(table[short], terms, generic, pd.DataFrame(accounts.lines))


def _canonical_ids(accounts: _Accounts, data: CafaData) -> None:
    """Give every row its term's primary id; drop and count ids that have none."""
    terms = accounts.rows["term"].unique().tolist()
    status = {term: data.ontology.status(term) for term in terms}
    for kind, why in (("unknown", "id not in this release of the ontology"), ("obsolete", "retired, no replacement")):
        gone = [term for term in terms if status[term] == kind]
        accounts.keep(f"{kind} ids", ~accounts.rows["term"].isin(gone), why)
    primary = {term: data.ontology.canonical(term) for term in terms if status[term] == "alternative"}
    mapped = accounts.rows["term"].isin(list(primary))
    renamed = accounts.rows
    if primary:
        renamed = renamed.assign(term=renamed["term"].astype(str).replace(primary).astype("category"))
    why = f"{int(mapped.sum())} rows took the primary id; the dropped ones were there under it already"
    accounts.become("alternative ids", renamed.drop_duplicates(), why)


def _propagated(accounts: _Accounts, data: CafaData) -> None:
    """Add the ancestors of every annotation that are not there yet."""
    rows = accounts.rows
    have = set(zip(rows["EntryID"], rows["term"]))
    added = sorted(data.ontology.propagate(have) - have)
    accounts.rows = pd.concat([rows, pd.DataFrame(added, columns=["EntryID", "term"], dtype=str)])
    accounts.note("propagation", len(rows), len(accounts.rows), f"{len(added)} ancestors added that the file lacked", 0)
