"""Metrics agree with scikit-learn where it defines them, and are NaN and counted where nothing can be measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

from dlfb_helpers.metrics.per_row import (
    METRICS,
    average_precision,
    mean_metrics,
    metrics_table,
    micro_average_precision,
    roc_auc,
)


@pytest.fixture(params=[2, 5, 1000], ids=["two scores", "five scores", "many scores"])
def scored(request):
    """Targets and scores with many ties; row 0 has no positive, row 1 no negative, row 2 only one score."""
    random = np.random.default_rng(request.param)
    targets = (random.random((60, 37)) < 0.2).astype(np.int8)
    scores = random.integers(0, request.param, size=targets.shape) / request.param
    targets[0], targets[1], scores[2], targets[2, 0] = 0, 1, 0.5, 1
    return targets, scores


def test_average_precision_equals_scikit_learn(scored):
    targets, scores = scored
    ours = average_precision(targets, scores)
    theirs = [average_precision_score(t, s) for t, s in zip(targets[1:], scores[1:], strict=True)]
    np.testing.assert_allclose(ours[1:], theirs, atol=1e-6)
    assert np.isnan(ours[0])
    assert ours[1] == 1.0


def test_roc_auc_equals_scikit_learn(scored):
    targets, scores = scored
    ours = roc_auc(targets, scores)
    theirs = [roc_auc_score(t, s) for t, s in zip(targets[2:], scores[2:], strict=True)]
    np.testing.assert_allclose(ours[2:], theirs, atol=1e-6)
    assert np.isnan(ours[:2]).all()
    assert ours[2] == 0.5


@pytest.mark.parametrize("metric", [average_precision, roc_auc])
def test_axis_0_ranks_the_proteins_of_each_term(scored, metric):
    targets, scores = scored
    np.testing.assert_array_equal(metric(targets, scores, axis=0), metric(targets.T, scores.T, axis=1))


@pytest.mark.parametrize("metric", [average_precision, roc_auc])
def test_order_of_tied_entries_does_not_matter(scored, metric):
    targets, scores = scored
    shuffled = np.random.default_rng(0).permutation(targets.shape[1])
    np.testing.assert_allclose(metric(targets[:, shuffled], scores[:, shuffled]), metric(targets, scores), atol=1e-12)


@pytest.fixture
def single_class(scored):
    """The same with a term that no protein has and a term that every protein has."""
    targets, scores = scored[0].copy(), scored[1]
    targets[:, 3], targets[:, 4] = 0, 1
    return targets, scores


def test_micro_average_precision_equals_scikit_learn(single_class):
    targets, scores = single_class
    theirs = average_precision_score(targets, scores, average="micro")
    assert micro_average_precision(targets, scores) == pytest.approx(theirs, abs=1e-6)
    assert micro_average_precision(pd.DataFrame(targets.T), scores.T) == pytest.approx(theirs, abs=1e-6)


def test_micro_average_precision_by_hand():
    targets = np.array([[1, 0], [0, 1], [0, 0]])
    probabilities = np.array([[0.9, 0.8], [0.4, 0.4], [0.4, 0.1]])  # hit, miss, then a tie of one hit and two misses
    assert micro_average_precision(targets, probabilities) == pytest.approx((1 / 1 + 2 / 5) / 2)
    assert np.isnan(micro_average_precision(np.zeros((2, 3)), np.zeros((2, 3))))


def test_macro_auprc_is_the_mean_over_terms_with_a_positive(single_class):
    targets, scores = single_class
    defined = targets.any(axis=0)
    theirs = average_precision_score(targets[:, defined], scores[:, defined], average="macro")
    means = mean_metrics(targets, scores, by="term")
    assert means["auprc"] == pytest.approx(theirs, abs=1e-6)
    assert means["without_positives"] == (~defined).sum() > 0
    assert abs(means["auprc"] - micro_average_precision(targets, scores)) > 1e-3


@pytest.mark.parametrize("by", ["protein", "term"])
def test_table_equals_scikit_learn(single_class, by):
    targets, scores = single_class
    table = metrics_table(targets, scores, by=by)
    rows = (targets, scores) if by == "protein" else (targets.T, scores.T)
    assert len(table) == len(rows[0])
    for (_, row), target, score in zip(table.iterrows(), *rows, strict=True):
        predicted = score >= 0.5
        assert row["accuracy"] == pytest.approx((target == predicted).mean())
        assert (row["positives"], row["predicted"]) == (target.sum(), predicted.sum())
        if target.any():
            assert row["recall"] == pytest.approx(recall_score(target, predicted))
            assert row["precision"] == pytest.approx(precision_score(target, predicted, zero_division=0))
            assert row["auprc"] == pytest.approx(average_precision_score(target, score), abs=1e-6)
        else:
            assert row[["recall", "precision", "auprc", "auroc"]].isna().all()
        if target.any() and not target.all():
            assert row["auroc"] == pytest.approx(roc_auc_score(target, score), abs=1e-6)
        else:
            assert np.isnan(row["auroc"])


def test_example_by_hand():
    targets = np.array([[1, 0, 1, 0]])
    probabilities = np.array([[0.9, 0.8, 0.4, 0.1]])  # ranking: hit, miss, hit, miss; two predicted, one right
    table = metrics_table(targets, probabilities, by="protein", labels=["P01308"])
    assert table.loc["P01308", "accuracy"] == 0.5
    assert table.loc["P01308", "recall"] == 0.5
    assert table.loc["P01308", "precision"] == 0.5
    assert table.loc["P01308", "auprc"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert table.loc["P01308", "auroc"] == pytest.approx(3 / 4)  # of the 4 pairs only (0.4 over 0.8) is wrong


def test_undefined_is_left_out_of_the_mean_and_counted():
    targets = np.array([[1, 0, 0], [0, 0, 0], [1, 1, 1], [0, 1, 0]])
    probabilities = np.array([[0.9, 0.1, 0.2], [0.9, 0.1, 0.2], [0.9, 0.8, 0.7], [0.4, 0.1, 0.2]])
    means = mean_metrics(targets, probabilities, by="protein")
    assert (means["without_positives"], means["without_negatives"], means["without_predictions"]) == (1, 1, 1)
    assert means["recall"] == pytest.approx((1 + 1 + 0) / 3)
    assert means["precision"] == pytest.approx((1 + 1 + 0) / 3)
    assert means["auprc"] == pytest.approx((1 + 1 + 1 / 3) / 3)
    assert means["auroc"] == pytest.approx((1 + 0) / 2)
    assert means["accuracy"] == pytest.approx((3 + 2 + 3 + 2) / 12)


def test_precision_can_be_averaged_over_rows_with_predictions():
    targets = np.array([[1, 0], [0, 1]])
    probabilities = np.array([[0.9, 0.1], [0.4, 0.1]])
    assert mean_metrics(targets, probabilities)["precision"] == 0.5
    assert mean_metrics(targets, probabilities, zero_division=np.nan)["precision"] == 1.0


def test_all_undefined_gives_nan_without_a_warning(recwarn):
    means = mean_metrics(np.zeros((3, 4)), np.full((3, 4), 0.2))
    assert all(np.isnan(means[name]) for name in METRICS if name != "accuracy")
    assert means["accuracy"] == 1.0 and means["without_positives"] == 3
    assert len(recwarn) == 0


def test_per_protein_and_per_term_are_different_averages(scored):
    targets, scores = scored
    by_protein, by_term = (mean_metrics(targets, scores, by=by) for by in ("protein", "term"))
    assert by_protein["accuracy"] == pytest.approx(by_term["accuracy"])
    assert abs(by_protein["auprc"] - by_term["auprc"]) > 1e-3


def test_rows_carry_the_labels_of_a_data_frame():
    targets = pd.DataFrame([[1, 0], [0, 1]], index=["P1", "P2"], columns=["GO:1", "GO:2"])
    assert list(metrics_table(targets, np.eye(2), by="term").index) == ["GO:1", "GO:2"]
    assert list(metrics_table(targets, np.eye(2), by="protein").index) == ["P1", "P2"]


@pytest.mark.parametrize("metric", [average_precision, roc_auc, micro_average_precision, metrics_table, mean_metrics])
def test_tables_that_do_not_fit_are_refused(metric):
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(3, 2\)"):
        metric(np.zeros((2, 3)), np.zeros((3, 2)))


def test_unknown_unit_and_axis_are_refused():
    with pytest.raises(ValueError, match="batch"):
        metrics_table(np.zeros((1, 2)), np.zeros((1, 2)), by="batch")
    with pytest.raises(ValueError, match="axis must be 0"):
        average_precision(np.zeros((1, 2)), np.zeros((1, 2)), axis=2)
