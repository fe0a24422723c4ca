"""Batches hold what the table holds, row by row: by tf.data once and in order; for training shuffled and repeated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.dataset.batches import batch_order, convert_to_tfds, numpy_batches
from dlfb_helpers.dataset.proteins import Proteins


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    index = [f"P{i}" for i in range(10)]
    labels = pd.DataFrame(rng.integers(0, 2, (10, 2), dtype=np.uint8), index, ["GO:0000001", "GO:0000002"])
    vectors = pd.DataFrame(rng.normal(size=(10, 3)).astype(np.float32), index, ["ME:1", "ME:2", "ME:3"])
    return pd.concat([vectors, labels], axis=1)


def embeddings(dataset):
    return np.stack([protein["embedding"] for protein in dataset.as_numpy_iterator()])


def test_proteins_come_one_by_one_in_order_once(table):
    dataset = convert_to_tfds(table)
    assert int(dataset.cardinality()) == 10
    assert {name: (spec.shape, spec.dtype.name) for name, spec in dataset.element_spec.items()} == {
        "embedding": ((3,), "float32"),
        "target": ((2,), "float32"),
    }
    np.testing.assert_array_equal(embeddings(dataset), table.filter(like="ME:"))
    batches = list(dataset.batch(4).as_numpy_iterator())
    assert [len(batch["target"]) for batch in batches] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate([batch["target"] for batch in batches]), table.filter(like="GO:"))


def test_training_rows_are_shuffled_repeated_and_seeded(table):
    def rows(seed):
        return embeddings(convert_to_tfds(table, is_training=True, seed=seed).take(30))

    drawn, original = rows(7), table.filter(like="ME:").to_numpy()
    for start in (0, 10, 20):  # each pass has every row once
        np.testing.assert_array_equal(np.sort(drawn[start : start + 10], axis=0), np.sort(original, axis=0))
    assert not np.array_equal(drawn[:10], original) and not np.array_equal(drawn[:10], drawn[10:20])
    np.testing.assert_array_equal(drawn, rows(7))
    assert not np.array_equal(drawn, rows(8))
    batches = convert_to_tfds(table, is_training=True).batch(7).take(5).as_numpy_iterator()
    assert [len(batch["target"]) for batch in batches] == [7] * 5  # every one full: they run on into the next pass


def test_a_small_buffer_mixes_neighbours_only():
    numbers = pd.DataFrame({"ME:1": np.arange(200.0), "GO:0000001": 0})
    few, all_of_them = (
        embeddings(convert_to_tfds(numbers, is_training=True, shuffle_buffer=size).take(200))[:, 0] for size in (5, 200)
    )
    assert (few - np.arange(200) < 5).all()  # none comes before it is in the buffer
    assert (all_of_them - np.arange(200) > 50).any()


def test_embeddings_and_labels_stay_together(table):
    pairs = {tuple(row[:3]): tuple(row[3:]) for row in table.to_numpy(np.float32)}
    for protein in convert_to_tfds(table, is_training=True).take(20).as_numpy_iterator():
        assert pairs[tuple(protein["embedding"])] == tuple(protein["target"])


def test_columns_are_found_by_what_their_names_begin_with(table):
    other = table.rename(columns=lambda name: name.replace("ME:", "E_").replace("GO:", "T_")).assign(Sequence="M")
    dataset = convert_to_tfds(other, embeddings_prefix="E_", target_prefix="T_")
    np.testing.assert_array_equal(embeddings(dataset), table.filter(like="ME:"))


def test_a_table_without_its_rows_or_columns_is_refused(table):
    for part in ("ME:", "GO:"):
        with pytest.raises(ValueError, match=r"rows, ME: columns and GO: columns are all needed"):
            convert_to_tfds(table.drop(columns=table.filter(like=part).columns))
    with pytest.raises(ValueError, match=r"embedding \(0, 3\)"):
        convert_to_tfds(table.iloc[:0])


def test_batch_order_passes_over_every_protein():
    order = batch_order(10, num_steps=5, batch_size=4, seed=1)
    assert order.shape == (5, 4) and order.dtype == np.int32
    passes = order.ravel().reshape(2, 10)
    for one_pass in passes:
        assert sorted(one_pass) == list(range(10))
    assert (passes[0] != passes[1]).any()
    np.testing.assert_array_equal(order, batch_order(10, num_steps=5, batch_size=4, seed=1))


def test_batches_as_arrays_are_the_rows_of_the_order(table):
    vectors, targets = table.filter(like="ME:").to_numpy(), table.filter(like="GO:")
    proteins = Proteins(table.index.tolist(), ["M"] * 10, vectors, targets)
    batches, order = list(numpy_batches(proteins, batch_size=4, num_steps=5, seed=1)), batch_order(10, 5, 4, seed=1)
    assert len(batches) == 5
    for batch, rows in zip(batches, order):
        assert {name: (array.shape, array.dtype.name) for name, array in batch.items()} == {
            "embedding": ((4, 3), "float32"),
            "target": ((4, 2), "float32"),
        }
        np.testing.assert_array_equal(batch["embedding"], vectors[rows])
        np.testing.assert_array_equal(batch["target"], targets.to_numpy()[rows])
