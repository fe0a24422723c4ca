"""What a chapter says about itself, and the HTML pages made from executed chapters."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from dlfb_helpers.files.assets import bundled_folder

VIEWER = "3Dmol-min.js"

# nbconvert's own page, with two changes: the description of a figure reaches those who cannot see it, and no script
# comes from the network: 3Dmol.js lies beside the page; require.js and MathJax, which nothing uses, are left out.
PAGE = """
{%- extends 'lab/index.html.j2' -%}
{% block html_head_js -%}<script>window.DLFB_3DMOL_JS = "{{ resources.viewer }}";</script>{%- endblock %}
{% block html_head_js_mathjax %}{%- endblock %}
{% block body_header %}{{ super() }}
<nav style="font: 14px/2 system-ui, sans-serif; padding: 0 1em">{{ resources.navigation }}</nav>
{%- endblock %}
{% block data_png -%}
{%- set alt = output | get_metadata('alt', 'image/png') -%}
{{ super() | replace('<img ', '<img alt="' ~ (alt or '') | escape_html ~ '" ') }}
{%- endblock %}
"""

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Predicting protein functions from sequences</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 17px/1.55 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1.2rem; }}
  h1 {{ font-size: 1.9rem; line-height: 1.2; }}
  ol {{ list-style: none; padding: 0; }}
  li {{ padding: 1rem 0; border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }}
  h2 {{ font-size: 1.15rem; margin: 0; }}
  p {{ margin: .25rem 0 0; }}
  .minutes {{ font-weight: normal; opacity: .7; font-size: .95rem; }}
</style>
</head>
<body>
<h1>Predicting protein functions from sequences</h1>
<p>A hands-on course, from a chain of amino acids to a probability for each molecular function.</p>
<ol>
{chapters}
</ol>
</body>
</html>
"""


@dataclass(frozen=True)
class Chapter:
    """A chapter, and what its first cell says of it; `minutes` is None where no reading time is stated."""

    path: Path
    title: str
    promise: str
    minutes: int | None

    @property
    def name(self) -> str:
        return self.path.stem


def read_chapter(path: Path) -> Chapter:
    """Read a chapter's title, its one-sentence promise and its reading time from its opening Markdown.

    Raises
    ------
    ValueError
        If the notebook does not open with a Markdown cell that has a first-level heading.
    """
    cells = nbformat.read(path, as_version=4).cells
    opening = cells[0].source if cells and cells[0].cell_type == "markdown" else ""
    if not (heading := re.search(r"^# +(.+)$", opening, re.MULTILINE)):
        raise ValueError(f"{path}: the first cell has no first-level heading; begin with '# N · Title' in Markdown")
    blocks = [block.strip() for block in opening[heading.end() :].split("\n\n")]
    promise = next((b for b in blocks if b and not b.startswith(("|", "#", "-"))), "")
    return Chapter(path, plain(heading[1]), plain(promise), minutes_stated(opening))


def minutes_stated(markdown: str) -> int | None:
    """Return the minutes beside, or below, the word Time in a Markdown table."""
    rows = [[cell.strip(" *") for cell in line.strip().strip("|").split("|")] for line in markdown.splitlines()]
    for number, row in enumerate(rows):
        if (column := next((i for i, cell in enumerate(row) if cell.startswith("Time")), None)) is None:
            continue
        below = [other[column] for other in rows[number + 1 :] if len(other) > column]
        for cell in row[1:] if column == 0 else below:
            if number_found := re.search(r"\d+", cell):
                return int(number_found[0])
    return None


def plain(markdown: str) -> str:
    """Return inline Markdown as plain text on one line: links become their words, emphasis goes."""
    words = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", markdown)
    return " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", words).split())


def write_page(notebook: NotebookNode, chapter: Chapter, folder: Path, course: list[Chapter]) -> Path:
    """Write an executed chapter as ``folder/NAME.html``, with links to its neighbours, and return the path.

    3Dmol.js is put beside it if the chapter has a 3D view.
    """
    place = [other.name for other in course].index(chapter.name)
    neighbours = [("Back: ", place - 1), ("Next: ", place + 1)]
    links = ['<a href="index.html">All chapters</a>']
    links += [
        f'{word}<a href="{course[i].name}.html">{html.escape(course[i].title)}</a>'
        for word, i in neighbours
        if 0 <= i < len(course)
    ]
    resources = {"metadata": {"name": chapter.title}, "navigation": " &nbsp;·&nbsp; ".join(links), "viewer": VIEWER}
    page, _ = HTMLExporter(raw_template=PAGE).from_notebook_node(notebook, resources=resources)
    for other in course:  # links between notebooks lead to their pages
        page = page.replace(f'href="{other.name}.ipynb', f'href="{other.name}.html')
    if "3dmolviewer" in page:
        shutil.copy(bundled_folder("3dmol") / VIEWER, folder)
    path = folder / f"{chapter.name}.html"
    path.write_text(page, encoding="utf-8")
    return path


def write_index(chapters: list[Chapter], folder: Path) -> Path:
    """Write ``folder/index.html``: title, link, minutes and promise of each chapter that has a page there."""
    items = []
    for chapter in chapters:
        if (folder / f"{chapter.name}.html").is_file():
            minutes = f' <span class="minutes">· {chapter.minutes} min</span>' if chapter.minutes else ""
            link = f'<a href="{chapter.name}.html">{html.escape(chapter.title)}</a>'
            items.append(f"<li><h2>{link}{minutes}</h2><p>{html.escape(chapter.promise)}</p></li>")
    path = folder / "index.html"
    path.write_text(INDEX.format(chapters="\n".join(items)), encoding="utf-8")
    return path
