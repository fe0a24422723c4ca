"""The nearest training protein is the best aligned one, and it is said whether anything like the query was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.evidence import COLUMNS, nearest_proteins
from dlfb_helpers.proteins.families import alignment_bits


def unlabelled(sequences):
    """Proteins of a dict of sequences; the vectors do not matter here."""
    return Proteins.unlabelled(list(sequences), list(sequences.values()), np.zeros((len(sequences), 2), np.float32))


@pytest.fixture(scope="module")
def known(data):
    sequences = data.sequences.set_index("EntryID")["Sequence"]
    return unlabelled(sequences[sequences.str.len() < 200].head(200).to_dict())


def test_what_was_seen_is_told_from_what_resembles_it_and_from_what_is_new(known):
    text = known.sequences[7]
    mutated = "".join("A" if i % 5 == 0 and letter != "A" else letter for i, letter in enumerate(text))
    queries = unlabelled({"same": text, "mutant": mutated, "new": "WPWPHWPHWCCHWPMMWPHC"})
    table = nearest_proteins(queries, known, alignment_bits(queries.sequences, known.sequences))
    assert table.index.tolist() == queries.ids and table.columns.tolist() == COLUMNS
    assert table["seen"].tolist() == ["itself", "similar", "nothing similar"]
    assert table["nearest"].tolist()[:2] == [known.ids[7]] * 2
    assert table.at["same", "identity"] == table.at["same", "coverage"] == 1
    assert 0.75 < table.at["mutant", "identity"] < 0.9
    assert table.at["same", "evalue"] < table.at["mutant", "evalue"] < 1e-3


def test_a_protein_that_was_trained_on_is_known_though_a_longer_one_holds_it(known):
    short = known.sequences[7]
    both = unlabelled({"longer": short + "WPWHC", "itself": short})
    bits = alignment_bits([short], both.sequences)
    assert bits[0, 0] == bits[0, 1]
    row = nearest_proteins(unlabelled({"same": short}), both, bits).loc["same"]
    assert row["seen"] == row["nearest"] == "itself"


def test_without_an_alignment_there_is_no_nearest(known):
    row = nearest_proteins(unlabelled({"new": "WPW"}), known, np.zeros((1, len(known)), np.float32)).loc["new"]
    assert row["nearest"] == "" and np.isnan(row["identity"]) and row["seen"] == "nothing similar"


def test_no_query_gives_an_empty_table(known):
    table = nearest_proteins(unlabelled({}), known, np.zeros((0, len(known)), np.float32))
    assert table.shape == (0, len(COLUMNS)) and isinstance(table, pd.DataFrame)
