"""The predictor that ships is fitted on what it may see, and its card says what was measured on what it had not."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.time_split import release
from dlfb_helpers.files.assets import ASSETS, bundled_folder
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibration import expected_calibration_error
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor
from dlfb_helpers.predictors.results import load_results
from dlfb_helpers.proteins.alignment import align_all
from dlfb_helpers.proteins.families import similar
from recipes import step_8_predictor as recipe
from recipes.fitted import SETTINGS
from recipes.judged import OURS, judge, newly_annotated, similar_to
from recipes.pool import Annotated
from recipes.step_7_prospective import labels_of

KINASE, CATALYTIC, TRANSFERASE = "GO:0016301", "GO:0003824", "GO:0016740"


@pytest.fixture(scope="module")
def known():
    """Four proteins: with a function since 2019, since 2022, of a mouse, and one that a curator alone has named."""
    table = pd.DataFrame({"taxon": [9606, 9606, 10090, 9606], "Sequence": ["MKV", "MKW", "MKY", "MKF"]}, [*"ABCD"])
    rows = [("A", KINASE, "experimental", year) for year in (2019, 2022)]
    rows += [("B", TRANSFERASE, "experimental", 2022), ("D", KINASE, "curated", 2022)]
    rows += [("C", KINASE, "experimental", year) for year in (2019, 2022)]
    annotations = pd.DataFrame(rows, columns=["EntryID", "term", "kind", "release"])
    return Annotated(table.rename_axis("EntryID"), annotations, load_cafa())


def test_labels_are_propagated_as_the_ontology_does(known):
    terms = [CATALYTIC, TRANSFERASE, KINASE]
    assert known.labels(2022, terms).toarray().tolist() == [[1, 1, 1], [1, 1, 0], [1, 1, 1], [0, 0, 0]]
    assert known.labels(2022, terms, "curated").toarray().tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 1, 1]]
    assert known.labels(2019, [KINASE]).toarray().ravel().tolist() == [1, 0, 1, 0]


def test_the_newly_annotated_are_human_and_had_none_of_the_terms(known):
    assert newly_annotated(known, 2019, 2022, [CATALYTIC]).tolist() == [1]
    assert newly_annotated(known, 2019, 2022, [KINASE]).tolist() == []


def test_terms_are_common_enough_and_neither_roots_nor_generic(known):
    assert known.terms(2022, "MFO", at_least=3) == [CATALYTIC, TRANSFERASE]  # neither the root nor binding
    assert KINASE in known.terms(2022, "MFO", at_least=2)


def test_what_is_similar_to_the_held_out_is_what_all_alignments_say(monkeypatch, tmp_path):
    monkeypatch.setattr("recipes.pool.KEPT", tmp_path)
    table = label_table(load_cafa()).table[["Sequence"]].iloc[:300]
    some = Annotated(table.assign(taxon=9606, gene=""), pd.DataFrame(), load_cafa())
    some.__dict__["vectors"] = embed_labelled(table).embeddings
    pairs = similar(align_all(table["Sequence"].tolist()))
    rows = np.arange(0, 300, 3)
    expected = {*pairs["second"][pairs["first"].isin(rows)], *pairs["first"][pairs["second"].isin(rows)]} - {*rows}
    assert len(expected) > 20
    assert similar_to(some, rows).tolist() == sorted(expected)
    assert similar_to(some, rows).tolist() == sorted(expected)  # as it was kept


def test_differences_are_paired_and_from_ours():
    targets = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    good, bad = targets * 0.8 + 0.1, (1 - targets) * 0.8 + 0.1
    found = judge(targets, {OURS: good, "other": bad}, [], np.arange(3))
    assert found["predictors"][OURS]["auprc"]["mean"] == 1 and found[f"{OURS} minus"]["other"]["mean"] > 0.5
    assert list(found[f"{OURS} minus"]) == ["other"] and (found["proteins"], found["terms"]) == (3, 3)


@pytest.fixture(scope="module")
def results():
    return load_results("shipped")


def test_it_is_above_todays_predictor_and_every_baseline_on_proteins_of_the_future(results):
    found = results["prospective"]["MFO, the course's terms"]
    assert found["proteins"] == 239 and found["terms"] == 292
    ours = found["predictors"][OURS]
    assert ours["auprc"]["mean"] >= 0.60 and ours["fmax"] >= 0.53 and ours["ece from 0.05"] <= 0.03
    for name, difference in found[f"{OURS} minus"].items():
        if name != "curated neighbours":  # a part of it, as good on its own in these two years
            assert difference["low"] > 0, name


def test_it_is_above_chapter_9s_in_the_folds_by_families_and_on_other_species(results):
    assert results["families"]["proteins"] == 5_435  # each of the course's proteins once
    assert all(difference["low"] > 0 for difference in results["families"][f"{OURS} minus"].values())
    assert set(results["species"]) == {"mouse", "arabidopsis", "fly", "worm"}
    for found in results["species"].values():
        assert found["proteins"] == 300 and found[f"{OURS} minus"][recipe.CHAPTER_9]["low"] > 0


def test_the_file_has_what_its_predictions_score(results):
    """Counted again, from what is bundled: two years of annotations and the probabilities."""
    data = load_cafa()
    predictions = pd.read_parquet(bundled_folder("shipped") / "prospective.parquet")
    assert count_violations(predictions, predictions.columns, data.ontology) == 0
    targets = labels_of(release(data, 2024), predictions)
    assert not labels_of(data, predictions).to_numpy().any()  # none of the terms was known in 2022
    figures = results["prospective"]["MFO, the course's terms"]["predictors"][OURS]
    assert np.nanmean(average_precision(targets, predictions)) == pytest.approx(figures["auprc"]["mean"], abs=1e-6)
    assert fmax(targets, predictions).f == pytest.approx(figures["fmax"], abs=1e-6)
    found = expected_calibration_error(targets, predictions, minimum=0.05)
    assert found == pytest.approx(figures["ece from 0.05"], abs=1e-6)


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_ones_are_small_and_say_what_was_measured(results, name):
    predictor = load_predictor(name)
    aspect = predictor.facts["aspect"]
    assert predictor.facts["measured"] == recipe._measured(results, aspect)
    assert predictor.base.settings == SETTINGS
    assert predictor.pool is load_predictor().pool and len(predictor.pool) == results["pool"]["proteins"]
    counts = np.asarray(predictor.base.labels.labels.sum(axis=0)).ravel()
    assert counts.min() >= 50 and len(counts) == len(predictor.names) > 292


def test_all_of_it_is_below_the_limit():
    folders = [bundled_folder("pool"), *(ASSETS / name for name in BUNDLED.values())]
    assert sum(path.stat().st_size for folder in folders for path in folder.iterdir()) <= recipe.LARGEST
    assert json.loads((folders[0] / "manifest.json").read_text())["files"].keys() == {
        "proteins.fasta.zst", "vectors.safetensors"
    }  # fmt: skip
