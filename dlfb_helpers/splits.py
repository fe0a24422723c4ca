"""A split by homology: whole families on one side, and no similar pair of proteins across.

The random split is `dlfb_helpers.dataset.split_proteins`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dlfb_helpers.dataset import check_split
from dlfb_helpers.homology import cross_pairs, families


def homology_split(
    table: pd.DataFrame, seed: int = 42, fractions: tuple[float, float, float] = (0.6, 0.2, 0.2)
) -> tuple[dict[str, list[str]], pd.DataFrame]:
    """Split proteins by family into train, valid and test.

    Parts are filled as `grouped_split` does. Families are communities, not islands, so a few proteins resemble one of
    another family: where such a pair lies in two parts, the one that is not in test (or, between the other two, the one
    in train) is left out. The test part is never thinned.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by EntryID, with a column Sequence.
    seed : int
        Of the order of the families.
    fractions : tuple of float
        Of train, valid and test, as shares of proteins; they add up to 1.

    Returns
    -------
    dict of str to list of str
        EntryIDs, sorted, under train, valid and test, whatever the order of the rows.
    pandas.DataFrame
        The pairs across parts, as `cross_pairs` has them, with the column `left_out`: the EntryID that had to go.

    Raises
    ------
    ValueError
        If an id is there twice, the fractions do not add up to 1, or a part is left without proteins.
    """
    check_split(table, fractions)
    sequences = table["Sequence"].sort_index()
    family = pd.Series(families(sequences.tolist()), index=sequences.index)
    parts = grouped_split(family, seed, fractions)
    across = cross_pairs({part: sequences[ids] for part, ids in parts.items()})
    rank = {"train": 0, "valid": 1, "test": 2}
    first_goes = across["first_part"].map(rank) < across["second_part"].map(rank)
    across["left_out"] = across["first"].where(first_goes, across["second"])
    gone = set(across["left_out"])
    splits = {part: sorted(set(ids) - gone) for part, ids in parts.items()}
    if empty := [part for part, ids in splits.items() if not ids]:
        raise ValueError(f"no protein is left in {empty[0]}: {family.nunique()} families are too few to split")
    return splits, across


def grouped_split(
    groups: pd.Series, seed: int = 42, fractions: tuple[float, float, float] = (0.6, 0.2, 0.2)
) -> dict[str, list[str]]:
    """Split proteins so that no group lies in two parts.

    Groups, drawn in random order, fill the test part up to its share of proteins, then valid; train gets the rest.

    Parameters
    ----------
    groups : pandas.Series
        A group for each EntryID.
    seed, fractions
        As in `homology_split`.

    Returns
    -------
    dict of str to list of str
        EntryIDs, sorted, under train, valid and test; the last two get the group that fills them up.
    """
    groups = groups.sort_index()  # so that the order of the rows does not matter
    members = {name: ids.tolist() for name, ids in sorted(groups.index.groupby(groups).items())}
    parts: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    for name in np.random.default_rng(seed).permutation(list(members)):
        short = [part for part, share in (("test", fractions[2]), ("valid", fractions[1]))
                 if len(parts[part]) < share * len(groups)]  # fmt: skip
        parts[short[0] if short else "train"] += members[name]
    return {part: sorted(ids) for part, ids in parts.items()}
