"""What the chapters show: sources, figures with alt text, tables, a progress line that leaves no trace."""

import matplotlib.pyplot as plt
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats

from dlfb_helpers import notebook
from dlfb_helpers.amino_acids import one_hot


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


def test_figure_is_shown_once_with_its_alt_text_and_closed(shown):
    select_figure_formats(InteractiveShell.instance(), {"png"})
    axes = plt.subplots(figsize=(2, 1))[1]
    notebook.show_figure(axes, alt="an empty plot", dpi=50)
    ((data, metadata, _),) = shown
    assert metadata["image/png"]["alt"] == "an empty plot"
    assert data["image/png"]
    assert not plt.fignum_exists(axes.figure.number)


def test_article_table_rounds_what_is_computed_here_and_keeps_what_the_article_says():
    table = notebook.article_table({"proteins": (5957, 5435), "loss": (0.0802, 0.08156), "map": ("(33, 2)", "yes")})
    assert table["article"].tolist() == ["5,957", "0.0802", "(33, 2)"]
    assert table["here"].tolist() == ["5,435", "0.082", "yes"]


def test_progress_ends_with_the_words_it_began_with(shown):
    progress = notebook.Progress("Embedding")
    progress(1, 4)
    progress(4, 4)
    texts = [data["text/markdown"] for data, _, _ in shown]
    assert texts[0] == texts[-1] == "Embedding"
    assert texts[1].startswith("Embedding: 25%")
    assert [update for _, _, update in shown] == [False, True, True]
