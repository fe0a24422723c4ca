"""The pages of ``make course`` in a real browser, made from the committed chapters: nothing is executed."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from dlfb_helpers.lesson.pages import write_glossary, write_index, write_page
from dlfb_helpers.lesson.runner import find_chapters
from tests.browser.looks import barriers, look, not_whole, of_each, too_wide, unfold

ROOT = Path(__file__).parents[2]
COURSE = find_chapters(ROOT / "chapters")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    write_glossary(COURSE, folder)
    for chapter in COURSE:
        write_page(nbformat.read(chapter.path, as_version=4), chapter, folder, COURSE)
    write_index(COURSE, folder)
    return folder


PAGES = ["index.html", "glossary.html", *(f"{chapter.name}.html" for chapter in COURSE)]


@pytest.fixture
def show(chromium, built):
    """Open a page in the wanted colours and width (pixels)."""
    return lambda page, *wanted, **named: look(chromium, (built / page).as_uri(), *wanted, **named)


def every(browser, selector, script):
    """Return what `script` says of each element `e` that the selector finds."""
    return browser.execute_script(f"return [...document.querySelectorAll(arguments[0])].map(e => {script})", selector)


def test_every_page_is_there_and_loads_without_complaint(show):
    assert of_each(show, PAGES, not_whole) == {}


def test_nothing_is_asked_of_a_network(built):
    for page in PAGES:
        text = (built / page).read_text(encoding="utf-8")
        assert not re.findall(r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["'](?:https?:)?//[^"']*""", text), page
        assert not re.findall(r"""<link\b[^>]*\bhref=|@import|url\(""", text), page


def test_every_link_within_the_pages_leads_somewhere(built):
    texts = {page: (built / page).read_text(encoding="utf-8") for page in PAGES}
    ids = {page: set(re.findall(r'\bid="([^"]+)"', text)) for page, text in texts.items()}
    links = [(page, link) for page, text in texts.items() for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text)]
    within = [(page, *link.partition("#")[::2]) for page, link in links if not re.match(r"\w+:", link)]
    assert {"glossary.html", "solutions/03_esm2_embeddings.ipynb", "04_masking.html"} <= {path for _, path, _ in within}
    broken = [
        (page, path, anchor)
        for page, path, anchor in within
        if not (built / (path or page)).is_file() or (anchor and anchor not in ids.get(path or page, {anchor}))
    ]
    assert broken == []


def test_no_page_is_wider_than_a_telephone(show):
    assert of_each(show, PAGES, too_wide, width=390) == {}


def test_the_smallest_words_of_a_figure_can_be_read_on_a_telephone(show):
    """Words of 9 points are 12 pixels high in a figure as wide as it says, and 8 at two thirds of that."""
    shrunk = "(e.width - 2 * parseFloat(getComputedStyle(e).paddingLeft)) / parseFloat(e.getAttribute('width'))"
    seen = 0
    for chapter in COURSE:
        browser = show(f"{chapter.name}.html", width=390)
        sizes = every(browser, ".cell_output img.figure", shrunk)
        assert sizes and min(sizes) > 2 / 3, chapter.name
        seen += len(sizes)
    assert seen > 50
    for size in every(show("03_esm2_embeddings.html"), ".cell_output img.figure", shrunk):
        assert 0.9 < size <= 1  # where there is room, as large as it was drawn


def test_source_that_a_cell_shows_looks_like_that_of_a_cell(show):
    names = [c.name for c in COURSE if "show_source(" in c.path.read_text(encoding="utf-8")]
    assert names
    for name in names:
        browser = show(f"{name}.html", width=1250)
        look = "[getComputedStyle(e).fontFamily, getComputedStyle(e).fontSize, getComputedStyle(e).whiteSpace]"
        (cells,) = {tuple(each) for each in every(browser, ".cell_input pre", look)}
        assert "monospace" in cells[0]
        shown = every(browser, ".text_markdown pre", look)
        assert shown and {tuple(each) for each in shown} == {cells}, name
        colours = every(browser, ".text_markdown pre .k", "getComputedStyle(e).color")
        plain = every(browser, ".text_markdown pre", "getComputedStyle(e).color")
        assert colours and not set(colours) & set(plain)


def test_numbers_stand_on_the_right_and_words_on_the_left(show):
    browser = show("03_esm2_embeddings.html")
    rows = every(
        browser,
        ".cell_output table.dataframe tr",
        "[...e.children].map(cell => [cell.textContent.trim(), getComputedStyle(cell).textAlign])",
    )
    aligned = {text: side for row in rows for text, side in row if text}
    assert aligned["gene"] == aligned["COL1A1"] == aligned["structural: part of fibres"] == aligned["P02452"] == "left"
    assert aligned["residues"] == aligned["1464"] == "right"


def test_code_that_only_makes_the_page_is_folded_until_asked_for(show):
    for name in (chapter.name for chapter in COURSE):
        browser = show(f"{name}.html")
        cells = browser.find_elements(By.CSS_SELECTOR, ".cell.tag_hide-input")
        hidden = nbformat.read(ROOT / f"chapters/{name}.ipynb", as_version=4).cells
        assert len(cells) == sum("hide-input" in cell.metadata.get("tags", []) for cell in hidden), name
        for cell in cells[:1]:
            code = cell.find_element(By.CSS_SELECTOR, ".cell_input pre")
            assert not code.is_displayed() and cell.find_element(By.CSS_SELECTOR, ".cell_output").is_displayed()
            summary = cell.find_element(By.TAG_NAME, "summary")
            assert summary.text == "Show the code"
            summary.send_keys(Keys.ENTER)
            assert code.is_displayed() and summary.text == "Hide the code"


def test_solutions_are_folded_until_asked_for(show):
    for name in (chapter.name for chapter in COURSE[1:]):  # the tour has no exercises
        browser = show(f"{name}.html")
        folded = browser.find_elements(By.CSS_SELECTOR, ".cell.tag_solution details")
        assert folded, f"{name}: no solutions"
        code, summary = (folded[0].find_element(By.TAG_NAME, tag) for tag in ("pre", "summary"))
        assert not code.is_displayed() and summary.text == "Show the solution"
        summary.send_keys(Keys.ENTER)
        assert code.is_displayed() and summary.text == "Hide the solution"


def test_figures_stand_on_white_in_the_dark(show):
    browser = show("03_esm2_embeddings.html", "dark")
    body = browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert max(map(int, re.findall(r"\d+", body)[:3])) < 60
    (ground,) = set(every(browser, ".cell_output img", "getComputedStyle(e).backgroundColor"))
    assert ground == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(show, scheme):
    """No finding of axe-core that it calls serious or critical, with all that is folded unfolded."""

    def found(browser):
        unfold(browser)
        return barriers(browser)

    assert of_each(show, PAGES, found, scheme=scheme, width=390) == {}  # where most scrolls
