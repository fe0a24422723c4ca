"""What a state predicts for a part, and its scores, whatever the size of the batches."""

from __future__ import annotations

import numpy as np
import optax
import pytest

from dlfb_helpers.metrics.per_row import METRICS, mean_metrics
from dlfb_helpers.training.evaluation import evaluate, predict


def test_probabilities_are_the_sigmoid_of_the_logits(parts, state):
    embeddings = parts["valid"].embeddings
    probabilities = predict(state, embeddings)
    logits = np.asarray(state.apply_fn({"params": state.params}, embeddings), np.float64)
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), atol=1e-6)
    assert isinstance(probabilities, np.ndarray) and probabilities.dtype == np.float32
    assert ((probabilities > 0) & (probabilities < 1)).all()
    np.testing.assert_allclose(predict(state, embeddings.astype(np.float64)[3:5]), probabilities[3:5], atol=1e-6)


def test_evaluation_is_that_of_the_whole_part_whatever_the_batch_size(parts, state):
    arrays = parts["train"].batch()
    whole = evaluate(state, parts["train"])
    expected = mean_metrics(arrays["target"], predict(state, arrays["embedding"]), by="protein")
    logits = state.apply_fn({"params": state.params}, arrays["embedding"])
    expected["loss"] = float(optax.sigmoid_binary_cross_entropy(logits, arrays["target"]).mean())
    assert whole == pytest.approx(expected, abs=1e-6)
    assert list(whole)[: 1 + len(METRICS)] == ["loss", *METRICS]
    for batch_size in (1, 7, 32):  # 7 and 32 leave a short last batch
        assert evaluate(state, parts["train"], batch_size=batch_size) == pytest.approx(whole, abs=1e-5)
