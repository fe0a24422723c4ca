"""Windows cover every residue of a long protein, overlap, and weigh each residue once."""

import numpy as np
import pytest

from dlfb_helpers.embedding.windows import cut_windows, overlap, residues_that_fit, window_plan, window_starts


@pytest.mark.parametrize("length, count", [(1, 1), (1022, 1), (1023, 2), (1788, 2), (1789, 3), (34350, 45)])
def test_windows_cover_every_residue_and_overlap(length, count):
    starts = window_starts(length)
    assert len(starts) == count
    assert starts[0] == 0 and starts[-1] == max(0, length - 1022)
    steps = np.diff(starts)
    assert (steps <= 1022 - 256).all() and (steps > 0).all()


@pytest.mark.parametrize("fits", [1, 2, 10, 300, 2046])
def test_a_model_for_other_lengths_has_other_windows(fits):
    windows = list(cut_windows(0, "M" * 5000, "window", fits))
    weights = np.zeros(5000)
    for window in windows:
        assert len(window.residues) == len(window.weights) == fits
        weights[window.start : window.start + fits] += window.weights
    np.testing.assert_allclose(weights, 1 / 5000)
    assert overlap(fits) < max(fits, 1) and len(windows) <= 5000


def test_what_fits_is_read_from_the_config():
    assert residues_that_fit({"max_position_embeddings": 1026, "pad_token_id": 1}) == 1022  # ESM-2
    assert residues_that_fit({"max_position_embeddings": 514, "pad_token_id": 0}) == 511


def test_policies_are_told_apart_and_a_misspelt_one_is_an_error():
    assert [window.residues for window in cut_windows(7, "MALWM" * 3, "truncate", 6)] == ["MALWMM"]
    assert window_starts(6, "error", 6) == [0]
    with pytest.raises(ValueError, match="1200 residues is longer than 1022"):
        window_starts(1200, "error")
    with pytest.raises(ValueError, match="choose"):
        window_starts(1200, "wndow")


def test_the_plan_records_what_is_done_with_each_protein():
    plan = window_plan(["M" * 10, "M" * 1200], "window")
    assert plan.to_numpy().tolist() == [[10, 1, 10], [1200, 2, 1200]]
    assert window_plan(["M" * 1200], "truncate").to_numpy().tolist() == [[1200, 1, 1022]]
    assert window_plan(["M" * 1200], "truncate", 50).to_numpy().tolist() == [[1200, 1, 50]]
