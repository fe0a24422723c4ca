"""The nearest training protein is the best aligned one."""

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.evidence import nearest_proteins
from dlfb_helpers.proteins.families import alignment_bits


@pytest.fixture(scope="module")
def known():
    table = load_cafa().sequences.set_index("EntryID")["Sequence"]
    some = table[table.str.len() < 200].head(200)
    targets = pd.DataFrame({"GO:0000001": np.ones(len(some), dtype=np.uint8)}, index=some.index)
    return Proteins(some.tolist(), np.zeros((len(some), 2), dtype=np.float32), targets)


def test_what_was_seen_is_told_from_what_resembles_it_and_from_what_is_new(known):
    text = known.sequences[7]
    mutated = "".join("A" if i % 5 == 0 and letter != "A" else letter for i, letter in enumerate(text))
    queries = pd.Series({"same": text, "mutant": mutated, "new": "WPWPHWPHWCCHWPMMWPHC"})
    table = nearest_proteins(queries, known, alignment_bits(queries.tolist(), known.sequences))
    assert table["seen"].tolist() == ["itself", "similar", "nothing similar"]
    assert table["nearest"].tolist()[:2] == [known.targets.index[7]] * 2
    assert table.at["same", "identity"] == table.at["same", "coverage"] == 1
    assert 0.75 < table.at["mutant", "identity"] < 0.9
    assert table.at["same", "evalue"] < table.at["mutant", "evalue"] < 1e-3


def test_a_protein_that_was_trained_on_is_known_though_a_longer_one_holds_it(known):
    short = known.sequences[7]
    both = Proteins([short + "WPWHC", short], known.embeddings[:2], known.targets.iloc[[0, 7]])
    queries = pd.Series({"same": short})
    bits = alignment_bits([short], both.sequences)
    assert bits[0, 0] == bits[0, 1]
    row = nearest_proteins(queries, both, bits).loc["same"]
    assert row["seen"] == "itself" and row["nearest"] == known.targets.index[7]


def test_without_an_alignment_there_is_no_nearest(known):
    queries = pd.Series({"new": "WPW"})
    row = nearest_proteins(queries, known, np.zeros((1, len(known.sequences)), dtype=np.float32)).loc["new"]
    assert row["nearest"] == "" and np.isnan(row["identity"]) and row["seen"] == "nothing similar"
