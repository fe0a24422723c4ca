"""Lay each chapter and its solutions over one another: ``python -m tests.chapters.together FOLDER``.

A learner's notebook and its solutions, if it has any, differ in the cells of the exercises alone. nbval executes the
two as one, so that what they share is computed once; that they share it, sources and outputs, is seen here.
"""

from __future__ import annotations

import re
import shutil
import sys
from configparser import ConfigParser
from itertools import pairwise
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from recipes.notebooks import CHAPTERS, seen_from_solutions

SANITIZE = Path("tests/nbval_sanitize.cfg")


def printed(cell: NotebookNode, rules: list[tuple[str, str]]) -> list[str]:
    """Return the text of a code cell's outputs, without what differs from run to run."""
    if cell.cell_type != "code" or "nbval-ignore-output" in cell.metadata.get("tags", []):
        return []
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    for pattern, replacement in rules:
        texts = [re.sub(pattern, replacement, text) for text in texts]
    return texts


def rules_of(path: Path) -> list[tuple[str, str]]:
    """Read nbval's file of what to replace before comparing."""
    config = ConfigParser(interpolation=None)
    config.read(path, encoding="utf-8")
    return [(config[name]["regex"], config[name].get("replace", "")) for name in config.sections()]


def together(chapter: NotebookNode, solutions: NotebookNode, rules: list[tuple[str, str]]) -> NotebookNode:
    """Return the chapter with the cells of the solutions behind those of the exercises.

    Raises
    ------
    ValueError
        If a cell that both have is not the same in both, or the numbers of the cells do not rise.
    """
    cells = {cell.id: cell for cell in chapter.cells}
    for cell in solutions.cells:
        if (other := cells.get(cell.id)) is None:
            source = re.sub(r'(?<=[("])\.\./', "", cell.source)
            cells[cell.id] = nbformat.from_dict({**cell, "source": source})
        elif cell.source != seen_from_solutions(other.source) or printed(cell, rules) != printed(other, rules):
            raise ValueError(f"{cell.id} is another in the chapter than in its solutions: {cell.source[:60]!r}")
    ordered = sorted(cells.values(), key=place)
    for notebook in (chapter, solutions):
        if any(place(a) >= place(b) for a, b in pairwise(notebook.cells)):
            raise ValueError("the cells do not stand in the order of their numbers")
    return nbformat.from_dict({**chapter, "cells": ordered})


def place(cell: NotebookNode) -> tuple[int, str]:
    """Return where a cell stands, by its id: ``cell-7``, or ``cell-0-colab`` behind ``cell-0``."""
    number, _, word = cell.id.removeprefix("cell-").partition("-")
    return int(number), word


def main(folder: Path) -> None:
    """Write all chapters into `folder`, with the files that they read."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rules = rules_of(SANITIZE)
    for path in sorted(CHAPTERS.glob("[0-9]*.ipynb")):
        chapter = both = nbformat.read(path, as_version=4)
        try:
            if (solutions := CHAPTERS / "solutions" / path.name).is_file():
                both = together(chapter, nbformat.read(solutions, as_version=4), rules)
        except ValueError as error:
            raise SystemExit(f"{path}: {error}; make both again with make notebooks") from error
        nbformat.write(both, folder / path.name)
    for path in CHAPTERS.glob("*.fasta"):
        shutil.copy(path, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
