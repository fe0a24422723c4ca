"""Figures to play with of chapters 8 and 9, moved by keyboard; what they say is computed here from the package."""

from __future__ import annotations

import re

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from dlfb_helpers.annotations import load_cafa
from dlfb_helpers.dataset import build_proteins, label_table
from dlfb_helpers.metrics import expected_calibration_error, fmax, mean_metrics, threshold_curve
from dlfb_helpers.predictors import (
    alignment_neighbours,
    constant_frequency,
    embedding_neighbours,
    load_predictions,
    load_results,
)
from dlfb_helpers.proteins import alignment_bits, rungs

ENZYME = "O00743"


@pytest.fixture(scope="module")
def data():
    return load_cafa()


@pytest.fixture(scope="module")
def families(data):
    """Labels and the mixture's probabilities of the test proteins of the split by families."""
    mixture = load_predictions("families")
    return label_table(data).table.loc[mixture.index, mixture.columns], mixture


@pytest.fixture(scope="module")
def parts(data):
    """The random split of chapter 8."""
    return build_proteins("course", data, 42)


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def choose(it, name: str, option: str) -> None:
    """Choose from a list by typing how the option begins."""
    it.press(name, option)
    assert Select(it.browser.switch_to.active_element).first_selected_option.text.startswith(option)


def test_thresholds_tell_the_scores_of_all_proteins_and_the_claims_about_one(play, families):
    targets, mixture = families
    curve, best = threshold_curve(targets, mixture.to_numpy()), fmax(targets, mixture.to_numpy())
    own, it = targets.loc[ENZYME].astype(bool), play("thresholds")
    of_one = mixture.loc[ENZYME]
    drawn = of_one[of_one.nlargest(10).index.union(own.index[own])]
    assert len(drawn) == len(it.data["functions"]) == 12
    assert sum(one["true"] for one in it.data["functions"]) == own.sum()
    for keys, place in (((), 29), ((Keys.ARROW_RIGHT,), 30), ((Keys.HOME,), 0), ((Keys.ARROW_RIGHT,) * 9, 9)):
        it.press("Threshold", *keys)
        row, claimed = curve.iloc[place], drawn >= curve.index[place]
        right = int((claimed & own[drawn.index]).sum())
        said = [curve.index[place], row["precision"], row["recall"], row["f"], best.f, best.threshold]
        assert numbers(it.said.split(" Of ")[0]) == pytest.approx(said, abs=0.0051)
        counts = f"{claimed.sum()} of these 12 functions are claimed, {right} of them annotated"
        assert counts in it.said and f"{own.sum() - right} annotated" in it.said
        assert len(it.find('[data-kind^="claimed, "]')) == claimed.sum()
    it.press("Threshold", Keys.END)
    assert "precision undefined, recall 0.00, F undefined" in it.said and "0 of these 12" in it.said


def test_thresholds_of_the_data_are_those_of_the_package(play, families):
    targets, mixture = families
    curve = threshold_curve(targets, mixture.to_numpy())
    told = play("thresholds").data["curve"]
    for name in ("precision", "recall", "f"):
        assert np.array(told[name], dtype=float) == pytest.approx(curve[name].to_numpy(), abs=1e-4, nan_ok=True)


def test_reliability_is_that_of_the_results_on_every_split_and_map(play, families):
    splits, it = load_results()["splits"], play("reliability")
    told = {"Random split": "random", "Split by families": "families", "Split in time": "time"}
    names = {"no map": "none", "temperature": "temperature", "logit scaling": "logit scaling", "isotonic": "isotonic"}
    for title, split in told.items():
        choose(it, "Split", title)
        for label, name in names.items():
            choose(it, "Map", label)
            about = splits[split]["calibration"][name]
            share, said = (np.array(about["reliability"][key]) for key in ("share", "mean_probability"))
            assert it.said.startswith(f"{title}, {label}: ECE {about['ece from 0.05']:.3f}")
            assert f"{about['pairs from 0.05']:,} pairs" in it.said
            assert f"{(share < said).sum()} of {len(share)} bins lie below" in it.said
            assert numbers(it.said.split("ringed:")[1]) == pytest.approx(
                [about["reliability"]["count"][-1], said[-1], share[-1]], abs=0.0051
            )
            circles = len(share) * (1 if name == "none" else 2) + 1
            assert len(it.find("circle")) == circles
    choose(it, "Split", "Split by families")
    choose(it, "Map", "no map")
    targets, mixture = families
    values = mixture.to_numpy()
    reached = values >= 0.05
    error = expected_calibration_error(targets.to_numpy()[reached][:, None], values[reached][:, None])
    assert f"ECE {error:.3f}" in it.said and f"{reached.sum():,} pairs" in it.said
    before = it.said
    it.press("Bin", Keys.HOME)
    assert "Bin 1, ringed" in it.said and it.said != before


def test_the_ladder_hides_relatives_from_two_look_ups(play, parts):
    training, test = parts["train"], parts["test"]
    relation, bits = rungs(test.sequences, training.sequences), alignment_bits(test.sequences, training.sequences)
    floor = mean_metrics(test.targets, constant_frequency(training.targets, len(test)))["auprc"]
    whole = mean_metrics(test.targets, embedding_neighbours(training.embeddings, training.targets, test.embeddings))
    it = play("ladder")
    steps = []
    for rung in range(5):
        it.press("Hide", *([Keys.ARROW_RIGHT] if rung else []))
        votes = alignment_neighbours(np.where(relation < rung, 0, bits), training.targets, power=4, prior=50.0**4)
        average = float((relation < rung).sum(axis=1).mean())
        assert f"{average:.1f}".removesuffix(".0") in it.said.split("Hidden:")[1].split(" of ")[0]
        assert f"of {len(training):,} training proteins" in it.said
        told = re.search(r"by embedding ([\d.]+) .*by alignment ([\d.]+) .*dotted, ([\d.]+) ", it.said)
        by_embedding, by_alignment, constant = map(float, told.groups())
        assert by_alignment == pytest.approx(mean_metrics(test.targets, votes)["auprc"], abs=0.0051)
        assert constant == pytest.approx(floor, abs=0.0051)
        steps.append(by_embedding)
        assert it.find(f'[data-rung="{rung}"]')[0].get_attribute("opacity") == "1"
    assert steps[0] == steps[1] == pytest.approx(whole["auprc"], abs=0.0051)
    assert steps == sorted(steps, reverse=True) and steps[-1] > 1.5 * floor
    choose(it, "Scores of", "insulin")
    row, close = list(test.ids).index("P01308"), it.said
    assert f"Hidden: {(relation[row] < 4).sum()} of" in close
    assert "by embedding 0.82; by alignment" in close and "less than with nothing hidden" in close


def test_the_four_counts_of_a_function_follow_its_threshold(play, parts, data):
    it, test = play("tradeoff"), parts["test"]
    terms = {data.ontology.names[term]: term for term in test.targets}
    for one in it.data["functions"]:
        choose(it, "Function", one["name"])
        labels = test.targets[terms[one["name"]]]
        assert sum(one["positives"]) == labels.sum() and sum(one["negatives"]) == len(labels) - labels.sum()
        for keys, place in (((Keys.HOME, *[Keys.ARROW_RIGHT] * 14), 15), ((Keys.ARROW_RIGHT,) * 10, 25)):
            it.press("Threshold", *keys)
            found, wrong = sum(one["positives"][place:]), sum(one["negatives"][place:])
            assert it.said.startswith(f"{one['name']} from {place / 50:.2f}: {found} of the {labels.sum()} proteins")
            assert f"{wrong} of the others claimed" in it.said
            shares = [found / labels.sum(), found / (found + wrong)] if found + wrong else [0.0]
            assert numbers(it.said.split("recall")[1]) == pytest.approx(shares, abs=0.0051)
            assert ("no precision" in it.said) == (found + wrong == 0)
            table = [cell.text for cell in it.find("td") if cell.text]
            assert numbers(" ".join(table)) == [found, labels.sum() - found, wrong, len(labels) - labels.sum() - wrong]
            claimed = sum(count > 0 for count in one["positives"][place:] + one["negatives"][place:])
            assert len(it.find("[data-claimed]")) == claimed
