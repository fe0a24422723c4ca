"""What 2024 says of what was predicted with the knowledge of 2022: counted rightly, and as the file has it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.dataset.time_split import release
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.per_row import average_precision
from recipes import step_7_prospective as recipe


@pytest.fixture(scope="module")
def data():
    return load_cafa("course")


@pytest.fixture(scope="module")
def written():
    return json.loads((bundled_folder("prospective") / "results.json").read_text(encoding="utf-8"))


@pytest.fixture
def pairs():
    """Three proteins and terms: one pair known before, one confirmed, seven neither."""
    before = pd.DataFrame(np.zeros((3, 3), np.uint8), ["P1", "P2", "P3"], ["GO:0016301", "GO:0003824", "GO:0004672"])
    before.loc["P1", "GO:0003824"] = 1
    after = before.copy()
    after.loc["P2"] = [1, 1, 0]
    probabilities = pd.DataFrame([[0.9, 0.9, 0.0], [0.8, 0.75, 0.02], [0.3, 0.7, 0.069]], before.index, before.columns)
    return recipe.confirmed_later(probabilities, before, after)


def test_pairs_that_were_known_are_no_discoveries(pairs):
    assert len(pairs) == 8 and not ((pairs["protein"] == "P1") & (pairs["term"] == "GO:0003824")).any()
    confirmed = pairs[pairs["confirmed"]]
    assert list(zip(confirmed["protein"], confirmed["term"])) == [("P2", "GO:0016301"), ("P2", "GO:0003824")]


def test_bins_hold_every_pair_once(pairs):
    bins = {row["probability"]: (row["pairs"], row["confirmed"]) for row in recipe.by_probability(pairs)}
    assert bins["0.7 to 1"] == (4, 2) and bins["0 to 0.01"] == (1, 0) and bins["0.3 to 0.5"] == (1, 0)
    assert sum(count for count, _ in bins.values()) == len(pairs)


def test_a_protein_has_one_story_its_most_specific(data, pairs):
    assert recipe.stories(pairs, data.ontology) == [
        {"protein": "P2", "term": "GO:0016301", "name": "kinase activity", "probability": 0.8}
    ]


def test_the_file_has_what_its_predictions_score(data, written):
    predictions, first = pd.read_parquet(bundled_folder("prospective") / "predictions.parquet"), written["first"]
    assert predictions.shape == (239, 292) and written["another"]["proteins"] == {"test": 469}
    assert count_violations(predictions, predictions.columns, data.ontology) == 0
    targets = recipe.labels_of(release(data, 2024), predictions)
    assert not recipe.labels_of(data, predictions).to_numpy().any()  # none of the terms was known in 2022
    found, figures = predictions.to_numpy(), first["predictors"]["mixture"]
    assert np.nanmean(average_precision(targets, found)) == pytest.approx(figures["auprc"]["mean"], abs=1e-6)
    assert fmax(targets, found).f == pytest.approx(figures["fmax"], abs=1e-6)


def test_the_future_judges_the_mixture_above_the_others(written):
    leads = {name: written[name]["mixture minus"] for name in ("first", "another")}
    level = {kind: {name for name, lead in each.items() if lead["low"] <= 0} for kind, each in leads.items()}
    assert level == {"first": set(), "another": {"embedding neighbours", "one network"}}


def test_error_or_discovery_comes_out_again(data, written):
    again = json.loads(json.dumps(recipe.error_or_discovery(data)))
    assert again == written["error or discovery"]
    shares = [row["confirmed"] / row["pairs"] for row in again["bins"]]
    assert shares[-1] > 100 * shares[0] > 0  # the surer the mixture was, the more of its errors were none
    assert len(again["stories"]) == recipe.STORIES
