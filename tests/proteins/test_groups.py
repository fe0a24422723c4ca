"""Groups are led by their longest, and hold what is near to it."""

from __future__ import annotations

import numpy as np

from dlfb_helpers.predictors.whitening import unit_length
from dlfb_helpers.proteins import groups as module
from dlfb_helpers.proteins.groups import LEAST, groups_of

ANGLES = np.radians([0, 30, 60, 100, 5])
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)


def test_the_longest_leads_and_others_join_the_most_alike():
    assert groups_of(VECTORS, np.array([9, 8, 7, 6, 5])).tolist() == [0, 0, 1, 1, 0]  # 60 degrees are too far from 0
    assert groups_of(VECTORS, np.array([1, 9, 2, 3, 4])).tolist() == [0, 0, 0, 1, 0]  # all but one near the second
    assert groups_of(VECTORS[:1], np.array([3])).tolist() == [0]


def test_each_is_near_its_leader_and_leaders_are_apart(monkeypatch):
    chance = np.random.default_rng(0)
    middles = chance.normal(size=(30, 8))
    vectors = unit_length(np.repeat(middles, 10, axis=0) + 0.4 * chance.normal(size=(300, 8))).astype(np.float32)
    lengths = chance.permutation(300)
    found = groups_of(vectors, lengths)
    leaders = np.array(
        [max(np.flatnonzero(found == group), key=lengths.__getitem__) for group in range(found.max() + 1)]
    )
    cosines = vectors @ vectors[leaders].T
    np.testing.assert_array_less(LEAST, cosines[np.arange(300), found] + 1e-6)
    between = vectors[leaders] @ vectors[leaders].T
    assert (between[~np.eye(len(leaders), dtype=bool)] < LEAST).all() and 20 < len(leaders) < 100
    monkeypatch.setattr(module, "BLOCK", 7)  # only the order counts, not what is compared at once
    again = groups_of(vectors, lengths)
    assert len(set(zip(found, again))) == len(leaders) == again.max() + 1
