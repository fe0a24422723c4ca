"""Proteins with their embeddings and known functions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd


class Proteins(NamedTuple):
    """Proteins with known functions."""

    sequences: list[str]
    embeddings: np.ndarray
    targets: pd.DataFrame

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Proteins:
        """Take them from a table with columns Sequence, ME:1..ME:D and GO terms."""
        embeddings = table.filter(like="ME:").to_numpy(np.float32)
        return cls(table["Sequence"].tolist(), embeddings, table.filter(like="GO:"))

    def __add__(self, other: Proteins) -> Proteins:
        """Both, one after the other."""
        embeddings = np.concatenate([self.embeddings, other.embeddings])
        return Proteins(self.sequences + other.sequences, embeddings, pd.concat([self.targets, other.targets]))
