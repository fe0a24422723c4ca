"""The map of proteins and the film of a training, moved by keyboard, beside what the package computes."""

from __future__ import annotations

import json
import re

import jax
import numpy as np
import optax
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from dlfb_helpers import training
from dlfb_helpers.annotations import load_cafa
from dlfb_helpers.dataset import build_proteins, embed_labelled, label_table
from dlfb_helpers.lesson.pages import STYLES
from dlfb_helpers.lesson.play.page import script
from tests.browser.looks import complaints, look
from tests.browser.players import PAGE

ON_MAP = """<p style="height: 1px"></p><div class="dlfb-play"></div><script type="module">{script}
const model = {{get: name => ({data})[name]}};
render({{model, el: document.querySelector(".dlfb-play")}});</script>"""


@pytest.fixture(scope="module")
def course():
    """Chapter 6's table, and the names of terms."""
    data = load_cafa("course")
    return label_table(data).table, data.ontology.names


def marked(it):
    """The accession of the protein that has the ring."""
    return re.search(r"Marked: (?:\w+ \()?(\w+)", canvas(it).get_attribute("aria-label"))[1]


def canvas(it):
    return it.root.find_element(By.TAG_NAME, "canvas")


def on_canvas(it, *keys):
    it.press(canvas(it).get_attribute("aria-label"), *keys)


def pixels(it):
    return it.browser.execute_script("return arguments[0].toDataURL()", canvas(it))


def places(it):
    return np.column_stack([it.data["x"], it.data["y"]])


def test_the_map_has_the_courses_proteins_with_their_most_specific_functions(play, course):
    """Of a protein's three functions none is a more general one of another."""
    it, (table, names) = play("map"), course
    labels = table.iloc[:, 2:]
    assert it.data["ids"] == table.index.tolist() and len(np.unique(places(it), axis=0)) > 4_500
    assert len(json.dumps(it.data)) < 500_000
    insulin = {names[labels.columns[number]] for number in it.data["specific"][table.index.get_loc("P01308")]}
    assert it.said.startswith("INS (P01308): ") and all(name in it.said for name in insulin)
    assert "receptor ligand activity" in insulin and "signaling receptor binding" not in insulin
    for row, of in zip(labels.to_numpy(), it.data["specific"], strict=True):
        assert 1 <= len(of) <= 3 and row[of].all()


def test_lines_lead_to_the_five_with_the_highest_cosine(play, course):
    it, (table, _) = play("map"), course
    vectors = embed_labelled(table).embeddings
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    insulin = table.index.get_loc("P01308")
    nearest = [row for row in np.argsort(-vectors @ vectors[insulin]).tolist() if row != insulin][:5]
    assert sorted(it.data["near"][insulin]) == sorted(nearest)
    distances = np.linalg.norm(places(it) - places(it)[insulin], axis=1)
    others = [row for row in np.argsort(distances, kind="stable").tolist() if row != insulin][:5]
    assert f": {len(set(others) & set(nearest))} of them also among the 5 nearest on the map" in it.said


def test_a_function_is_chosen_for_the_colour(play, course):
    it, (table, names) = play("map"), course
    before = pixels(it)
    for _ in range(2):
        it.press("In colour", Keys.ARROW_DOWN)
    assert it.said == f"In colour: {table['GO:0022857'].sum()} of 5,435 proteins, {names['GO:0022857']}."
    assert pixels(it) != before and names["GO:0022857"] in canvas(it).get_attribute("aria-label")


def test_proteins_are_found_by_accession_gene_or_function(play, course):
    it, (table, names) = play("map"), course
    find = it.find("label[for=play-map-find]")[0].text
    assert "PDX1" in find
    control = it.press(find, "pdx1")
    assert it.said == "1 protein found, ringed on the map."
    it.press("Found", Keys.ARROW_DOWN)
    assert marked(it) == "P52945" and it.said.startswith("PDX1 (P52945): ")
    control.clear()
    it.press(find, "p527")
    wanted = [entry for entry in table.index if "P527" in entry]
    assert it.said.startswith(f"{len(wanted)} proteins found")
    it.press("Found", Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert marked(it) == wanted[1]
    control.clear()
    it.press(find, "rna binding")
    named = [names[term] for term in table.columns[2:]]
    found = sum(any("rna binding" in named[number].lower() for number in of) for of in it.data["specific"])
    assert it.said == f"{found} proteins found, ringed on the map; the list has 50."
    it.press(find, "xyz")
    assert it.said == "0 proteins found." and not it.find("#play-map-hits")[0].is_displayed()


def test_arrows_go_to_the_nearest_protein_in_their_direction(play):
    it = play("map")
    at, where = it.data["ids"].index("P01308"), places(it)
    for key, direction in ((Keys.ARROW_RIGHT, (1, 0)), (Keys.ARROW_UP, (0, 1)), (Keys.ARROW_LEFT, (-1, 0))):
        along = (where - where[at]) @ direction
        aside = abs((where - where[at]) @ direction[::-1])
        ahead = (along > 0) & (aside <= along)
        distance = np.where(ahead, np.linalg.norm(where - where[at], axis=1), np.inf)
        on_canvas(it, key)
        at = it.data["ids"].index(marked(it))
        assert distance[at] == distance.min()


def test_it_is_enlarged_and_moved(play):
    it = play("map")
    whole = pixels(it)
    for _ in range(3):
        it.press("Zoom in", Keys.ENTER)
    assert it.said.startswith("Enlarged 3.4 times;") and "enlarged 3.4 times" in canvas(it).get_attribute("aria-label")
    assert 50 < int(re.search(r"; ([\d,]+) proteins", it.said)[1].replace(",", "")) < 4_000
    enlarged = pixels(it)
    on_canvas(it, Keys.SHIFT + Keys.ARROW_LEFT)
    assert pixels(it) != enlarged and marked(it) == "P01308"
    ActionChains(it.browser).click_and_hold(canvas(it)).move_by_offset(60, 30).release().perform()
    assert marked(it) == "P01308"  # dragged, not chosen
    on_canvas(it, "-")
    assert it.said.startswith("Enlarged 2.3 times;") or it.said.startswith("Enlarged 2.2 times;")
    it.press("Whole map", Keys.ENTER)
    assert it.said == "Enlarged 1.0 times; 5,435 proteins in view." and pixels(it) == whole


def test_wheel_and_fingers_enlarge_what_lies_under_them(play):
    """The wheel with Ctrl, as a trackpad is pinched too; alone, it scrolls the page."""
    it = play("map")
    order = it.browser.execute_cdp_cmd
    box = it.browser.execute_script(
        "const box = arguments[0].getBoundingClientRect(); return [box.x, box.y]", canvas(it)
    )
    size = canvas(it).size
    x, y = box[0] + size["width"] / 2, box[1] + size["height"] / 2

    def wheel(modifiers):
        turned = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": -300, "modifiers": modifiers}
        order("Input.dispatchMouseEvent", turned)

    wheel(0)
    assert "enlarged 1.0 times" in canvas(it).get_attribute("aria-label")
    wheel(2)
    WebDriverWait(it.browser, 20).until(lambda _: it.said.startswith("Enlarged 2.0 times;"))
    it.press("Whole map", Keys.ENTER)
    order("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def fingers(kind, *places):
        points = [{"x": x + aside, "y": y, "id": number} for number, aside in enumerate(places)]
        order("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", -20)
    fingers("touchStart", -20, 20)
    for apart in (30, 40, 50, 60):
        fingers("touchMove", -apart, apart)
    fingers("touchEnd")
    WebDriverWait(it.browser, 20).until(lambda _: it.said.startswith("Enlarged 3.0 times;"))
    assert marked(it) == "P01308"  # pinched, not chosen
    order("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_a_pointer_names_a_protein_and_chooses_it(play):
    it = play("map")
    where = places(it)
    highest = where[where[:, 1].argmax()]
    size = canvas(it).size
    scale = min(size["width"], size["height"]) / 1040
    offset = [round(scale * (highest[0] - 500)), round(scale * (500 - highest[1]))]
    ActionChains(it.browser).move_to_element_with_offset(canvas(it), *offset).perform()
    hint = it.find("p.soft")[0].text
    assert hint.split(":")[0] in it.data["ids"]
    ActionChains(it.browser).click().perform()
    assert marked(it) == hint.split(":")[0] and it.said.startswith(hint)


def test_a_point_of_ones_own_is_drawn_where_there_is_one(play, chromium, tmp_path):
    data = play("map").data
    code = script("map", "")
    model = json.dumps({"data": data, "own": {"x": 30, "y": 960, "label": "mine"}})
    path = tmp_path / "own.html"
    html = ON_MAP.format(script=code, data=model)
    path.write_text(PAGE.format(name="own", styles=STYLES, html=html), encoding="utf-8")
    look(chromium, path.as_uri())
    assert complaints(chromium) == []
    drawn = """
    const canvas = document.querySelector("canvas"), scale = Math.min(canvas.width, canvas.height) / 1040;
    const left = canvas.width / 2 - 470 * scale, top = canvas.height / 2 - 460 * scale;
    return [...canvas.getContext("2d").getImageData(left, top, 1, 1).data]"""
    assert chromium.execute_script(drawn) == [0xB6, 0x53, 0x00, 255]  # --second


@pytest.fixture(scope="module")
def trained():
    """Chapter 7's network after 300 steps, and its data."""
    parts = build_proteins()
    valid = parts["valid"].batch()
    start = training.Model(valid["target"].shape[1]).create_train_state(
        jax.random.key(42), valid["embedding"][:1], optax.adam(1e-3)
    )
    return training.train_compiled(start, parts, num_steps=300, batch_size=32, seed=42, evaluate_on=())[0], parts


def test_the_film_ends_with_chapter_7s_network(play, trained):
    it, (state, parts) = play("film"), trained
    reached = training.evaluate(state, parts["valid"])
    for one in it.data["looked"]["metrics"]:
        assert one["values"][-1] == pytest.approx(reached[one["name"].lower()], abs=0.02)
    pdx1 = parts["valid"].take(["P52945"])
    probabilities = np.sort(training.predict(state, pdx1.embeddings)[0][pdx1.targets.iloc[0] == 1])[::-1]
    ends = [one["path"][-1] for one in it.data["functions"] if one["own"]]
    assert ends == sorted(ends, reverse=True) and np.allclose(ends, probabilities, atol=0.05)
    assert len(json.dumps(it.data)) < 150_000


def shown(it):
    return [float(cell.text) for cell in it.find("td.number")]


def test_the_film_goes_through_the_steps(play):
    it = play("film")
    assert it.said.startswith("Step 300. Loss: batch 0.0") and len(it.find("circle")) == 11
    it.press("Step", Keys.HOME)
    assert it.said.startswith("Step 0. Loss: validation part 0.69. Of PDX1's 9 functions ")
    assert len(it.find("circle")) == 1 and it.find("polyline")[0].get_attribute("points") == ""
    it.press("30 steps on", Keys.ENTER)
    it.press("Step", Keys.ARROW_RIGHT)
    loss, looked, functions = (it.data[name] for name in ("loss", "looked", "functions"))
    told = f"Step 31. Loss: batch {loss[30]:.2f}, validation part {looked['loss'][1]:.2f} (at step 30). "
    assert it.said.startswith(told) and f"9 functions {it.data['among'][31]} are" in it.said
    assert len(it.find("polyline")[0].get_attribute("points").split()) == 31 and len(it.find("circle")) == 2
    expected = [one["values"][1] for one in looked["metrics"]] + [one["path"][31] for one in functions]
    assert shown(it) == pytest.approx(expected, abs=0.0051)
    it.press("Step", Keys.END)
    it.press("Back to step 0", Keys.ENTER)
    assert it.said.startswith("Step 0.")


def test_the_film_plays_pauses_and_stops_at_its_end(play):
    it = play("film")
    moving = [{"name": "prefers-reduced-motion", "value": "no-preference"}]
    it.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": moving})
    it.press("Step", Keys.HOME)
    it.press("Play", Keys.ENTER)
    slider = it.find("input")[0]
    WebDriverWait(it.browser, 10).until(lambda _: int(slider.get_property("value")) >= 5)
    assert it.said == "Playing."
    it.press("Pause", Keys.ENTER)
    step = slider.get_property("value")
    assert it.said.startswith(f"Step {step}.")
    it.press("Step", Keys.END, Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    it.press("Play", Keys.ENTER)
    WebDriverWait(it.browser, 10).until(lambda _: it.said.startswith("Step 300."))
    assert it.find("button")[0].text == "Play from step 0"
