"""One compiled program gives the parameters and metrics of the loop fed by tf.data, and chooses the best state."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import jax
import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.dataset.batches import batch_order, convert_to_tfds
from dlfb_helpers.metrics.on_device import list_positives
from dlfb_helpers.metrics.per_row import METRICS
from dlfb_helpers.training.compiled import scan_steps, train_compiled, train_program
from dlfb_helpers.training.evaluation import evaluate
from dlfb_helpers.training.loop import train, train_step
from dlfb_helpers.training.scan import scan_and_evaluate


def order_of_tf_data(proteins, num_steps, batch_size, seed):
    """Row numbers that the tf.data pipeline draws: send the numbers themselves through it."""
    numbered = pd.DataFrame({"ME:1": np.arange(len(proteins), dtype=np.float32), "GO:0000000": 0})
    batches = convert_to_tfds(numbered, is_training=True, seed=seed).batch(batch_size).as_numpy_iterator()
    return np.stack([batch["embedding"][:, 0] for batch in islice(batches, num_steps)]).astype(np.int32)


def test_compiled_loop_gives_the_parameters_and_metrics_of_the_tf_data_loop(parts, state, assert_same):
    datasets = {
        part: convert_to_tfds(proteins.to_table(), is_training=part == "train", seed=5)
        for part, proteins in parts.items()
    }
    looped, metrics = train(state, datasets, batch_size=16, num_steps=50, eval_every=20)
    order = order_of_tf_data(parts["train"], num_steps=50, batch_size=16, seed=5)
    compiled, history = train_compiled(state, parts, eval_every=20, order=order)
    assert_same(compiled.params, looped.params)
    assert_same(compiled.opt_state, looped.opt_state)
    assert history["step"].unique().tolist() == [20, 40, 50]
    valid = history.loc[history["part"] == "valid", ["step", "loss", *METRICS]]
    expected = pd.DataFrame(metrics["valid"])[1:]  # without that before the first step
    pd.testing.assert_frame_equal(valid.reset_index(drop=True), expected.reset_index(drop=True), atol=1e-5)
    data = parts["train"].batch()
    _, losses = scan_steps(state, data, order)
    np.testing.assert_allclose(losses, [row["loss"] for row in metrics["train"]], atol=1e-5)


def test_by_default_it_takes_the_batches_of_the_loop_fed_by_arrays(parts, state, assert_same):
    looped, metrics = train(state, parts, batch_size=16, num_steps=50, eval_every=20, seed=5)
    compiled, history = train_compiled(state, parts, num_steps=50, eval_every=20, batch_size=16, seed=5)
    assert_same(compiled.params, looped.params)
    losses = history.loc[history["part"] == "valid", "loss"]
    np.testing.assert_allclose(losses, [row["loss"] for row in metrics["valid"][1:]], atol=1e-5)
    other, _ = train(state, parts, batch_size=16, num_steps=50, seed=6)
    with pytest.raises(AssertionError):
        assert_same(compiled.params, other.params)


def test_evaluation_on_the_way_changes_nothing_and_says_what_evaluate_does(parts, state, assert_same):
    whole, nothing = train_compiled(state, parts, num_steps=30, batch_size=16, evaluate_on=())
    assert nothing.empty and int(whole.step) == 30
    chunks, history = train_compiled(state, parts, num_steps=30, eval_every=7, batch_size=16, evaluate_on=list(parts))
    assert_same(chunks.params, whole.params)
    assert history["part"].tolist() == ["train", "valid", "test"] * 5
    for _, row in history.tail(3).iterrows():
        expected = evaluate(chunks, parts[row["part"]])
        assert list(row.index) == ["step", "part", *expected]
        assert row.drop(["step", "part"]).to_dict() == pytest.approx(expected, abs=1e-5)


def program_arguments(state, parts, seed=0):
    """What `train_program` takes, on the device."""
    arrays = {name: parts[name].batch() for name in ("train", "valid")}
    arrays = {name: part | {"positives": list_positives(part["target"])} for name, part in arrays.items()}
    return jax.device_put((state, arrays, batch_order(len(parts["train"]), num_steps=12, batch_size=16, seed=seed)))


def test_the_program_never_comes_back_to_python(parts, state):
    arguments = program_arguments(state, parts)
    with jax.transfer_guard("disallow_explicit"):  # neither way, not even on purpose
        trained, scores = train_program(*arguments, 5, ("valid",), "auprc")
        jax.block_until_ready(trained.params)
    assert int(trained.step) in (5, 10, 12)
    assert scores["valid"].auprc.shape == (3,)


def test_one_compilation_for_one_configuration(parts, starting_state):
    before = train_program._cache_size()
    options = {"num_steps": 10, "eval_every": 5, "evaluate_on": ["valid"]}
    for seed in range(3):
        train_compiled(starting_state(seed), parts, batch_size=11, seed=seed, **options)
    assert train_program._cache_size() == before + 1


def test_the_best_state_is_selected(parts, starting_state):
    wild = starting_state(seed=1, rate=0.3)  # at so high a rate the last state is not the best
    options = {"num_steps": 200, "eval_every": 10, "batch_size": 16, "evaluate_on": ["valid"]}
    histories = []
    for select, find_best in (("auprc", pd.Series.idxmax), ("loss", pd.Series.idxmin)):
        best, history = train_compiled(wild, parts, **options, select=select)
        scores = history.set_index("step")[select]
        assert scores.index[-1] == 200
        assert int(best.step) == find_best(scores) < 200
        assert evaluate(best, parts["valid"])[select] == pytest.approx(scores[int(best.step)], abs=1e-5)
        histories.append(history)
    pd.testing.assert_frame_equal(*histories, atol=1e-4)


def test_seeds_together_are_what_they_are_alone(parts, state, starting_state, assert_same):
    _, arrays, order = program_arguments(state, parts)
    starts = [starting_state(seed).params for seed in (0, 1)]
    together = jax.tree.map(lambda *leaves: np.stack(leaves), *starts)

    def trained(params):
        return train_program(state.replace(params=params), arrays, order, 5, ("valid",), "auprc")[0].params

    both = jax.vmap(trained)(together)
    for i, start in enumerate(starts):
        assert_same(jax.tree.map(lambda leaf, i=i: leaf[i], both), trained(start))


def test_the_loop_evaluates_after_each_stride_and_after_the_last_step():
    """Any state will do: here a number that each batch is added to, and whose evaluation is the number itself."""

    def step(state, number):
        return state + number, number

    numbers = np.array([1.0, 2.0, -9.0, 4.0, 1.0], np.float32)
    state, seen = scan_and_evaluate(step, np.float32(0), numbers, 2, lambda state: state)
    assert float(state) == -1 and seen.tolist() == [3, -2, -1]
    best, seen = scan_and_evaluate(step, np.float32(0), numbers, 2, lambda state: state, score=lambda value: value)
    assert float(best) == 3 and seen.tolist() == [3, -2, -1]
    best, _ = scan_and_evaluate(step, np.float32(0), numbers, 2, lambda state: state, score=lambda value: -value)
    assert float(best) == -2


def test_scan_reports_the_loss_of_each_step(parts, state):
    data, order = parts["train"].batch(), batch_order(90, num_steps=3, batch_size=10)
    _, losses = scan_steps(state, data, order)
    for rows, loss in zip(order, losses, strict=True):
        state, expected = train_step(state, {name: array[rows] for name, array in data.items()})
        assert loss == pytest.approx(float(expected), abs=1e-6)


def test_what_cannot_be_trained_or_selected_is_refused(parts, state):
    for order in ([[0, 90]], [[-1, 3]], [0, 1]):
        with pytest.raises(ValueError, match=r"row numbers 0\.\.89"):
            train_compiled(state, parts, order=np.array(order))
    with pytest.raises(ValueError, match="select must be one of last, auprc, loss, but is 'auroc'"):
        train_compiled(state, parts, select="auroc")
    with pytest.raises(ValueError, match=r'put "valid" into evaluate_on, which is \(\'train\',\)'):
        train_compiled(state, parts, evaluate_on=("train",), select="loss")
    unlabelled = replace(parts["valid"], targets=0 * parts["valid"].targets)
    with pytest.raises(ValueError, match="the auprc of valid is always NaN"):
        train_compiled(state, parts | {"valid": unlabelled}, 4, 2, evaluate_on=["valid"], select="auprc")
