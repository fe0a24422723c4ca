"""What the chapters show: sources, figures with alt text, tables beside the article, progress."""

from __future__ import annotations

import inspect
import textwrap
import time

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display
from matplotlib.axes import Axes


def show_source(*objects) -> None:
    """Show the source of functions or classes, as the package runs them."""
    for item in objects:
        source = textwrap.dedent(inspect.getsource(inspect.unwrap(item)))
        display(Markdown(f"```python\n{source.rstrip()}\n```"))


def show_figure(axes: Axes, alt: str, dpi: int = 80) -> None:
    """Show the figure that `axes` belongs to, once, with a description for those who cannot see it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Any Axes of the figure; the figure is closed afterwards.
    alt : str
        What the figure shows, in words.
    dpi : int
        Pixels an inch: enough for a screen, small in the file.
    """
    figure = axes.get_figure(root=True)
    figure.set_dpi(dpi)
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)


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
        left = (time.monotonic() - self.began) * (total - done) / done
        text = f"{self.label}: {done / total:.0%}, about {left / 60:.0f} min left" if done < total else self.label
        self.handle.update(Markdown(text))
