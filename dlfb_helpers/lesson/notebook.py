"""What the chapters show: sources, figures with alt text or with controls, tables beside the article, progress."""

from __future__ import annotations

import ast
import base64
import inspect
import io
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from numbers import Real

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display
from jinja2 import Template
from matplotlib.axes import Axes

PAGE_DPI = 96
"""What a browser takes for an inch: a point in the figure is a point on the page."""

PIXELS_AN_INCH = 144
"""Half as many pixels again, so that the words are sharp."""

_PICTURE = Template(
    '<img src="data:image/png;base64,{{ source }}" alt="{{ alt }}" width="{{ width }}">', autoescape=True
)


def show_source(*objects) -> None:
    """Show the source of functions or classes, as the package runs them; of a docstring only the first paragraph."""
    for item in objects:
        source = textwrap.dedent(inspect.getsource(inspect.unwrap(item)))
        display(Markdown(f"```python\n{_with_short_docstrings(source).rstrip()}\n```"))


def _with_short_docstrings(source: str) -> str:
    lines = source.splitlines()
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    documented = [node.body[0] for node in nodes if ast.get_docstring(node)]
    for text in sorted(documented, key=lambda text: -text.lineno):  # from the end: lines before keep their numbers
        start, end = text.lineno - 1, text.end_lineno or text.lineno
        paragraph = list(takewhile(str.strip, lines[start:end]))
        if len(paragraph) < end - start:
            lines[start:end] = [*paragraph[:-1], paragraph[-1] + '"""']
    return "\n".join(lines)


def show_figure(axes: Axes, alt: str) -> None:
    """Show the figure that `axes` belongs to, once, with a description for those who cannot see it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Any Axes of the figure; the figure is closed afterwards.
    alt : str
        What the figure shows, in words.
    """
    image, metadata = _picture(axes, alt)
    display({"image/png": image, "text/plain": alt}, metadata={"image/png": metadata}, raw=True)


def explore(
    draw: Callable[..., Axes], alt: str, start: Mapping[str, object] | None = None, **choices: Sequence
) -> None:
    """Show a figure with a control for each choice, which draws it again; where controls cannot work, the first figure.

    A page of a website or a file on GitHub shows the picture alone. Compute what takes long before, so that a
    movement of the control is followed at once.

    Parameters
    ----------
    draw : callable
        Takes a value of each choice by name and returns the Axes of a new figure.
    alt : str
        What the figure shows, in words; ``{name}`` stands for the value of a choice.
    start : mapping of str to object, optional
        Values to begin with, for the choices that should not begin with their first.
    **choices : sequence
        Name -> the values to choose from: numbers get a slider, words a list.

    Raises
    ------
    ValueError
        If there is nothing to choose from, or `start` names a value or a choice that is not there.
    """
    chosen = {name: list(values) for name, values in choices.items()}
    if not chosen or not all(chosen.values()):
        raise ValueError(
            "explore needs a choice with at least one value, as in explore(draw, alt, threshold=[0.1, 0.5])"
        )
    now = {name: values[0] for name, values in chosen.items()} | dict(start or {})
    if wrong := [f"{name}={value!r}" for name, value in now.items() if value not in chosen.get(name, ())]:
        raise ValueError(f"start has {', '.join(wrong)}, which is not among the choices {', '.join(chosen)}")
    controls = {name: _control(name, values, now[name]) for name, values in chosen.items()}
    picture = widgets.HTML()
    image, metadata = {}, {}

    def redraw(_=None) -> None:
        values = {name: control.value for name, control in controls.items()}
        image["png"], metadata["png"] = _picture(draw(**values), alt.format(**values))
        picture.value = _PICTURE.render(source=image["png"], **metadata["png"])

    redraw()
    for control in controls.values():
        control.observe(redraw, "value")
    view = widgets.VBox([*controls.values(), picture])._repr_mimebundle_()
    static = {"image/png": image["png"], "text/plain": metadata["png"]["alt"]}
    display(view | static, metadata={"image/png": metadata["png"]}, raw=True)


def _control(name: str, values: list, value: object) -> widgets.Widget:
    """Return a slider over numbers, or a list of words."""
    numbers = all(isinstance(each, Real) for each in values)
    options = [(f"{each:.2f}" if isinstance(each, float) else str(each), each) for each in values]
    kind, label = widgets.SelectionSlider if numbers else widgets.Dropdown, name.replace("_", " ")
    wide = {"layout": widgets.Layout(width="30em"), "style": {"description_width": "initial"}}
    return kind(options=options, value=value, description=label, **wide)


def _picture(axes: Axes, alt: str) -> tuple[str, dict]:
    """Return the figure of `axes` as opaque PNG in base64, with its width in a page; close it."""
    figure, file = axes.figure.get_figure(root=True), io.BytesIO()
    figure.patch.set_alpha(1)  # no page, light or dark, shines through the words
    figure.savefig(file, format="png", dpi=PIXELS_AN_INCH, transparent=False, bbox_inches="tight")
    plt.close(figure)
    pixels = int.from_bytes(file.getvalue()[16:20], "big")  # the header of a PNG begins with its width
    width = round(pixels * PAGE_DPI / PIXELS_AN_INCH)
    return base64.b64encode(file.getvalue()).decode("ascii"), {"alt": alt, "width": width}


def article_table(rows: dict[str, tuple], digits: int = 3) -> pd.DataFrame:
    """Set the article's figures beside those computed here.

    Parameters
    ----------
    rows : dict of str to (article, here)
        An int gets thousands separators; a float computed here is rounded, the article's stay as they were given.
    digits : int
        Decimals of a float computed here.
    """

    def text(value) -> str:
        return f"{value:,}" if isinstance(value, int) else str(value)

    here = [f"{value:.{digits}f}" if isinstance(value, float) else text(value) for _, value in rows.values()]
    return pd.DataFrame({"article": [text(article) for article, _ in rows.values()], "here": here}, index=list(rows))


class Progress:
    """A line under a cell that counts what is done, then returns to its first wording.

    The finished output is the same whether the work took minutes or came from the cache.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.began = time.monotonic()
        self.handle = display(Markdown(label), display_id=True)

    def __call__(self, done: int, total: int) -> None:
        """Say how much of `total` is done, and how long the rest will take."""
        left = (time.monotonic() - self.began) * (total - done) / done
        text = f"{self.label}: {done / total:.0%}, about {left / 60:.0f} min left" if done < total else self.label
        self.handle.update(Markdown(text))
