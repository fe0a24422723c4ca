"""The one form of labelled proteins: ids, sequences, vectors and labels stay in step, or it is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.dataset.proteins import Proteins

TERMS = ["GO:0000001", "GO:0000002", "GO:0000003"]


def made_up(numbers, terms=TERMS):
    """Proteins that tell their number everywhere: P3 has 3 residues, the vector (3, -3), the labels of binary 3."""
    ids = [f"P{number}" for number in numbers]
    labels = [[number >> place & 1 for place in range(len(terms))] for number in numbers]
    return Proteins(
        ids,
        ["M" * number for number in numbers],
        np.array([[number, -number] for number in numbers], np.float32).reshape(-1, 2),
        pd.DataFrame(labels, pd.Index(ids, name="EntryID"), terms, dtype=np.uint8),
    )


def assert_same(one, other):
    assert one.ids == other.ids and one.sequences == other.sequences
    np.testing.assert_array_equal(one.embeddings, other.embeddings)
    pd.testing.assert_frame_equal(one.targets, other.targets)


def test_taking_keeps_everything_in_step_and_in_the_order_asked_for():
    assert_same(made_up(range(1, 8)).take(["P5", "P2", "P7"]), made_up([5, 2, 7]))
    nobody = made_up(range(1, 8)).take([])
    assert len(nobody) == 0 and nobody.embeddings.shape == (0, 2) and nobody.targets.shape == (0, 3)
    with pytest.raises(KeyError, match="P9"):
        made_up([1, 2]).take(["P1", "P9"])


def test_adding_puts_one_after_the_other():
    assert_same(made_up([4, 1]) + made_up([6]), made_up([4, 1, 6]))
    with pytest.raises(ValueError, match="P4 is there twice"):
        made_up([4, 1]) + made_up([4])
    with pytest.raises(ValueError, match="other terms"):
        made_up([4]) + made_up([1], TERMS[:2])
    with pytest.raises(ValueError, match="other terms"):
        made_up([4]) + made_up([1]).without_targets()


def test_without_targets_hides_the_labels_and_nothing_else():
    proteins = made_up([3, 5])
    hidden = proteins.without_targets()
    assert hidden.targets.shape == (2, 0) and hidden.targets.index.tolist() == ["P3", "P5"]
    assert hidden.ids == proteins.ids and hidden.sequences == proteins.sequences
    np.testing.assert_array_equal(hidden.embeddings, proteins.embeddings)
    assert_same(hidden, Proteins.unlabelled(["P3", "P5"], pd.Series(["MMM", "MMMMM"]), proteins.embeddings))
    assert proteins.targets.shape == (2, 3)  # as it was


def test_a_batch_holds_all_of_them_in_single_precision():
    batch = made_up([3, 5]).batch()
    assert list(batch) == ["embedding", "target"]
    assert {array.dtype for array in batch.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(batch["embedding"], [[3, -3], [5, -5]])
    np.testing.assert_array_equal(batch["target"], [[1, 1, 0], [1, 0, 1]])


def test_the_articles_table_has_the_features_then_the_terms():
    table = made_up([3, 5]).to_table()
    assert table.columns.tolist() == ["ME:1", "ME:2", *TERMS] and table.index.name == "EntryID"
    assert table.loc["P5"].tolist() == [5, -5, 1, 0, 1]
    assert table.dtypes.tolist() == [np.float32] * 2 + [np.uint8] * 3
    assert made_up([3]).without_targets().to_table().columns.tolist() == ["ME:1", "ME:2"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ids": ["P1"]}, "ids 1, sequences 2, embeddings 2, targets 2"),
        ({"sequences": ["M", "MM", "MMM"]}, "ids 2, sequences 3, embeddings 2, targets 2"),
        ({"embeddings": np.zeros((1, 4), np.float32)}, "ids 2, sequences 2, embeddings 1, targets 2"),
        ({"embeddings": np.zeros(2, np.float32)}, "a row for each protein is needed everywhere"),
        ({"targets": pd.DataFrame({"GO:0000001": [1]}, ["P1"])}, "targets 1"),
        ({"ids": ["P2", "P1"]}, "index of targets must be the ids, in their order"),
        ({"ids": ["P1", "P1"], "targets": pd.DataFrame(index=["P1", "P1"])}, "P1 is there twice"),
    ],
)
def test_rows_that_do_not_fit_each_other_are_refused(change, message):
    two = made_up([1, 2])
    fields = {"ids": two.ids, "sequences": two.sequences, "embeddings": two.embeddings, "targets": two.targets}
    with pytest.raises(ValueError, match=message):
        Proteins(**(fields | change))
