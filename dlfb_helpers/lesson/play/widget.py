"""An element in a notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets
from IPython.display import display
from matplotlib.axes import Axes

from dlfb_helpers.lesson.notebook import figure_as_png
from dlfb_helpers.lesson.play.page import KEY, STYLE, script

# JupyterLab would take arrows and letters for its own.
_KEYS_ARE_OURS = """export default {render: it => {
  it.el.addEventListener("keydown", event => event.stopPropagation());
  render(it);
}};"""


class Player(anywidget.AnyWidget):
    """An element in JupyterLab, with its data."""

    _css = STYLE
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, element: str, data: Mapping[str, Any]) -> None:
        super().__init__(_esm=script(element, _KEYS_ARE_OURS), data=dict(data))
        self.add_class("dlfb-play")


def play(element: str, still: Axes, alt: str, **data: Any) -> None:
    """Show an element to play with; where scripts cannot run, a picture.

    Parameters
    ----------
    element : str
        Which one, by the name of its script.
    still : matplotlib.axes.Axes
        Any Axes of the picture; its figure is closed afterwards.
    alt : str
        What the picture shows, in words.
    **data
        What the element draws: numbers, words, and lists and dicts of them; round what need not be exact.

    Raises
    ------
    ValueError
        If there is no such element, or a number is not finite.
    """
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    image, about = figure_as_png(still, alt)
    player = Player(element, data)
    view, _ = player._repr_mimebundle_() or ({}, {})
    metadata = {"image/png": about, KEY: {"element": element, "data": text}}
    display({**view, "image/png": image, "text/plain": alt}, metadata=metadata, raw=True)
