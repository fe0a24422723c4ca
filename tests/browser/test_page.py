"""The page of `dlfb predict --html` in a real browser, without a network: ``make test-browser``."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.cli.predict import Outputs, run
from dlfb_helpers.predictors.results import load_predictions
from tests.browser.looks import barriers, look
from tests.browser.looks import unfold as open_all
from tests.cli.predictions import BINDING, MARKUP, PROCESS, SECRETED, STRANGE, page, rows

NEW = "MWPWPHWPHWCCHWPMMWPHC"


@pytest.fixture(scope="module")
def proteins():
    ids = load_predictions("random").index[:7]
    sequences = load_cafa().sequences.set_index("EntryID")["Sequence"]
    shortened = sequences[ids[2:]].str[12:]  # so that nobody knows these very sequences
    return pd.concat([sequences[["P01308", *ids[:2]]], shortened, pd.Series({"new": NEW})])


@pytest.fixture(scope="module")
def predicted(proteins, tmp_path_factory):
    """The page of real proteins, with the three bundled predictors."""
    folder = tmp_path_factory.mktemp("page")
    fasta, html = folder / "proteins.fasta", folder / "functions.html"
    fasta.write_text("".join(f">{entry}\n{text}\n" for entry, text in proteins.items()))
    run(str(fasta), Outputs(str(folder / "functions.tsv"), html=html))
    return html


@pytest.fixture
def show(chromium, predicted):
    """Open a page, by default that of real proteins, in the wanted colours and width (pixels)."""

    return lambda path=predicted, **wanted: look(chromium, path.as_uri(), **wanted)


def cards(browser):
    return [heading.text for heading in browser.find_elements(By.CSS_SELECTOR, ".card h2")]


def search(browser, words):
    box = browser.find_element(By.ID, "search")
    box.clear()
    box.send_keys(words)
    settled(browser)


def threshold(browser, percent):
    browser.execute_script(
        "const range = document.getElementById('threshold'); range.value = arguments[0];"
        "range.dispatchEvent(new Event('input'))",
        percent,
    )
    settled(browser)


def settled(browser):
    """Wait until the cards are those that were asked for: the page lets a reader finish typing first."""
    browser.set_script_timeout(30)
    browser.execute_async_script("setTimeout(arguments[0], 300)")


def unfold(browser):
    open_all(browser)
    WebDriverWait(browser, 20).until(lambda b: b.find_elements(By.CSS_SELECTOR, "svg.graph"))


def test_every_protein_has_a_card_and_nothing_is_complained_about(show, proteins):
    browser = show()
    assert cards(browser) == list(proteins.index)
    assert browser.find_element(By.ID, "shown").text == "9 of 9 proteins"
    verdicts = [sentence.text for sentence in browser.find_elements(By.CSS_SELECTOR, ".card .verdict")]
    assert "this very sequence was trained on" in verdicts[0] and "nothing similar is known" in verdicts[-1]
    assert len(browser.find_elements(By.CSS_SELECTOR, ".card .aspect")) == 3 * len(proteins)
    unfold(browser)
    assert browser.get_log("browser") == []


def test_the_claim_that_a_sentence_tells_is_the_first_of_its_aspect(show):
    browser, told = show(), 0
    for card in browser.find_elements(By.CSS_SELECTOR, ".card"):
        sentence = card.find_element(By.CSS_SELECTOR, ".verdict").text
        for aspect in card.find_elements(By.CSS_SELECTOR, ".aspect"):
            first = aspect.find_element(By.CSS_SELECTOR, ".claim .p").text
            if aspect.find_elements(By.CSS_SELECTOR, ".claim:not(.follows)"):
                assert f"({first})" in sentence
                told += 1
    assert told >= 15


def test_a_search_keeps_the_cards_with_all_its_words_and_counts_them(show, proteins):
    browser = show()
    search(browser, proteins.index[3].lower())
    assert proteins.index[3] in cards(browser) and len(cards(browser)) < len(proteins)
    search(browser, "GO:0005576")
    found = cards(browser)
    unfold(browser)
    assert 0 < len(found) < len(proteins)
    for card in browser.find_elements(By.CSS_SELECTOR, ".card"):
        assert "GO:0005576" in card.text
    search(browser, "GO:0005576 no-such-word")
    assert cards(browser) == [] and browser.find_element(By.ID, "shown").text.startswith("0 of 9 proteins:")
    search(browser, "go:0")
    assert cards(browser) == list(proteins.index)


def test_the_slider_says_which_claims_show_on_all_cards(show):
    browser = show()
    own = browser.find_element(By.ID, "limit").text
    assert re.fullmatch(r"0\.\d\d \(function\), 0\.\d\d \(process\), 0\.\d\d \(component\)", own)
    before = browser.find_element(By.ID, "cards").text
    threshold(browser, 90)
    unfold(browser)
    assert browser.find_element(By.ID, "limit").text == "0.90"
    shown = browser.find_elements(By.CSS_SELECTOR, ".aspect")
    unclaimed = [aspect for aspect in shown if "No claim" in aspect.text]
    assert 0 < len(unclaimed) < len(shown)
    for aspect in shown:
        numbers = [float(number.text) for number in aspect.find_elements(By.CSS_SELECTOR, ".claim .p")]
        assert len(numbers) == 1 if aspect in unclaimed else min(numbers) >= 0.9
    browser.find_element(By.ID, "own").click()
    assert browser.find_element(By.ID, "limit").text == own
    browser.execute_script("document.querySelectorAll('.picture').forEach(part => part.open = false)")
    assert browser.find_element(By.ID, "cards").text == before


def test_the_slider_obeys_the_keyboard(show):
    browser = show()
    slider = browser.find_element(By.ID, "threshold")
    slider.send_keys(Keys.END)
    assert browser.find_element(By.ID, "limit").text == "1.00" == slider.get_attribute("aria-valuetext")
    slider.send_keys(Keys.ARROW_LEFT)
    assert browser.find_element(By.ID, "limit").text == "0.99"


def test_cards_can_be_filtered_by_what_is_known_and_put_in_order(show, proteins):
    browser = show()
    near, order = (Select(browser.find_element(By.ID, name)) for name in ("near", "sort"))
    near.select_by_visible_text("this very sequence")
    assert "P01308" in cards(browser) and "new" not in cards(browser)
    near.select_by_visible_text("nothing similar")
    assert "new" in cards(browser) and "P01308" not in cards(browser)
    near.select_by_visible_text("all proteins")
    order.select_by_visible_text("nearest to a known protein first")
    assert cards(browser)[0] == "P01308" and sorted(cards(browser)) == sorted(proteins.index)
    seen = [badge.text for badge in browser.find_elements(By.CSS_SELECTOR, ".badge")]
    assert seen == sorted(seen, key=["trained on", "similar known", "nothing similar"].index)
    order.select_by_visible_text("most certain first")
    told = [re.search(r"\((\d\.\d\d)\)", card.text)[1] for card in browser.find_elements(By.CLASS_NAME, "verdict")]
    assert told == sorted(told, reverse=True) and len(set(told)) > 3
    order.select_by_visible_text("as in the file")
    assert cards(browser) == list(proteins.index)


def test_bars_are_as_long_as_the_probabilities_beside_them(show):
    items = show().find_elements(By.CSS_SELECTOR, ".claim")[:20]
    for item in items:
        bar, level = item.find_element(By.CLASS_NAME, "bar"), item.find_element(By.CLASS_NAME, "level")
        share = level.rect["width"] / bar.rect["width"]
        assert bar.rect["width"] > 40 and abs(share - float(item.find_element(By.CLASS_NAME, "p").text)) < 0.02


def test_terms_and_known_proteins_link_to_their_pages(show):
    browser = show()
    links = browser.find_elements(By.CSS_SELECTOR, ".claim a")
    assert len(links) > 50
    for link in links[:20]:
        term = link.find_element(By.CLASS_NAME, "id").text
        assert link.get_attribute("href") == f"https://amigo.geneontology.org/amigo/term/{term}"
    known = browser.find_elements(By.CSS_SELECTOR, ".near a")
    assert known
    for link in known:
        assert link.get_attribute("href") == f"https://www.uniprot.org/uniprotkb/{link.text}"


@pytest.mark.parametrize("width", [390, 1200])
def test_a_graph_shows_claims_below_what_they_imply_within_the_screen(show, width):
    browser = show(width=width)
    assert browser.find_elements(By.TAG_NAME, "svg") == []  # drawn once they are asked for
    unfold(browser)
    graphs = browser.find_elements(By.CSS_SELECTOR, "svg.graph")
    assert len(graphs) >= 20
    outline = """const boxes = [...arguments[0].querySelectorAll(".box")].map(box => {
      const {left, right, top, bottom} = box.querySelector("rect").getBoundingClientRect();
      return [box.querySelector("title").textContent, left, right, top, bottom];
    });
    const edges = [...arguments[0].querySelectorAll(".edge")].map(edge => {
      const length = edge.getTotalLength(), [from, to] = [edge.getPointAtLength(0), edge.getPointAtLength(length)];
      return [from.x, from.y, to.x, to.y];
    });
    return [boxes, edges]"""
    listed = {item.text for item in browser.find_elements(By.CSS_SELECTOR, ".claim .id")}
    drawn = 0
    for graph in graphs:
        boxes, edges = browser.execute_script(outline, graph)
        assert 2 <= len(boxes) <= 24 and all(fy < ty for _, fy, _, ty in edges)
        assert graph.get_attribute("aria-label").startswith(f"{len(boxes)} claims on ")
        for title, left, right, *_ in boxes:
            assert re.search(r"\((GO:\d{7})\), \d\.\d\d$", title)[1] in listed
            assert 0 <= left and right <= width
        for i, (_, left, right, top, bottom) in enumerate(boxes):  # no box over another
            for _, other_left, other_right, other_top, other_bottom in boxes[:i]:
                apart = left >= other_right or right <= other_left or top >= other_bottom or bottom <= other_top
                assert apart
        drawn += len(edges)
    assert drawn > 100


def test_edges_lead_from_a_term_to_its_nearest_shown_ancestor(show, tmp_path):
    path = tmp_path / "one.html"
    path.write_text(page(rows(BINDING, {})), encoding="utf-8")
    browser = show(path)
    WebDriverWait(browser, 20).until(lambda b: b.find_elements(By.CSS_SELECTOR, "svg.graph"))  # one protein: unfolded
    titles = [title.get_attribute("textContent") for title in browser.find_elements(By.CSS_SELECTOR, ".box title")]
    assert titles == ["signaling receptor binding (GO:0005102), 0.90", "hormone activity (GO:0005179), 0.88"]
    assert (
        len(browser.find_elements(By.CSS_SELECTOR, ".edge")) == 1
    )  # over receptor ligand activity, which is not shown
    path.write_text(page(rows(BINDING, {}), parents=None), encoding="utf-8")
    assert show(path).find_elements(By.CSS_SELECTOR, ".picture") == [] and cards(browser) == ["P01308"]


@pytest.mark.parametrize("scheme, width", [("light", 1200), ("dark", 1200), ("light", 390), ("dark", 390)])
def test_the_page_shuts_nobody_out_and_fits_the_screen(show, scheme, width):
    """No finding of axe-core that it calls serious or critical, with all that is folded unfolded."""
    browser = show(scheme=scheme, width=width)
    unfold(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert barriers(browser, passes=15) == []


FIELDS = ["protein", "term", "name", "slim", "nearest", "nearest_name", "nearest_functions"]


@pytest.mark.parametrize("field", FIELDS)
def test_markup_in_a_table_is_shown_as_text(show, tmp_path, field):
    path = tmp_path / "markup.html"
    path.write_text(page(rows({}, PROCESS)), encoding="utf-8")
    tags = "unfolded.clear(); show(); return [...document.querySelectorAll('*')].map(one => one.localName)"
    browser = show(path)
    plain = [tag for tag in browser.execute_script(tags) if tag not in ("a", "bdi")]
    path.write_text(page(rows({field: MARKUP}, PROCESS)), encoding="utf-8")
    browser = show(path)
    shown = [tag for tag in browser.execute_script(tags) if tag not in ("a", "bdi")]
    assert set(shown) <= set(plain) and shown.count("script") == plain.count("script") and "img" not in shown
    text = browser.find_element(By.ID, "cards").get_attribute("textContent")
    assert MARKUP in text
    hrefs = [link.get_attribute("href") for link in browser.find_elements(By.TAG_NAME, "a")]
    assert all(href.startswith(("https://amigo.geneontology.org/", "https://www.uniprot.org/")) for href in hrefs)
    assert browser.get_log("browser") == []


def test_what_is_shown_can_be_saved(show, tmp_path):
    path = tmp_path / "table.html"
    table = rows(
        BINDING, {"claimed": False, "probability": 0.2}, {"protein": "=1+1\t2", "claimed": False} | SECRETED | STRANGE
    )
    path.write_text(page(table), encoding="utf-8")
    browser = show(path)
    behaviour = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    browser.find_element(By.ID, "export").click()
    saved = tmp_path / "functions.tsv"
    WebDriverWait(browser, 20).until(lambda _: saved.is_file() and saved.stat().st_size)
    lines = [line.split("\t") for line in saved.read_text(encoding="utf-8").splitlines()]
    slim = "molecular function regulator activity"
    assert lines == [
        "protein aspect term name probability claimed implied slim nearest nearest_name identity coverage evalue"
        " seen".split(),
        ["P01308", "MFO", "GO:0005102", "signaling receptor binding", "0.900", "yes", "no", slim]
        + ["P01317", "", "0.88", "0.98", "3.2e-40", "similar"],
        ["=1+1 2", "CCO", "GO:0005576", "extracellular region", "0.950", "no", "no", slim]
        + ["", "", "", "", "", "nothing similar"],
    ]


def test_ten_thousand_proteins_come_in_pages_of_fifty(show, tmp_path):
    path = tmp_path / "many.html"
    table = pd.concat([rows(BINDING, {}, PROCESS, SECRETED).assign(protein=f"P{place}") for place in range(10_000)])
    path.write_text(page(table), encoding="utf-8")
    browser = show(path)
    assert browser.find_element(By.ID, "shown").text == "10,000 of 10,000 proteins, 1 to 50 on this page"
    assert cards(browser) == [f"P{place}" for place in range(50)]
    assert browser.find_elements(By.TAG_NAME, "svg") == []
    assert browser.execute_script("return document.querySelectorAll('body *').length") < 5000
    assert not browser.find_element(By.ID, "previous").is_enabled()
    browser.find_element(By.ID, "next").click()
    assert cards(browser)[0] == "P50" == browser.switch_to.active_element.text
    assert browser.find_element(By.ID, "page").text == "Page 2 of 200"
    search(browser, "p9999")
    assert cards(browser) == ["P9999"] and not browser.find_element(By.ID, "pager").is_displayed()


def test_without_scripts_there_is_a_plain_table(show, proteins):
    browser = show()
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.refresh()
        heads = browser.find_elements(By.CSS_SELECTOR, "noscript tbody th")
        assert [head.text for head in heads] == list(proteins.index)
        assert "trained on" in browser.find_element(By.CSS_SELECTOR, "noscript tbody tr").text
        assert not browser.find_element(By.ID, "controls").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_on_paper_there_are_cards_and_nothing_to_press(show):
    browser = show(scheme="dark", width=760)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not any(browser.find_element(By.ID, name).is_displayed() for name in ("controls", "bar", "pager"))
    card = browser.find_element(By.CLASS_NAME, "card")
    assert card.is_displayed() and not any(
        button.is_displayed() for button in card.find_elements(By.TAG_NAME, "summary")
    )
    assert browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 760
