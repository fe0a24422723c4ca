"""Splits: nothing lost, twins or families whole, nothing similar across, and no order or hash seed that matters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.dataset.splits import check_split, grouped_split, homology_folds, homology_split, split_proteins
from dlfb_helpers.proteins import families as homology
from dlfb_helpers.proteins.alignment import align_all


def calmodulins_and_others(number: int = 60) -> pd.DataFrame:
    """As in UniProt since 2018: three genes, three accessions, one sequence."""
    rows = {f"P{i:05d}": "M" + "ACDEFGHIKL"[i % 10] * (i + 1) for i in range(number)}
    rows |= dict.fromkeys(["P0DP23", "P0DP24", "P0DP25"], "MADQLTEEQIAEFKEAFSLFDKDGDGTITTKELGTVMRSLGQNPTEAELQDMINEVDAD")
    return pd.DataFrame({"Sequence": rows}).rename_axis("EntryID")


@pytest.fixture(scope="module")
def split(course_table):
    return homology_split(course_table)


def test_the_random_split_of_the_course_holds_every_protein_once_and_parts_no_twins(course_table):
    parts = split_proteins(course_table)
    ids = [entry for part in parts.values() for entry in part]
    assert sorted(ids) == course_table.index.tolist()
    sizes = {name: len(part) / len(ids) for name, part in parts.items()}
    assert sizes == pytest.approx({"train": 0.6, "valid": 0.2, "test": 0.2}, abs=0.002)
    sides = pd.Series({entry: name for name, part in parts.items() for entry in part})
    assert course_table["Sequence"].duplicated().sum() >= 4  # the test would be empty otherwise
    assert (sides.groupby(course_table["Sequence"]).nunique() == 1).all()


def test_identical_sequences_never_lie_on_two_sides():
    for seed in range(20):
        parts = split_proteins(calmodulins_and_others(), seed=seed)
        calmodulins = {"P0DP23", "P0DP24", "P0DP25"}
        assert sorted(len(calmodulins & set(part)) for part in parts.values()) == [0, 0, 3], seed


def test_the_random_split_does_not_depend_on_row_order_and_does_on_the_seed():
    table = calmodulins_and_others()
    assert split_proteins(table) == split_proteins(table.sample(frac=1, random_state=3))
    assert split_proteins(table, seed=1) != split_proteins(table, seed=2)


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (calmodulins_and_others(), {"fractions": (0.6, 0.2, 0.3)}, "add up to 1"),
        (calmodulins_and_others(), {"fractions": (1.0, 0.2, -0.2)}, "three positive numbers"),
        (calmodulins_and_others(1), {}, "2 distinct sequences cannot be split"),
        (pd.concat([calmodulins_and_others(9)] * 2), {}, "is there twice"),
    ],
)
def test_a_random_split_that_cannot_be_is_refused(table, options, message):
    with pytest.raises(ValueError, match=message):
        split_proteins(table, **options)


def test_groups_stay_whole_and_the_order_of_the_rows_does_not_matter():
    groups = pd.Series(np.random.default_rng(0).integers(30, size=300), index=[f"P{n:03}" for n in range(300)])
    parts = grouped_split(groups, seed=1)
    held = [set(groups[ids]) for ids in parts.values()]
    assert sum(map(len, held)) == 30 == len(set.union(*held))
    assert [len(parts[part]) >= 60 for part in ("valid", "test")] == [True, True]
    assert grouped_split(groups.sample(frac=1, random_state=0), seed=1) == parts
    assert grouped_split(groups, seed=2) != parts


def test_every_protein_is_in_one_part_or_left_out_and_counted(course_table, split):
    parts, across = split
    everyone = sum(parts.values(), []) + across["left_out"].unique().tolist()
    assert sorted(everyone) == sorted(course_table.index)
    total = len(course_table)
    assert across["left_out"].nunique() < 0.05 * total
    assert 0.19 < len(parts["test"]) / total < 0.24 and 0.17 < len(parts["valid"]) / total < 0.24


def test_the_test_part_is_never_thinned(split):
    parts, across = split
    in_test = set(parts["test"])
    named = dict(zip(across["first"], across["first_part"])) | dict(zip(across["second"], across["second_part"]))
    assert all(named[gone] != "test" for gone in across["left_out"])
    assert all(entry in in_test for entry, part in named.items() if part == "test")


def test_a_fresh_alignment_of_a_sample_agrees(course_table, split):
    random = np.random.default_rng(5)
    sample = {part: random.choice(ids, 150, replace=False) for part, ids in split[0].items()}
    sequences = pd.concat([course_table.loc[ids, "Sequence"] for ids in sample.values()]).drop_duplicates()
    part = np.array([next(p for p, ids in split[0].items() if entry in ids) for entry in sequences.index])
    pairs = align_all(sequences.tolist())
    # The sample is smaller than the whole, so its E-values are smaller too: scale them to all that was aligned.
    pairs["evalue"] *= course_table["Length"].sum() / sequences.str.len().sum()
    near = homology.similar(pairs)
    assert len(near) > 5  # relatives are there, on one side each
    assert (part[near["first"]] == part[near["second"]]).all()


def test_the_split_by_homology_does_not_depend_on_row_order_and_does_on_the_seed(course_table, split):
    assert homology_split(course_table.sample(frac=1, random_state=3))[0] == split[0]
    assert homology_split(course_table, seed=1)[0] != split[0]


def test_a_split_by_homology_that_cannot_be_is_refused(course_table):
    with pytest.raises(ValueError, match="is there twice"):
        homology_split(pd.concat([course_table.head(3), course_table.head(1)]))
    with pytest.raises(ValueError, match="add up to 1"):
        homology_split(course_table, fractions=(0.5, 0.2, 0.2))
    with pytest.raises(ValueError, match="too few to split"):
        homology_split(course_table.head(2))
    with pytest.raises(ValueError, match="at least 3"):
        homology_folds(course_table, num_folds=2)
    check_split(course_table, (0.6, 0.2, 0.2))


def test_each_protein_is_tested_in_one_fold_and_no_fold_leaks(course_table, split):
    folds = homology_folds(course_table)
    tested = sum((parts["test"] for parts, _ in folds), [])
    assert sorted(tested) == sorted(course_table.index)  # once each, none left out
    assert folds[0][0] == split[0]
    for parts, across in folds:
        assert homology.cross_pairs({part: course_table.loc[ids, "Sequence"] for part, ids in parts.items()}).empty
        assert across["left_out"].nunique() < 0.05 * len(course_table)


def test_nothing_depends_on_the_hash_seed(course_table, tmp_path):
    """Neither a split nor a label table, though the rows come in the order of a set."""
    course_table[["Sequence"]].to_parquet(tmp_path / "sequences.parquet")
    code = (
        "import sys; sys.path.insert(0, 'tests/dataset')\n"
        "import pandas as pd\n"
        "from dlfb_helpers.dataset.splits import homology_split, split_proteins\n"
        "from test_labels import label_table, made_up_data\n"
        "table = pd.read_parquet(sys.argv[1])\n"
        "table = table.loc[list(set(table.index))]\n"
        "print(split_proteins(table), homology_split(table)[0])\n"
        "print(label_table(made_up_data(), min_proteins=2).table.to_csv())\n"
        "print('order of a set:', table.index[:5].tolist())\n"
    )
    seeds = ("0", "1", "2", "42", "4294967295")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "sequences.parquet")], stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONHASHSEED": seed}, cwd=Path(__file__).parents[2],
        )
        for seed in seeds
    ]  # fmt: skip
    outputs = [process.communicate()[0].split("order of a set:") for process in running]
    assert [process.returncode for process in running] == [0] * len(seeds)
    assert len({results for results, _ in outputs}) == 1
    assert len({order for _, order in outputs}) > 1  # the hash seed did change what sets do
