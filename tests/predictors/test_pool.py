"""A pool compares proteins with all of it: cosines of whitened vectors, and the alignments that are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.whitening import Whitening, unit_length
from dlfb_helpers.proteins.alignment import cross_bits


@pytest.fixture(scope="module")
def pool(parts):
    return Pool.fit(parts["train"], 0.5, taxa=range(len(parts["train"])))


@pytest.fixture(scope="module")
def some(parts):
    return parts["test"].take(parts["test"].ids[:12])


def test_it_holds_its_proteins(pool, parts):
    train = parts["train"]
    assert (pool.ids, pool.sequences, len(pool)) == (train.ids, train.sequences, len(train))
    assert pool.taxa.dtype == np.int32 and pool.taxa.tolist() == list(range(len(train)))
    plain = Pool.fit(train, 0.5)
    assert plain.taxa.tolist() == [0] * len(train) and set(plain.genes) == {plain.called(0)} == {""}
    assert all(pool.ids[row] == entry for entry, row in pool.place.items()) and len(pool.place) == len(train)


def test_proteins_are_called_by_species_and_gene(parts):
    some = parts["train"].take(parts["train"].ids[:4])
    pool = Pool.fit(some, 0.5, taxa=[10090, 9606, 562, 0], genes=["Ins2", "", "lacZ", ""])
    assert [pool.called(row) for row in range(4)] == ["mouse Ins2", "human", "lacZ", ""]
    bundled = load_predictor().pool
    known = {entry: bundled.called(bundled.place[entry]) for entry in ("P01308", "P01326", "P04637")}
    assert known == {"P01308": "human INS", "P01326": "mouse Ins2", "P04637": "human TP53"}
    assert np.mean([gene != "" for gene in bundled.genes]) > 0.98


def test_vectors_are_the_whitened_ones_but_for_their_rounding(pool, parts):
    embeddings = parts["train"].embeddings
    whitening = Whitening.fit(embeddings, 0.5)
    exact = unit_length(whitening(embeddings))
    assert pool.vectors.dtype == np.float32 and pool.vectors is pool.vectors
    np.testing.assert_allclose(np.linalg.norm(pool.vectors, axis=1), 1, atol=1e-6)
    assert ((pool.vectors * exact).sum(axis=1) > 0.95).all()
    assert pool.whitening.mean.dtype == pool.whitening.matrix.dtype == np.float32  # as they are saved
    np.testing.assert_allclose(pool.whitening.matrix, whitening.matrix, rtol=1e-6)
    other = Pool.fit(parts["train"], 1.0)
    assert abs(other.vectors - pool.vectors).max() > 0.05


def test_neighbours_are_cosines_and_bits(pool, some):
    found = pool.neighbours(some)
    assert found.cosines.dtype == np.float32 and found.bits.dtype == np.float32
    assert found.cosines.shape == found.bits.shape == (len(some), len(pool))
    queries = unit_length(pool.whitening(some.embeddings))
    np.testing.assert_allclose(found.cosines, queries @ pool.vectors.T.astype(np.float64), atol=1e-6)
    np.testing.assert_array_equal(found.bits.toarray(), cross_bits(some.sequences, pool.sequences))


def test_a_protein_of_the_pool_finds_itself(pool, parts):
    some = parts["train"].take(parts["train"].ids[::50])
    found = pool.neighbours(some)
    own = [pool.place[entry] for entry in some.ids]
    assert found.cosines.argmax(axis=1).tolist() == own and found.cosines.max(axis=1).min() > 0.95
    assert (found.bits.toarray()[range(len(own)), own] == found.bits.max(axis=1).toarray()).all()


def test_neighbours_do_not_depend_on_company(pool, some):
    found = pool.neighbours(some)
    alone = pool.neighbours(some.take(some.ids[5:6]).without_targets())
    np.testing.assert_allclose(alone.cosines[0], found.cosines[5], atol=1e-6)
    np.testing.assert_array_equal(alone.bits.toarray()[0], found.bits.toarray()[5])


def test_vectors_of_another_checkpoint_are_refused(pool, some):
    with pytest.raises(ValueError, match="embeddings have 100 features, but the training proteins had 320"):
        pool.neighbours(replace(some, embeddings=some.embeddings[:, :100]))
