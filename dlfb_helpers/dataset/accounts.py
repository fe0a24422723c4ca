"""Rows of annotations, and a line for everything that is done to them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


class Accounts:
    """A table of annotation rows, and what became of them.

    Attributes
    ----------
    rows : pandas.DataFrame
        EntryID and term, both categories, and what else there is.
    lines : list of dict
        A line for each step.
    """

    def __init__(self, rows: pd.DataFrame, left_out: Mapping[str, int], changed: Mapping[str, int]) -> None:
        """Begin with the rows that were read; `left_out` and `changed` as in `CafaData`."""
        self.rows = rows
        self.lines: list[dict] = []
        told = [f"{count:,} rows {what}" for what, count in {**left_out, **changed}.items()]
        self.note("read", len(rows) + sum(left_out.values()), len(rows), "; ".join(told))

    def note(self, step: str, before: int, after: int, why: str, dropped: int | None = None) -> None:
        """Write a line; what `dropped` is not said is the difference."""
        dropped = before - after if dropped is None else dropped
        self.lines.append(
            {"step": step, "rows before": before, "rows after": after, "dropped": dropped, "why": why,
             "proteins": self.rows["EntryID"].nunique(), "terms": self.rows["term"].nunique()}
        )  # fmt: skip

    def keep(self, step: str, wanted: pd.Series | np.ndarray, why: str) -> None:
        """Keep the rows that are wanted, and say why the others are not."""
        before = len(self.rows)
        if not wanted.all():
            self.rows = self.rows[wanted]
        self.note(step, before, len(self.rows), why)

    def drop_duplicates(self, step: str, why: str) -> None:
        """Keep each pair of protein and term once."""
        proteins, terms = self.rows["EntryID"].cat, self.rows["term"].cat
        pairs = proteins.codes.astype(np.int64) * len(terms.categories) + terms.codes
        self.keep(step, ~pairs.duplicated(), why)

    def table(self) -> pd.DataFrame:
        """The lines, one step a row."""
        return pd.DataFrame(self.lines)

    def last_step(self, taxonomy: pd.DataFrame, counts: pd.Series) -> str:
        """Say where the last rows went, and what there would have been: for an error."""
        lines = [line for line in self.lines if line["rows after"] == 0]
        if not lines or not lines[0]["dropped"]:
            return "the file has none"
        line = lines[0]
        there = {
            "species": f"; the taxa with most proteins are {most(taxonomy['taxonomyID'])}",
            "common terms": f"; the most frequent one has {counts.max() if len(counts) else 0}",
        }
        return f'the last {line["dropped"]:,} rows went at "{line["step"]}": {line["why"]}{there.get(line["step"], "")}'


def most(values: pd.Series) -> str:
    """Name the five most frequent values, and how often each is there."""
    return ", ".join(f"{value} ({count:,})" for value, count in values.value_counts().head(5).items())


def in_short(accounts: pd.DataFrame) -> str:
    """The accounts of a labelled table in a line: what was read, what was left out and why, what is left."""
    read, last = accounts.iloc[0], accounts.iloc[-1]
    lost = [
        f"{line.dropped:,} {'proteins' if line.step == 'length' else 'rows'} left out ({line.why})"
        for line in accounts.itertuples()
        if line.dropped and line.step != "read"
    ]
    told = [
        line.why
        for line in accounts.itertuples()
        if line.step in ("read", "propagation") and line.why[:2] not in ("", "0 ")
    ]
    return "; ".join(
        [
            f"{read['rows before']:,} annotations read",
            *told,
            *lost,
            f"left: {last['rows after']:,} proteins with {last['terms']:,} terms",
        ]
    )
