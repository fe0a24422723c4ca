"""Which exercises are solved, as saved notebooks show."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dlfb_helpers.cli import progress
from dlfb_helpers.lesson.exercises.verdict import Verdict, check
from dlfb_helpers.lesson.pages import chapter_paths
from dlfb_helpers.lesson.solved import Exercise, exercises_of

CHAPTERS = Path(__file__).parents[2] / "chapters"


@check
def check_three(answer) -> str:
    """Check that an answer is three."""
    assert answer == 3
    return "Three it is."


def cell(verdict: Verdict | None = None, tags: tuple[str, ...] = ("exercise",)):
    """A cell as JupyterLab saves it, with what its check said."""
    data = {"text/plain": repr(verdict), "text/html": verdict._repr_html_()} if verdict else {}
    outputs = [new_output("execute_result", data, execution_count=1)] if verdict else []
    return new_code_cell("check_three(answer)", metadata={"tags": list(tags)}, outputs=outputs)


def test_a_verdict_decides(tmp_path):
    cells = []
    for title, verdict in {"A": check_three(3), "B": check_three(4), "C": check_three(...), "D": None}.items():
        cells += [new_markdown_cell(f"### Exercise · {title}\n\nCount."), cell(verdict)]
    cells += [new_markdown_cell("### Exercise · E"), cell(), cell(check_three(3)), cell(check_three(3), tags=())]
    nbformat.write(new_notebook(cells=cells), tmp_path / "01_a.ipynb")
    states = ["solved", "tried", "open", "open", "solved"]
    assert exercises_of(tmp_path / "01_a.ipynb") == [Exercise(f"Exercise · {t}", s) for t, s in zip("ABCDE", states)]


def test_every_exercise_of_the_course_is_found_and_open():
    for path in chapter_paths(CHAPTERS, "they are missing"):
        cells = nbformat.read(path, as_version=4).cells
        headings = [line for each in cells for line in each.source.splitlines() if line.startswith("### Exercise ")]
        found = exercises_of(path)
        assert [f"### {exercise.title}" for exercise in found] == headings
        assert {exercise.state for exercise in found} <= {"open", "tried"}, path  # as committed


def test_what_is_no_notebook_is_named(tmp_path):
    (tmp_path / "01_a.ipynb").write_text("{")
    with pytest.raises(ValueError, match="01_a.ipynb cannot be read as a notebook"):
        exercises_of(tmp_path / "01_a.ipynb")
    with pytest.raises(FileNotFoundError, match="dlfb course --copy"):
        progress.run(tmp_path / "nowhere")
