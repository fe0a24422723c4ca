"""What a table must have before it is drawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from dlfb_helpers.plots.style import SERIES


def check_columns(table: pd.DataFrame, needed: Sequence[str]) -> None:
    """Raise a ValueError that names the columns which are missing."""
    if missing := [name for name in needed if name not in table]:
        raise ValueError(f"columns {', '.join(needed)} are needed, but {', '.join(missing)} is not among {list(table)}")


def check_rows(scan: pd.DataFrame, sequence: str) -> None:
    """Raise a ValueError if a scan has not one row for each residue."""
    if len(scan) != len(sequence):
        raise ValueError(f"the scan has {len(scan)} positions, the sequence {len(sequence)} residues")


def check_number(series: Collection, what: str) -> None:
    """Raise a ValueError if there are none, or more than can be told apart."""
    if not 1 <= len(series) <= len(SERIES):
        raise ValueError(f"from 1 to {len(SERIES)} {what} can be told apart, found {len(series)}")
