"""Which protein has which term: CAFA's table, with a heading or without, and the Gene Ontology's GAF and GPAD."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from dlfb_helpers.annotations.evidence import CODES, EXPERIMENTAL, check_codes
from dlfb_helpers.annotations.ontology import ASPECTS
from dlfb_helpers.annotations.tables import Layout, Table
from dlfb_helpers.files.packed import AnyPath

_ASPECT_NAMES = {
    **{aspect: aspect for aspect in ASPECTS.values()},
    **{letter: aspect for letter, aspect in zip("FPC", ASPECTS.values())},  # GAF, CAFA 3 and CAFA 6
    **{aspect[:2]: aspect for aspect in ("MFO", "BPO")},
    "CC": "CCO",
    **ASPECTS,
    "": "",
}
_GO_ID = re.compile(r"GO:[0-9]{7}")
_TAXON = re.compile(r"[0-9]{1,9}")
_COLUMNS = {"entryid": "EntryID", "term": "term", "aspect": "aspect", "qualifier": "qualifier", "evidence": "evidence"}

_NEEDED = ("EntryID", "term")

GAF = Layout({"EntryID": 1, "qualifier": 3, "term": 4, "evidence": 6, "aspect": 8, "taxon": 12}, False, True, _NEEDED)
"""Gene association file, 2.x: https://geneontology.org/docs/go-annotation-file-gaf-format-2.2/."""
GPAD = Layout({"EntryID": 1, "qualifier": 2, "term": 3, "evidence": 5, "properties": 11}, False, True, _NEEDED)
"""Gene product association data, 1.x: https://geneontology.org/docs/gene-product-association-data-gpad-format/."""
GPAD_2 = Layout({"EntryID": 0, "qualifier": 1, "term": 3, "evidence": 5, "properties": 11}, False, True, _NEEDED)
"""The same, 2.0: database and id are one cell, NOT has a cell of its own."""


class Annotations(NamedTuple):
    """What a file of annotations holds."""

    rows: pd.DataFrame
    """EntryID, term, aspect (MFO, BPO, CCO; empty if the file does not say), in the file's order."""
    left_out: dict[str, int]
    """Why rows were left out -> how many."""
    taxonomy: pd.DataFrame | None
    """EntryID, taxonomyID; None if the file does not say."""


def read_terms(path: str | AnyPath, evidence: Collection[str] | None = EXPERIMENTAL) -> pd.DataFrame:
    """Read annotations: columns EntryID, term, aspect, in the file's order; parameters as for `read_annotations`."""
    return read_annotations(path, evidence).rows


def read_annotations(path: str | AnyPath, evidence: Collection[str] | None = EXPERIMENTAL) -> Annotations:
    """Read annotations, whatever their format: the first line tells.

    Rows whose qualifier is or holds NOT say that a protein does *not* have a function: they are no positives.

    Parameters
    ----------
    path : str or Path
        CAFA's table (EntryID, term, aspect; also qualifier and evidence), GAF 2.x or GPAD, plain or compressed.
    evidence : collection of str, optional
        Evidence codes of the rows to keep, where the file has such; None keeps all.

    Raises
    ------
    ValueError
        If the format is none of these, a cell is empty, an id is not ``GO:`` and seven digits, an aspect is none of
        MFO, BPO, CCO (or F, P, C), or an evidence code does not exist; names file and line.
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    """
    check_codes(evidence or ())
    table = Table(path, _layout, "column EntryID, term, aspect, and no GAF or GPAD")
    rows = table.rows
    # The checks look at each distinct value once: five million rows hold thirty thousand terms.
    for term in rows["term"].unique():
        if not _GO_ID.fullmatch(term):
            raise table.refuse("term", term, "an id such as GO:0003674")
    if "aspect" not in rows:
        rows["aspect"] = ""
    for aspect in rows["aspect"].unique():
        if aspect not in _ASPECT_NAMES:
            raise table.refuse("aspect", aspect, "MFO, BPO or CCO")
        if aspect != _ASPECT_NAMES[aspect]:
            rows["aspect"] = rows["aspect"].mask(rows["aspect"] == aspect, _ASPECT_NAMES[aspect])
    if table.layout is GPAD_2:
        for entry in rows["EntryID"].unique():
            if not all(entry.partition(":")):
                raise table.refuse("EntryID", entry, "a database and an id in it, as in UniProtKB:P01308,")
        rows["EntryID"] = rows["EntryID"].str.partition(":")[2]
    taxonomy = _taxa(rows) if "taxon" in rows else None
    rows, left_out = _positives(rows, evidence)
    return Annotations(rows[["EntryID", "term", "aspect"]], left_out, taxonomy)


def _layout(first: list[str]) -> Layout | None:
    """Recognise a format by the first line that is no comment."""
    named = {_COLUMNS[name.lower()]: place for place, name in enumerate(first) if name.lower() in _COLUMNS}
    if "EntryID" in named and "term" in named:
        return Layout(named, heading=True, needed=tuple(named.keys() & {"EntryID", "term", "aspect"}))
    ids = [place for place, cell in enumerate(first) if _GO_ID.fullmatch(cell)]
    if not ids:
        return None
    if ids[0] == 4 and len(first) >= 13:
        return GAF
    if ids[0] == 3 and len(first) >= 6 and re.match("ECO:", first[5]):
        return GPAD_2 if ":" in first[0] else GPAD
    aspects = [place for place, cell in enumerate(first) if cell in _ASPECT_NAMES and cell]
    others = [place for place in range(len(first)) if place not in (ids[0], *aspects)]
    if not others:
        return None
    columns = {"EntryID": others[0], "term": ids[0]} | ({"aspect": aspects[-1]} if aspects else {})
    return Layout(columns, heading=False, needed=tuple(columns))


def _positives(rows: pd.DataFrame, evidence: Collection[str] | None) -> tuple[pd.DataFrame, dict[str, int]]:
    """Keep what a protein has, by evidence of the kinds that are wanted."""
    left_out = {}
    if "qualifier" in rows:
        denials = [text for text in rows["qualifier"].unique() if "NOT" in re.split(r"\W+", text.upper())]
        denied = rows["qualifier"].isin(denials)
        left_out["that say NOT"] = int(denied.sum())
        rows = rows[~denied]
    if "evidence" in rows and evidence is not None:
        codes = rows["evidence"].map(lambda code: CODES.get(code, code.upper()))
        if "properties" in rows:
            stated = rows["properties"].str.extract(r"\bgo_evidence=(\w+)")[0]
            codes = stated.fillna(codes)
        wanted = codes.isin(evidence) | rows["evidence"].isin(evidence)
        others = codes[~wanted].value_counts()
        left_out[f"of other evidence ({', '.join(map(str, others.index[:6]))})"] = int(others.sum())
        rows = rows[wanted]
    return rows.reset_index(drop=True), {why: count for why, count in left_out.items() if count}


def _taxa(rows: pd.DataFrame) -> pd.DataFrame:
    """Take each protein's species from the column taxon of a GAF: the first, where a second names a host."""
    taxa = rows[["EntryID"]].assign(taxonomyID=rows["taxon"].str.extract(r"taxon:([0-9]{1,9})\b", expand=False))
    return taxa.dropna().drop_duplicates("EntryID").astype({"taxonomyID": int}).reset_index(drop=True)


def read_taxonomy(path: str | AnyPath) -> pd.DataFrame:
    """Read which species a protein is from: columns EntryID and taxonomyID (int); the heading may be missing.

    Raises
    ------
    ValueError
        If a column is missing, a cell is empty, a taxon is not a number, or a protein is there twice.
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    """

    def layout(first: list[str]) -> Layout | None:
        columns = ("EntryID", "taxonomyID")
        if set(columns) <= set(first):
            return Layout({column: first.index(column) for column in columns}, heading=True, needed=columns)
        if len(first) == 2 and _TAXON.fullmatch(first[1]):
            return Layout({"EntryID": 0, "taxonomyID": 1}, heading=False, needed=columns)
        return None

    table = Table(path, layout, "column EntryID, taxonomyID")
    for taxon in table.rows["taxonomyID"].unique():
        if not _TAXON.fullmatch(taxon):
            raise table.refuse("taxonomyID", taxon, "a number such as 9606")
    taxonomy = table.rows.astype({"taxonomyID": int}).drop_duplicates()
    repeated = taxonomy.loc[taxonomy["EntryID"].duplicated(), "EntryID"]
    if len(repeated):
        raise ValueError(f"{path}: {repeated.iloc[0]} is there more than once, with other taxa; keep one row a protein")
    return taxonomy
