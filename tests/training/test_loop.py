"""The article's loop learns, repeats itself, writes down every step, and scores a part as a whole."""

from __future__ import annotations

import numpy as np
import optax
import pytest

from dlfb_helpers.dataset.batches import convert_to_tfds
from dlfb_helpers.metrics.one_protein import compute_metrics, mean_of_metrics
from dlfb_helpers.metrics.per_row import METRICS, mean_metrics
from dlfb_helpers.training.evaluation import evaluate, predict
from dlfb_helpers.training.loop import eval_step, logits_and_loss, train, train_step


@pytest.fixture(scope="module")
def datasets(parts):
    def split(seed=5):
        return {
            part: convert_to_tfds(proteins.to_table(), is_training=part == "train", seed=seed)
            for part, proteins in parts.items()
        }

    return split


def test_train_step_returns_the_loss_and_lowers_it(parts, state):
    batch = parts["train"].batch()
    logits = np.asarray(state.apply_fn({"params": state.params}, batch["embedding"]), dtype=np.float64)
    by_hand = -np.where(batch["target"] == 1, np.log(1 / (1 + np.exp(-logits))), np.log(1 / (1 + np.exp(logits))))
    stepped, loss = train_step(state, batch)
    assert loss == pytest.approx(by_hand.mean(), abs=1e-5)
    assert int(stepped.step) == 1 and int(state.step) == 0
    assert train_step(stepped, batch)[1] < loss


def test_logits_and_loss_agree_with_predict(parts, state):
    batch = parts["valid"].batch()
    logits, loss = logits_and_loss(state, batch)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), predict(state, batch["embedding"]), atol=1e-6)
    assert float(loss) == pytest.approx(float(optax.sigmoid_binary_cross_entropy(logits, batch["target"]).mean()))


def test_eval_step_is_the_mean_over_the_proteins_of_the_batch(parts, state):
    batch = parts["train"].batch()
    scored = eval_step(state, batch)
    probabilities = predict(state, batch["embedding"]).astype(np.float64)
    per_protein = [compute_metrics(*pair) for pair in zip(batch["target"], probabilities)]
    assert scored == pytest.approx({"loss": scored["loss"]} | mean_of_metrics(per_protein), abs=1e-6)
    whole = mean_metrics(batch["target"], probabilities)
    assert {name: scored[name] for name in METRICS} == pytest.approx({name: whole[name] for name in METRICS}, abs=1e-6)
    assert scored["loss"] == pytest.approx(float(train_step(state, batch)[1]), abs=1e-6)
    assert list(scored) == ["loss", *METRICS] and all(isinstance(value, float) for value in scored.values())


def test_training_learns_and_writes_down_every_step(parts, state, datasets):
    trained, metrics = train(state, datasets(), batch_size=16, num_steps=110, eval_every=50)
    assert list(metrics) == ["train", "valid"]
    assert [row["step"] for row in metrics["train"]] == list(range(1, 111))
    assert [row["step"] for row in metrics["valid"]] == [0, 50, 100, 110]  # before the first step, and after the last
    assert int(trained.step) == 110 and int(state.step) == 0
    losses = [row["loss"] for row in metrics["train"]]
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) / 2
    before, after = evaluate(state, parts["test"]), evaluate(trained, parts["test"])
    assert after["loss"] < before["loss"] / 2
    assert after["auprc"] > max(0.9, before["auprc"])
    for row, then in ((metrics["valid"][0], state), (metrics["valid"][-1], trained)):
        expected = evaluate(then, parts["valid"])
        names = ["loss", *METRICS]
        assert {name: row[name] for name in names} == pytest.approx({name: expected[name] for name in names}, abs=1e-6)


def test_training_repeats_itself(state, datasets, assert_same):
    (first, metrics), (again, same), (other, _) = (
        train(state, datasets(seed), batch_size=16, num_steps=20) for seed in (1, 1, 2)
    )
    assert_same(first.params, again.params, tolerance=1e-7)
    assert metrics == same
    with pytest.raises(AssertionError):
        assert_same(first.params, other.params)


def test_a_train_part_that_ends_is_refused(state, datasets):
    once = datasets() | {"train": datasets()["valid"]}  # 30 proteins, not repeated
    with pytest.raises(ValueError, match="ended after 2 of 9 steps; is_training=True of convert_to_tfds repeats it"):
        train(state, once, batch_size=16, num_steps=9)
