"""From a learner's notebook and its solutions to the notebook that the site shows."""

from __future__ import annotations

import copy
import re

from nbformat import NotebookNode

SHOW, HIDE = "Show the solution", "Hide the solution"


def tagged(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def merge(learner: NotebookNode, solutions: NotebookNode, name: str) -> NotebookNode:
    """Return the learner's notebook with the cells tagged ``solution`` after the exercise that they solve.

    Parameters
    ----------
    learner, solutions : NotebookNode
        The same notebook, but for the cells tagged ``exercise`` in the one and ``solution`` in the other; the id of a
        cell is its place in the source that both are written from.
    name : str
        Of the chapter, for the error.

    Raises
    ------
    ValueError
        If the two differ in another cell.
    """
    left, right, merged = list(learner.cells), list(solutions.cells), []
    while left or right:
        while left and tagged(left[0], "exercise"):
            merged.append(left.pop(0))
        while right and tagged(right[0], "solution"):
            merged.append(right.pop(0))
        if not left and not right:
            break
        ours, theirs = (cells[0].id if cells else "the end" for cells in (left, right))
        if ours != theirs:
            raise ValueError(
                f"chapters/{name}.ipynb and chapters/solutions/{name}.ipynb differ outside exercises and solutions, "
                f"where one has {ours} and the other {theirs}: write both from chapters/source/{name}.md again"
            )
        merged.append(left.pop(0))
        right.pop(0)
    result = copy.deepcopy(learner)
    result.cells = copy.deepcopy(merged)
    return result


def fold_solutions(notebook: NotebookNode) -> None:
    """Tell MyST-NB, in place, to fold away the cells tagged ``solution`` with their outputs."""
    for cell in notebook.cells:
        if tagged(cell, "solution"):
            cell.metadata["tags"] = [*cell.metadata["tags"], "hide-cell"]
            cell.metadata["mystnb"] = {"code_prompt_show": SHOW, "code_prompt_hide": HIDE}


def describe_figures(notebook: NotebookNode, name: str) -> None:
    """Hand each figure's description, in place, to MyST-NB, which takes one a cell.

    Raises
    ------
    ValueError
        If a cell has figures with different descriptions.
    """
    for cell in notebook.cells:
        figures = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        if len(found := {figure.metadata.get("image/png", {}).get("alt", "") for figure in figures}) > 1:
            raise ValueError(f"chapters/{name}.ipynb: a cell shows {len(figures)} figures; give each its own cell")
        if found:
            cell.metadata.setdefault("mystnb", {})["image"] = {"alt": found.pop()}


def insert_under_title(notebook: NotebookNode, line: str) -> None:
    """Put a paragraph under the title in the first cell, in place."""
    opening = notebook.cells[0]
    opening.source = re.sub(
        r"^# .+$", lambda title: f"{title[0]}\n\n{line}", opening.source, count=1, flags=re.MULTILINE
    )
