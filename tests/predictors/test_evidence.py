"""The nearest known protein is the best aligned one, and it is said whether anything like the query was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.evidence import COLUMNS, nearest_proteins
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.proteins.alignment import align_all, cross_bits


def unlabelled(sequences):
    """Proteins of a dict of sequences; the vectors do not matter here."""
    vectors = np.random.default_rng(0).normal(size=(len(sequences), 4)).astype(np.float32)
    return Proteins.unlabelled(list(sequences), list(sequences.values()), vectors)


def nearest(queries, known, voters=None):
    """Return the nearest of all known proteins, or of some of them."""
    bits = csr_array(cross_bits(queries.sequences, known.sequences))
    rows = np.arange(len(known)) if voters is None else np.array(voters)
    return nearest_proteins(queries, Pool.fit(known, 0.5), rows, bits)


@pytest.fixture(scope="module")
def known(data):
    sequences = data.sequences.set_index("EntryID")["Sequence"]
    return unlabelled(sequences[sequences.str.len() < 200].head(200).to_dict())


def test_what_was_seen_is_told_from_what_resembles_it_and_from_what_is_new(known):
    text = known.sequences[7]
    mutated = "".join("A" if i % 5 == 0 and letter != "A" else letter for i, letter in enumerate(text))
    queries = unlabelled({"same": text, "mutant": mutated, "new": "WPWPHWPHWCCHWPMMWPHC"})
    table = nearest(queries, known)
    assert table.index.tolist() == queries.ids and table.columns.tolist() == COLUMNS
    assert table["seen"].tolist() == ["itself", "similar", "nothing similar"]
    assert table["nearest"].tolist()[:2] == [known.ids[7]] * 2 and set(table["taxon"]) == {""}
    assert table.at["same", "identity"] == table.at["same", "coverage"] == 1
    assert 0.75 < table.at["mutant", "identity"] < 0.9
    assert table.at["same", "evalue"] < table.at["mutant", "evalue"] < 1e-3
    assert table.at["new", "nearest"] == "" and table.loc["new", ["identity", "coverage", "evalue"]].isna().all()


def test_the_numbers_are_those_of_an_alignment_of_all(known):
    """E is that of a search among the whole pool, whoever votes."""
    short = Proteins.unlabelled(known.ids, known.sequences, known.embeddings).take(known.ids[:60])
    text = short.sequences[7][3:-3]
    row = nearest(unlabelled({"part": text}), short, voters=[7]).loc["part"]
    pairs = align_all([text, *short.sequences]).query("first == 0 and second == 8")
    residues = sum(map(len, short.sequences))
    assert row["identity"] == pairs["identity"].item() == 1 and row["coverage"] == pairs["coverage"].item() == 1
    assert row["evalue"] == pytest.approx(pairs["evalue"].item() * residues / (residues + len(text)), rel=1e-4)


def test_the_nearest_ones_species_is_told_where_the_pool_knows_it(known, bundled):
    human = bundled.pool.place["P01308"]
    near = nearest_proteins(
        unlabelled({"query": bundled.pool.sequences[human][:-3], "odd": "WPWPHWPHWCCHWPMMWPHC"}),
        bundled.pool,
        np.array([human]),
        csr_array(([300.0], ([0], [human])), shape=(2, len(bundled.pool))),
    )
    assert near["taxon"].tolist() == ["9606", ""]


def test_only_those_that_vote_are_evidence(known):
    text = known.sequences[7]
    both = unlabelled({"first": text, "second": text[:-4] + "WWWW", "third": known.sequences[9]})
    assert nearest(unlabelled({"query": text}), both)["nearest"].tolist() == ["first"]
    row = nearest(unlabelled({"query": text}), both, voters=[1, 2]).loc["query"]
    assert (row["nearest"], row["seen"]) == ("second", "similar")
    row = nearest(unlabelled({"query": text}), both, voters=[2]).loc["query"]
    assert (row["nearest"], row["seen"]) == ("", "nothing similar")


def test_a_protein_that_was_trained_on_is_known_though_a_longer_one_holds_it(known):
    short = known.sequences[7]
    both = unlabelled({"longer": short + "WPWHC", "itself": short})
    bits = cross_bits([short], both.sequences)
    assert bits[0, 0] == bits[0, 1]
    row = nearest(unlabelled({"same": short}), both).loc["same"]
    assert row["seen"] == row["nearest"] == "itself"


def test_without_an_alignment_there_is_no_nearest(known):
    pool, nothing = Pool.fit(known, 0.5), csr_array((1, len(known)), dtype=np.float32)
    row = nearest_proteins(unlabelled({"new": "WPW"}), pool, np.arange(len(known)), nothing).loc["new"]
    assert row["nearest"] == "" and np.isnan(row["identity"]) and row["seen"] == "nothing similar"


def test_no_query_gives_an_empty_table(known):
    table = nearest(unlabelled({}), known)
    assert table.shape == (0, len(COLUMNS)) and isinstance(table, pd.DataFrame)
