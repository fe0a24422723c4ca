"""Vectors in four bits stay what they were, nearly: within half a step, of length 1, and neighbours of the same."""

from __future__ import annotations

import numpy as np
import pytest

from dlfb_helpers.predictors.rounded import LEVELS, REACH, Rounded
from dlfb_helpers.predictors.whitening import unit_length


def directions(count, width, seed=0):
    """Vectors of length 1, some coordinates ten times as wide as others."""
    wide = np.random.default_rng(seed).normal(size=(count, width)) * np.geomspace(1, 10, width)
    return unit_length(wide).astype(np.float32)


@pytest.mark.parametrize("width", [1, 2, 7, 8])
def test_each_number_is_the_middle_of_its_step(width):
    vectors = directions(400, width + 1)[:, :width] if width > 1 else directions(400, 2)[:, :1]
    codes, steps = Rounded.of(vectors)
    assert codes.dtype == np.uint8 and codes.shape == (400, (width + 1) // 2)
    np.testing.assert_allclose(steps, 2 * REACH / LEVELS * vectors.std(axis=0), rtol=1e-6)
    places = np.stack([codes >> 4, codes & 15], axis=-1).reshape(400, -1)[:, :width]
    middles = (places - 7.5) * steps
    inside = abs(vectors) < 8 * steps
    assert inside.mean() > 0.95
    assert (abs(middles - vectors) <= 0.5001 * steps)[inside].all()
    np.testing.assert_allclose(Rounded(codes, steps).vectors(), unit_length(middles), atol=1e-6)
    # What lies further out than the last step is in it.
    assert (places[~inside] == np.where(vectors[~inside] > 0, LEVELS - 1, 0)).all()


def test_they_have_length_1_and_nearly_their_direction():
    vectors = directions(500, 64)
    again = Rounded.of(vectors).vectors()
    assert again.dtype == np.float32 and again.shape == vectors.shape
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1, atol=1e-6)
    cosines = (again * vectors).sum(axis=1)
    assert cosines.min() > 0.97 and cosines.mean() > 0.99


def test_the_nearest_stay_the_nearest():
    vectors = directions(500, 64)
    queries = unit_length(vectors[:50] + 0.02 * np.random.default_rng(1).normal(size=(50, 64)))
    again = Rounded.of(vectors).vectors()
    assert ((queries @ again.T).argmax(axis=1) == np.arange(50)).all()
    assert abs(queries @ again.T - queries @ vectors.T).max() < 0.1


def test_a_coordinate_without_spread_is_left_out():
    vectors = np.zeros((5, 3), np.float32)
    vectors[:, 0] = [1, -1, 1, -1, 1]
    rounded = Rounded.of(vectors)
    assert (rounded.steps[1:] == 0).all()
    np.testing.assert_array_equal(rounded.vectors(), vectors)


def test_a_vectors_code_does_not_depend_on_the_order():
    vectors = directions(100, 9)
    order = np.random.default_rng(2).permutation(100)
    np.testing.assert_array_equal(Rounded.of(vectors[order]).codes, Rounded.of(vectors).codes[order])
