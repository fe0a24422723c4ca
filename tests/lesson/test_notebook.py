"""What the chapters show: sources, figures with alt text, tables, a progress line that leaves no trace."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from dlfb_helpers.lesson import notebook
from dlfb_helpers.proteins.alphabet import one_hot


@pytest.fixture
def shown(monkeypatch):
    """Everything displayed, as (data, metadata, whether it updated an earlier display)."""
    shell = InteractiveShell.instance()
    assert isinstance(shell.display_formatter, DisplayFormatter)
    messages = []

    def publish(data, metadata=None, update=False, **rest):
        messages.append((data, metadata or {}, update))

    monkeypatch.setattr(shell.display_pub, "publish", publish)
    return messages


def test_source_is_shown_as_python(shown):
    notebook.show_source(one_hot)
    text = shown[0][0]["text/markdown"]
    assert text.startswith("```python\ndef one_hot(sequence: str)") and text.endswith("```")


def test_of_docstrings_the_first_paragraph_is_shown(shown):
    """Not what follows,

    as here.
    """

    def outer():
        """Two lines
        of summary.

        Returns
        -------
        """

        def inner():
            """One line."""

    def other():
        """Summary.

        More.
        """
        return "kept"

    notebook.show_source(outer, other)
    first, second = (data["text/markdown"] for data, *_ in shown)
    summary = 'def outer():\n    """Two lines\n    of summary."""\n\n    def inner():\n        """One line."""'
    assert first == f"```python\n{summary}\n```"
    assert second == '```python\ndef other():\n    """Summary."""\n    return "kept"\n```'


def test_figure_is_shown_once_with_its_alt_text_and_closed(shown):
    axes = plt.subplots(figsize=(2, 1))[1]
    notebook.show_figure(axes, alt="an empty plot")
    ((data, metadata, _),) = shown
    assert metadata["image/png"]["alt"] == "an empty plot"
    assert data["image/png"]
    assert not plt.fignum_exists(axes.figure.number)


def test_article_table_rounds_what_is_computed_here_and_keeps_what_the_article_says():
    rows = {"proteins": (5957, 5435), "loss": (0.0802, 0.08156), "area": (0.41, 0.4), "map": ("(33, 2)", "yes")}
    table = notebook.article_table(rows)
    assert table["article"].tolist() == ["5,957", "0.0802", "0.410", "(33, 2)"]
    assert table["here"].tolist() == ["5,435", "0.082", "0.400", "yes"]


def test_progress_is_gone_at_the_end(shown):
    progress = notebook.Progress("Embedding")
    progress(1, 4)
    progress(4, 4)
    texts = [data["text/markdown"] for data, _, _ in shown]
    assert texts[0] == texts[-1] == ""
    assert texts[1].startswith("Embedding: 25%")
    assert [update for _, _, update in shown] == [False, True, True]


def pixels(data) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))


def bars(height: int, colour: str = "black"):
    axes = plt.subplots(figsize=(2, 1))[1]
    axes.bar([0], [height], color=colour)
    axes.set_ylim(0, 9)
    return axes


def test_figure_lets_no_page_shine_through(shown):
    axes = plt.subplots(figsize=(2, 1))[1]
    axes.figure.patch.set_alpha(0)
    notebook.show_figure(axes, alt="an empty plot")
    picture = pixels(shown[0][0])
    assert picture[0, 0].tolist() == [255, 255, 255, 255]
    assert (picture[:, :, 3] == 255).all()


def test_figure_is_sharp_and_its_points_are_those_of_the_page(shown):
    notebook.show_figure(bars(1), alt="one bar")
    data, metadata, _ = shown[0]
    assert pixels(data).shape[1] == pytest.approx(1.5 * metadata["image/png"]["width"], abs=1)
    assert metadata["image/png"]["width"] == pytest.approx(2 * 96, abs=30)  # two inches, and a margin
