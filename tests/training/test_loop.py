"""Training learns, repeats itself, and gives the same parameters and metrics fed by tf.data or as one program."""

from __future__ import annotations

from itertools import islice

import jax
import numpy as np
import optax
import pandas as pd
import pytest

from dlfb_helpers.dataset.batches import convert_to_tfds, to_arrays
from dlfb_helpers.metrics.on_device import BLOCK, list_positives, mean_areas
from dlfb_helpers.metrics.per_row import METRICS, average_precision, mean_metrics, roc_auc
from dlfb_helpers.training.compiled import batch_order, scan_steps, score, train_compiled, train_program
from dlfb_helpers.training.loop import eval_step, evaluate, predict, train, train_step
from dlfb_helpers.training.model import Model, create_train_state

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
        {name: mean_metrics(arrays["target"], predict(state, arrays["embedding"]))[name] for name in METRICS}
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


def program_arguments(state, splits, seed=0):
    """What `train_program` takes, on the device."""
    parts = {name: to_arrays(splits[name]) for name in ("train", "valid")}
    parts = {name: part | {"positives": list_positives(part["target"])} for name, part in parts.items()}
    return jax.device_put((state, parts, batch_order(len(splits["train"]), num_steps=12, batch_size=16, seed=seed)))


def test_the_program_never_comes_back_to_python(splits, state):
    arguments = program_arguments(state, splits)
    with jax.transfer_guard("disallow_explicit"):  # neither way, not even on purpose
        trained, scores = train_program(*arguments, 5, ("valid",), "auprc")
        jax.block_until_ready(trained.params)
    assert int(trained.step) in (5, 10, 12)
    assert scores["valid"].auprc.shape == (3,)


def test_one_compilation_for_one_configuration(splits, state):
    before, model = train_program._cache_size(), Model(TARGETS, widths=(16, 8))
    for seed in range(3):
        other = create_train_state(seed, model, WIDTH, learning_rate=1e-2)
        train_compiled(other, splits, num_steps=10, eval_every=5, batch_size=11, seed=seed, evaluate_on=["valid"])
    assert train_program._cache_size() == before + 1
    train_compiled(other, splits, num_steps=10, eval_every=5, batch_size=12, evaluate_on=["valid"])
    assert train_program._cache_size() == before + 2


def test_the_best_state_is_kept(splits):
    # At so high a rate the last state is not the best.
    wild = create_train_state(1, Model(TARGETS, widths=(16, 8)), WIDTH, learning_rate=0.3)
    options = {"num_steps": 200, "eval_every": 10, "batch_size": 16, "evaluate_on": ["valid"]}
    last, history = train_compiled(wild, splits, **options)
    assert int(last.step) == 200
    for keep, find_best in (("auprc", pd.Series.idxmax), ("loss", pd.Series.idxmin)):
        kept, same_history = train_compiled(wild, splits, **options, keep=keep)
        pd.testing.assert_frame_equal(history, same_history, atol=1e-4)
        assert int(kept.step) == find_best(history.set_index("step")[keep]) < 200
        best = history.set_index("step").loc[int(kept.step), keep]
        assert evaluate(kept, splits["valid"])[keep] == pytest.approx(best, abs=1e-5)


def test_seeds_together_are_what_they_are_alone(splits, state):
    _, parts, order = program_arguments(state, splits)
    starts = [create_train_state(seed, Model(TARGETS, widths=(16, 8)), WIDTH).params for seed in (0, 1)]
    together = jax.tree.map(lambda *leaves: np.stack(leaves), *starts)

    def trained(params):
        return train_program(state.replace(params=params), parts, order, 6, ("valid",), "loss")[0].params

    both = jax.vmap(trained)(together)
    for i, start in enumerate(starts):
        assert_same(jax.tree.map(lambda leaf, i=i: leaf[i], both), trained(start))


def test_scores_on_the_device_are_those_of_evaluate(splits, state):
    table = splits["valid"].copy()
    terms = table.columns[table.columns.str.startswith("GO:")]
    table.loc[table.index[0], terms] = 0
    table.loc[table.index[1], terms] = 1
    arrays = to_arrays(table)
    assert (arrays["target"].sum(axis=1) == 0).any()
    on_device = score(state, arrays | {"positives": list_positives(arrays["target"])})._asdict()
    assert list(on_device) == list(expected := evaluate(state, table))
    assert {name: float(value) for name, value in on_device.items()} == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("distinct", [2, 5, 10_000])
def test_areas_on_the_device_treat_ties_and_undefined_rows_as_metrics_does(distinct):
    random = np.random.default_rng(distinct)
    targets = (random.random((60, 37)) < 0.2).astype(np.float32)
    targets[0], targets[1] = 0, 1
    scores = (random.integers(distinct, size=targets.shape) / distinct).astype(np.float32)
    positives = list_positives(targets)
    assert positives.shape[1] == 2 * BLOCK and targets.sum() < positives.shape[1]
    areas = jax.jit(mean_areas)(scores, targets, positives)
    assert areas[0] == pytest.approx(np.nanmean(average_precision(targets, scores)), abs=1e-6)
    assert areas[1] == pytest.approx(np.nanmean(roc_auc(targets, scores)), abs=1e-6)


def test_areas_without_any_label_are_undefined():
    targets = np.zeros((3, 4), np.float32)
    assert np.isnan(jax.jit(mean_areas)(targets + 0.5, targets, np.zeros((2, BLOCK), np.int32))).all()


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


def test_what_to_keep_must_be_known_and_evaluated(splits, state):
    with pytest.raises(ValueError, match="keep must be one of last, auprc, loss, but is 'auroc'"):
        train_compiled(state, splits, keep="auroc")
    with pytest.raises(ValueError, match=r'put "valid" into evaluate_on, which is \(\'train\',\)'):
        train_compiled(state, splits, evaluate_on=("train",), keep="loss")


def test_a_best_that_is_never_defined_is_refused(splits, state):
    unlabelled = splits["valid"].copy()
    unlabelled[unlabelled.columns[unlabelled.columns.str.startswith("GO:")]] = 0
    with pytest.raises(ValueError, match="the auprc of valid is always NaN"):
        train_compiled(state, splits | {"valid": unlabelled}, 4, 2, evaluate_on=["valid"], keep="auprc")
