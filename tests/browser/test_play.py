"""Figures to play with, tried by keyboard in Chromium: ``make test-browser``."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from dlfb_helpers.lesson.play.page import elements
from tests.browser.looks import barriers, complaints, too_wide
from tests.browser.players import CHAPTERS, played


def test_every_element_stands_in_one_chapter():
    assert sorted(element for name in CHAPTERS for element in played(name)) == elements()


@pytest.mark.parametrize("element", elements())
def test_it_is_whole_on_a_telephone_in_the_dark_and_open_to_everybody(play, element):
    """Where scripts run the element stands in place of its picture, the notebook's; on paper the picture does."""
    it = play(element, scheme="dark", width=390)
    assert complaints(it.browser) == []
    assert not it.still.is_displayed() and it.root.is_displayed()
    assert too_wide(it.browser) == 0 and barriers(it.browser, passes=5) == []
    it.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert it.still.is_displayed() and not it.root.is_displayed()


@pytest.mark.parametrize("element", elements())
def test_without_scripts_the_picture_stays(play, chromium, element):
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        it = play(element)
        assert it.still.is_displayed() and it.still.get_attribute("alt")
    finally:
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_sequence_is_one_hot_encoded_as_it_is_typed(play):
    it = play("onehot")
    assert it.said == "Shape (5, 20); the ones stand in columns 16, 12, 15, 19, 16."
    it.press("A sequence of at most 24 residues", Keys.END, "GG")
    assert it.said.startswith("Shape (7, 20)") and len(it.find("rect")) == 7 * 20
    it.press("A sequence of at most 24 residues", Keys.END, "u")
    assert it.said == "u, residue 7, has no column: it is none of the 20 standard amino acids."
