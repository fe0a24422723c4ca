"""Write what follows from where the course lies on GitHub: ``python -m recipes.repository OWNER/NAME``.

The one setting is ``[project.urls] Repository`` in pyproject.toml; with a name, it is set. README's badges and the
first cell of every notebook, by which it runs on Colab, are written from it; nothing is executed. The site reads it.
Where it is not set, README has no badges, and Colab's cell takes a copy of the course that was put there by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlfb_helpers.files.atomic import write_atomically
from dlfb_helpers.lesson.copies import first_notebook
from docs.launch import BRANCH, repository

ROOT = Path(__file__).parents[1]
BLOCK = r"(?<=<!-- {0} -->\n).*?(?=<!-- end of {0} -->)"

LACKING = "adjustText anywidget biopython obonet PeptideBuilder py3Dmol pyopal scoring-matrices"
"""What the chapters import and Colab does not have; a test compares them with pyproject.toml."""

CELL = """# For Colab alone, where the course and a few packages are missing; elsewhere nothing happens.
import os

if "COLAB_RELEASE_TAG" in os.environ:
    course = os.environ.get("DLFB_COURSE", "{course}")
    lacking = "{lacking}"
    get_ipython().run_line_magic("pip", f"install -q --no-deps '{{course}}'")
    get_ipython().run_line_magic("pip", f"install -q {{lacking}}")
"""


def colab_cell(place: str | None) -> NotebookNode:
    """Return the cell, hidden in JupyterLab and Colab, that gets the course at `place` (``owner/name``) onto Colab."""
    course = f"git+https://github.com/{place}" if place else "/content/course"
    cell = nbformat.v4.new_code_cell(CELL.format(course=course, lacking=LACKING).rstrip(), id="cell-0-colab")
    cell.metadata = NotebookNode(cellView="form", jupyter=NotebookNode(source_hidden=True), tags=["remove-cell"])
    return cell


def with_colab_cell(notebook: NotebookNode, place: str | None) -> NotebookNode:
    """Put the cell under a notebook's title, in place of an older one; numbers of executed cells stay in order."""
    title, *others = notebook.cells
    cell, older = colab_cell(place), others[0].id == "cell-0-colab"
    if older:
        cell.execution_count = others.pop(0).execution_count
    elif any(other.get("execution_count") for other in others):
        cell.execution_count = 1
        for other in others:
            for numbered in [other, *other.get("outputs", [])]:
                if numbered.get("execution_count"):
                    numbered.execution_count += 1
    notebook.cells = [title, cell, *others]
    return notebook


def badges(place: str | None, chapter: str) -> str:
    """Return README's badges, each of which opens `chapter`; nothing without a place."""
    if not place:
        return ""
    ways = {
        f"[Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/{place}/{BRANCH}"
        f"?urlpath=lab/tree/chapters/{chapter})",
        f"[Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/"
        f"{place}/blob/{BRANCH}/chapters/{chapter})",
        f"[Codespaces](https://github.com/codespaces/badge.svg)](https://codespaces.new/{place})",
    }
    return "".join(f"[!{way}\n" for way in sorted(ways))


def start(place: str | None) -> str:
    """Return how README begins: with a command that clones, if there is a place to clone from."""
    if not place:
        return "In a copy of this repository, with Python 3.11, 3.12 or 3.13:\n"
    name = place.partition("/")[2]
    return f"With Python 3.11, 3.12 or 3.13:\n\n```bash\ngit clone https://github.com/{place}\ncd {name}\n```\n\n"


def readme_for(place: str | None, readme: str, chapter: str) -> str:
    """Return README with what follows from a place; `chapter` is the file that its badges open."""
    for name, text in {"badges": badges(place, chapter), "clone": start(place)}.items():
        readme = re.sub(BLOCK.format(name), lambda _: text, readme, flags=re.DOTALL)  # noqa: B023  (called at once)
    return readme


def main(arguments: list[str]) -> int:
    """Set the place if one is given, and write what follows; return 0, or 2 for a place that cannot be."""
    project = ROOT / "pyproject.toml"
    if arguments:
        if len(arguments) > 1 or not re.fullmatch(r"[\w.-]+/[\w.-]+", arguments[0]):
            print("usage: python -m recipes.repository OWNER/NAME, as in the address on github.com", file=sys.stderr)
            return 2
        text = project.read_text(encoding="utf-8")
        address = f'Repository = "https://github.com/{arguments[0]}"'
        write_atomically(project, re.sub(r'^Repository = ".*"', address, text, flags=re.MULTILINE).encode())
    place = repository(project)
    readme, chapters = ROOT / "README.md", ROOT / "chapters"
    text = readme_for(place, readme.read_text(encoding="utf-8"), first_notebook(chapters).name)
    write_atomically(readme, text.encode())
    for path in sorted([*chapters.glob("*.ipynb"), *chapters.glob("solutions/*.ipynb")]):
        notebook = with_colab_cell(nbformat.read(path, as_version=4), place)
        write_atomically(path, (nbformat.writes(notebook).rstrip() + "\n").encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
