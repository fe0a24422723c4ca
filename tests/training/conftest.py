"""Made-up proteins whose labels can be learnt, a small network, and a comparison of trees of arrays."""

from __future__ import annotations

import jax
import numpy as np
import optax
import pandas as pd
import pytest

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.training.model import Model

WIDTH, TARGETS = 8, 5


@pytest.fixture(scope="session")
def parts():
    """Labels that a linear rule on the embedding decides; the first term of the first protein is its only one."""
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(150, WIDTH)).astype(np.float32)
    labels = (embeddings @ random.normal(size=(WIDTH, TARGETS)) > 2).astype(np.int8)
    labels[0] = [1, 0, 0, 0, 0]
    ids = [f"P{i:05d}" for i in range(150)]
    targets = pd.DataFrame(labels, pd.Index(ids, name="EntryID"), [f"GO:{i:07d}" for i in range(TARGETS)])
    proteins = Proteins(ids, ["M"] * 150, embeddings, targets)
    return {"train": proteins.take(ids[:90]), "valid": proteins.take(ids[90:120]), "test": proteins.take(ids[120:])}


@pytest.fixture(scope="session")
def starting_state():
    """What makes a state: of one network, and for each learning rate of one optimiser, so that programs are shared."""
    model, optimisers = Model(TARGETS, dim=8), {}

    def start(seed: int = 0, rate: float = 1e-2):
        optimiser = optimisers.setdefault(rate, optax.adam(rate))
        return model.create_train_state(jax.random.key(seed), np.zeros((1, WIDTH)), optimiser)

    return start


@pytest.fixture(scope="session")
def state(starting_state):
    return starting_state()


@pytest.fixture(scope="session")
def assert_same():
    def compare(left, right, tolerance: float = 1e-5) -> None:
        for a, b in zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True):
            np.testing.assert_allclose(a, b, atol=tolerance)

    return compare
