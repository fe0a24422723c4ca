"""The homology split: families whole, nothing similar across, nothing lost uncounted, no order that matters."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import grouped_split, homology_folds, homology_split
from dlfb_helpers.proteins import families as homology
from dlfb_helpers.proteins.alignment import align_all


@pytest.fixture(scope="module")
def table():
    return label_table(load_cafa()).table


@pytest.fixture(scope="module")
def split(table):
    return homology_split(table)


def test_every_protein_is_in_one_part_or_left_out_and_counted(table, split):
    parts, across = split
    everyone = sum(parts.values(), []) + across["left_out"].unique().tolist()
    assert sorted(everyone) == sorted(table.index)
    assert across["left_out"].nunique() < 0.05 * len(table)
    assert 0.19 < len(parts["test"]) / len(table) < 0.24 and 0.17 < len(parts["valid"]) / len(table) < 0.24


def test_the_test_part_is_never_thinned(split):
    parts, across = split
    in_test = set(parts["test"])
    named = dict(zip(across["first"], across["first_part"])) | dict(zip(across["second"], across["second_part"]))
    assert all(named[gone] != "test" for gone in across["left_out"])
    assert all(entry in in_test for entry, part in named.items() if part == "test")


def test_the_audit_finds_no_similar_pair_across(table, split):
    assert homology.cross_pairs({part: table.loc[ids, "Sequence"] for part, ids in split[0].items()}).empty


def test_a_fresh_alignment_of_a_sample_agrees(table, split):
    random = np.random.default_rng(5)
    sample = {part: random.choice(ids, 150, replace=False) for part, ids in split[0].items()}
    sequences = pd.concat([table.loc[ids, "Sequence"] for ids in sample.values()]).drop_duplicates()
    part = np.array([next(p for p, ids in split[0].items() if entry in ids) for entry in sequences.index])
    pairs = align_all(sequences.tolist())
    # The sample is smaller than the whole, so its E-values are smaller too: scale them to all that was aligned.
    pairs["evalue"] *= table["Length"].sum() / sequences.str.len().sum()
    near = homology.similar(pairs)
    assert len(near) > 5  # relatives are there, on one side each
    assert (part[near["first"]] == part[near["second"]]).all()


def test_the_order_of_the_rows_does_not_matter(table, split):
    again, _ = homology_split(table.sample(frac=1, random_state=3))
    assert again == split[0]
    assert homology_split(table, seed=1)[0] != split[0]


def test_no_hash_seed_matters():
    program = (
        "from dlfb_helpers.annotations import cafa; from dlfb_helpers.dataset.labels import label_table; "
        "from dlfb_helpers.dataset.splits import homology_split; import hashlib; "
        "print(hashlib.sha256(repr(homology_split(label_table(load_cafa()).table)[0]).encode()).hexdigest())"
    )
    outputs = {
        subprocess.run([sys.executable, "-c", program], env=os.environ | {"PYTHONHASHSEED": str(seed)},
                       capture_output=True, text=True, check=True).stdout
        for seed in (1, 2)
    }  # fmt: skip
    assert len(outputs) == 1


def test_what_cannot_be_split_is_refused(table):
    with pytest.raises(ValueError, match="is there twice"):
        homology_split(pd.concat([table.head(3), table.head(1)]))
    with pytest.raises(ValueError, match="add up to 1"):
        homology_split(table, fractions=(0.5, 0.2, 0.2))
    with pytest.raises(ValueError, match="too few to split"):
        homology_split(table.head(2))


def test_groups_stay_whole_and_the_order_of_the_rows_does_not_matter():
    groups = pd.Series(np.random.default_rng(0).integers(30, size=300), index=[f"P{n:03}" for n in range(300)])
    parts = grouped_split(groups, seed=1)
    held = [set(groups[ids]) for ids in parts.values()]
    assert sum(map(len, held)) == 30 == len(set.union(*held))
    assert [len(parts[part]) >= 60 for part in ("valid", "test")] == [True, True]
    assert grouped_split(groups.sample(frac=1, random_state=0), seed=1) == parts
    assert grouped_split(groups, seed=2) != parts


def test_each_protein_is_tested_in_one_fold_and_no_fold_leaks(table, split):
    folds = homology_folds(table)
    tested = sum((parts["test"] for parts, _ in folds), [])
    assert sorted(tested) == sorted(table.index)  # once each, none left out
    assert folds[0][0] == split[0]
    for parts, across in folds:
        assert homology.cross_pairs({part: table.loc[ids, "Sequence"] for part, ids in parts.items()}).empty
        assert across["left_out"].nunique() < 0.05 * len(table)
    with pytest.raises(ValueError, match="at least 3"):
        homology_folds(table, num_folds=2)
