"""The figures of chapters 1 and 3 that can be played with, moved by keyboard: a chain of given angles, and tokens."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PeptideBuilder import make_structure
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from transformers import AutoTokenizer

from dlfb_helpers.embedding import load_checkpoint
from dlfb_helpers.proteins import BACKBONE_ANGLES, atom_table, ideal_backbone

NUMBER = r"(−?[\d.]+)"
SAID = re.compile(
    rf"phi {NUMBER}°, psi {NUMBER}°: {NUMBER} Å along the axis with each residue, {NUMBER} residues a turn; "
    rf"{NUMBER} Å from the first alpha carbon of (\d+) to the last, (\d+|no) hydrogen bonds"
    r"(?:, each over ([\d or]+) residues)?\. (\d+) of 47 measured residues lie within 40° of both angles\."
)
KINDS = {"alpha helix": "helix", "beta strand": "strand", "collagen": "collagen"}


def heard(it) -> dict[str, float]:
    """What the element of a chain says, as numbers."""
    names = ("phi", "psi", "rise", "turn", "ends", "residues", "bonds", "over", "near")
    found = SAID.match(it.said)
    assert found, it.said
    words = [(word or "0").replace("−", "-").replace("no", "0") for word in found.groups()]
    return dict(zip(names, map(float, words), strict=True))


def turn(it, phi, psi):
    """Bring both sliders from their left ends to these angles, by keyboard."""
    for name, wanted in (("phi", phi), ("psi", psi)):
        it.press(name, Keys.HOME, Keys.ARROW_RIGHT * (wanted + 180))


def points_of(phi, psi, residues=12) -> np.ndarray:
    chain = make_structure("A" * residues, [phi] * (residues - 1), [psi] * (residues - 1))[0]["A"]
    return np.array([residue["CA"].coord for residue in chain], dtype=float)


def rise(points) -> float:
    """Along the axis, as chapter 1 works it out."""
    bends = points[:-2] - 2 * points[1:-1] + points[2:]
    axis = np.cross(bends[:-1], bends[1:]).mean(axis=0)
    return abs((points[-1] - points[0]) @ axis) / np.linalg.norm(axis) / (len(points) - 1)


def residues_near(pair, observed) -> int:
    apart = np.abs((np.array([angles for _, *angles in observed]) - pair + 180) % 360 - 180)
    return int((apart < 40).all(axis=1).sum())


@pytest.mark.parametrize("name", KINDS)
def test_a_button_builds_the_chain_that_the_package_builds(play, name):
    it = play("chain")
    it.press(name, Keys.ENTER)
    pair = BACKBONE_ANGLES[KINDS[name]]
    points = atom_table(ideal_backbone("A" * 12, KINDS[name]))[["x", "y", "z"]].to_numpy()
    told = heard(it)
    assert (told["phi"], told["psi"], told["residues"]) == (*pair, 12)
    assert told["ends"] == pytest.approx(np.linalg.norm(points[-1] - points[0]), abs=0.06)
    assert told["rise"] == pytest.approx(rise(points), abs=0.006)
    assert told["near"] == residues_near(pair, it.data["observed"])
    assert [button.text for button in it.find("button[aria-pressed=true]")] == [name]


@pytest.mark.parametrize(("phi", "psi"), [(57, 47), (-120, -60), (80, -100), (180, 180), (0, 0)])
def test_sliders_build_a_chain_of_any_angles(play, phi, psi):
    it = play("chain")
    turn(it, phi, psi)
    points = points_of(phi, psi)
    told = heard(it)
    assert (told["phi"], told["psi"]) == (phi, psi)
    assert told["ends"] == pytest.approx(np.linalg.norm(points[-1] - points[0]), abs=0.06)
    if phi in (0, 180):  # flat: the axis of chapter 1 is lost there, but every second step goes straight along it
        expected = np.linalg.norm(points[10] - points[0]) / 10
    else:
        expected = rise(points)
    assert told["rise"] == pytest.approx(expected, abs=0.006)
    assert told["near"] == residues_near((phi, psi), it.data["observed"])
    assert len(it.find(".thread")) == 3 * 12 - 1 and not it.find("button[aria-pressed=true]")


def test_hydrogen_bonds_reach_over_four_residues_in_the_helix_over_three_ten_degrees_on_and_then_are_gone(play):
    """As the chapter's text tells."""
    it = play("chain")
    found = []
    for further in (0, 10, 37):
        it.press("psi", Keys.ARROW_RIGHT * further)
        told = heard(it)
        assert len(it.find(".bond")) == told["bonds"]
        found.append((told["psi"], told["bonds"], told["over"]))
    assert found == [(-47, 8, 4), (-37, 9, 3), (0, 0, 0)]
    turn(it, 57, 47)
    told = heard(it)
    assert (told["bonds"], told["over"], told["near"]) == (8, 4, 0)


def test_the_view_turns_and_says_so_and_a_click_on_the_map_takes_its_angles(play):
    it = play("chain")
    before = it.find(".thread")[0].get_attribute("x1")
    it.press("Turned by", Keys.END)
    assert it.find(".thread")[0].get_attribute("x1") != before
    chain, map_ = it.find("svg[role=img]")
    assert (
        chain.get_attribute("aria-label")
        == "Backbone of 12 residues at phi −57°, psi −47°: 17.1 Å long, turned by 180°"
    )
    observed = it.data["observed"]
    glycines = [dot for dot in it.find(".seen") if "paper" in dot.get_attribute("fill")]
    assert (
        len(it.find(".seen")) == len(observed) == 47 and len(glycines) == [row[0] for row in observed].count("G") == 3
    )
    ActionChains(it.browser).move_to_element(it.find(".seen")[0]).click().perform()
    told = heard(it)
    assert [told["phi"], told["psi"]] == pytest.approx(observed[0][1:], abs=2)
    assert f"phi {told['phi']:.0f}".replace("-", "−") in map_.get_attribute("aria-label")


@pytest.fixture(scope="module")
def esm2():
    return load_checkpoint("course")


@pytest.fixture(scope="module")
def tokenizer(esm2):
    return AutoTokenizer.from_pretrained(esm2.source)


FIELD = "A sequence of at most 30 signs"


@pytest.mark.parametrize(
    "text",
    [
        "MALWMRLLPL",
        "malwm",
        "M ALwmX",
        "MA??L*",
        "BZUOX",
        "M<mask>A <pad>",
        "<mas",
        "M-A.",
        "ab  cd",
        "x<mask>é",
        "MUJ<null_1>",
        "",
    ],
)
def test_a_sequence_is_cut_as_the_models_tokenizer_cuts_it(play, tokenizer, text):
    it = play("tokens")
    it.press(FIELD, Keys.CONTROL + "a" + Keys.NULL, Keys.BACKSPACE, *text)
    ids = tokenizer.encode(text)
    assert f"{len(ids)} tokens: {' '.join(map(str, ids))}. " in it.said
    shown = [button.text.split() for button in it.find("[role=toolbar] button")]
    assert shown == [
        [token, str(number)] for token, number in zip(tokenizer.convert_ids_to_tokens(ids), ids, strict=True)
    ]
    assert it.said.count("becomes one <unk>") == ids.count(tokenizer.unk_token_id)


def test_arrow_keys_walk_along_the_tokens_and_bars_show_what_is_nearest(play, esm2, tokenizer):
    matrix = esm2.encoder.embeddings.word_embeddings.weight.detach().float().cpu().numpy().astype(float)
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = unit @ unit.T
    names = tokenizer.convert_ids_to_tokens(range(len(matrix)))
    it = play("tokens")
    assert np.array(it.data["cosines"]) == pytest.approx(cosines, abs=0.00051)
    control = it.reach("M 20")
    for place, number in enumerate(tokenizer.encode("MALWM")[1:], start=1):
        order = [other for other in np.argsort(-cosines[number], kind="stable") if other != number]
        expected = (
            f"At place {place} stands {names[number]}, token {number}; nearest is {names[order[0]]}, with cosine "
        )
        assert f"{expected}{cosines[number, order[0]]:.2f}." in it.said
        label = it.find("svg[role=img]")[0].get_attribute("aria-label")
        assert label.startswith(f"Bars of the tokens nearest to {names[number]}: {names[order[0]]} ")
        widths = [float(bar.get_attribute("width")) for bar in it.find("rect")]
        assert widths == pytest.approx([max(1, 250 * cosines[number, other]) for other in order[:8]], abs=0.2)
        assert [button.text for button in it.find("button[aria-pressed=true]")] == [control.text]
        control.send_keys(Keys.ARROW_RIGHT)
        control = it.browser.switch_to.active_element
    control.send_keys(Keys.HOME)
    assert "At place 0 stands <cls>, token 0; " in it.said
