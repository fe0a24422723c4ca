"""The planted leak is there, hidden from a look for equal sequences, and moves the score."""

import numpy as np
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import homology_split
from dlfb_helpers.lesson.leak import PLANTED, leaked, plant_leak
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors.neighbours import alignment_neighbours
from dlfb_helpers.proteins.families import alignment_bits


@pytest.fixture(scope="module")
def course():
    labelled = label_table(load_cafa())
    return labelled.table["Sequence"], labelled.table[labelled.terms.index], homology_split(labelled.table)[0]


@pytest.mark.parametrize("seed", [0, 42])
def test_four_test_proteins_leak_and_no_sequence_is_there_twice(course, seed):
    small, labels = plant_leak(*course, seed=seed)
    assert len(leaked(small)) == PLANTED and labels.index.equals(small.index)
    assert small["part"].value_counts().to_dict() == {"train": 304, "test": 60}
    assert not small["sequence"].duplicated().any()


def test_another_seed_plants_others_and_the_same_one_the_same(course):
    first, again, other = (plant_leak(*course, seed=seed)[0] for seed in (1, 1, 2))
    assert first.equals(again) and not set(first["sequence"]) == set(other["sequence"])


def test_the_look_up_finds_them(course):
    small, labels = plant_leak(*course)
    train, test = (small[small["part"] == part] for part in ("train", "test"))
    bits = alignment_bits(test["sequence"].tolist(), train["sequence"].tolist())
    said = alignment_neighbours(bits, labels.loc[train.index])
    auprc = average_precision(labels.loc[test.index], said)
    among = test.index.isin(leaked(small))
    assert auprc[among].min() > 0.9 and np.nanmean(auprc) > np.nanmean(auprc[~among]) + 0.02
    assert set(test.index[bits.max(axis=1) > 200]) == set(leaked(small))
