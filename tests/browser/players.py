"""A figure to play with, as a test finds it on a page and moves it by keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from dlfb_helpers.lesson.pages import STYLES
from dlfb_helpers.lesson.play.page import KEY, on_page
from dlfb_helpers.lesson.shown import picture
from tests.browser.looks import look

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("[0-9]*.ipynb"))
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title><style>{styles}</style><main>{html}</main>"""


def played(chapter: str) -> dict[str, NotebookNode]:
    """The outputs of a committed chapter that can be played with, by their elements."""
    notebook = nbformat.read(ROOT / f"chapters/{chapter}.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return {output.metadata[KEY]["element"]: output for output in outputs if KEY in output.get("metadata", {})}


class Playing:
    """An element alone on a page of the course's colours, with the data of its chapter."""

    def __init__(self, browser, folder, element, **wanted):
        self.browser = browser
        output = next(found[element] for found in map(played, CHAPTERS) if element in found)
        about = output.metadata["image/png"]
        still = picture(output.data["image/png"], about["alt"], about["width"])
        text = output.metadata[KEY]["data"]
        self.data = json.loads(text)
        path = folder / f"{element}.html"
        html = on_page(still, element, text)
        path.write_text(PAGE.format(name=element, styles=STYLES, html=html), encoding="utf-8")
        look(browser, path.as_uri(), **wanted)

    @property
    def root(self):
        return self.browser.find_element(By.CSS_SELECTOR, ".dlfb-play")

    @property
    def still(self):
        return self.browser.find_element(By.CSS_SELECTOR, ".dlfb-still img")

    @property
    def said(self) -> str:
        """What a screen reader hears."""
        return " ".join(line.text for line in self.root.find_elements(By.CSS_SELECTOR, "[role=status]"))

    def find(self, selector):
        return self.root.find_elements(By.CSS_SELECTOR, selector)

    def reach(self, name: str):
        """Press Tab until the control of that accessible name has the focus."""
        self.browser.execute_script("document.activeElement.blur()")
        for _ in range(60):
            self.browser.switch_to.active_element.send_keys(Keys.TAB)
            focused = self.browser.switch_to.active_element
            if focused.accessible_name == name:
                outline = focused.value_of_css_property("outline-style")
                assert outline != "none", f"nothing shows that {name} is focused"
                return focused
        raise AssertionError(f"the Tab key never reaches {name!r}")

    def press(self, name: str, *keys: str):
        """Reach a control, and press keys there."""
        control = self.reach(name)
        for key in keys:
            control.send_keys(key)
        return control
