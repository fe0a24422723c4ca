"""Proteins and vectors in one table that says what was done to each; what does not fit is named where it must."""

import json

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.embedding.table import embedding_table, refuse_long_proteins
from dlfb_helpers.proteins.fasta import sequence_key

PROTEINS = pd.DataFrame({"EntryID": ["P1", "P2", "P3"], "Sequence": ["M" * 5, "M" * 40, "M" * 41]})
VECTORS = np.arange(6, dtype=np.float32).reshape(3, 2)


@pytest.mark.parametrize(
    "policy, windows, used", [("window", [1, 1, 2], [5, 40, 41]), ("truncate", [1, 1, 1], [5, 40, 40])]
)
def test_a_row_says_what_was_done_to_its_protein(policy, windows, used):
    table = embedding_table(PROTEINS, VECTORS, {"pooling": "mean", "checkpoint": "0"}, policy, max_residues=40)
    assert table["EntryID"].to_pylist() == ["P1", "P2", "P3"]
    assert table["key"].to_pylist() == [sequence_key(sequence) for sequence in PROTEINS["Sequence"]]
    assert table["residues"].to_pylist() == [5, 40, 41]
    assert table["windows"].to_pylist() == windows and table["residues_used"].to_pylist() == used
    assert table["policy"].to_pylist() == ["whole", "whole", policy]
    assert table["vector"].to_pylist() == VECTORS.tolist()
    assert json.loads(table.schema.metadata[b"dlfb"]) == {"checkpoint": "0", "pooling": "mean"}


def test_a_protein_that_does_not_fit_is_named():
    refuse_long_proteins(PROTEINS, "some.fasta")
    with pytest.raises(ValueError, match="some.fasta: P3 has 41 residues, longer than 40; use --long-proteins window"):
        refuse_long_proteins(PROTEINS, "some.fasta", max_residues=40)
