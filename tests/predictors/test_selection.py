"""Choosing sees training and validation proteins only, and takes the best of all trials."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest

from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.predictors import selection
from dlfb_helpers.predictors.mixture import Mixture, NetworkSettings
from dlfb_helpers.predictors.selection import PREDICTORS, choose, predict
from dlfb_helpers.training.trained import Hyperparameters

NETWORKS = {
    "small": NetworkSettings(hyperparameters=Hyperparameters(dim=16, epochs=3)),
    "raw": NetworkSettings(whitening=None, hyperparameters=Hyperparameters(dim=16, epochs=3)),
}


@pytest.fixture(scope="module")
def chosen(narrow):
    return choose(narrow["train"], narrow["valid"], NETWORKS, seeds=range(2))


@pytest.fixture(scope="module")
def fitted(narrow, chosen):
    return Mixture.fit(chosen[0], narrow["train"] + narrow["valid"], seeds=range(2))


@pytest.fixture(scope="module")
def predictions(data, narrow, fitted):
    return predict(fitted, narrow["test"], data.ontology)


def test_the_best_of_all_trials_is_chosen(narrow, chosen):
    choice, trials, tables = chosen
    best = trials.loc[trials.groupby("predictor")["auprc"].idxmax()].set_index("predictor")["settings"]
    assert choice.plain_neighbours == best["embedding neighbours, plain"]
    assert choice.neighbours == best["embedding neighbours"]
    assert choice.alignment == best["alignment neighbours"]
    name, weights = best["mixture"]
    assert choice.weights == weights
    assert choice.network.whitening == NETWORKS[name].whitening
    stop = choice.network.hyperparameters.stop_after
    assert 1 <= stop <= 3
    assert choice.network.hyperparameters == replace(NETWORKS[name].hyperparameters, stop_after=stop)
    highest = trials.query("predictor == 'mixture'").auprc.max()
    assert selection.score(narrow["valid"].targets, tables["mixture"]) == highest
    assert {name: tables[name].shape for name in NETWORKS} == dict.fromkeys(
        NETWORKS, (2, *narrow["valid"].targets.shape)
    )


def test_a_mixture_is_tried_with_every_part_alone():
    assert {(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)} <= set(selection.WEIGHTS)


def test_each_network_of_the_ablation_changes_one_thing():
    full = selection.NETWORKS["full recipe"]
    for name, settings in list(selection.NETWORKS.items())[1:]:
        changed = [field for field in vars(full.hyperparameters)
                   if getattr(settings.hyperparameters, field) != getattr(full.hyperparameters, field)]  # fmt: skip
        changed += ["whitening"] * (settings.whitening != full.whitening)
        ends = {"input_dropout", "dropout"} if name == "no dropout" else set(changed[:1])
        assert set(changed) == ends and changed, name


def test_no_way_in_for_test_labels(data, narrow, fitted, predictions):
    """`choose` takes two parts; `predict` gives the same without the labels of the third, and with wrong ones."""
    assert list(inspect.signature(choose).parameters) == ["train", "valid", "networks", "seeds"]
    assert list(inspect.signature(predict).parameters) == ["mixture", "proteins", "ontology"]
    test = narrow["test"]
    for blind in (test.without_targets(), replace(test, targets=1 - test.targets)):
        for name, table in predict(fitted, blind, data.ontology).items():
            np.testing.assert_array_equal(table, predictions[name], err_msg=name)


def test_every_prediction_obeys_the_ontology(data, narrow, predictions):
    assert tuple(predictions) == PREDICTORS
    for table in predictions.values():
        assert table.shape == narrow["test"].targets.shape
        assert count_violations(table, narrow["test"].targets.columns, data.ontology) == 0
        assert table.min() >= 0 and table.max() <= 1


def test_a_protein_gets_the_same_prediction_alone(data, narrow, fitted, predictions):
    alone = predict(fitted, narrow["test"].take(narrow["test"].ids[5:6]), data.ontology)
    for name, table in predictions.items():
        np.testing.assert_allclose(alone[name][0], table[5], atol=1e-5, err_msg=name)


def test_the_mixture_beats_constant_frequencies(narrow, predictions):
    scores = {name: selection.score(narrow["test"].targets, table) for name, table in predictions.items()}
    assert scores["mixture"] > scores["training frequency"] + 0.1
