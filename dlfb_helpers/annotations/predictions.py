"""Tables of predictions: CAFA's three columns, and what ``dlfb predict`` writes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.tables import Layout, Table
from dlfb_helpers.files.packed import AnyPath

_COLUMNS = {
    "protein": "EntryID", "entryid": "EntryID", "term": "term", "probability": "score", "score": "score",
}  # fmt: skip
_GO_ID = re.compile(r"GO:[0-9]{7}")
WANTED = "three columns protein, term and score, and no table of dlfb predict"


def read_predictions(path: str | AnyPath) -> pd.DataFrame:
    """Read predictions, whatever their form: the first line tells.

    Parameters
    ----------
    path : str or Path
        Tab-separated, plain or compressed: protein, term and score without a heading, as CAFA has it; or with a heading
        that names protein (or EntryID), term, and probability (or score), as ``dlfb predict`` writes it.

    Returns
    -------
    pandas.DataFrame
        EntryID and term as categories, score (float64), a row a line. Of a pair that is there twice both rows.

    Raises
    ------
    ValueError
        If the form is none of these, a cell is empty, a term is not ``GO:`` and seven digits, or a score is no number
        from 0 to 1; names file and line.
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    """
    table = Table(path, _layout, WANTED)
    rows = table.rows
    # Each distinct value is looked at once: a million rows hold some thousand terms and scores.
    for term in rows["term"].unique():
        if not _GO_ID.fullmatch(term):
            raise table.refuse("term", term, "an id such as GO:0003674")
    scores = {}
    for text in rows["score"].unique():
        scores[text] = as_number(text)
        if not 0 <= scores[text] <= 1:
            raise table.refuse("score", text, "a number from 0 to 1")
    return pd.DataFrame(
        {
            "EntryID": rows["EntryID"].astype("category"),
            "term": rows["term"].astype("category"),
            "score": rows["score"].map(scores).astype(np.float64),
        }
    )


def as_number(text: str) -> float:
    """Read a number; NaN if it is none."""
    try:
        return float(text) if text.isascii() and "_" not in text else np.nan
    except ValueError:
        return np.nan


def _layout(first: list[str]) -> Layout | None:
    named = {_COLUMNS[name.lower()]: place for place, name in enumerate(first) if name.lower() in _COLUMNS}
    if len(named) == 3:
        return Layout(named, heading=True, needed=tuple(named))
    if len(first) == 3 and _GO_ID.fullmatch(first[1]) and not np.isnan(as_number(first[2])):
        return Layout({"EntryID": 0, "term": 1, "score": 2}, heading=False, needed=("EntryID", "term", "score"))
    return None
