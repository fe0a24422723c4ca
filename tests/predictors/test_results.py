"""Test labels are opened once and change no prediction; README quotes the results file."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors.mixture import NetworkSettings
from dlfb_helpers.predictors.results import Sealed, load_predictions, load_results
from dlfb_helpers.training.trained import Hyperparameters
from recipes.step_6_course_results import compare, measure_split

SPLITS = ("random", "families", "time")


@pytest.fixture(scope="module")
def results():
    return load_results()


def test_poisoned_test_labels_change_no_choice_and_no_prediction(data, narrow):
    common = narrow["train"].targets.sum().nlargest(40).index  # few terms and proteins: nothing here depends on many
    some = {part: proteins.take(proteins.ids[: len(proteins) // 2]) for part, proteins in narrow.items()}
    some = {part: replace(proteins, targets=proteins.targets[common]) for part, proteins in some.items()}
    truth = some["test"].targets
    blind = some | {"test": some["test"].without_targets()}
    networks = {"small": NetworkSettings(hyperparameters=Hyperparameters(dim=8, epochs=2))}
    groups = {part: np.array(some[part].ids) for part in ("valid", "test")}
    runs = [measure_split(blind, Sealed(labels), groups, data, networks) for labels in (truth, 1 - truth)]
    one, other = (run.results for run in runs)
    pd.testing.assert_frame_equal(runs[0].probabilities, runs[1].probabilities, check_exact=True)
    assert one["choice"] == other["choice"] and one["validation"] == other["validation"]
    fitted, again = (run.fitted for run in runs)
    assert (fitted.calibration, fitted.threshold) == (again.calibration, again.threshold)
    auprc = [result["predictors"]["mixture"]["auprc"]["mean"] for result in (one, other)]
    assert abs(auprc[0] - auprc[1]) > 0.2  # the labels were used, at the end


def test_labels_are_given_out_once_and_lock_the_predictions():
    targets = pd.DataFrame([[0, 1]], columns=["GO:1", "GO:2"])
    sealed, table = Sealed(targets), np.array([[0.1, 0.9]])
    with pytest.raises(ValueError, match="no predictions"):
        sealed.open({})
    with pytest.raises(ValueError, match="broken must hold a finite number"):
        sealed.open({"broken": np.array([[np.nan, 1.0]])})
    assert sealed.open({"model": table}) is targets
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 1.0
    with pytest.raises(RuntimeError, match="have been used"):
        sealed.open({"model": table})


@pytest.mark.parametrize("split", SPLITS)
def test_written_predictions_obey_the_ontology_and_score_what_the_file_says(split, data, course_table, results):
    predictions, figures = load_predictions(split), results["splits"][split]
    assert predictions.shape == (figures["proteins"]["test"], figures["terms"])
    assert count_violations(predictions, predictions.columns, data.ontology) == 0
    if split != "time":
        targets = course_table.loc[predictions.index, predictions.columns]
        auprc = np.nanmean(average_precision(targets, predictions.to_numpy()))
        assert auprc == pytest.approx(figures["predictors"]["mixture"]["auprc"]["mean"], abs=1e-6)


def test_no_table_of_any_split_breaks_the_ontology(results):
    for figures in results["splits"].values():
        broken = {name: count for name, count in figures["violations"].items() if not name.startswith("validation")}
        assert set(broken.values()) == {0}


def test_the_targets_that_were_set_are_reached(results):
    """The auPRC wanted on each split, and above every baseline: the paired intervals leave out 0."""
    folds = results["cross-validation by families"]
    for split, target in (("random", 0.62), ("families", 0.54)):
        assert results["splits"][split]["predictors"]["mixture"]["auprc"]["mean"] >= target
    assert folds["predictors"]["mixture"]["mean"] >= 0.54
    for figures in (*(results["splits"][split] for split in SPLITS), folds):
        assert min(difference["low"] for difference in figures["mixture minus"].values()) > 0


def test_cross_validation_tests_each_protein_once_and_no_fold_leaks(course_table, results):
    folds = [figures for name, figures in results["splits"].items() if name.startswith("families")]
    assert len(folds) == 5 and {figures["similar pairs across"] for figures in folds} == {0}
    assert sum(figures["proteins"]["test"] for figures in folds) == len(course_table)
    assert results["cross-validation by families"]["proteins"] == len(course_table)


def test_a_changed_figure_is_reported(results, capsys):
    assert compare(results, results) == 0
    other = {"seed": 42, "a": {"b": 0.5}}
    assert compare({"a": {"b": 0.505}}, other) == 0
    assert compare({"a": {"b": 0.53}}, other) == 1
    assert "/a/b: 0.53 before, 0.5 now" in capsys.readouterr().out


def test_readme_quotes_the_file(results):
    """Every row of the table of predictors, to two decimals; the last column is that of the future."""
    readme = Path("README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (?:\*\*)?([^|*]+?)(?:\*\*)? \| ((?:[\d.]+ \| ?){4})$", readme, re.MULTILINE))
    for name in results["splits"]["random"]["predictors"]:
        splits = [*(results["splits"][split] for split in SPLITS), load_results("prospective")["first"]]
        wanted = [split["predictors"][name]["auprc"]["mean"] for split in splits]
        assert [float(cell) for cell in rows[name].split("|") if cell.strip()] == [round(value, 2) for value in wanted]


def test_readme_quotes_the_articles_recipe(results):
    readme, random = Path("README.md").read_text(encoding="utf-8"), results["splits"]["random"]
    measured = {
        "test auPRC, averaged over proteins | .410 |": results["article's recipe"]["auprc"],
        "test auROC, averaged over proteins | .879 |": results["article's recipe"]["auroc"],
        "test auPRC, averaged over functions | |": results["article's recipe"]["auprc over terms"],
        "test auPRC of constant training frequencies | |": random["predictors"]["training frequency"]["auprc"]["mean"],
    }
    for row, value in measured.items():
        assert f"| {row} {value:.2f} |".replace(" 0.", " .") in readme, row


def test_readme_quotes_the_differences_and_the_calibration(results):
    """The second table: a column each for random, families (one split), families (five folds) and time."""
    readme = Path("README.md").read_text(encoding="utf-8")
    splits, folds = results["splits"], results["cross-validation by families"]
    figures = [splits["random"], splits["families"], folds, splits["time"]]
    auprc = [f["predictors"]["mixture"]["auprc"] for f in (figures[0], figures[1], figures[3])]
    rivals = [f["mixture minus"]["embedding neighbours"] for f in figures]
    counts = [len(load_predictions(split)) for split in SPLITS]
    errors = [splits[split]["calibration"] for split in SPLITS]
    quoted = {
        "proteins tested": [f"{n:,}" for n in (*counts[:2], folds["proteins"], counts[2])],
        "auPRC of the mixture": [f"{a['mean']:.2f}" for a in (*auprc[:2], folds["predictors"]["mixture"], auprc[2])],
        "minus embedding neighbours": [f"{r['mean']:.3f} ({r['low']:.3f} to {r['high']:.3f})" for r in rivals],
        "calibration error before": [f"{e['none']['ece from 0.05']:.3f}" for e in errors],
        "and after isotonic scaling": [f"{e['isotonic']['ece from 0.05']:.3f}" for e in errors],
    }
    for row, cells in quoted.items():
        if "calibration" in row or "isotonic" in row:
            cells.insert(2, "")
        assert f"| {row} | {' | '.join(cells)} |".replace("|  |", "| |") in readme
    gap = results["splits"]["random"]["predictors"]["mixture"]["auprc"]["mean"] - folds["predictors"]["mixture"]["mean"]
    assert f"the mixture loses {gap:.2f}" in readme


def test_unknown_split_is_named():
    with pytest.raises(
        ValueError, match="no predictions for the split 'moon'; there are those for families, random, time"
    ):
        load_predictions("moon")
