"""A split in time: learn from what one release knew, be judged on what had been found out by the next.

This is how the CAFA challenge judges (Radivojac et al. 2013, Nature Methods 10, 221-227, doi 10.1038/nmeth.2340). Three
releases come with the course: January 2019, September 2022 (the course's own) and September 2024, all read with the
ontology of July 2022. Proteins whose sequence does not come with the course, among them those whose annotations had all
been withdrawn by 2022, and those that had none before 2024, are in none of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pandas as pd
from sklearn.model_selection import GroupShuffleSplit

from dlfb_helpers.annotations.cafa import CafaData, read_terms
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.files.assets import bundled_folder

RELEASES = (2019, 2022, 2024)


class TimeSplit(NamedTuple):
    """Tables with the column Sequence and one 0/1 column a term, indexed by EntryID."""

    train: pd.DataFrame
    valid: pd.DataFrame
    test: pd.DataFrame
    """Proteins that got their first function; all terms that they have in the later release."""
    gained: pd.DataFrame
    """Proteins that had one of the terms before, and have got another: 1 for what is new alone."""
    knowledge: pd.Series
    """Of each test protein in the earlier release: "none" of its functions, places or processes was known by
    experiment, or "limited": something was, but none of the functions that it was to be without."""
    early: CafaData
    """The earlier release, for what else is fitted on it."""
    counts: dict[str, int]
    """What became of the proteins that gained a label."""


def release(data: CafaData, year: int) -> CafaData:
    """Return the course's data with the annotations of another release of its human proteins.

    Parameters
    ----------
    data
        The course's own data: the release of 2022.
    year
        One of `RELEASES`.

    Returns
    -------
    CafaData
        Sequences, ontology and taxonomy as in `data`.

    Raises
    ------
    ValueError
        If there is no such release, or `data` is not the one that the others were translated for.
    """
    if year not in RELEASES:
        raise ValueError(f"there is no release of {year}; choose one of {', '.join(map(str, RELEASES))}")
    if year == 2022:
        return data
    terms = read_terms(bundled_folder(f"terms_{year}") / "train_terms.tsv.xz")
    unknown = sorted(term for term in terms["term"].unique() if data.ontology.status(term) != "primary")
    if unknown:
        raise ValueError(
            f"{len(unknown)} terms of {year}, first {unknown[0]}, are no primary ids of release "
            f'{data.ontology.release}; the split in time needs load_cafa("course")'
        )
    return replace(data, annotations=terms)


def split_by_time(
    data: CafaData, seed: int = 42, learnt: int = 2019, judged: int = 2022, first: str = "function", **filters
) -> TimeSplit:
    """Split by the date of the annotations.

    The terms are those of the earlier release, chosen on it alone. Training and validation share the proteins that had
    one of them, 80 to 20, at random. A test protein had none of them then, and has one in the later release.

    Parameters
    ----------
    data
        The course's data: the release of 2022.
    seed
        Of the split into training and validation.
    learnt, judged
        Years of the earlier and of the later release.
    first
        "function": a test protein had no molecular function at all by experiment, not even a generic one; "term": it
        had none of the terms. Few proteins of 2022 have not even a protein that they bind.
    **filters
        As for `label_table`.

    Returns
    -------
    TimeSplit
        Identical sequences lie in one part.

    Raises
    ------
    ValueError
        As `release`, if `first` is neither of the two, or if no test protein is left.
    """
    if first not in ("function", "term"):
        raise ValueError(f'first is {first!r}; choose "function" or "term"')
    before, after = release(data, learnt), release(data, judged)
    early = label_table(before, **filters)
    terms = list(early.terms.index)
    # One protein is enough here: which terms are predicted was settled on the earlier release.
    late = label_table(after, **(filters | {"min_proteins": 1})).table
    late = late.reindex(columns=["Sequence", *terms], fill_value=0)
    newly = late[(late[terms].sum(axis=1) > 0) & ~late.index.isin(early.table.index)]
    functions = before.annotations.loc[before.annotations["aspect"] == "MFO", "EntryID"]
    had_function = newly.index.isin(functions) & (first == "function")
    twin = newly["Sequence"].isin(early.table["Sequence"])
    test = newly[~had_function & ~twin]
    if test.empty:
        raise ValueError("no protein gained its first molecular function between the two releases")
    known = test.index.isin(before.annotations["EntryID"])
    table = early.table[["Sequence", *terms]]
    splitter = GroupShuffleSplit(n_splits=1, train_size=0.8, random_state=seed)
    train, valid = next(splitter.split(table, groups=table["Sequence"]))
    gained = _gained(table, late, terms)
    counts = {
        f"first label among the terms since {learnt}": len(newly),
        "left out: had another molecular function": int(had_function.sum()),
        f"left out: sequence of a protein labelled in {learnt}": int((twin & ~had_function).sum()),
        "test": len(test),
        "had one of the terms and gained another": len(gained),
    }
    knowledge = pd.Series(known, test.index).map({True: "limited", False: "none"}).rename("knowledge")
    return TimeSplit(table.iloc[train], table.iloc[valid], test, gained, knowledge, before, counts)


def _gained(early: pd.DataFrame, late: pd.DataFrame, terms: list[str]) -> pd.DataFrame:
    """Proteins of both releases with a term in the later one alone, and 1 for those terms."""
    both = late[late.index.isin(early.index)]
    new = both[terms].gt(early.loc[both.index, terms]).astype("uint8")
    return pd.concat([both[["Sequence"]], new], axis=1)[new.any(axis=1)]
