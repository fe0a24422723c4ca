"""Choosing sees training and validation proteins only; what comes out obeys the ontology and is what its parts say."""

import inspect

import numpy as np
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.dataset.build import add_embeddings
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.predictors import selection
from dlfb_helpers.predictors.mixture import Mixture, NetworkSettings, mix
from dlfb_helpers.predictors.selection import choose, predict
from dlfb_helpers.training.ensemble import Recipe

NETWORKS = {
    "small": NetworkSettings(recipe=Recipe(widths=(32,), epochs=3)),
    "raw": NetworkSettings(whitening=None, recipe=Recipe(widths=(32,), epochs=3)),
}


@pytest.fixture(scope="module")
def data():
    return load_cafa()


@pytest.fixture(scope="module")
def parts(data):
    table = label_table(data).table
    table = table.join(add_embeddings(table).filter(like="ME:")).sample(600, random_state=0)
    return {part: Proteins.from_table(table.loc[ids]) for part, ids in split_proteins(table).items()}


@pytest.fixture(scope="module")
def chosen(parts):
    return choose(parts["train"], parts["valid"], NETWORKS, seeds=range(2))


@pytest.fixture(scope="module")
def fitted(parts, chosen):
    return Mixture.fit(chosen[0], parts["train"] + parts["valid"], seeds=range(2))


@pytest.fixture(scope="module")
def predictions(data, parts, fitted):
    return predict(fitted, parts["test"].sequences, parts["test"].embeddings, data.ontology)


def test_the_best_of_all_trials_is_chosen(parts, chosen):
    choice, trials, tables = chosen
    best = trials.loc[trials.groupby("predictor")["auprc"].idxmax()].set_index("predictor")["settings"]
    assert choice.neighbours == best["embedding neighbours"]
    assert choice.alignment == best["alignment neighbours"]
    name, weights = best["mixture"]
    assert choice.weights == weights
    assert choice.network.whitening == NETWORKS[name].whitening
    assert 1 <= choice.network.recipe.keep <= 3
    assert (
        selection.score(parts["valid"].targets, tables["mixture"]) == trials.query("predictor == 'mixture'").auprc.max()
    )


def test_a_mixture_is_tried_with_every_part_alone():
    assert {(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)} <= set(selection.WEIGHTS)
    mixed = mix((1, 0, 3), np.zeros((2, 2)), np.full((2, 2), 9.0), np.ones((2, 2)))
    np.testing.assert_allclose(mixed, 0.75)


def test_no_way_in_for_test_labels():
    """`choose` takes two parts, `Mixture.fit` both together; `predict` takes the third without its labels."""
    assert list(inspect.signature(choose).parameters) == ["train", "valid", "networks", "seeds"]
    assert list(inspect.signature(Mixture.fit).parameters) == ["choice", "known", "seeds"]
    assert list(inspect.signature(predict).parameters) == ["mixture", "sequences", "embeddings", "ontology"]


def test_every_prediction_obeys_the_ontology(data, parts, predictions):
    for table in predictions.values():
        assert table.shape == parts["test"].targets.shape
        assert count_violations(table, parts["test"].targets.columns, data.ontology) == 0
        assert table.min() >= 0 and table.max() <= 1


def test_a_protein_gets_the_same_prediction_alone(data, parts, fitted, predictions):
    test = parts["test"]
    alone = predict(fitted, test.sequences[5:6], test.embeddings[5:6], data.ontology)
    for name, table in predictions.items():
        np.testing.assert_allclose(alone[name][0], table[5], atol=1e-5, err_msg=name)


def test_the_mixture_beats_constant_frequencies(parts, predictions):
    targets = parts["test"].targets
    assert (
        selection.score(targets, predictions["mixture"])
        > selection.score(targets, predictions["training frequency"]) + 0.1
    )
