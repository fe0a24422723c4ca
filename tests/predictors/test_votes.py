"""Votes in a pool are those of the plain look-ups where all may vote, and fade out where not all may."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from dlfb_helpers.predictors import votes
from dlfb_helpers.predictors.neighbours import alignment_neighbours, embedding_neighbours
from dlfb_helpers.predictors.votes import Voters
from dlfb_helpers.predictors.whitening import Whitening, unit_length

POOL, QUERIES, TERMS = 60, 9, 5


@pytest.fixture(scope="module")
def labels():
    """Of a pool in which every third protein has no label."""
    table = (np.random.default_rng(0).random((POOL, TERMS)) < 0.4).astype(np.float32)
    table[:, 0] = 1
    table[::3] = 0
    return table


@pytest.fixture(scope="module")
def voters(labels):
    return Voters.of(csr_array(labels))


@pytest.fixture(scope="module")
def embeddings():
    return np.random.default_rng(1).normal(size=(POOL + QUERIES, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def cosines(embeddings):
    """Of standardised embeddings."""
    known = embeddings[:POOL]
    whiten = Whitening.fit(known[np.arange(POOL) % 3 > 0], 0.0)
    return unit_length(whiten(embeddings[POOL:])) @ unit_length(whiten(known)).T


@pytest.fixture(scope="module")
def bits():
    chance = np.random.default_rng(2)
    table = np.where(chance.random((QUERIES, POOL)) < 0.3, chance.uniform(20, 400, (QUERIES, POOL)), 0)
    table[4] = 0
    table[5, 1:] = 0  # aligned with a protein that has no label
    table[5, 0] = 90
    return table.astype(np.float32)


def test_those_with_a_label_vote(labels, voters):
    assert voters.rows.tolist() == [row for row in range(POOL) if row % 3]
    np.testing.assert_allclose(voters.frequencies, labels[voters.rows].mean(axis=0), rtol=1e-6)
    stored = csr_array((np.zeros(2), ([0, 1], [0, 0])), shape=(3, 1))
    assert len(Voters.of(stored).rows) == 0  # a 0 that is stored is none


@pytest.mark.parametrize("temperature", [0.05, 0.3, 2.0])
def test_where_all_vote_it_is_the_plain_look_up(labels, voters, embeddings, cosines, temperature):
    expected = embedding_neighbours(
        embeddings[voters.rows], labels[voters.rows], embeddings[POOL:], k=POOL, temperature=temperature
    )
    for k in (len(voters.rows), 10 * POOL):
        found = voters.by_embedding(cosines, k, temperature)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_some_vote_with_what_they_are_nearer_than_the_next(labels, voters, cosines):
    k, temperature = 7, 0.2
    found = voters.by_embedding(cosines, k, temperature)
    for query, row in enumerate(cosines):
        order = sorted(voters.rows, key=lambda place, row=row: -row[place])
        weights = np.exp(row[order[:k]] / temperature) - np.exp(row[order[k]] / temperature)
        np.testing.assert_allclose(found[query], weights @ labels[order[:k]] / weights.sum(), atol=1e-6)


@pytest.mark.parametrize("k", [2, 7, 20])
def test_no_answer_hangs_on_which_of_two_as_near_is_counted_in(voters, cosines, k):
    """The k-th and the one behind it change places, and hardly anything changes."""
    for row in cosines:
        order = sorted(voters.rows, key=lambda place, row=row: -row[place])
        last, behind = order[k - 1], order[k]
        tables = []
        for step in (1e-7, -1e-7):
            moved = row.copy()
            moved[last] = row[behind] + step
            tables.append(voters.by_embedding(moved[None], k, 0.1))
        np.testing.assert_allclose(tables[0], tables[1], rtol=0, atol=1e-5)


def test_the_nearest_alone_is_taken_at_its_word(labels, voters, cosines):
    found = voters.by_embedding(cosines, 1, 0.1)
    nearest = [max(voters.rows, key=lambda place, row=row: row[place]) for row in cosines]
    np.testing.assert_array_equal(found, labels[nearest])


def test_where_all_are_as_near_all_have_one_vote(labels, voters):
    for cosine in (0.0, 0.7):
        found = voters.by_embedding(np.full((1, POOL), cosine, np.float32), 3, 0.1)
        assert np.isfinite(found).all() and found[0, 0] == 1  # which all have
    three = Voters.of(csr_array(labels[:4]))
    found = three.by_embedding(np.full((1, 4), 0.5), 1, 0.1)
    np.testing.assert_allclose(found[0], labels[1:3].mean(axis=0))


def test_low_temperatures_do_not_overflow(voters, cosines):
    for temperature in (1e-6, 1e6):
        found = voters.by_embedding(cosines, 5, temperature)
        assert np.isfinite(found).all() and (found >= 0).all() and (found <= 1).all()


@pytest.mark.parametrize(("power", "prior"), [(2.0, 2500.0), (1.0, 0.0), (0.5, 3.0)])
def test_relatives_vote_as_in_the_plain_look_up(labels, voters, bits, power, prior):
    expected = alignment_neighbours(bits[:, voters.rows], labels[voters.rows], power, prior)
    found = voters.by_alignment(csr_array(bits), power, prior)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    for nobody in (4, 5):
        np.testing.assert_allclose(found[nobody], voters.frequencies, atol=1e-6)


def test_only_the_best_relatives_vote(labels, voters, bits, monkeypatch):
    monkeypatch.setattr(votes, "VOTERS", 2)
    found = voters.by_alignment(csr_array(bits), 1.0, 0.0)
    for query in (0, 1, 2):
        best = sorted(voters.rows, key=lambda place, row=bits[query]: -row[place])[:2]
        weights = bits[query, best]
        np.testing.assert_allclose(found[query], weights @ labels[best] / weights.sum(), atol=1e-6)


def test_how_near_the_nearest_is_counts_among_those_with_a_label(voters, bits):
    found = voters.best_bits(csr_array(bits))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, bits[:, voters.rows].max(axis=1))
    assert found[4] == found[5] == 0 < found[0]


def test_nobody_to_vote_and_nobody_to_vote_for(voters, bits, cosines):
    nobody = Voters.of(csr_array((POOL, TERMS), dtype=np.float32))
    for found in (nobody.by_embedding(cosines, 3, 0.1), nobody.by_alignment(csr_array(bits), 2.0, 10.0)):
        np.testing.assert_array_equal(found, np.zeros((QUERIES, TERMS)))
    assert voters.by_embedding(cosines[:0], 3, 0.1).shape == (0, TERMS)
    none = csr_array(bits[:0])
    assert voters.by_alignment(none, 2.0, 10.0).shape == (0, TERMS) and voters.best_bits(none).shape == (0,)


def test_votes_obey_the_ontology_where_labels_do(voters, bits, cosines):
    """All have the first term, which stands above the others."""
    for found in (voters.by_embedding(cosines, 6, 0.1), voters.by_alignment(csr_array(bits), 2.0, 2500.0)):
        assert (found <= found[:, :1] + 1e-6).all()
