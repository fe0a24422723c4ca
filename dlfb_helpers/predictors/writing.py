"""Tables of predictions as text: for programs, for spreadsheets, and as CAFA wants them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets run (OWASP, CSV injection)."""

FORMATS = {"probability": "{:.3f}", "identity": "{:.2f}", "coverage": "{:.2f}", "evalue": "{:.1e}"}
"""Last word of a column's name -> how its numbers are written."""

CAFA_TERMS, CAFA_LEAST = 1500, 0.001
"""Terms of a protein that CAFA takes, over all aspects, and the least score that is not 0 with its three decimals."""


def tsv(table: pd.DataFrame, heading: bool = True) -> str:
    """Write rows as tab-separated text: probabilities with three decimals, identities with two.

    Nothing is quoted: readers of such files take a quotation mark for a part of the name.

    Parameters
    ----------
    table
        From `claims` or `summaries`.
    heading
        Whether the first line names the columns.

    Returns
    -------
    str
        A line for each row.

    Raises
    ------
    ValueError
        If a cell holds a tab or a line break; names it.
    """
    return _tab_separated(_as_text(table), heading)


def spreadsheet_csv(table: pd.DataFrame, heading: bool = True) -> str:
    """Write rows as a spreadsheet reads them: quoted where needed, and no cell that it would run as a formula.

    Parameters
    ----------
    table, heading
        As for `tsv`.

    Returns
    -------
    str
        A line for each row; a cell that begins like a formula has an apostrophe before it.
    """
    text = _as_text(table).map(lambda cell: f"'{cell}" if cell.startswith(FORMULA) else cell)
    return text.to_csv(index=False, header=heading, lineterminator="\n")


def cafa_tsv(tables: Sequence[pd.DataFrame]) -> str:
    """Write probabilities as CAFA wants them: protein, term and score in (0, 1], no heading.

    Parameters
    ----------
    tables
        Probabilities of the same proteins, a row a protein and a column a term; one table for each aspect.

    Returns
    -------
    str
        A line for each of a protein's most probable terms, at most `CAFA_TERMS`, from `CAFA_LEAST` up.

    Raises
    ------
    ValueError
        As `tsv`.
    """
    together = pd.concat(tables, axis=1)
    terms = together.columns.to_numpy()
    lines = []
    for protein, scores in zip(together.index, together.to_numpy()):
        enough = np.flatnonzero(scores >= CAFA_LEAST)
        order = np.argsort(-np.round(scores[enough], 3), kind="stable")  # by what is written
        kept = enough[order[:CAFA_TERMS]]
        lines += [f"{_checked(protein)}\t{term}\t{score:.3f}\n" for term, score in zip(terms[kept], scores[kept])]
    return "".join(lines)


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text in all cells; what is not known is empty."""
    text = {}
    for name, column in table.items():
        pattern = FORMATS.get(str(name).rsplit("_", 1)[-1])
        if pattern:
            text[name] = column.map(pattern.format, na_action="ignore").astype(object).fillna("")
        elif is_bool_dtype(column):
            text[name] = column.map({True: "yes", False: "no"})
        else:
            text[name] = column.astype(object).fillna("").astype(str)
    return pd.DataFrame(text).astype(object)


def _tab_separated(table: pd.DataFrame, heading: bool) -> str:
    rows = [list(table.columns)] if heading else []
    rows += table.to_numpy().tolist()
    return "".join("\t".join(map(_checked, row)) + "\n" for row in rows)


def _checked(cell: str) -> str:
    if "\t" in cell or "\n" in cell or "\r" in cell:
        raise ValueError(f"{cell[:60]!r} holds a tab or a line break, which a tab-separated table cannot; rename it")
    return cell
