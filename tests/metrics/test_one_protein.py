"""The article's metrics of one protein are scikit-learn's, NaN where there is nothing to measure."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import expit
from sklearn import metrics as sklearn_metrics

from dlfb_helpers.metrics.one_protein import calculate_per_target_metrics, compute_metrics, mean_of_metrics
from dlfb_helpers.metrics.per_row import METRICS, mean_metrics


@pytest.fixture
def batch():
    """Logits and targets of 12 proteins; the first has no function, the second all of them."""
    random = np.random.default_rng(0)
    targets = (random.random((12, 9)) < 0.3).astype(np.float32)
    targets[0], targets[1] = 0, 1
    return random.normal(size=targets.shape).astype(np.float32).round(1), targets


def test_they_are_those_of_scikit_learn(batch):
    some = (batch[1].sum(axis=1) > 0) & (batch[1].sum(axis=1) < 9)
    assert some.sum() > 5
    for logits, targets in zip(*(table[some] for table in batch)):
        for thresh in (0.5, 0.3):
            probs, predicted = expit(logits), expit(logits) >= thresh
            assert compute_metrics(targets, probs, thresh) == pytest.approx({
                "accuracy": sklearn_metrics.accuracy_score(targets, predicted),
                "recall": sklearn_metrics.recall_score(targets, predicted),
                "precision": sklearn_metrics.precision_score(targets, predicted, zero_division=0),
                "auprc": sklearn_metrics.average_precision_score(targets, probs),
                "auroc": sklearn_metrics.roc_auc_score(targets, probs),
            })  # fmt: skip


def test_example_by_hand():
    # Ranking: hit, miss, hit, miss. From 0.5 up two are predicted, one of them right.
    found = compute_metrics(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.4, 0.1]))
    assert list(found) == list(METRICS)
    assert found == pytest.approx(
        {"accuracy": 0.5, "recall": 0.5, "precision": 0.5, "auprc": (1 / 1 + 2 / 3) / 2, "auroc": 3 / 4}
    )


def test_without_a_positive_or_a_negative_it_is_undefined_and_not_0():
    none, every = compute_metrics([0, 0], [0.7, 0.2]), compute_metrics([1, 1], [0.7, 0.2])
    assert none.pop("accuracy") == 0.5 and np.isnan(list(none.values())).all()
    assert np.isnan(every.pop("auroc"))
    assert every == {"accuracy": 0.5, "recall": 0.5, "precision": 1.0, "auprc": 1.0}


def test_a_batch_is_scored_protein_by_protein(batch):
    logits, targets = batch
    expected = [compute_metrics(t, expit(x.astype(np.float64))) for x, t in zip(logits, targets)]
    for found in (calculate_per_target_metrics(logits, targets), calculate_per_target_metrics(*map(jnp.array, batch))):
        assert len(found) == 12
        for one, other in zip(found, expected):
            assert one == pytest.approx(other, nan_ok=True)


def test_the_mean_is_over_proteins_that_have_the_metric(batch, recwarn):
    logits, targets = batch
    means = mean_of_metrics(calculate_per_target_metrics(logits, targets))
    expected = mean_metrics(targets, expit(logits.astype(np.float64)), by="protein")
    assert means == pytest.approx({name: expected[name] for name in METRICS})
    nobody = mean_of_metrics(calculate_per_target_metrics(logits[:1], targets[:1]))
    assert nobody.pop("accuracy") > 0 and np.isnan(list(nobody.values())).all()
    assert len(recwarn) == 0


def test_what_is_not_one_protein_is_refused():
    with pytest.raises(ValueError, match=r"\(1, 2\) and \(1, 3\)"):
        compute_metrics([0, 1], [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="0 and 1 only"):
        compute_metrics([0, 2], [0.1, 0.2])
    with pytest.raises(ValueError, match=r"one protein.*shape \(2, 2\).*mean_metrics"):
        compute_metrics([[0, 1], [1, 0]], [[0.1, 0.2], [0.3, 0.4]])
