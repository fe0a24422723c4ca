"""The game of chapter 9: a small evaluation with a planted leak, to be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

TRAIN, TEST, PLANTED = 300, 60, 4
TRIMMED = 15
"""Residues that a planted copy lacks at its start, as a protein does whose signal peptide has been cut off."""


def plant_leak(
    sequences: pd.Series, targets: pd.DataFrame, parts: Mapping[str, Sequence[str]], seed: int = 42
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a small evaluation from a split, and put trimmed copies of a few test proteins among its training proteins.

    Parameters
    ----------
    sequences
        By EntryID.
    targets
        0/1 table, a row a protein.
    parts
        EntryIDs of "train" and "test".
    seed
        Of what is drawn.

    Returns
    -------
    pandas.DataFrame
        Columns part and sequence, indexed by new names, shuffled.
    pandas.DataFrame
        Labels of the same proteins, in the same order.
    """
    random = np.random.default_rng(seed)
    train = random.choice(sorted(parts["train"]), min(TRAIN, len(parts["train"])), replace=False)
    test = random.choice(sorted(parts["test"]), min(TEST, len(parts["test"])), replace=False)
    copies = random.choice(test, PLANTED, replace=False)
    texts = [*sequences[train], *sequences[test], *sequences[copies].str.slice(TRIMMED)]
    part = ["train"] * len(train) + ["test"] * len(test) + ["train"] * PLANTED
    origin = np.concatenate([train, test, copies])
    order = random.permutation(len(origin))
    names = pd.Index([f"P{number:03d}" for number in range(1, len(origin) + 1)], name="protein")
    table = pd.DataFrame({"part": part, "sequence": texts}).iloc[order].set_axis(names)
    return table, targets.loc[origin[order]].set_axis(names)


def leaked(table: pd.DataFrame) -> list[str]:
    """Name the test proteins of which a training protein is a piece, or the whole."""
    train = table.loc[table["part"] == "train", "sequence"].tolist()
    test = table.loc[table["part"] == "test", "sequence"]
    return [name for name, text in test.items() if any(piece in text for piece in train)]
