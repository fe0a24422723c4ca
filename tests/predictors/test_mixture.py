"""A mixture is the weighted mean of its parts, rounded as it is saved; what it predicts does not depend on company."""

from __future__ import annotations

import inspect
from dataclasses import replace

import jax
import numpy as np
import pytest

from dlfb_helpers.predictors.mixture import (
    Choice,
    Mixture,
    NetworkSettings,
    mix,
    network_inputs,
    round_to_half,
    train_networks,
)
from dlfb_helpers.predictors.neighbours import alignment_neighbours, embedding_neighbours
from dlfb_helpers.predictors.whitening import Whitening
from dlfb_helpers.proteins.families import alignment_bits
from dlfb_helpers.training.model import Model
from tests.predictors.conftest import SETTINGS

CHOICE = Choice(SETTINGS.neighbours, SETTINGS.neighbours, SETTINGS.alignment, SETTINGS.network, (1, 2, 1))


@pytest.fixture(scope="module")
def mixture(parts):
    return Mixture.fit(CHOICE, parts["valid"], seeds=range(2))


@pytest.fixture(scope="module")
def queries(parts):
    return parts["test"].take(parts["test"].ids[:10])


@pytest.fixture(scope="module")
def predictions(mixture, queries):
    return mixture.predict(queries)


def test_it_is_the_weighted_mean_of_its_parts(mixture, queries, predictions):
    bits = alignment_bits(queries.sequences, mixture.known.sequences)
    members = mixture.networks.predict(queries.embeddings)
    parts = {
        "alignment neighbours": alignment_neighbours(bits, mixture.known.targets, **mixture.choice.alignment),
        "embedding neighbours": embedding_neighbours(
            mixture.known.embeddings, mixture.known.targets, queries.embeddings, **mixture.choice.neighbours
        ),
        "one network": members[0],
        "networks": (members[0] + members[1]) / 2,
    }
    assert list(predictions) == [*parts, "mixture"]
    for name, expected in parts.items():
        np.testing.assert_allclose(predictions[name], expected, atol=1e-6, err_msg=name)
        assert predictions[name].dtype == np.float32 and predictions[name].shape == queries.targets.shape
    by_hand = (parts["networks"] + 2 * parts["embedding neighbours"] + parts["alignment neighbours"]) / 4
    np.testing.assert_allclose(predictions["mixture"], by_hand, atol=1e-6)


def test_a_protein_gets_the_same_alone_and_without_its_labels(mixture, queries, predictions):
    for proteins in (queries.take(queries.ids[5:6]), queries.take(queries.ids[5:6]).without_targets()):
        for name, table in mixture.predict(proteins).items():
            np.testing.assert_allclose(table[0], predictions[name][5], atol=1e-5, err_msg=name)


def test_the_ensemble_predicts_what_the_network_does_in_jax(mixture, queries):
    whitening, ensemble = mixture.networks
    model = Model(queries.targets.shape[1], ensemble.hyperparameters.dim)
    inputs = network_inputs(whitening, queries.embeddings).astype(np.float32)
    apply = jax.jit(lambda params: jax.nn.sigmoid(model.apply({"params": params}, inputs)))
    expected = [apply(jax.tree.map(lambda leaf, i=i: leaf[i], ensemble.params)) for i in range(2)]
    np.testing.assert_allclose(mixture.networks.predict(queries.embeddings), expected, atol=1e-6)


def test_what_is_fitted_is_rounded_to_what_is_saved(mixture):
    whitening, ensemble = mixture.networks
    for values in (mixture.known.embeddings, *(a for layer in ensemble.params.values() for a in layer.values())):
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values, values.astype(np.float16))
    assert whitening.mean.dtype == whitening.matrix.dtype == np.float32
    np.testing.assert_array_equal(round_to_half([1 / 3]), np.float32([np.float16(1 / 3)]))


def test_no_way_in_for_test_labels():
    """It is fitted on one form of proteins, all of whose labels may be seen."""
    assert list(inspect.signature(Mixture.fit).parameters) == ["choice", "known", "seeds"]


def test_mixing_is_a_weighted_mean():
    mixed = mix((1, 0, 3), np.zeros((2, 2)), np.full((2, 2), 9.0), np.ones((2, 2)))
    np.testing.assert_allclose(mixed, 0.75)
    assert mixed.dtype == np.float32


def test_inputs_of_a_network_have_one_length_or_are_the_embeddings(parts):
    embeddings = parts["train"].embeddings
    assert network_inputs(None, embeddings) is embeddings
    inputs = network_inputs(Whitening.fit(embeddings, 0.25), embeddings)
    np.testing.assert_allclose(np.linalg.norm(inputs, axis=1), np.sqrt(embeddings.shape[1]))


def test_networks_without_validation_need_to_know_when_to_stop(parts, mixture):
    settings = mixture.choice.network
    unsettled = replace(settings, hyperparameters=replace(settings.hyperparameters, stop_after=0))
    with pytest.raises(ValueError, match="stop_after says after which pass to stop"):
        train_networks(unsettled, parts["train"].embeddings, parts["train"].targets)
    assert NetworkSettings().hyperparameters.stop_after == 0
