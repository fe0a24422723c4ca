"""Figures to play with, as a notebook keeps them and as a page has them."""

from __future__ import annotations

import json

import matplotlib.pyplot as plt
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets.widgets.widget import _instances
from nbformat.v4 import new_code_cell, new_notebook, new_output

from dlfb_helpers.lesson.play.page import END, FOLDER, KEY, elements, on_page, script
from dlfb_helpers.lesson.play.widget import play
from dlfb_helpers.lesson.shown import shown

VIEW = "application/vnd.jupyter.widget-view+json"
DATA = {"letters": "ACD", "start": "</script><b>"}


@pytest.fixture
def told(monkeypatch):
    """What was displayed, as (data, metadata)."""
    shell, messages = InteractiveShell.instance(), []
    assert isinstance(shell.display_formatter, DisplayFormatter)
    keep = lambda data, metadata=None, **rest: messages.append((data, metadata))  # noqa: E731
    monkeypatch.setattr(shell.display_pub, "publish", keep)
    return messages


def test_a_notebook_keeps_the_picture_and_what_an_element_needs(told):
    play("onehot", plt.subplots()[1], "a table", **DATA)
    ((data, metadata),) = told
    assert set(data) == {VIEW, "image/png", "text/plain"} and data["text/plain"] == "a table"
    assert metadata[KEY]["element"] == "onehot" and json.loads(metadata[KEY]["data"]) == DATA
    assert metadata["image/png"]["alt"] == "a table"
    widget = _instances[data[VIEW]["model_id"]]
    assert widget.data == DATA and widget._esm.endswith("render(it);\n}};\n")
    assert not plt.get_fignums()


def test_a_page_has_the_picture_the_data_and_the_script(told):
    play("onehot", plt.subplots()[1], 'p < 0.05 "and" <b>', **DATA)
    ((data, metadata),) = told
    output = new_output("display_data", {"image/png": data["image/png"]}, metadata=metadata)
    page = shown(new_notebook(cells=[new_code_cell("play()", outputs=[output])])).cells[0].outputs[0]
    html = page.data["text/html"]
    assert page.metadata == {} and data["image/png"] in html and 'alt="p &lt; 0.05 &#34;and&#34; &lt;b&gt;"' in html
    assert script("onehot", "") in html and END not in html
    text = html.partition('<script type="application/json">')[2].partition("</script>")[0]
    assert json.loads(text) == DATA


def test_two_on_a_page_do_not_see_each_other():
    both = [on_page("<img>", name, "{}") for name in elements()[:2]]
    assert all(html.count("(place => {") == html.count("})(document.currentScript)") == 1 for html in both)


def test_every_script_ends_as_it_has_to_and_fetches_nothing():
    for name in elements():
        text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        assert text.endswith(f"\n{END}\n") and text.count("export ") == 1 and "import " not in text, name
        assert not any(word in text for word in ("fetch(", "http", "innerHTML", "eval(")), name


@pytest.mark.parametrize(
    ("element", "data", "message"),
    [("twohot", {}, "no element 'twohot' to play with; there are "), ("onehot", {"p": float("nan")}, "JSON")],
)
def test_what_cannot_be_played_is_refused(told, element, data, message):
    with pytest.raises(ValueError, match=message):
        play(element, plt.subplots()[1], "a table", **data)
    assert told == []
    plt.close("all")
