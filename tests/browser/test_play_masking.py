"""The elements of chapter 4, moved by keyboard; their numbers are the package's."""

from __future__ import annotations

import re

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

from dlfb_helpers.annotations import load_cafa
from dlfb_helpers.embedding import MaskPredictor, load_checkpoint
from dlfb_helpers.proteins import AMINO_ACIDS

LETTERS = list(AMINO_ACIDS)
FIRSTS = {"collagen's rope": 179, "KRAS": 1, "preproinsulin": 0}  # what the first residue is called


@pytest.fixture(scope="module")
def named():
    return load_cafa("course").sequences.set_index("EntryID")["Sequence"]


@pytest.fixture(scope="module")
def answer():
    """The package's probabilities of the 20 residues where one is hidden."""
    predictor = MaskPredictor(load_checkpoint("course", masked_lm=True))
    return lambda chain, place: predictor.predict(chain, place)[LETTERS].to_numpy()


def proteins(named):
    return {"collagen's rope": named["P02452"][178:298], "KRAS": named["P01116"], "preproinsulin": named["P01308"]}


def close(given, computed):
    return np.allclose(given, computed, atol=0.002)


def heights(it):
    """The bars' heights as probabilities, by their letter."""
    bars = it.find("svg[height='200'] rect[fill]:not([rx])")[:20]
    return [float(bar.get_attribute("height")) / 160 for bar in bars]


def test_hidden_residues_are_of_the_proteins_and_their_answers_the_models(play, named, answer):
    data = play("guess").data
    assert len(data["hidden"]) == 20 and data["letters"] == "".join(LETTERS)
    for number, one in enumerate(data["hidden"]):
        sequence = proteins(named)[one["protein"]]
        place = one["number"] - FIRSTS[one["protein"]]
        left, right = one["left"].removeprefix("…"), one["right"].removesuffix("…")
        assert left + one["residue"] + right == sequence[max(0, place - 15) : place + 16]
        assert (one["left"] != left) == (place > 15) and (one["right"] != right) == (place + 16 < len(sequence))
        assert one["p"][LETTERS.index(one["first"])] == max(one["p"])
        if number % 6 == 0:
            assert close(one["p"], answer(sequence, place))


def test_a_guess_is_answered_by_the_truth_the_models_bars_and_the_tally(play):
    it = play("guess")
    one, other = it.data["hidden"][:2]
    assert it.said.strip() == "Press a button, or type the letter." and heights(it) == [] and "?" in it.root.text
    wrong = next(letter for letter in LETTERS if letter not in (one["residue"], it.data["usual"]))
    it.press(f"{wrong}, {it.data['names'][wrong]}", Keys.SPACE)
    p, first = one["p"][LETTERS.index(one["residue"])], one["first"]
    assert it.said.startswith(f"You said {wrong}: it is {one['residue']}, {it.data['names'][one['residue']]}")
    assert f"gives it {p:.2f}; its first choice is {first}, with {max(one['p']):.2f}." in it.said
    assert heights(it) == pytest.approx(one["p"], abs=0.001)
    assert totals(it) == [0, int(first == one["residue"]), int(it.data["usual"] == one["residue"]), 1]
    focused = it.browser.switch_to.active_element
    assert focused.text == "Next residue"
    focused.send_keys(wrong)  # an answer is given once
    assert totals(it)[3] == 1
    focused.send_keys(Keys.ENTER)
    it.browser.switch_to.active_element.send_keys(other["residue"].lower())
    assert it.said.startswith(f"Yes: it is {other['residue']},") and totals(it)[0::3] == [1, 2]


def totals(it):
    return [int(number.text) for number in it.find("tbody tr:last-child td")]


def test_after_the_last_residue_the_three_players_are_compared(play):
    it = play("guess")
    hidden, usual = it.data["hidden"], it.data["usual"]
    it.reach(f"{usual}, {it.data['names'][usual]}").send_keys(usual)
    for _ in hidden[1:]:
        it.browser.switch_to.active_element.send_keys(Keys.ENTER)
        it.browser.switch_to.active_element.send_keys(usual)
    always, model = (
        sum(one["residue"] == said(one) for one in hidden) for said in (lambda _: usual, lambda one: one["first"])
    )
    assert totals(it) == [always, model, always, 20]
    assert f"Of all 20 you named {always}, the model's first choice {model}; whoever always says {usual}" in it.said
    rows = [[int(cell.text) for cell in row.find_elements("tag name", "td")] for row in it.find("tbody tr")]
    assert np.array_equal(np.sum(rows[:-1], axis=0), rows[-1])
    it.press("Start again", Keys.ENTER)
    assert totals(it) == [0, 0, 0, 0] and it.said.strip() == "Press a button, or type the letter."


def test_a_slider_goes_through_all_positions_of_preproinsulin(play, named, answer):
    it = play("positions")
    insulin, parts = named["P01308"], it.data["parts"]
    assert it.data["sequence"] == insulin and np.shape(it.data["scan"]) == (110, 20)
    for keys, place in [((), 10), ((Keys.HOME,), 0), ((Keys.RIGHT,) * 30, 30), ((Keys.END,), 109)]:
        it.press("Hidden residue", *keys)
        p = answer(insulin, place)
        assert close(it.data["scan"][place], p) and np.allclose(heights(it), p, atol=0.003)
        part = next(name for name, (start, end) in parts.items() if start <= place < end)
        assert it.said.startswith(f"Residue {place}, {insulin[place]}, in the {part}: p = ")
        told = float(re.search(r"p = (\d\.\d\d)", it.said)[1])
        assert told == pytest.approx(p[LETTERS.index(insulin[place])], abs=0.006)
        assert ("It is the model's first choice" in it.said) == (LETTERS[p.argmax()] == insulin[place])
        label = it.find("[role=img]")[0].get_attribute("aria-label")
        assert f"where residue {place} of preproinsulin is hidden" in label


def test_copies_slide_apart_to_scale(play, named, answer):
    it = play("tandem")
    insulin, lengths = named["P01308"], it.data["lengths"]
    assert it.data["sequence"] == insulin and len(lengths) >= 8
    linker = it.reach("Linker")
    linker.send_keys(Keys.DOWN)
    assert linker.get_attribute("value") == "hexokinase"
    it.press("Hidden residue", Keys.DOWN)
    it.press("Between the copies", Keys.RIGHT)
    place, length = it.data["places"][1], lengths[1]
    p = answer(insulin + named["P19367"][:length] + insulin, place)
    assert close(it.data["answers"]["hexokinase"][1][1], p) and np.allclose(heights(it), p, atol=0.003)
    assert it.said.startswith(
        f"{length} residues between the copies (hexokinase): residue {place}, {insulin[place]}, has p = "
    )
    told, alone, mean = map(float, re.findall(r"\b[01]\.\d\d\b", it.said))
    column = LETTERS.index(insulin[place])
    assert told == pytest.approx(p[column], abs=0.006)
    assert alone == pytest.approx(answer(insulin, place)[column], abs=0.006)
    trues = [each[LETTERS.index(insulin[i])] for each, i in zip(it.data["answers"]["hexokinase"][1], it.data["places"])]
    assert mean == pytest.approx(np.mean(trues), abs=0.006)
    it.press("Between the copies", Keys.END)
    between, first, second = (float(part.get_attribute("width")) for part in it.find("svg[height='62'] rect"))
    assert first == pytest.approx(second) and between / first == pytest.approx(lengths[-1] / len(insulin), abs=0.01)
