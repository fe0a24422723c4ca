"""What a chapter says about itself, and the pages made from it: escaped, linked, described."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dlfb_helpers.lesson.pages import Chapter, minutes_stated, plain, read_chapter, write_index, write_page

OPENING = """# 1 · A & B

Learn to count, *really*, with [Python](https://python.org).

| | |
|---|---|
| **Time** | 15 minutes |"""
MARKUP = "<b>more</b> & 'less'"


@pytest.fixture
def chapter(tmp_path) -> Chapter:
    path = tmp_path / "01_counts.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell(OPENING)]), path)
    return read_chapter(path)


def test_a_chapter_says_title_promise_and_minutes(chapter):
    assert (chapter.name, chapter.title, chapter.minutes) == ("01_counts", "1 · A & B", 15)
    assert chapter.promise == "Learn to count, really, with Python."


def test_minutes_are_read_from_either_way_of_laying_out_the_table():
    assert minutes_stated("| **Questions** | What? |\n|---|---|\n| **Time** | about 25 minutes |") == 25
    assert minutes_stated("| **Questions** | **Time** | **Builds on** |\n|---|---|---|\n| 3 things | 20 | 1 |") == 20
    assert minutes_stated("No table. Time flies, 5 times.") is None


def test_a_chapter_without_a_heading_is_refused(tmp_path):
    path = tmp_path / "01_bare.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("No heading")]), path)
    with pytest.raises(ValueError, match="01_bare.ipynb: the first cell has no first-level heading"):
        read_chapter(path)


def test_plain_text_keeps_names_with_underscores():
    assert plain("**Use** `get_device` and [a _link_](there.html)\nnow") == "Use get_device and a link now"


def test_the_description_of_a_figure_reaches_the_page(chapter, tmp_path):
    figure = new_output("display_data", {"image/png": "AAAA"}, metadata={"image/png": {"alt": 'Bars, 3 > 2, "so"'}})
    notebook = new_notebook(cells=[new_code_cell("draw()", outputs=[figure])])
    page = write_page(notebook, chapter, tmp_path, [chapter]).read_text()
    assert 'alt="Bars, 3 &gt; 2, &quot;so&quot;"' in page or "alt='Bars, 3 &gt; 2, \"so\"'" in page


def test_a_page_links_to_its_neighbours_by_their_titles(chapter, tmp_path):
    before, after, last = (Chapter(Path(f"{name}.ipynb"), MARKUP, "", None) for name in ("00_a", "02_c", "03_d"))
    notebook = nbformat.read(chapter.path, as_version=4)
    page = write_page(notebook, chapter, tmp_path, [before, chapter, after, last]).read_text()
    escaped = "&lt;b&gt;more&lt;/b&gt; &amp; 'less'"
    assert f'Back: <a href="00_a.html">{escaped}</a>' in page and f'Next: <a href="02_c.html">{escaped}</a>' in page
    assert "03_d" not in page


def test_the_index_has_the_chapters_with_a_page_and_shows_markup_as_text(chapter, tmp_path):
    other = Chapter(tmp_path / "02_more.ipynb", MARKUP, MARKUP, None)
    for name in ("01_counts", "02_more"):
        (tmp_path / f"{name}.html").touch()
    index = write_index([chapter, other, Chapter(tmp_path / "03_none.ipynb", "", "", 5)], tmp_path).read_text()
    assert '<a href="01_counts.html">1 · A &amp; B</a> <span class="minutes">· 15 min</span>' in index
    assert index.count("&lt;b&gt;more&lt;/b&gt;") == 2 and "<b>" not in index and index.count(" min<") == 1
    assert "03_none" not in index
