"""The page of `dlfb predict --html` in a real browser, without a network: ``make test-browser``."""

from __future__ import annotations

import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.cli.predict import run
from dlfb_helpers.predictors.results import load_predictions


@pytest.fixture(scope="module")
def proteins():
    ids = load_predictions("random").index[:8]
    sequences = load_cafa().sequences.set_index("EntryID")["Sequence"][ids]
    return pd.concat([sequences, pd.Series({"new": "MWPWPHWPHWCCHWPMMWPHC"})])


@pytest.fixture(scope="module")
def page(proteins, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    fasta, html = folder / "proteins.fasta", folder / "functions.html"
    fasta.write_text("".join(f">{entry}\n{text}\n" for entry, text in proteins.items()))
    run(str(fasta), str(folder / "functions.tsv"), None, html, "course", 0.05)
    return html


@pytest.fixture(scope="module")
def browser(page, chromium):
    chromium.get(page.as_uri())
    return chromium


@pytest.fixture(autouse=True)
def empty_search(browser):
    box = browser.find_element(By.ID, "search")
    box.clear()
    box.send_keys("x", Keys.BACKSPACE)  # clearing alone is no input


def visible(browser):
    rows = browser.find_elements(By.CSS_SELECTOR, "tbody tr")
    return [row.find_element(By.TAG_NAME, "th").text for row in rows if row.is_displayed()]


def test_every_protein_has_a_row_and_nothing_is_complained_about(browser, proteins):
    assert visible(browser) == list(proteins.index)
    assert browser.get_log("browser") == []


def test_a_search_keeps_the_rows_with_all_its_words_and_counts_them(browser, proteins):
    box, shown = browser.find_element(By.ID, "search"), browser.find_element(By.ID, "shown")
    box.send_keys(proteins.index[3].lower())
    assert visible(browser) == [proteins.index[3]] and shown.text == "1"
    box.clear()
    box.send_keys("nothing similar was seen")
    assert "new" in visible(browser) and len(visible(browser)) < len(proteins)
    box.send_keys(" no-such-word")
    assert visible(browser) == [] and shown.text == "0"
    box.clear()
    box.send_keys("go:", Keys.BACKSPACE)
    assert len(visible(browser)) == len(proteins)


def test_bars_are_as_long_as_the_probabilities_beside_them(browser):
    for item in browser.find_elements(By.CSS_SELECTOR, "tbody li")[:20]:
        bar = item.find_element(By.TAG_NAME, "meter")
        assert bar.size["width"] > 50 and bar.is_displayed()
        assert f"{float(bar.get_attribute('value')):.2f}" == item.find_element(By.TAG_NAME, "span").text


def test_terms_link_to_their_definitions(browser):
    for link in browser.find_elements(By.CSS_SELECTOR, "tbody li a")[:20]:
        assert link.get_attribute("href").endswith("/term/" + link.get_attribute("title")) and link.is_displayed()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(browser, scheme):
    """Contrast of the grey and of the flag's colour: at least 4.5 to 1 (WCAG 2.1, 1.4.3)."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    backdrop = {"light": 1.0, "dark": 0.006}[scheme]  # luminance of Chromium's canvas: white, and #121212
    for selector in ("tbody .soft", "tbody .flag", "tbody th", "p"):
        element = browser.find_element(By.CSS_SELECTOR, selector)
        colour = element.value_of_css_property("color")
        channels = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        light, dark = max(luminance, backdrop), min(luminance, backdrop)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{selector} in {scheme}: {colour}"
