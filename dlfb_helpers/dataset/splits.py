"""Splits: at random, identical sequences together; and by homology, with no similar pair of proteins across."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit

from dlfb_helpers.proteins.families import cross_pairs, family_numbers


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
    return _without_leaks(grouped_split(_families(sequences), seed, fractions), sequences)


def homology_folds(
    table: pd.DataFrame, seed: int = 42, num_folds: int = 5
) -> list[tuple[dict[str, list[str]], pd.DataFrame]]:
    """Split proteins by family as often as it takes for each one to be tested once: cross-validation by families.

    The families fill `num_folds` folds of about one size. Each fold is the test part of one split, the next fold its
    valid part, the others its train part. With five folds the first split is that of `homology_split`.

    Parameters
    ----------
    table, seed
        As in `homology_split`.
    num_folds : int
        At least 3.

    Returns
    -------
    list of tuple
        For each fold what `homology_split` returns.

    Raises
    ------
    ValueError
        As `homology_split`, or if there are fewer than three folds.
    """
    if num_folds < 3:
        raise ValueError(f"num_folds must be at least 3, one each to train, choose and test, but is {num_folds}")
    check_split(table, (1 - 2 / num_folds, 1 / num_folds, 1 / num_folds))
    sequences = table["Sequence"].sort_index()
    folds = _fill(_families(sequences), seed, [1 / num_folds] * (num_folds - 1))
    turned = (folds[turn:] + folds[:turn] for turn in range(num_folds))
    return [
        _without_leaks({"train": sorted(sum(rest, [])), "valid": valid, "test": test}, sequences)
        for test, valid, *rest in turned
    ]


def _families(sequences: pd.Series) -> pd.Series:
    return pd.Series(family_numbers(sequences.tolist()), index=sequences.index)


def _without_leaks(parts: dict[str, list[str]], sequences: pd.Series) -> tuple[dict[str, list[str]], pd.DataFrame]:
    """Leave one protein of each similar pair across parts out, never one of the test part."""
    across = cross_pairs({part: sequences[ids] for part, ids in parts.items()})
    rank = {"train": 0, "valid": 1, "test": 2}
    first_goes = across["first_part"].map(rank) < across["second_part"].map(rank)
    across["left_out"] = across["first"].where(first_goes, across["second"])
    gone = set(across["left_out"])
    splits = {part: sorted(set(ids) - gone) for part, ids in parts.items()}
    if empty := [part for part, ids in splits.items() if not ids]:
        raise ValueError(f"no protein is left in {empty[0]}: the families are too few to split")
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
    test, valid, train = _fill(groups, seed, [fractions[2], fractions[1]])
    return {"train": train, "valid": valid, "test": test}


def _fill(groups: pd.Series, seed: int, shares: list[float]) -> list[list[str]]:
    """Fill parts one after the other with whole groups, drawn in random order; a last part gets the rest."""
    groups = groups.sort_index()  # so that the order of the rows does not matter
    members = {name: ids.tolist() for name, ids in sorted(groups.index.groupby(groups).items())}
    parts: list[list[str]] = [[]]
    for name in np.random.default_rng(seed).permutation(list(members)):
        if len(parts) <= len(shares) and len(parts[-1]) >= shares[len(parts) - 1] * len(groups):
            parts.append([])
        parts[-1] += members[name]
    parts += [[] for _ in range(len(shares) + 1 - len(parts))]
    return [sorted(part) for part in parts]


def split_proteins(
    table: pd.DataFrame, seed: int = 42, fractions: tuple[float, float, float] = (0.6, 0.2, 0.2)
) -> dict[str, list[str]]:
    """Split proteins at random into train, valid and test; identical sequences stay on one side.

    The same proteins, seed and fractions give the same split, whatever the order of the rows. Fractions are of
    distinct sequences.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by EntryID, with a column Sequence.
    seed : int
        Another seed gives another split.
    fractions : tuple of float
        Of train, valid and test; they add up to 1.

    Returns
    -------
    dict of str to list of str
        EntryIDs, sorted, under train, valid and test.

    Raises
    ------
    ValueError
        If an id is there twice, the fractions do not add up to 1, or there are too few sequences.
    """
    check_split(table, fractions)
    sequences = table["Sequence"].sort_index()
    if (distinct := sequences.nunique()) < 5:
        raise ValueError(f"{distinct} distinct sequences cannot be split into three parts; give at least 5")
    first = GroupShuffleSplit(n_splits=1, train_size=fractions[0], random_state=seed)
    train, rest = next(first.split(sequences, groups=sequences))
    held_out = sequences.iloc[rest]
    second = GroupShuffleSplit(n_splits=1, train_size=fractions[1] / (fractions[1] + fractions[2]), random_state=seed)
    valid, test = next(second.split(held_out, groups=held_out))
    parts = {"train": sequences.iloc[train], "valid": held_out.iloc[valid], "test": held_out.iloc[test]}
    return {name: part.index.tolist() for name, part in parts.items()}


def check_split(table: pd.DataFrame, fractions: tuple[float, float, float]) -> None:
    """Raise a ValueError if an EntryID is there twice, or the fractions are not positive with a sum of 1."""
    if not table.index.is_unique:
        raise ValueError(f"{table.index[table.index.duplicated()][0]} is there twice; one row a protein is needed")
    if min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions {fractions} are not three positive numbers that add up to 1")
