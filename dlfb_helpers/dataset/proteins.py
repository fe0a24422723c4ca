"""Proteins with their vectors and their known functions: the one form from the dataset to the predictor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Proteins:
    """n proteins, in one order.

    Attributes
    ----------
    ids : list of str
        Each once.
    sequences : list of str
        Residues in one-letter code.
    embeddings : numpy.ndarray
        One vector a protein, shape (n, D), float32.
    targets : pandas.DataFrame
        0/1 table, shape (n, T): a row a protein, its index the ids; a column a term. Proteins whose functions are not
        known, or not to be seen, have no columns.

    Raises
    ------
    ValueError
        If the four do not have a row for each of the same proteins, or an id is there twice.
    """

    ids: list[str]
    sequences: list[str]
    embeddings: np.ndarray
    targets: pd.DataFrame

    def __post_init__(self) -> None:
        rows = {"ids": len(self.ids), "sequences": len(self.sequences), "embeddings": len(self.embeddings)}
        rows["targets"] = len(self.targets)
        if len(set(rows.values())) > 1 or np.ndim(self.embeddings) != 2:
            shapes = ", ".join(f"{name} {count}" for name, count in rows.items())
            raise ValueError(f"a row for each protein is needed everywhere, but there are {shapes}")
        if self.targets.index.tolist() != list(self.ids):
            raise ValueError("the index of targets must be the ids, in their order")
        if not self.targets.index.is_unique:
            repeated = self.targets.index[self.targets.index.duplicated()][0]
            raise ValueError(f"{repeated} is there twice; one row a protein is needed")

    @classmethod
    def unlabelled(cls, ids: Sequence[str], sequences: Sequence[str], embeddings: np.ndarray) -> Proteins:
        """Take proteins of which no function is known."""
        ids = list(ids)
        return cls(ids, list(sequences), embeddings, pd.DataFrame(index=pd.Index(ids, name="EntryID")))

    def __len__(self) -> int:
        return len(self.ids)

    def __add__(self, other: Proteins) -> Proteins:
        """Both, one after the other; a ValueError if they are labelled with other terms or hold a protein twice."""
        if not self.targets.columns.equals(other.targets.columns):
            raise ValueError("the two are labelled with other terms; bring both targets to the same columns first")
        embeddings = np.concatenate([self.embeddings, other.embeddings])
        targets = pd.concat([self.targets, other.targets])
        return Proteins(self.ids + other.ids, self.sequences + other.sequences, embeddings, targets)

    def take(self, ids: Sequence[str]) -> Proteins:
        """Return the proteins with these ids, in their order; a KeyError names one that is not there."""
        place = {entry: row for row, entry in enumerate(self.ids)}
        rows = [place[entry] for entry in ids]
        return Proteins(
            list(ids), [self.sequences[row] for row in rows], self.embeddings[rows], self.targets.iloc[rows]
        )

    def without_targets(self) -> Proteins:
        """Return the same proteins, their functions hidden: what a predictor may see of a test part."""
        return Proteins.unlabelled(self.ids, self.sequences, self.embeddings)

    def batch(self) -> dict[str, np.ndarray]:
        """Return all of them as one batch: "embedding" (n, D) and "target" (n, T), float32."""
        return {"embedding": np.asarray(self.embeddings, np.float32), "target": self.targets.to_numpy(np.float32)}

    def to_table(self) -> pd.DataFrame:
        """Return the article's table: columns ME:1..ME:D, then one 0/1 column a term; indexed by EntryID."""
        columns = [f"ME:{number}" for number in range(1, self.embeddings.shape[1] + 1)]
        return pd.concat([pd.DataFrame(self.embeddings, self.targets.index, columns), self.targets], axis=1)
