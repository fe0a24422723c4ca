"""Which exercises a learner has solved: read from the outputs of notebooks, nothing is executed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

HEADING = re.compile(r"^### (Exercise .+)$", re.MULTILINE)
UNTOUCHED = "Not yet. Put your answer in place"


@dataclass(frozen=True)
class Exercise:
    """An exercise by its heading; `state` is "solved", "tried" or "open"."""

    title: str
    state: str


def exercises_of(path: Path) -> list[Exercise]:
    """Return the exercises of a learner's notebook, in their order.

    What counts is the verdict that the notebook shows, as it was saved: a "Correct" under the exercise's cells is a
    solution, any other verdict but that of the three dots an attempt.

    Raises
    ------
    ValueError
        If the file is no notebook.
    """
    try:
        cells = nbformat.read(path, as_version=4).cells
    except (OSError, ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        raise ValueError(f"{path} cannot be read as a notebook ({type(error).__name__})") from None
    title, found = "Exercise", dict[str, list[str]]()
    for cell in cells:
        if cell.cell_type == "markdown" and (headings := HEADING.findall(cell.source)):
            title = headings[-1]
        if "exercise" in cell.metadata.get("tags", []):
            found.setdefault(title, []).extend(_verdicts(cell))
    return [Exercise(title, _state(verdicts)) for title, verdicts in found.items()]


def _verdicts(cell: nbformat.NotebookNode) -> list[str]:
    """Return what a cell's check said."""
    texts = (output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", []))
    return [text for text in texts if text.startswith(("Correct. ", "Not yet. "))]


def _state(verdicts: list[str]) -> str:
    if any(text.startswith("Correct. ") for text in verdicts):
        return "solved"
    return "tried" if any(not text.startswith(UNTOUCHED) for text in verdicts) else "open"
