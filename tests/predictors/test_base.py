"""Each base predictor says what it would say by itself; networks learn from labels by experiment alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.base import BASE, CURATED, BasePredictors, Settings
from dlfb_helpers.predictors.mixture import NetworkSettings, train_networks
from dlfb_helpers.predictors.neighbours import alignment_neighbours, embedding_neighbours
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.proteins.alignment import cross_bits
from dlfb_helpers.training.trained import Hyperparameters


@pytest.fixture(scope="module")
def neighbours(small, queries):
    return small.pool.neighbours(queries)


@pytest.fixture(scope="module")
def scores(small, queries, neighbours):
    return small.base.scores(queries, neighbours)


def test_each_says_what_it_says_by_itself(small, queries, neighbours, scores):
    base, labels = small.base, small.base.labels.labels.toarray()[:200]
    assert list(scores) == [*BASE, CURATED]
    for table in scores.values():
        assert table.dtype == np.float32 and table.shape == (len(queries), len(small.names))
        assert table.min() >= 0 and table.max() <= 1
    np.testing.assert_allclose(scores["training frequency"], np.tile(labels.mean(axis=0), (len(queries), 1)), rtol=1e-5)
    members = base.networks.predict(queries.embeddings)
    np.testing.assert_allclose(scores["network"], (members[0] + members[1]) / 2, atol=1e-6)
    # Proteins without a label by experiment have no vote, but count among the residues that are searched.
    bits = cross_bits(queries.sequences, small.pool.sequences)[:, :200]
    expected = alignment_neighbours(bits, labels, **base.settings.alignment)
    np.testing.assert_allclose(scores["alignment neighbours"], expected, atol=1e-6)
    np.testing.assert_allclose(base.strengths(neighbours.bits), np.log1p(bits.max(axis=1)), rtol=1e-6)


def test_neighbours_by_embedding_are_those_of_the_plain_look_up_but_for_rounding(small, parts, queries):
    """All vote, so that no vote fades."""
    known = parts["train"]
    settings = replace(small.base.settings, neighbours={"whitening": 0.5, "k": 10_000, "temperature": 0.1})
    pool = Pool.fit(known, 0.5)
    labels = csr_array(known.targets.to_numpy())
    base = BasePredictors(settings, pool, small.base.labels.of(labels), None, small.base.networks)
    found = base.scores(queries, pool.neighbours(queries))
    assert list(found) == list(BASE)
    plain = embedding_neighbours(known.embeddings, known.targets, queries.embeddings, **settings.neighbours)
    difference = abs(found["embedding neighbours"] - plain)
    assert difference.mean() < 0.01 and difference.max() < 0.15


def test_curated_neighbours_are_those_of_curated_labels(small, neighbours, scores):
    settings = small.base.settings.neighbours
    for kind, voters in (("embedding neighbours", small.base.labels), (CURATED, small.base.curated)):
        expected = voters.by_embedding(neighbours.cosines, settings["k"], settings["temperature"])
        np.testing.assert_array_equal(scores[kind], expected)
    assert small.base.curated.rows.min() == 180 and small.base.labels.rows.max() == 199
    assert abs(scores[CURATED] - scores["embedding neighbours"]).max() > 0.1


SETTINGS = Settings(
    {"whitening": 0.0, "k": 3, "temperature": 0.1}, {"power": 2.0, "prior": 10.0},
    NetworkSettings(0.0, Hyperparameters(dim=4, epochs=2, stop_after=2, batch_size=8)),
)  # fmt: skip


def test_networks_learn_from_those_with_a_label_by_experiment():
    chance = np.random.default_rng(0)
    ids, sequences = [f"P{number}" for number in range(30)], ["MKV"] * 30
    embeddings = chance.normal(size=(30, 6)).astype(np.float32)
    labels = (chance.random((30, 4)) < 0.5).astype(np.float32)
    labels[:, 0] = 1
    experimental = csr_array(labels * (np.arange(30)[:, None] % 3 > 0))
    pool = Pool.fit(Proteins.unlabelled(ids, sequences, embeddings), 0.0)
    base = BasePredictors.fit(SETTINGS, pool, embeddings, experimental, csr_array(labels), seeds=(7,))
    some = np.arange(30) % 3 > 0
    alone = train_networks(SETTINGS.network, embeddings[some], labels[some], seeds=(7,))
    np.testing.assert_allclose(base.networks.predict(embeddings), alone.predict(embeddings), atol=2e-3)
    np.testing.assert_allclose(base.networks.whitening.mean, embeddings[some].mean(axis=0), atol=1e-6)
    for layer in base.networks.ensemble.params.values():
        for values in layer.values():  # as they are saved
            np.testing.assert_array_equal(values, values.astype(np.float16))
    assert base.labels.rows.tolist() == np.flatnonzero(some).tolist() and len(base.curated.rows) == 30
    assert BasePredictors.fit(SETTINGS, pool, embeddings, experimental, seeds=(7,)).curated is None
