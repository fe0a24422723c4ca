"""Make the notebooks from their sources: ``python -m recipes.notebooks`` (what ``make notebooks`` runs).

``chapters/source/NN_name.md`` (MyST Markdown, read by jupytext) holds a chapter with its exercises and their solutions.
Two notebooks come of it, both executed: ``chapters/NN_name.ipynb`` for learners, without the cells tagged "solution",
and ``chapters/solutions/NN_name.ipynb``, without those tagged "exercise". A source without exercises, such as the tour,
has no solutions.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode

from dlfb_helpers.files.atomic import write_atomically
from dlfb_helpers.lesson.execution import ChapterError, execute, process_context, strip_run_metadata
from dlfb_helpers.lesson.pages import CHAPTER_NAME
from docs.launch import repository
from recipes.repository import with_colab_cell

CHAPTERS = Path("chapters")
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
# What a chapter names by its place in chapters/, seen from chapters/solutions/.
IN_CHAPTERS = re.compile(r'(?<=[("])(?=(?:examples\.fasta|glossary\.md|images/|\.\./docs/)[^\n]*?[")])')


def read_source(path: Path) -> NotebookNode:
    """Read a source as a notebook whose cells have numbers for ids, so that it is the same each time.

    Cells tagged "hide-input" are folded in JupyterLab: what only makes the page, such as descriptions of figures.
    """
    notebook = jupytext.read(path)
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        if "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}  # JupyterLab's word for it
    return with_colab_cell(notebook, repository(PROJECT))


def without(notebook: NotebookNode, tag: str) -> NotebookNode:
    """Return a copy of the notebook that lacks the cells with a tag."""
    cells = [cell for cell in notebook.cells if tag not in cell.metadata.get("tags", [])]
    return nbformat.from_dict({**notebook, "cells": cells})


def learner_notebook(source: NotebookNode) -> NotebookNode:
    """Return the notebook with exercises to be solved."""
    return without(source, "solution")


def solution_notebook(source: NotebookNode) -> NotebookNode:
    """Return the notebook with the exercises solved, for the folder ``solutions``."""
    notebook = without(source, "exercise")
    for cell in notebook.cells:
        cell.source = seen_from_solutions(cell.source)
    return notebook


def seen_from_solutions(text: str) -> str:
    """Return a cell of a chapter with the places that it names as they are seen from the folder ``solutions``."""
    return re.sub(r"\]\(solutions/", "](", IN_CHAPTERS.sub("../", text))


def notebooks(chapters: Path, wanted: list[str]) -> dict[Path, NotebookNode]:
    """Return where to write -> what, not executed, for the chapters that begin with a number in `wanted`, or all."""
    made = {}
    for path in sorted((chapters / "source").glob("*.md")):
        if CHAPTER_NAME.fullmatch(path.stem) and (not wanted or path.stem[:2] in [word.zfill(2) for word in wanted]):
            source = read_source(path)
            made[chapters / f"{path.stem}.ipynb"] = learner_notebook(source)
            if any("exercise" in cell.metadata.get("tags", []) for cell in source.cells):
                made[chapters / "solutions" / f"{path.stem}.ipynb"] = solution_notebook(source)
    if not made:
        raise FileNotFoundError(f"no source NN_name.md of {wanted or 'a chapter'} in {chapters / 'source'}")
    return made


def make(path: Path, notebook: NotebookNode) -> None:
    """Execute a notebook in the folder of `path`, and put it there only if it ran to its end.

    Raises
    ------
    ChapterError
        As `execute`; `path` is then as it was.
    """
    path.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain, executed = Path(folder, path.name), Path(folder, "executed.ipynb")
        nbformat.write(notebook, plain)
        execute(plain, executed, {}, folder=path.parent)
        result, _ = CoalesceStreamsPreprocessor().preprocess(nbformat.read(executed, as_version=4), {})
        strip_run_metadata(result)  # what was printed in one cell stands in one box, however it arrived
    write_atomically(path, (nbformat.writes(result).rstrip() + "\n").encode("utf-8"))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0, or 1 if a chapter stopped."""
    parser = argparse.ArgumentParser(prog="python -m recipes.notebooks", description=__doc__.partition("\n")[0])
    parser.add_argument("--chapters", nargs="+", default=[], metavar="NN", help="only these, as in: --chapters 03 04")
    options = parser.parse_args(arguments)
    failed = 0
    with ProcessPoolExecutor(2, mp_context=process_context(), max_tasks_per_child=1) as pool:
        jobs = {path: pool.submit(make, path, book) for path, book in notebooks(CHAPTERS, options.chapters).items()}
        for path, job in jobs.items():
            try:
                job.result()
                print(path, flush=True)
            except ChapterError as error:
                failed = 1
                print(f"\n{path}: {error}", file=sys.stderr, flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
