"""The limit from which the light predictors call a protein similar."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.step_10_light import best_limit


@pytest.mark.parametrize("limit", [0.35, 0.6])
def test_the_best_limit_parts_similar_from_others(limit):
    chance = np.random.default_rng(0)
    cosines = chance.uniform(0.1, 0.95, 5000)
    alike = (cosines >= limit).astype(float)
    assert best_limit(np.stack([cosines, alike], axis=1)) == pytest.approx(limit, abs=0.01)
    noisy = np.where(chance.random(5000) < 0.1, 1 - alike, alike)  # one in ten is told wrongly
    assert best_limit(np.stack([cosines, noisy], axis=1)) == pytest.approx(limit, abs=0.05)


def test_both_kinds_count_alike_however_many_there_are():
    """Nine of ten are similar, and all others lie below 0.5: the few weigh as much as the many."""
    chance = np.random.default_rng(0)
    cosines = np.concatenate([chance.uniform(0.2, 0.95, 900), chance.uniform(0.2, 0.5, 100)])
    alike = np.repeat([1.0, 0.0], [900, 100])
    assert best_limit(np.stack([cosines, alike], axis=1)) == pytest.approx(0.5, abs=0.02)
