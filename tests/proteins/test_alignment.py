"""Alignments are Biopython's; E-values follow their formula; what cannot be aligned is refused."""

import numpy as np
import pandas as pd
import pytest
from Bio.Align import PairwiseAligner, substitution_matrices

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.proteins.alignment import (
    LAMBDA,
    K,
    align_all,
    align_pair,
    bit_score,
    cross_bits,
    evalue_of,
    self_bits,
)


@pytest.fixture(scope="module")
def sequences():
    """Sixty real proteins: globins, which resemble each other, and what stands first in the course data."""
    table = load_cafa().sequences.set_index("EntryID")["Sequence"]
    globins = table[["P02144", "P68871", "P02042", "P69892", "P02100"]].tolist()
    return globins + table[table.str.len() < 200].head(55).tolist()


def test_scores_are_biopythons(sequences):
    aligner = PairwiseAligner(mode="local", substitution_matrix=substitution_matrices.load("BLOSUM62"))
    aligner.open_gap_score, aligner.extend_gap_score = -12, -1
    pairs = align_all(sequences)
    assert len(pairs) >= 10
    expected = [aligner.score(sequences[row.first], sequences[row.second]) for row in pairs.itertuples()]
    np.testing.assert_allclose(pairs["bits"], bit_score(expected))


def test_globins_find_each_other_and_evalues_follow_the_formula(sequences):
    pairs = align_all(sequences, max_evalue=1e-3).set_index(["first", "second"])
    betas = pairs.loc[(1, 2)]  # haemoglobin beta and delta: 93 % identical
    assert 0.92 < betas["identity"] < 0.95 and betas["coverage"] == pytest.approx(1, abs=0.02)
    assert {(i, j) for i in range(1, 5) for j in range(i + 1, 5)} <= set(pairs.index)
    score = (betas["bits"] * np.log(2) + np.log(K)) / LAMBDA
    shorter, total = min(len(sequences[1]), len(sequences[2])), sum(map(len, sequences))
    assert betas["evalue"] == pytest.approx(K * shorter * total * np.exp(-LAMBDA * score))
    assert evalue_of(betas["bits"], shorter, total) == pytest.approx(betas["evalue"])


def test_a_pair_is_aligned_as_among_many(sequences):
    for pair in align_all(sequences).sort_values("bits").tail(20).itertuples():
        one, other = sequences[pair.first], sequences[pair.second]
        assert align_pair(one, other) == align_pair(other, one) == pytest.approx((pair.identity, pair.coverage))
    assert align_pair("W", "P") == (0.0, 0.0)


def test_unusual_letters_do_not_stop_it():
    one = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVV"
    pairs = align_all([one, one.replace("K", "U", 2).replace("Q", "O", 1), "A" * 30])
    assert pairs[["first", "second"]].values.tolist() == [[0, 1]]
    assert pairs["identity"].item() == pytest.approx(1 - 3 / len(one), abs=0.02)


def test_strangers_give_an_empty_table():
    assert isinstance(pairs := align_all(["AAAAAAAA", "WWWWWWWW"]), pd.DataFrame) and pairs.empty


@pytest.mark.parametrize("wrong", [["ACD", "ACD"], ["ACD", ""]])
def test_duplicates_and_empty_sequences_are_refused(wrong):
    with pytest.raises(ValueError, match="distinct and not empty"):
        align_all(wrong)


@pytest.mark.parametrize("wrong", ["acdefghik", "ACD-EF", "ACD*", "ACDÉ"])
def test_what_is_not_in_capital_letters_is_refused(wrong):
    with pytest.raises(ValueError, match="not in capital letters"):
        align_all(["ACDEFGHIK", wrong])


def test_the_order_of_the_list_does_not_matter(sequences):
    forward, backward = align_all(sequences), align_all(sequences[::-1])
    last = len(sequences) - 1
    turned = backward.assign(first=last - backward["second"], second=last - backward["first"])
    pd.testing.assert_frame_equal(forward, turned.sort_values(["first", "second"], ignore_index=True))
    assert (forward["first"] < forward["second"]).all()


def test_a_sequence_scores_against_itself_what_biopython_says(sequences):
    aligner = PairwiseAligner(mode="local", substitution_matrix=substitution_matrices.load("BLOSUM62"))
    aligner.open_gap_score, aligner.extend_gap_score = -12, -1
    for sequence in [*sequences[:5], "XX" + sequences[0] + "XXX"]:
        assert self_bits(sequence) == pytest.approx(bit_score(aligner.score(sequence, sequence)))


@pytest.mark.parametrize("few", [[], ["ACDEFGHIK"]])
def test_fewer_than_two_sequences_make_no_pair(few):
    assert align_all(few).empty


def test_cross_bits_are_those_of_all_pairs_and_a_query_finds_its_copy(sequences):
    few = sequences[:12]
    pairs = align_all(few, max_evalue=1e-3)
    bits = cross_bits(few, few, max_evalue=1e9)
    np.testing.assert_allclose(bits[pairs["first"], pairs["second"]], pairs["bits"], rtol=1e-6)
    np.testing.assert_allclose(np.diag(bits), [self_bits(sequence) for sequence in few], rtol=1e-6)
    np.testing.assert_allclose(bits, bits.T)
    assert (cross_bits(["AAAAA"], ["WWWWWWW"], max_evalue=1e9) == 0).all()  # nothing aligns, however much is allowed
    assert (cross_bits(few, few[:1], residues=10**100) == 0).all()  # among so many residues any score is chance
    assert cross_bits([], few).shape == (0, 12)
    with pytest.raises(ValueError, match="not in capital letters"):
        cross_bits(["acd"], few)
