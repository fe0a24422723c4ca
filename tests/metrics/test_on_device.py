"""The metrics of a compiled program are those of NumPy, ties and undefined rows included."""

from __future__ import annotations

import jax
import numpy as np
import optax
import pytest
from scipy.special import expit

from dlfb_helpers.metrics.on_device import BLOCK, list_positives, mean_areas, mean_scores
from dlfb_helpers.metrics.per_row import average_precision, mean_metrics, roc_auc


def made_up(distinct):
    """Targets and scores of so many values; the first protein has no function, the second all of them."""
    random = np.random.default_rng(distinct)
    targets = (random.random((60, 37)) < 0.2).astype(np.float32)
    targets[0], targets[1] = 0, 1
    return targets, (random.integers(distinct, size=targets.shape) / distinct).astype(np.float32)


@pytest.mark.parametrize("distinct", [2, 5, 10_000])
def test_areas_treat_ties_and_undefined_rows_as_per_row_does(distinct):
    targets, scores = made_up(distinct)
    positives = list_positives(targets)
    assert positives.shape[1] == 2 * BLOCK and targets.sum() < positives.shape[1]
    areas = jax.jit(mean_areas)(scores, targets, positives)
    assert areas[0] == pytest.approx(np.nanmean(average_precision(targets, scores)), abs=1e-6)
    assert areas[1] == pytest.approx(np.nanmean(roc_auc(targets, scores)), abs=1e-6)


def test_areas_without_any_label_are_undefined():
    targets = np.zeros((3, 4), np.float32)
    assert np.isnan(jax.jit(mean_areas)(targets + 0.5, targets, np.zeros((2, BLOCK), np.int32))).all()
    assert list_positives(targets).shape == (2, 0)


def test_positives_are_listed_row_by_row_and_fill_whole_blocks():
    targets = np.array([[0, 1, 1], [1, 0, 0]])
    positives = list_positives(targets)
    assert positives.shape == (2, BLOCK) and positives.dtype == np.int32
    assert positives[:, :4].tolist() == [[0, 0, 1, 0], [1, 2, 0, 0]]
    assert list_positives(np.ones((BLOCK, 1))).shape == (2, BLOCK)  # a full block gets none after it


def test_scores_are_the_loss_and_the_means_over_proteins():
    targets, uniform = made_up(1000)
    logits = (6 * uniform - 4).astype(np.float32)  # some proteins have no probability from 0.5 up
    found = jax.jit(mean_scores)(logits, targets, list_positives(targets))._asdict()
    expected = {"loss": float(optax.sigmoid_binary_cross_entropy(logits, targets).mean())}
    expected |= mean_metrics(targets, expit(logits.astype(np.float64)), by="protein")
    assert expected["without_positives"] == expected["without_negatives"] == 1
    assert list(found) == list(expected)
    assert {name: float(value) for name, value in found.items()} == pytest.approx(expected, abs=1e-6)


def test_a_protein_with_labels_and_no_prediction_counts_0():
    targets, logits = np.array([[1, 0], [0, 1]], np.float32), np.array([[-3, -4], [-1, 2]], np.float32)
    found = jax.jit(mean_scores)(logits, targets, list_positives(targets))
    assert (found.recall, found.precision, found.without_predictions) == (0.5, 0.5, 1)
