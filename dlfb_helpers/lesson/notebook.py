"""What the chapters show: sources, figures with alt text, tables beside the article, progress."""

from __future__ import annotations

import ast
import base64
import inspect
import io
import textwrap
import time
from itertools import takewhile

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display
from matplotlib.axes import Axes

PAGE_DPI = 96
"""What a browser takes for an inch: a point in the figure is a point on the page."""

PIXELS_AN_INCH = 144
"""Half as many pixels again, so that the words are sharp."""


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
    image, metadata = figure_as_png(axes, alt)
    display({"image/png": image, "text/plain": alt}, metadata={"image/png": metadata}, raw=True)


def figure_as_png(axes: Axes, alt: str) -> tuple[str, dict]:
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
        An int gets thousands separators; a float computed here is rounded, the article's keep all decimals given.
    digits : int
        Decimals of a float computed here, and the least of one of the article's: 0.41 becomes 0.410.
    """

    def text(value) -> str:
        if isinstance(value, float):
            return max(f"{value:.{digits}f}", str(value), key=len)
        return f"{value:,}" if isinstance(value, int) else str(value)

    here = [f"{value:.{digits}f}" if isinstance(value, float) else text(value) for _, value in rows.values()]
    return pd.DataFrame({"article": [text(article) for article, _ in rows.values()], "here": here}, index=list(rows))


class Progress:
    """A line under a cell that counts what is done, and goes when all is.

    The finished output is the same whether the work took minutes or came from the cache.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.began = time.monotonic()
        self.handle = display(Markdown(""), display_id=True)

    def __call__(self, done: int, total: int) -> None:
        """Say how much of `total` is done, and how long the rest will take."""
        left = (time.monotonic() - self.began) * (total - done) / done
        text = f"{self.label}: {done / total:.0%}, about {left / 60:.0f} min left" if done < total else ""
        self.handle.update(Markdown(text))
