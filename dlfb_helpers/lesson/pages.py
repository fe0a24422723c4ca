"""What a chapter says about itself, and the HTML pages made from executed chapters.

The site renders the same cells, prepared by the same `shown` and styled by the same ``cells.css``, with Sphinx, for its
search and reference; learners have nbconvert, which comes with JupyterLab, and need not install Sphinx.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jinja2 import StrictUndefined, Template
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.atomic import write_atomically
from dlfb_helpers.lesson.glossary import Entry, glossary_page, link_first_uses, read_glossary
from dlfb_helpers.lesson.shown import shown

VIEWER = "3Dmol-min.js"
CHAPTER_NAME = re.compile(r"(\d\d)_\w+")
STOPPED = "dlfb_stopped"
"""Under this name the metadata of an executed notebook say why it did not reach its end."""

_TEMPLATES = Path(__file__).parent
_PAGE = (_TEMPLATES / "chapter.html.j2").read_text(encoding="utf-8")
_SHEETS = ("page.css", "cells.css", "play/play.css")
STYLES = "\n".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in _SHEETS)
_INDEX = Template(
    (_TEMPLATES / "index.html.j2").read_text(encoding="utf-8"), autoescape=True, undefined=StrictUndefined
)

_TO_NOTEBOOK = re.compile(
    r'(?P<before><a\b[^>]*\bhref=")(?P<name>\d\d_\w+)\.ipynb(?P<after>[^>]*>)(?P<words>.*?)</a>', re.DOTALL
)

_TO_SITE = re.compile(r'<a\b[^>]*\bhref="\.\./docs/[^>]*>(?P<words>.*?)</a>', re.DOTALL)
"""A link to a page that only the site has."""


@dataclass(frozen=True)
class Chapter:
    """A chapter, and what its first cell says of it; `minutes` is None where no reading time is stated."""

    path: Path
    title: str
    promise: str
    minutes: int | None

    @property
    def name(self) -> str:
        """The notebook's name without its ending, which its page has too."""
        return self.path.stem


def chapter_paths(folder: Path, remedy: str) -> list[Path]:
    """Return the notebooks ``NN_name.ipynb`` in a folder, in reading order.

    Raises
    ------
    FileNotFoundError
        If there are none; ends in the remedy.
    """
    paths = sorted(path for path in folder.glob("*.ipynb") if CHAPTER_NAME.fullmatch(path.stem))
    if not paths:
        raise FileNotFoundError(f"no chapters (NN_name.ipynb) in {folder.absolute()}: {remedy}")
    return paths


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

    Beside it are put the notebook of its solutions, which stand folded in the page too, and 3Dmol.js if it has a 3D
    view. `course` has the chapters that have a page; a link to another becomes plain words.
    """
    solutions = chapter.path.parent / "solutions" / chapter.path.name
    solved = nbformat.read(solutions, as_version=4) if solutions.is_file() else None
    notebook = shown(notebook, solved)
    if solved is not None:
        (folder / "solutions").mkdir(exist_ok=True)
        write_atomically(folder / "solutions" / chapter.path.name, solutions.read_bytes())
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    _, entries = _glossary_beside(chapter)
    for cell, text in zip(prose, link_first_uses([cell.source for cell in prose], entries), strict=True):
        cell.source = text
    position = [other.name for other in course].index(chapter.name)
    neighbours = [("Back: ", other) for other in course[max(position - 1, 0) : position]]
    neighbours += [("Next: ", other) for other in course[position + 1 : position + 2]]
    page = _rendered(notebook, chapter.title, neighbours, course)
    if "3dmolviewer" in page:
        shutil.copy(bundled_folder("3dmol") / VIEWER, folder)
    return _written(page, folder / f"{chapter.name}.html")


def write_glossary(course: list[Chapter], folder: Path) -> Path | None:
    """Write the glossary that lies beside the course's chapters as ``folder/glossary.html``; None if there is none.

    `course` has the chapters that have a page.

    Raises
    ------
    ValueError
        If the glossary is not a list of terms.
    """
    opening, entries = _glossary_beside(course[0])
    if not entries:
        return None
    files = {int(chapter.name[:2]): chapter.path.name for chapter in course}
    cell = new_markdown_cell(glossary_page(opening, entries, files))
    return _written(_rendered(new_notebook(cells=[cell]), "Glossary", [], course), folder / "glossary.html")


def _glossary_beside(chapter: Chapter) -> tuple[str, list[Entry]]:
    """Return opening and entries of the glossary in a chapter's folder; nothing if there is none."""
    path = chapter.path.parent / "glossary.md"
    return read_glossary(path) if path.is_file() else ("", [])


def _rendered(notebook: NotebookNode, title: str, neighbours: list[tuple[str, Chapter]], course: list[Chapter]) -> str:
    """Return a notebook as a page in which links to notebooks lead to their pages, or are words where there is none."""
    resources = {"metadata": {"name": title}, "neighbours": neighbours, "viewer": VIEWER, "styles": STYLES}
    exporter = HTMLExporter(raw_template=_PAGE, exclude_anchor_links=True)
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    pages = {chapter.name for chapter in course}

    def to_page(link: re.Match) -> str:
        if link["name"] not in pages:
            return link["words"]
        return f"{link['before']}{link['name']}.html{link['after']}{link['words']}</a>"

    page = _TO_SITE.sub(r"\g<words>", page)
    return _TO_NOTEBOOK.sub(to_page, page).replace('href="glossary.md', 'href="glossary.html')


def _written(page: str, path: Path) -> Path:
    write_atomically(path, page.encode())
    return path


def write_index(chapters: list[Chapter], folder: Path) -> Path:
    """Write ``folder/index.html``: title, link, minutes and promise of each chapter with a page; where it stopped."""
    with_page = [chapter for chapter in chapters if (folder / f"{chapter.name}.html").is_file()]
    stopped = {chapter.name: stopped_at(folder / f"{chapter.name}.ipynb") for chapter in with_page}
    glossary = (folder / "glossary.html").is_file()
    page = _INDEX.render(chapters=with_page, stopped=stopped, glossary=glossary, styles=STYLES)
    return _written(page, folder / "index.html")


def stopped_at(path: Path) -> str | None:
    """Return where the execution of a notebook stopped, and why; None if it reached its end, or is not there."""
    return nbformat.read(path, as_version=4).metadata.get(STOPPED) if path.is_file() else None
