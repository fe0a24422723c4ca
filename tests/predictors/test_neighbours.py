"""Neighbour scores equal sums by hand and scikit-learn's neighbours, and depend on nothing but what is passed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from dlfb_helpers.predictors import neighbours
from dlfb_helpers.predictors.neighbours import alignment_neighbours, embedding_neighbours

LABELS = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 1], [0, 0, 1]])  # frequencies 1/2, 1/4, 3/4


@pytest.fixture
def proteins():
    """Embeddings of 150 training proteins and 40 queries with unequal features, and labels of 7 terms."""
    random = np.random.default_rng(0)
    scales, offsets = random.uniform(0.1, 20.0, size=12), random.normal(0.0, 30.0, size=12)
    train, queries = (random.normal(size=(rows, 12)) for rows in (150, 40))
    labels = (train @ random.normal(size=(12, 7)) + random.normal(size=7) > 0).astype(np.int8)
    return (train * scales + offsets).astype(np.float32), labels, (queries * scales + offsets).astype(np.float32)


def cosines(train, queries):
    scaler = StandardScaler().fit(train.astype(float))
    train, queries = scaler.transform(train.astype(float)), scaler.transform(queries.astype(float))
    return queries @ train.T / np.outer(np.linalg.norm(queries, axis=1), np.linalg.norm(train, axis=1))


def test_alignment_scores_by_hand():
    bits = np.array([[100.0, 50.0, 0.0, 0.0], [0.0, 0.0, 30.0, 0.0]])
    scores = alignment_neighbours(bits, LABELS, power=1.0, prior=10.0)
    assert scores.dtype == np.float32
    expected = [[155 / 160, 52.5 / 160, 107.5 / 160], [5 / 40, 2.5 / 40, 37.5 / 40]]
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    squared = alignment_neighbours(bits, LABELS)[0]
    np.testing.assert_allclose(squared, [12505 / 12510, 2502.5 / 12510, 10007.5 / 12510], rtol=1e-6)


def test_power_one_without_prior_is_the_weighted_mean_of_labels():
    bits = np.random.default_rng(1).uniform(0, 300, size=(6, 4))
    scores = alignment_neighbours(bits, pd.DataFrame(LABELS), power=1.0, prior=0.0)
    np.testing.assert_allclose(scores, [np.average(LABELS, axis=0, weights=row) for row in bits], rtol=1e-6)


@pytest.mark.parametrize("prior", [0.0, 1e-3, 10.0])
def test_without_neighbours_come_the_training_frequencies(prior):
    scores = alignment_neighbours(np.zeros((2, 4)), LABELS, prior=prior)
    np.testing.assert_allclose(scores, [[0.5, 0.25, 0.75]] * 2)


def test_high_power_leaves_the_vote_to_the_closest():
    scores = alignment_neighbours(np.array([[60, 100, 80, 90]]), LABELS, power=60.0)
    np.testing.assert_allclose(scores, LABELS[[1]], atol=2e-3)  # the second weighs (90 / 100)^60 = 0.0018


@pytest.mark.parametrize("k", [1, 5, 150])
def test_equal_votes_are_those_of_scikit_learn(proteins, k):
    train, labels, queries = proteins
    scaler = StandardScaler().fit(train)
    theirs = KNeighborsClassifier(k, metric="cosine", weights="uniform").fit(scaler.transform(train), labels)
    expected = np.stack([chances[:, 1] for chances in theirs.predict_proba(scaler.transform(queries))], axis=1)
    ours = embedding_neighbours(train, pd.DataFrame(labels), queries, k=k, temperature=np.inf)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, atol=1e-6)
    np.testing.assert_allclose(embedding_neighbours(train, labels, queries, k, temperature=1e7), ours, atol=1e-6)


def test_where_there_are_fewer_all_are_neighbours(proteins):
    train, labels, queries = proteins
    all_of_them = embedding_neighbours(train, labels, queries, k=150)
    np.testing.assert_array_equal(embedding_neighbours(train, labels, queries, k=10**6), all_of_them)
    assert embedding_neighbours(train[:3], labels[:3], queries).shape == (len(queries), labels.shape[1])


@pytest.mark.parametrize("temperature", [0.001, 0.07, 1.0])
def test_votes_equal_a_plain_loop(proteins, temperature):
    train, labels, queries = proteins
    scores = embedding_neighbours(train, labels, queries, k=9, temperature=temperature)
    for score, similarity in zip(scores, cosines(train, queries)):
        nearest = sorted(range(len(train)), key=lambda row: -similarity[row])[:9]
        weights = [np.exp((similarity[row] - 1) / temperature) for row in nearest]
        np.testing.assert_allclose(score, np.average(labels[nearest], axis=0, weights=weights), atol=1e-5)


def test_training_proteins_find_themselves(proteins):
    train, labels, _ = proteins
    np.testing.assert_array_equal(embedding_neighbours(train, labels, train, k=1), labels)


def test_a_query_scores_the_same_alone_and_in_any_chunk(proteins, monkeypatch):
    train, labels, queries = proteins
    together = embedding_neighbours(train, labels, queries)
    np.testing.assert_array_equal(embedding_neighbours(train, labels, queries), together)
    np.testing.assert_allclose(embedding_neighbours(train, labels, queries[[7]]), together[[7]], atol=1e-6)
    monkeypatch.setattr(neighbours, "CHUNK", 7 * len(train))  # 40 queries in chunks of 7
    np.testing.assert_allclose(embedding_neighbours(train, labels, queries), together, atol=1e-6)


def test_of_equally_similar_proteins_the_first_count(proteins):
    train, labels, queries = proteins
    copies = np.concatenate([train, train, train])
    marks = np.repeat([[1, 0], [0, 1], [0, 0]], len(train), axis=0)  # which copy it is
    np.testing.assert_array_equal(embedding_neighbours(copies, marks, queries, k=1), [[1, 0]] * len(queries))
    np.testing.assert_allclose(embedding_neighbours(copies, marks, queries, k=2), [[0.5, 0.5]] * len(queries))


def test_features_are_scaled_by_the_training_proteins_alone(proteins):
    train, labels, queries = proteins
    scores = embedding_neighbours(train, labels, queries)
    outlier = np.concatenate([queries, queries[:1] + 1e4])
    np.testing.assert_allclose(embedding_neighbours(train, labels, outlier)[:-1], scores, atol=1e-6)
    # Units do not matter, and a feature that never varies says nothing.
    constant = [np.pad(1_000.0 * table - 5, ((0, 0), (0, 1)), constant_values=0.1) for table in (train, queries)]
    np.testing.assert_allclose(embedding_neighbours(constant[0], labels, constant[1]), scores, atol=1e-5)


def test_scores_obey_the_ontology_where_the_labels_do(proteins):
    train, labels, queries = proteins
    labels = np.maximum.accumulate(labels, axis=1)  # each term's ancestors stand to its right
    bits = np.random.default_rng(2).gamma(0.3, 100.0, size=(40, 150))
    for scores in (embedding_neighbours(train, labels, queries), alignment_neighbours(bits, labels)):
        assert scores.min() >= 0 and scores.max() <= 1
        assert (np.diff(scores, axis=1) >= -1e-6).all()


def test_no_queries_give_an_empty_table(proteins):
    train, labels, queries = proteins
    assert embedding_neighbours(train, labels, queries[:0]).shape == (0, 7)
    assert alignment_neighbours(np.zeros((0, 4)), LABELS).shape == (0, 3)


@pytest.mark.parametrize(
    ("bits", "targets", "options", "message"),
    [
        (np.zeros((2, 3)), LABELS, {}, "4 training proteins, but has shape \\(2, 3\\)"),
        (np.zeros(4), LABELS, {}, "shape \\(4,\\)"),
        (np.full((2, 4), -1.0), LABELS, {}, "negative or non-finite"),
        (np.full((2, 4), np.nan), LABELS, {}, "negative or non-finite"),
        (np.zeros((2, 4)), LABELS * 0.5, {}, "0 and 1 only, but holds 0.5"),
        (np.zeros((2, 0)), LABELS[:0], {}, "at least one protein"),
        (np.zeros((2, 4)), LABELS, {"power": 0}, "power must be above 0"),
        (np.zeros((2, 4)), LABELS, {"prior": -1}, "prior at least 0"),
    ],
)
def test_alignment_errors_say_what_was_found(bits, targets, options, message):
    with pytest.raises(ValueError, match=message):
        alignment_neighbours(bits, targets, **options)


def test_embedding_errors_say_what_was_found(proteins):
    train, labels, queries = proteins
    holes = np.where(np.arange(12) == 3, np.nan, queries)
    for arguments, options, message in [
        ((train, labels[:9], queries), {}, "9 proteins, but there are 150"),
        ((train, labels, queries[:, :5]), {}, "have 5 features, but the training proteins had 12"),
        ((train, labels, holes), {}, "not finite"),
        ((train, labels, queries), {"k": 0}, "k must be at least 1, but is 0"),
        ((train[:0], labels[:0], queries), {}, "a table of at least one protein"),
        ((train, labels, queries), {"temperature": 0.0}, "temperature must be above 0"),
        ((np.ones((4, 2)), LABELS, np.zeros((1, 2))), {"k": 1}, "4 embeddings equal the training mean.*row 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            embedding_neighbours(*arguments, **options)


def test_a_power_too_large_to_add_up_is_refused():
    with pytest.raises(ValueError, match="1200 to the power of 200 are too large"):
        alignment_neighbours(np.array([[1200.0, 40.0]]), np.array([[1], [0]]), power=200)
