"""Rungs say what the table of pairs says, in both directions, and agree with the audit of a split."""

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import homology_split, split_proteins
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors.results import load_predictions
from dlfb_helpers.proteins.families import alignment_bits, cross_pairs
from dlfb_helpers.proteins.relatives import RUNGS, rungs


@pytest.fixture(scope="module")
def labelled():
    return label_table(load_cafa())


@pytest.fixture(scope="module")
def sequences(labelled):
    return labelled.table["Sequence"]


def closest(sequences, test, others):
    return rungs(sequences[test].tolist(), sequences[others].tolist()).min(axis=1)


def test_they_are_symmetric_and_a_protein_is_identical_to_itself(sequences):
    some = sequences[:400].tolist()
    table = rungs(some, some)
    assert table.shape == (400, 400) and (np.diag(table) == 0).all() and (table == table.T).all()
    assert set(np.unique(table)) == set(range(len(RUNGS)))


def test_a_pair_stands_higher_the_better_it_aligns(sequences):
    some, others = sequences[:300].tolist(), sequences[300:1500].tolist()
    table, bits = rungs(some, others), alignment_bits(some, others)
    assert (bits[table < 4] > 0).all()
    assert bits[table == 2].min() > bits[table == 3].max() - 15  # E is that of the pair's length


def test_the_first_two_rungs_are_those_that_the_audit_finds(sequences):
    parts = split_proteins(sequences.to_frame())
    pairs = cross_pairs({part: sequences[parts[part]] for part in ("train", "test")})
    found = closest(sequences, parts["test"], parts["train"])
    audited = pd.Index(parts["test"]).isin([*pairs["first"], *pairs["second"]])
    assert ((found <= 1) == audited).all() and not (found == 0).any()


def test_a_split_by_homology_leaves_remote_relatives_to_half_of_its_test_proteins(labelled, sequences):
    """What chapters 8 and 9 say of it: 46 % have a significant alignment, and are predicted better."""
    parts, _ = homology_split(sequences.to_frame())
    found = closest(sequences, parts["test"], parts["train"] + parts["valid"])
    assert (found >= 2).all()
    assert (found < 4).mean() == pytest.approx(0.46, abs=0.01)
    mixture = load_predictions("families").loc[parts["test"]]
    auprc = average_precision(labelled.table.loc[mixture.index, mixture.columns], mixture)
    assert np.nanmean(auprc[found < 4]) > np.nanmean(auprc[found == 4]) + 0.1


def test_most_cysteine_endopeptidases_of_that_split_have_a_relative(labelled, sequences):
    parts, _ = homology_split(sequences.to_frame())
    having = [entry for entry in parts["test"] if labelled.table.loc[entry, "GO:0004197"]]
    found = closest(sequences, having, parts["train"] + parts["valid"])
    assert ((found < 4).sum(), len(having)) == (11, 13)


def test_proteins_of_anybody_are_aligned():
    one = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQ"
    other = "MKTAYIAKQRQISFVKSHWSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQ"
    stranger = "GGSGGSPPNPPNPPAWWCCHHCCWWMMHHDDEEDDEEDDKKDDKKDDKK"
    assert rungs([one], [one, other, stranger]).tolist() == [[0, 1, 4]]


def test_a_missing_sequence_is_refused():
    with pytest.raises(ValueError, match="not empty"):
        rungs(["", "MKTAYIAKQRQ"], ["MKTAYIAKQRW"])
