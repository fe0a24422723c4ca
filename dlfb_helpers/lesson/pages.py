"""What a chapter says about itself, and the HTML pages made from executed chapters."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jinja2 import StrictUndefined, Template
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from dlfb_helpers.files.assets import bundled_folder

VIEWER = "3Dmol-min.js"

_TEMPLATES = Path(__file__).parent
_PAGE = (_TEMPLATES / "chapter.html.j2").read_text(encoding="utf-8")
_INDEX = Template(
    (_TEMPLATES / "index.html.j2").read_text(encoding="utf-8"), autoescape=True, undefined=StrictUndefined
)


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
    position = [other.name for other in course].index(chapter.name)
    neighbours = [("Back: ", other) for other in course[max(position - 1, 0) : position]]
    neighbours += [("Next: ", other) for other in course[position + 1 : position + 2]]
    resources = {"metadata": {"name": chapter.title}, "neighbours": neighbours, "viewer": VIEWER}
    page, _ = HTMLExporter(raw_template=_PAGE).from_notebook_node(notebook, resources=resources)
    for other in course:  # links between notebooks lead to their pages
        page = page.replace(f'href="{other.name}.ipynb', f'href="{other.name}.html')
    if "3dmolviewer" in page:
        shutil.copy(bundled_folder("3dmol") / VIEWER, folder)
    path = folder / f"{chapter.name}.html"
    path.write_text(page, encoding="utf-8")
    return path


def write_index(chapters: list[Chapter], folder: Path) -> Path:
    """Write ``folder/index.html``: title, link, minutes and promise of each chapter that has a page there."""
    with_page = [chapter for chapter in chapters if (folder / f"{chapter.name}.html").is_file()]
    path = folder / "index.html"
    path.write_text(_INDEX.render(chapters=with_page), encoding="utf-8")
    return path
