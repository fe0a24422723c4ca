"""Whitening gives every axis the spread asked for, on training proteins alone."""

import numpy as np
import pytest

from dlfb_helpers.predictors.whitening import Whitening, unit_length


@pytest.fixture
def embeddings():
    random = np.random.default_rng(0)
    return random.normal(size=(400, 6)) @ random.normal(size=(6, 6)) + 5.0


def test_power_1_leaves_no_correlation_and_unit_spread(embeddings):
    white = Whitening.fit(embeddings, 1.0)(embeddings)
    np.testing.assert_allclose(white.T @ white / len(white), np.eye(6), atol=1e-9)


def test_power_0_keeps_the_distances_of_standardised_embeddings(embeddings):
    plain = (embeddings - embeddings.mean(axis=0)) / embeddings.std(axis=0)
    turned = Whitening.fit(embeddings, 0.0)(embeddings)
    np.testing.assert_allclose(turned @ turned.T, plain @ plain.T, atol=1e-9)


def test_between_them_the_order_of_the_spreads_stays_and_they_come_closer(embeddings):
    spreads = [np.sort(Whitening.fit(embeddings, power)(embeddings).std(axis=0)) for power in (0.0, 0.5)]
    np.testing.assert_allclose(spreads[1], np.sqrt(spreads[0]))


def test_other_proteins_do_not_change_the_map(embeddings):
    whiten = Whitening.fit(embeddings)
    np.testing.assert_array_equal(whiten(embeddings[:3]), whiten(embeddings)[:3])


def test_constant_and_dependent_features_become_zeros_and_nothing_overflows():
    base = np.random.default_rng(1).normal(size=(50, 2))
    table = np.column_stack([base, base.sum(axis=1), np.full(50, 0.1)])
    white = Whitening.fit(table, 1.0)(table)
    assert np.isfinite(white).all()
    assert np.sort(white.std(axis=0)).round(6).tolist() == [0, 0, 1, 1]


def test_errors_say_what_was_found(embeddings):
    whiten = Whitening.fit(embeddings)
    with pytest.raises(ValueError, match="power must lie between 0 .* but is 2"):
        Whitening.fit(embeddings, 2)
    with pytest.raises(ValueError, match="no training protein"):
        Whitening.fit(embeddings[:0])
    with pytest.raises(ValueError, match="4 features, but the training proteins had 6"):
        whiten(embeddings[:, :4])
    with pytest.raises(ValueError, match="1 embeddings equal the training mean, first in row 1"):
        unit_length(np.array([[1.0, 2.0], [0.0, 0.0]]))
