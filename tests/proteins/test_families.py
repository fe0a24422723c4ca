"""The shipped similarities are those of a fresh alignment; the audit finds what it should; other proteins work too."""

import json

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.files import assets as bundled
from dlfb_helpers.proteins import families
from dlfb_helpers.proteins.alignment import align_all, cross_bits


@pytest.fixture(scope="module")
def sequences():
    return label_table(load_cafa()).table["Sequence"]


def test_all_course_proteins_are_known_and_counted(sequences):
    family, cluster = families.family_numbers(sequences.tolist()), families.cluster_numbers(sequences.tolist())
    manifest = json.loads((bundled.bundled_folder("homology") / "manifest.json").read_text())
    assert manifest["families"].startswith(f"{len(set(family)):,} ")
    assert manifest["clusters"].startswith(f"{len(set(cluster)):,} ")
    assert np.bincount(family).max() < 0.05 * len(sequences)  # no family swallows the split


def test_shipped_pairs_are_those_of_a_fresh_alignment(sequences):
    sample = sorted(set(sequences.sample(150, random_state=1)))
    fresh = align_all(sample, max_evalue=1e-6)  # E depends on all that is aligned; bits and identity do not
    places, shipped = families._relations(sample)
    table = shipped.pairs.set_index(["first", "second"])
    ends = np.sort(np.stack([places[fresh["first"]], places[fresh["second"]]], axis=1), axis=1)
    rows = table.loc[[tuple(pair) for pair in ends]]
    assert len(rows) == len(fresh) >= 10
    np.testing.assert_allclose(rows["bits"], fresh["bits"], rtol=1e-5)
    np.testing.assert_allclose(rows["identity"], fresh["identity"], rtol=1e-6)


def test_bits_go_both_ways_and_are_highest_for_itself(sequences):
    sample = sequences.sample(200, random_state=2).tolist()
    bits = families.alignment_bits(sample, sample)
    np.testing.assert_array_equal(bits, bits.T)
    assert (bits.argmax(axis=1) == [sample.index(sequence) for sequence in sample]).all()


def test_the_audit_names_twins_and_relatives():
    table = load_cafa().sequences.set_index("EntryID")["Sequence"]
    beta, delta, insulin = table["P68871"], table["P02042"], table["P01308"]
    parts = {"train": pd.Series({"a": beta, "b": insulin}), "test": pd.Series({"c": delta, "d": beta})}
    found = families.cross_pairs(parts)
    assert {frozenset(pair) for pair in found[["first", "second"]].values} == {frozenset("ac"), frozenset("ad")}
    assert (found["first_part"] != found["second_part"]).all()
    same = families.cross_pairs({"train": parts["train"], "test": parts["train"].loc[["b"]]})  # one protein, two parts
    assert same[["first", "second"]].values.tolist() == [["b", "b"]]
    assert families.cross_pairs({"train": parts["train"], "test": pd.Series({"e": "MKWVTFISLLFLFSSAYS"})}).empty


def test_families_of_proteins_that_do_not_ship():
    random = np.random.default_rng(0)
    one, other = ("".join(random.choice(list("ACDEFGHIKLMNPQRSTVWY"), 120)) for _ in range(2))
    family = families.family_numbers([one, other, one[5:] + "WW", other])
    assert family[0] == family[2] != family[1] == family[3]
    with pytest.raises(ValueError, match="course's proteins only"):
        families.cluster_numbers([one])


def test_unknown_sequences_are_aligned_and_known_ones_looked_up(sequences):
    known = sequences.iloc[:30].tolist()
    new = [known[0][5:], "ACDEFGHIKLMNPQRSTVWY" * 3]
    bits = families.alignment_bits([*known, *new], [new[0], *known])
    assert bits[30, 1] > 20  # a protein without its first residues still finds itself
    np.testing.assert_array_equal(bits[:30, 1:], families.alignment_bits(known, known))
    fresh = cross_bits([*known, *new], [new[0], *known])
    np.testing.assert_allclose(bits[30:], fresh[30:])
    np.testing.assert_allclose(bits[:, 0], fresh[:, 0])


def test_the_limit_of_chance_is_that_of_all_that_is_searched(sequences):
    reference, padding = sequences.iloc[0][:60], ["W" * 5_000] * 400
    query = next(
        text
        for text in (reference[start : start + 9] + "G" * 30 for start in range(50))
        if cross_bits([text], [reference])[0, 0] and not cross_bits([text], [reference, *padding])[0, 0]
    )
    assert families.alignment_bits([query], [reference])[0, 0] > 0
    assert families.alignment_bits([query], [reference, *padding])[0, 0] == 0
    # Also where the query is known, and the reference is not.
    known, part = sequences.iloc[0], reference[:9] + "G" * 30
    small, large = (families.alignment_bits([known], [part, *more])[0, 0] for more in ([], padding))
    assert (small > 0, large > 0) == tuple(cross_bits([known], [part, *more])[0, 0] > 0 for more in ([], padding))
