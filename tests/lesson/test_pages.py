"""What a chapter says about itself, and the pages made from it: escaped, linked, described, folded."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dlfb_helpers.lesson.pages import (
    Chapter,
    minutes_stated,
    plain,
    read_chapter,
    write_glossary,
    write_index,
    write_page,
)

OPENING = """# 1 · A & B

Learn to count, *really*, with [Python](https://python.org).

| | |
|---|---|
| **Time** | 15 minutes |"""
MARKUP = "<b>more</b> & 'less'"


@pytest.fixture
def chapter(tmp_path) -> Chapter:
    path = tmp_path / "chapters/01_counts.ipynb"
    path.parent.mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell(OPENING)]), path)
    return read_chapter(path)


def page_of(chapter, tmp_path, *cells, course=()):
    """The body of the page of a chapter with these cells."""
    page = write_page(new_notebook(cells=list(cells)), chapter, tmp_path, [chapter, *course]).read_text()
    return page.partition("<body>")[2]


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


def test_what_is_for_another_place_than_a_page_is_left_out(chapter, tmp_path):
    cells = [new_code_cell("shown = 1"), new_code_cell("colab = 2", metadata={"tags": ["remove-cell"]})]
    page = page_of(chapter, tmp_path, *cells)
    assert "shown" in page and "colab" not in page


def test_what_only_makes_the_page_is_folded_and_what_it_shows_is_not(chapter, tmp_path):
    printed = new_output("stream", text="SEEN")
    page = page_of(chapter, tmp_path, new_code_cell("draw", metadata={"tags": ["hide-input"]}, outputs=[printed]))
    before, folded, after = re.split(r"<details[^>]*>|</details>", page)
    assert "Show the code" in folded and "draw" in folded and "SEEN" in after and "draw" not in before + after


def test_solutions_stand_folded_in_the_page_and_as_a_notebook_beside_it(chapter, tmp_path):
    shared = new_markdown_cell("Try it. See [solutions/01_counts.ipynb](solutions/01_counts.ipynb).", id="cell-1")
    ask = new_code_cell("check(...)", metadata={"tags": ["exercise"]})
    printed = new_output("stream", text="RIGHT")
    answer = new_code_cell("check(4)", metadata={"tags": ["solution"]}, outputs=[printed])
    (chapter.path.parent / "solutions").mkdir()
    nbformat.write(new_notebook(cells=[shared, answer]), chapter.path.parent / "solutions/01_counts.ipynb")
    page = page_of(chapter, tmp_path, shared, ask)
    before, folded, _ = re.split(r"<details[^>]*>|</details>", page)
    assert "tag_exercise" in before and "Show the solution" in folded and "RIGHT" in folded
    assert 'href="solutions/01_counts.ipynb"' in page and (tmp_path / "solutions/01_counts.ipynb").is_file()


def test_source_in_an_output_is_highlighted_as_that_of_a_cell_is(chapter, tmp_path):
    listing = new_output("display_data", {"text/markdown": "```python\ndef half(x):\n    return x / 2\n```"})
    page = page_of(chapter, tmp_path, new_code_cell("show_source(half)", outputs=[listing]))
    output = page.partition('class="output text_markdown"')[2]
    assert '<div class="highlight"><pre>' in output and '<span class="k">def</span>' in output


def test_nothing_that_is_printed_becomes_markup(chapter, tmp_path):
    outputs = [
        new_output("stream", text=MARKUP),
        new_output("stream", name="stderr", text=MARKUP),
        new_output("execute_result", {"text/plain": MARKUP}),
        new_output("error", ename="E", evalue=MARKUP, traceback=[MARKUP]),
    ]
    page = page_of(chapter, tmp_path, new_code_cell("<b>", outputs=outputs))
    assert (
        page.count("&lt;b&gt;more&lt;/b&gt; &amp;") == 4
        and "<b>" not in page
        and "a &lt; b" not in page.split("<main")[0]
    )


def test_links_lead_to_pages_and_where_there_is_none_the_words_stay(chapter, tmp_path):
    other = Chapter(chapter.path.with_name("02_more.ipynb"), "More", "", None)
    text = "Read [*more*](02_more.ipynb#deep), [the rest](03_none.ipynb) and [the words](glossary.md)"
    text += "; [try](../docs/try_it.md)."
    page = page_of(chapter, tmp_path, new_markdown_cell(text), course=[other])
    assert '<a href="02_more.html#deep"><em>more</em></a>, the rest and <a href="glossary.html">' in page
    assert "03_none" not in page and "; try.</p>" in page


def test_the_glossary_has_a_page_and_words_lead_to_their_places_in_it(chapter, tmp_path):
    assert write_glossary([chapter], tmp_path) is None
    glossary = "# Glossary\n\n- **count** (counts): How *many*. *Chapter 1*\n- **sum**: All. *Chapter 2*\n"
    (chapter.path.parent / "glossary.md").write_text(glossary)
    page = page_of(chapter, tmp_path, new_markdown_cell("Two counts, and a count."))
    assert 'Two <a class="term" href="glossary.html#term-count">counts</a>, and a count.' in page
    words = write_glossary([chapter], tmp_path).read_text()
    assert '<dt id="term-count">count</dt>' in words and "How <em>many</em>. " in words
    assert '<a href="01_counts.html">Chapter 1</a>' in words and "<em>Chapter 2</em>" in words
    assert 'href="glossary.html"' in write_index([chapter], tmp_path).read_text()


def test_a_glossary_that_is_none_is_named(chapter, tmp_path):
    (chapter.path.parent / "glossary.md").write_text("# Glossary\n\n- count: how many\n")
    with pytest.raises(ValueError, match="glossary.md: .*is not of the form"):
        write_glossary([chapter], tmp_path)


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
