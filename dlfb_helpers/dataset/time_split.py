"""A split in time: learn from what was known in January 2019, be judged on what had been found out by September 2022.

This is how the CAFA challenge judges (Radivojac et al. 2013, Nature Methods 10, 221-227, doi 10.1038/nmeth.2340).
Both releases are read with the course's ontology of July 2022. Proteins whose sequence does not come with the course,
among them those whose annotations had all been withdrawn by 2022, are in neither.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pandas as pd
from sklearn.model_selection import GroupShuffleSplit

from dlfb_helpers.annotations.cafa import CafaData, read_terms
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.files.assets import bundled_folder


class TimeSplit(NamedTuple):
    """Tables with the column Sequence and one 0/1 column a term, indexed by EntryID."""

    train: pd.DataFrame
    valid: pd.DataFrame
    test: pd.DataFrame
    knowledge: pd.Series
    """Of each test protein in 2019: "none" of its functions, places or processes was known by experiment, or "limited":
    a place or a process, but no molecular function."""
    early: CafaData
    """The release of 2019, for what else is fitted on it."""
    counts: dict[str, int]
    """What became of the proteins that gained a label."""


def split_by_time(data: CafaData, seed: int = 42, **filters) -> TimeSplit:
    """Split by the date of the annotations.

    The terms are those of 2019, chosen on that release alone. Training and validation share the proteins that had one
    of them, 80 to 20, at random. A test protein had no molecular function by experiment in 2019, not even a generic
    one, and has one of the terms in 2022.

    Parameters
    ----------
    data
        The course's data: the release of 2022.
    seed
        Of the split into training and validation.
    **filters
        As for `label_table`.

    Returns
    -------
    TimeSplit
        Identical sequences lie in one part.

    Raises
    ------
    ValueError
        If `data` is not the release that the annotations of 2019 were translated for, or no test protein is left.
    """
    before = read_terms(bundled_folder("terms_2019") / "train_terms.tsv.xz")
    unknown = sorted(term for term in before["term"].unique() if data.ontology.status(term) != "primary")
    if unknown:
        raise ValueError(
            f"{len(unknown)} terms of 2019, first {unknown[0]}, are no primary ids of release {data.ontology.release}; "
            'the split in time needs load_cafa("course")'
        )
    release = replace(data, annotations=before)
    early = label_table(release, **filters)
    terms = list(early.terms.index)
    # One protein is enough here: which terms are predicted was settled on the release of 2019.
    late = label_table(data, **(filters | {"min_proteins": 1})).table
    late = late.reindex(columns=["Sequence", *terms], fill_value=0)
    gained = late[(late[terms].sum(axis=1) > 0) & ~late.index.isin(early.table.index)]
    had_function = gained.index.isin(before.loc[before["aspect"] == "MFO", "EntryID"])
    twin = gained["Sequence"].isin(early.table["Sequence"])
    test = gained[~had_function & ~twin]
    if test.empty:
        raise ValueError("no protein gained its first molecular function between the two releases")
    known = test.index.isin(before["EntryID"])
    table = early.table[["Sequence", *terms]]
    splitter = GroupShuffleSplit(n_splits=1, train_size=0.8, random_state=seed)
    train, valid = next(splitter.split(table, groups=table["Sequence"]))
    counts = {
        "first label among the terms since 2019": len(gained),
        "left out: had another molecular function": int(had_function.sum()),
        "left out: sequence of a protein labelled in 2019": int((twin & ~had_function).sum()),
        "test": len(test),
    }
    knowledge = pd.Series(known, test.index).map({True: "limited", False: "none"}).rename("knowledge")
    return TimeSplit(table.iloc[train], table.iloc[valid], test, knowledge, release, counts)
