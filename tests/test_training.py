"""Training learns, repeats itself, and gives the same parameters fed by tf.data or compiled."""

from __future__ import annotations

from itertools import islice

import jax
import numpy as np
import optax
import pandas as pd
import pytest

from dlfb_helpers.dataset import convert_to_tfds, to_arrays
from dlfb_helpers.metrics import METRICS, compute_metrics
from dlfb_helpers.model import Model, create_train_state
from dlfb_helpers.training import (
    batch_order,
    eval_step,
    evaluate,
    predict,
    scan_steps,
    train,
    train_compiled,
    train_step,
)

WIDTH, TARGETS = 8, 5


@pytest.fixture(scope="module")
def splits():
    """Labels that a linear rule on the embedding decides; the first term of the first protein is its only one."""
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(150, WIDTH)).astype(np.float32)
    labels = (embeddings @ random.normal(size=(WIDTH, TARGETS)) > 2).astype(np.int8)
    labels[0] = [1, 0, 0, 0, 0]
    ids = pd.Index([f"P{i:05d}" for i in range(150)], name="EntryID")
    columns = [f"ME:{i}" for i in range(1, WIDTH + 1)]
    terms = [f"GO:{i:07d}" for i in range(TARGETS)]
    table = pd.concat([pd.DataFrame(embeddings, ids, columns), pd.DataFrame(labels, ids, terms)], axis=1)
    return {"train": table[:90], "valid": table[90:120], "test": table[120:]}


@pytest.fixture(scope="module")  # immutable, and each new one would be compiled for anew
def state():
    return create_train_state(0, Model(TARGETS, widths=(16, 8)), WIDTH, learning_rate=1e-2)


def assert_same(left, right, tolerance=1e-5):
    for a, b in zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance)


def order_of_tf_data(table, num_steps, batch_size, seed):
    """Row numbers that the tf.data pipeline draws: send the numbers themselves through it."""
    numbered = pd.DataFrame({"ME:1": np.arange(len(table), dtype=np.float32), "GO:0000000": 0}, index=table.index)
    dataset = convert_to_tfds(numbered, batch_size=batch_size, is_training=True, seed=seed)
    batches = islice(dataset.as_numpy_iterator(), num_steps)
    return np.stack([batch["embedding"][:, 0] for batch in batches]).astype(np.int32)


def test_to_arrays_takes_embeddings_and_labels(splits):
    arrays = to_arrays(splits["train"])
    assert {name: (array.shape, array.dtype) for name, array in arrays.items()} == {
        "embedding": ((90, WIDTH), np.float32),
        "target": ((90, TARGETS), np.float32),
    }
    with pytest.raises(ValueError, match=r"target \(90, 0\)"):
        to_arrays(splits["train"].filter(like="ME:"))


def test_train_step_returns_the_loss_and_lowers_it(splits, state):
    batch = to_arrays(splits["train"])
    logits = np.asarray(state.apply_fn({"params": state.params}, batch["embedding"]), dtype=np.float64)
    by_hand = -np.where(batch["target"] == 1, np.log(1 / (1 + np.exp(-logits))), np.log(1 / (1 + np.exp(logits))))
    stepped, loss = train_step(state, batch)
    assert loss == pytest.approx(by_hand.mean(), abs=1e-5)
    assert int(stepped.step) == 1
    assert train_step(stepped, batch)[1] < loss


def test_eval_step_agrees_with_predict_and_leaves_the_state(splits, state):
    batch = to_arrays(splits["valid"])
    scored = eval_step(state, batch)
    probabilities = predict(state, batch["embedding"])
    np.testing.assert_allclose(scored["probabilities"], probabilities, atol=1e-6)
    assert ((probabilities > 0) & (probabilities < 1)).all()
    logits = state.apply_fn({"params": state.params}, batch["embedding"])
    assert scored["loss"] == pytest.approx(float(optax.sigmoid_binary_cross_entropy(logits, batch["target"]).mean()))


@pytest.mark.parametrize("batch_size", [1, 7, 32])
def test_evaluation_does_not_depend_on_batch_size(splits, state, batch_size):
    table = splits["train"]
    whole, cut = evaluate(state, table, batch_size=len(table)), evaluate(state, table, batch_size=batch_size)
    assert cut == pytest.approx(whole, abs=1e-5)
    arrays = to_arrays(table)
    assert {name: whole[name] for name in METRICS} == pytest.approx(
        {name: compute_metrics(arrays["target"], predict(state, arrays["embedding"]))[name] for name in METRICS}
    )


def test_training_learns(splits, state):
    trained, history = train(state, splits, num_steps=200, eval_every=50, batch_size=16)
    assert history.loc[history["split"] == "valid", "step"].tolist() == [50, 100, 150, 200]
    before, after = evaluate(state, splits["test"]), evaluate(trained, splits["test"])
    assert after["loss"] < before["loss"] / 2
    assert after["auprc"] > max(0.9, before["auprc"])
    last = history.iloc[-1]
    assert last["split"] == "valid"
    assert last.drop(["step", "split"]).to_dict() == pytest.approx(evaluate(trained, splits["valid"]))


def test_training_repeats_itself(splits, state):
    runs = [train(state, splits, num_steps=20, batch_size=16, seed=seed) for seed in (1, 1, 2)]
    (first, history), (again, same_history), (other, _) = runs
    assert_same(first.params, again.params, tolerance=1e-7)
    pd.testing.assert_frame_equal(history, same_history)
    with pytest.raises(AssertionError):
        assert_same(first.params, other.params)


def test_compiled_loop_gives_the_parameters_of_the_tf_data_loop(splits, state):
    looped, looped_history = train(state, splits, num_steps=50, eval_every=20, batch_size=16, seed=5)
    order = order_of_tf_data(splits["train"], num_steps=50, batch_size=16, seed=5)
    compiled, history = train_compiled(state, splits, eval_every=20, order=order)
    assert_same(compiled.params, looped.params)
    assert_same(compiled.opt_state, looped.opt_state)
    pd.testing.assert_frame_equal(history, looped_history, atol=1e-5)
    assert history["step"].unique().tolist() == [20, 40, 50]


def test_one_program_gives_the_same_as_chunks(splits, state):
    chunks, _ = train_compiled(state, splits, num_steps=30, eval_every=7, batch_size=16)
    whole, history = train_compiled(state, splits, num_steps=30, batch_size=16, evaluate_on=())
    assert_same(chunks.params, whole.params)
    assert history.empty and int(whole.step) == 30


def test_scan_reports_the_loss_of_each_step(splits, state):
    data, order = to_arrays(splits["train"]), batch_order(90, num_steps=3, batch_size=10)
    _, losses = scan_steps(state, data, order)
    for rows, loss in zip(order, losses, strict=True):
        state, expected = train_step(state, {name: array[rows] for name, array in data.items()})
        assert loss == pytest.approx(float(expected), abs=1e-6)


def test_batch_order_passes_over_every_protein():
    order = batch_order(10, num_steps=5, batch_size=4, seed=1)
    assert order.shape == (5, 4)
    passes = order.ravel().reshape(2, 10)
    for one_pass in passes:
        assert sorted(one_pass) == list(range(10))
    assert (passes[0] != passes[1]).any()
    np.testing.assert_array_equal(order, batch_order(10, num_steps=5, batch_size=4, seed=1))


@pytest.mark.parametrize("order", [[[0, 90]], [[-1, 3]], [0, 1]])
def test_order_must_name_training_rows(splits, state, order):
    with pytest.raises(ValueError, match=r"row numbers 0\.\.89"):
        train_compiled(state, splits, order=np.array(order))
