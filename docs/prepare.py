"""Gather the pages of the site, from the executed chapters and the files beside this one, for Sphinx to render.

``python docs/prepare.py build/site-source``; nothing is executed.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import nbformat
from glossary import glossary_page, term_role
from house import draw, reference_page, room_table
from launch import insert_under_title, launch_line, repository
from nbformat import NotebookNode

from dlfb_helpers.lesson.glossary import Entry, link_first_uses, read_glossary
from dlfb_helpers.lesson.pages import Chapter
from dlfb_helpers.lesson.runner import find_chapters
from dlfb_helpers.lesson.shown import shown

SITE = Path(__file__).parent
ROOT = SITE.parent

# How a link to a page of the site begins, which lies in docs/ until it is one.
TO_SITE = "](../docs/"

# A link to a notebook of solutions, which is no page of its own: its cells stand in the chapter.
TO_SOLUTIONS = re.compile(r"\[([^\]]*)\]\((solutions/\w+\.ipynb)\)")


def site_notebook(chapter: Chapter, repository: str | None, glossary: list[Entry]) -> NotebookNode:
    """Return the chapter as every page shows it, with the site's own links."""
    solutions = chapter.path.parent / "solutions" / chapter.path.name
    solved = nbformat.read(solutions, as_version=4) if solutions.is_file() else None
    notebook = shown(nbformat.read(chapter.path, as_version=4), solved)
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    texts = [TO_SOLUTIONS.sub(r"{download}`\1 <\2>`", cell.source).replace(TO_SITE, "](../") for cell in prose]
    for cell, text in zip(prose, link_first_uses(texts, glossary, term_role), strict=True):
        cell.source = text
    insert_under_title(notebook, launch_line(repository, chapter.name))
    return notebook


def chapter_table(chapters: list[Chapter]) -> str:
    """Return the table of chapters, with the minutes that each states, for the home page."""
    rows = [f"| [{c.title}](chapters/{c.path.name}) | {c.promise} | {c.minutes} |" for c in chapters]
    hours = sum(c.minutes or 0 for c in chapters) / 60
    return "\n".join(
        [
            "| Chapter | What you do | Minutes |",
            "|---|---|--:|",
            *rows,
            "",
            f"Together about {hours:.0f} hours of reading and exercises. Each chapter runs alone.",
            "",
        ]
    )


def prepare(source: Path) -> None:
    """Write the folder that Sphinx renders, anew.

    Raises
    ------
    FileExistsError
        If the folder holds something else than such pages, which would be lost.
    """
    chapters = find_chapters(ROOT / "chapters")
    table = source / "chapter_table.txt"
    if source.exists():
        if not table.is_file():
            raise FileExistsError(f"{source} holds no prepared pages: name a new folder, or remove this one yourself")
        shutil.rmtree(source)
    (source / "downloads").mkdir(parents=True)
    table.write_text(chapter_table(chapters), encoding="utf-8")
    place = repository(ROOT / "pyproject.toml")
    if place is None:
        print("pyproject.toml names no repository yet ([project.urls] Repository): no links to Binder and Colab")
    for page in SITE.glob("*.md"):
        shutil.copy(page, source)
    (source / "api.md").write_text(reference_page(), encoding="utf-8")
    (source / "room_table.txt").write_text(room_table(), encoding="utf-8")
    draw(source / "house.svg")
    for folder in ("images", "solutions"):
        if (ROOT / "chapters" / folder).is_dir():
            shutil.copytree(ROOT / "chapters" / folder, source / "chapters" / folder)

    opening, entries = read_glossary(ROOT / "chapters" / "glossary.md")
    files = {int(chapter.name[:2]): chapter.path.name for chapter in chapters}
    (source / "chapters" / "glossary.md").write_text(glossary_page(opening, entries, files), encoding="utf-8")

    for chapter in chapters:
        nbformat.write(site_notebook(chapter, place, entries), source / "chapters" / chapter.path.name)
        shutil.copy(chapter.path, source / "downloads")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/prepare.py FOLDER, where the pages for Sphinx will be written")
    prepare(Path(sys.argv[1]))
