"""The course's site in a real browser, opened from disk, without a network: ``make test-browser``."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.looks import (
    barriers,
    complaints,
    look_afresh,
    not_whole,
    of_each,
    on_screen,
    prefer,
    too_wide,
    unfold,
)

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("[0-9]*.ipynb"))


@pytest.fixture(scope="module")
def pages(site):
    found = sorted(str(path.relative_to(site)) for path in site.rglob("*.html") if "_static" not in path.parts)
    assert {f"chapters/{name}.html" for name in CHAPTERS} | {"index.html", "api.html", "search.html"} <= set(found)
    return found


@pytest.fixture
def show(chromium, site):
    """Open a page in the wanted colours and width (pixels), with empty memory of what was chosen before."""

    return lambda page, *wanted, **named: look_afresh(chromium, (site / page).as_uri(), *wanted, **named)


def wait(browser, condition):
    return WebDriverWait(browser, 20).until(condition)


def turn(browser, scheme):
    """Give the page that is open other colours."""
    prefer(browser, scheme)
    wait(browser, lambda b: b.find_element(By.TAG_NAME, "html").get_attribute("data-theme") == scheme)


def test_nothing_is_asked_of_a_network(site, pages):
    for page in pages:
        text = (site / page).read_text(encoding="utf-8")
        assert not re.findall(r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["'](?:https?:)?//[^"']*""", text), page
        assert not re.findall(r"""<link\b[^>]*\bhref=["'](?:https?:)?//[^"']*""", text), page
        assert "MathJax" not in text and "require.min.js" not in text, page
    for sheet in site.rglob("*.css"):
        assert not re.findall(r"""(?:@import|url\()\s*["']?(?:https?:)?//""", sheet.read_text(encoding="utf-8")), sheet


def test_every_page_is_whole_fits_a_telephone_and_shuts_nobody_out(show, pages):
    """No finding of axe-core that it calls serious or critical, in the light and in the dark, all unfolded."""

    def found(browser):
        wrong = not_whole(browser)
        unfold(browser)
        for scheme in ("light", "dark"):
            turn(browser, scheme)
            wrong += [(scheme, barrier) for barrier in barriers(browser)]
        on_screen(browser, 390)
        return wrong + ([f"{width} pixels wide"] if (width := too_wide(browser)) else [])

    assert of_each(show, pages, found) == {}


def test_every_link_within_the_site_leads_somewhere(site, pages):
    ids = {page: set(re.findall(r"""\bid=["']([^"']+)""", (site / page).read_text(encoding="utf-8"))) for page in pages}
    broken = []
    for page in pages:
        for target in re.findall(r"""<a\b[^>]*\bhref=["']([^"']+)""", (site / page).read_text(encoding="utf-8")):
            path, _, anchor = target.partition("#")
            if re.match(r"\w+:", path):
                continue
            file = (site / page).parent / path.partition("?")[0] if path else site / page
            name = str(file.resolve().relative_to(site.resolve()))
            if not file.is_file() or (anchor and name in ids and anchor not in ids[name]):
                broken.append((page, target))
    assert broken == []


def test_on_a_telephone_a_structure_is_as_wide_as_the_text(show):
    browser = show("chapters/01_proteins.html", width=390)
    views = browser.find_elements(By.CSS_SELECTOR, "[id^='3dmolviewer']")
    cells = nbformat.read(ROOT / "chapters/01_proteins.ipynb", as_version=4).cells
    drawn = "".join(output.get("data", {}).get("text/html", "") for cell in cells for output in cell.get("outputs", []))
    assert len(views) == len(re.findall('id="3dmolviewer', drawn)) >= 2
    for view in views:
        assert 250 < view.rect["width"] < 390 and view.rect["x"] + view.rect["width"] < 390


def test_the_smallest_words_of_a_figure_can_be_read_on_a_telephone(show):
    """Words of 9 points are 12 pixels high in a figure as wide as it says, and 8 at two thirds of that."""
    script = """
      const shrunk = e => (e.width - 2 * parseFloat(getComputedStyle(e).paddingLeft)) / e.getAttribute('width');
      return [...document.querySelectorAll('.cell_output img.figure')].map(shrunk);
    """
    for name in CHAPTERS:
        browser = show(f"chapters/{name}.html", width=390)
        # On a busy machine a large page was seen empty just after it had been opened.
        assert min(wait(browser, lambda b: b.execute_script(script))) > 2 / 3, name


def test_a_search_finds_a_chapter(show):
    browser = show("index.html")
    browser.find_element(By.CSS_SELECTOR, ".search-button__button").click()
    box = wait(browser, lambda b: next(i for i in b.find_elements(By.NAME, "q") if i.is_displayed()))
    box.send_keys("tokenizer", Keys.ENTER)
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#search-results li a"))
    links = [link.get_attribute("href") for link in browser.find_elements(By.CSS_SELECTOR, "#search-results li a")]
    assert any("chapters/03_esm2_embeddings.html" in link for link in links)
    assert complaints(browser) == []


def test_dark_mode_can_be_chosen_and_stays(show):
    browser = show("index.html")
    page = browser.find_element(By.TAG_NAME, "html")
    before = browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    browser.find_element(By.CSS_SELECTOR, ".bd-header .theme-switch-button").click()
    browser.find_element(By.CSS_SELECTOR, ".bd-header .theme-change-button[data-mode=dark]").click()
    assert page.get_attribute("data-theme") == "dark"
    assert browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color") != before
    browser.find_element(By.PARTIAL_LINK_TEXT, "Take the tour").click()
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("data-theme") == "dark"


def test_figures_are_described_and_stand_on_white_in_the_dark(show):
    for name in CHAPTERS:
        browser = show(f"chapters/{name}.html", "dark")
        browser.execute_script("document.querySelectorAll('details').forEach(part => part.open = true)")
        figures = browser.find_elements(By.CSS_SELECTOR, ".cell_output img")
        cells = nbformat.read(ROOT / f"chapters/{name}.ipynb", as_version=4).cells
        alts = [
            output.metadata["image/png"]["alt"]
            for cell in cells
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        shown = [figure.get_attribute("alt") for figure in figures]
        assert figures and set(alts) <= set(shown) and all(shown), name
        for figure in figures:
            assert figure.value_of_css_property("background-color") in ("rgba(255, 255, 255, 1)", "rgb(255, 255, 255)")
            assert figure.value_of_css_property("filter") == "none"


def test_solutions_are_folded_until_asked_for(show):
    for name in CHAPTERS[1:]:  # the tour has no exercises
        browser = show(f"chapters/{name}.html")
        folded = browser.find_elements(By.CSS_SELECTOR, ".cell.tag_solution details")
        assert folded, f"{name}: no solutions"
        for part in folded[:2]:
            code, summary = part.find_element(By.TAG_NAME, "pre"), part.find_element(By.TAG_NAME, "summary")
            assert not code.is_displayed() and "Show the solution" in summary.text
            summary.send_keys(Keys.ENTER)
            assert code.is_displayed() and "Hide the solution" in summary.text


def test_a_term_leads_to_its_place_in_the_glossary(show):
    browser = show("chapters/03_esm2_embeddings.html")
    link = browser.find_element(By.CSS_SELECTOR, "article p a:has(> .std-term)")
    term = link.get_attribute("href").partition("#")[2]
    link.click()
    wait(browser, lambda b: "glossary.html" in b.current_url)
    place = browser.find_element(By.ID, term)
    assert place.tag_name == "dt" and place.is_displayed()
    assert 0 <= browser.execute_script("return arguments[0].getBoundingClientRect().top", place) < 900


def test_chapters_follow_each_other(show):
    browser = show(f"chapters/{CHAPTERS[0]}.html")
    for name in CHAPTERS[1:]:
        browser.get(browser.find_element(By.CSS_SELECTOR, "a.right-next").get_attribute("href"))
        assert browser.current_url.endswith(f"chapters/{name}.html")
        back = browser.find_element(By.CSS_SELECTOR, "a.left-prev").get_attribute("href")
        assert back.endswith(f"{CHAPTERS[CHAPTERS.index(name) - 1]}.html")


def test_the_keyboard_reaches_what_the_mouse_does_and_shows_where_it_is(show):
    browser = show("chapters/02_one_hot.html")
    reached = []
    for _ in range(25):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        focused = browser.switch_to.active_element
        outline = focused.value_of_css_property("outline-style"), focused.value_of_css_property("box-shadow")
        assert outline != ("none", "none"), f"nothing shows that {focused.get_attribute('outerHTML')[:200]} is focused"
        reached.append(focused.get_attribute("aria-label") or focused.get_attribute("textContent").strip())
    assert reached[0] == "Skip to main content"
    assert {"Search", "Color mode", "1 · Proteins", "10 · Your own proteins", "Glossary"} <= set(reached)


def test_the_3d_views_of_chapter_1_load_their_viewer_from_disk(show):
    browser = show("chapters/01_proteins.html")
    views = browser.find_elements(By.CSS_SELECTOR, "[id^='3dmolviewer_']")
    assert views
    wait(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, "[id^='3dmolviewer_'] canvas")) == len(views))
