"""What no metric and no predictor can be computed from is refused, in words that say what was found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.metrics.checked import (
    as_labels,
    checked_embeddings,
    checked_pairs,
    checked_probabilities,
    checked_tables,
    ratio,
)


def test_what_is_right_comes_back_as_arrays_of_one_kind():
    targets, scores = checked_tables(pd.DataFrame([[1, 0]]), np.array([[0.25, -3]], np.float32))
    assert (targets.dtype, scores.dtype) == (np.int64, np.float64) and scores.tolist() == [[0.25, -3]]
    targets, probabilities = checked_pairs(pd.DataFrame([[True, False]]), [[0, 1]])
    assert targets.tolist() == [1, 0] and probabilities.tolist() == [0, 1]  # flat
    assert checked_embeddings(np.ones((2, 3), np.float32)).dtype == np.float64
    labels = as_labels(pd.DataFrame([[True, False]]), 1)
    assert labels.dtype == np.float64 and labels.tolist() == [[1, 0]]


def test_division_by_0_is_what_was_asked_for(recwarn):
    np.testing.assert_array_equal(
        ratio(np.array([1, 0, 3]), np.array([2, 0, 0]), undefined=np.nan), [0.5, np.nan, np.nan]
    )
    assert ratio(np.array([1.0]), np.array([0]), undefined=0.0) == 0
    assert len(recwarn) == 0


@pytest.mark.parametrize(
    ("check", "tables", "message"),
    [
        (checked_tables, (np.zeros((2, 3)), np.zeros((3, 2))), r"\(2, 3\) and \(3, 2\)"),
        (checked_tables, (np.zeros(3), np.zeros(3)), "tables"),
        (checked_tables, (np.zeros((0, 3)), np.zeros((0, 3))), "non-empty"),
        (checked_tables, (np.full((1, 2), 0.5), np.zeros((1, 2))), "0 and 1 only"),
        (checked_tables, (np.full((1, 2), np.nan), np.zeros((1, 2))), "0 and 1 only"),
        (checked_tables, (np.zeros((1, 2)), np.array([[0.1, np.nan]])), "score nan at row 0, column 1"),
        (checked_tables, (np.zeros((1, 2)), np.array([[np.inf, 0.1]])), "score inf at row 0, column 0"),
        (checked_pairs, ([[0, 1]], [[0.1], [0.2]]), r"\(1, 2\) and \(2, 1\)"),
        (checked_pairs, ([], []), "non-empty"),
        (checked_pairs, ([0, 2], [0.1, 0.2]), "0 and 1 only"),
        (checked_pairs, ([0, 1, 1], [0.1, 1.5, -2]), "2 do not, the first is 1.5"),
        (checked_pairs, ([0, 1], [0.1, np.nan]), "the first is nan"),
        (checked_probabilities, ([0.1, 3.0],), "1 do not, the first is 3.0; turn logits"),
        (checked_embeddings, (np.zeros(3),), r"a row for each protein, but have shape \(3,\)"),
        (checked_embeddings, (np.array([[1.0, np.inf]]),), "not finite"),
        (as_labels, (np.zeros((0, 4)),), r"at least one protein, but has shape \(0, 4\)"),
        (as_labels, (np.zeros(4),), r"shape \(4,\)"),
        (as_labels, (np.zeros((9, 4)), 200), "9 proteins, but there are 200"),
        (as_labels, (np.full((2, 2), 0.5),), "0 and 1 only, but holds 0.5"),
        (as_labels, (np.full((2, 2), np.nan),), "0 and 1 only, but holds nan"),
    ],
)
def test_what_is_wrong_is_said(check, tables, message):
    with pytest.raises(ValueError, match=message):
        check(*tables)
