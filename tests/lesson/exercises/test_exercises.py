"""Every exercise: unsolved in the learner's notebook, solved in the other, and helpful where an answer is wrong.

That both notebooks' outputs are those that the code gives is shown by ``make test-chapters``. Typical wrong answers
stand beside this file, in ``wrong_<chapter>.py``: ``WRONG`` maps each check to pairs of what makes the answers, and
words that the verdict has to hold.
"""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import nbformat
import pytest

from recipes.notebooks import learner_notebook, read_source, solution_notebook

CHAPTERS = Path(__file__).parents[3] / "chapters"
ALL_SOURCES = sorted((CHAPTERS / "source").glob("*.md"))
SOURCES = [path for path in ALL_SOURCES if path.stem != "00_tour"]  # which has no exercises
LEVELS = ["change one thing", "combine", "extend it"]
WRONG = [
    pytest.param(check, answers, words, id=f"{module.stem.removeprefix('wrong_')}-{check.__name__}-{number}")
    for module in sorted(Path(__file__).parent.glob("wrong_*.py"))
    for check, cases in importlib.import_module(module.stem).WRONG.items()
    for number, (answers, words) in enumerate(cases)
]


def topic(path: Path) -> str:
    """Return "one_hot" for ``02_one_hot``: the name of a chapter's modules."""
    return path.stem[3:]


def cells_tagged(notebook: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def check_called(cell: nbformat.NotebookNode) -> str:
    """Return the name of the check that a cell ends with."""
    last = ast.parse(cell.source).body[-1]
    assert isinstance(last, ast.Expr) and isinstance(last.value, ast.Call), f"no check ends the cell {cell.source!r}"
    return last.value.func.id


def verdicts(notebook: nbformat.NotebookNode, tag: str) -> list[str]:
    """Return what the cells with a tag show last."""
    return [cell.outputs[-1].get("data", {}).get("text/plain", "") for cell in cells_tagged(notebook, tag)]


@pytest.fixture(params=SOURCES, ids=topic)
def source(request):
    return request.param


@pytest.fixture
def book(source):
    return read_source(source)


def test_there_is_a_source_for_each_chapter():
    assert [path.stem for path in ALL_SOURCES] == sorted(path.stem for path in CHAPTERS.glob("*.ipynb"))
    assert [path.stem for path in SOURCES] == sorted(path.stem for path in (CHAPTERS / "solutions").glob("*.ipynb"))


def test_the_committed_tour_is_that_of_its_source():
    tour, committed = read_source(ALL_SOURCES[0]), nbformat.read(CHAPTERS / "00_tour.ipynb", as_version=4)
    assert not cells_tagged(tour, "exercise") and not cells_tagged(tour, "solution")
    made, found = ([(cell.source, cell.id, cell.metadata) for cell in book.cells] for book in (tour, committed))
    assert found == made, "run: make notebooks ARGS='--chapters 00'"


@pytest.mark.parametrize("of", [learner_notebook, solution_notebook])
def test_the_committed_notebooks_are_those_of_the_source(source, book, of):
    folder = CHAPTERS if of is learner_notebook else CHAPTERS / "solutions"
    committed = nbformat.read(folder / f"{source.stem}.ipynb", as_version=4)
    made = [(cell.cell_type, cell.source, cell.id, cell.metadata) for cell in of(book).cells]
    found = [(cell.cell_type, cell.source, cell.id, cell.metadata) for cell in committed.cells]
    assert found == made, f"run: make notebooks ARGS='--chapters {source.stem[:2]}'"


def test_exercises_have_level_minutes_hint_check_and_solution(book):
    text = "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    parts = re.split(r"^### Exercise (\d) · .+$", text.split("## Exercises")[1].split("\n## ")[0], flags=re.MULTILINE)[
        1:
    ]
    numbers, texts = [int(number) for number in parts[::2]], parts[1::2]
    assert numbers == list(range(1, len(numbers) + 1)) and 3 <= len(numbers) <= 5
    levels, minutes = [], 0
    for number, words in zip(numbers, texts):
        opening = re.match(r"\s*\*(\d+) minutes · ([a-z ]+)\*\n", words)
        assert opening, f"exercise {number} does not open with *N minutes · level*"
        levels.append(LEVELS.index(opening[2]))
        minutes += int(opening[1])
        assert "<details><summary>Hint</summary>" in words, f"exercise {number} has no hint"
    stated = re.search(r"\*\*Time\*\* \| (\d+) minutes, of which exercises (\d+) \|", text)
    assert stated and int(stated[2]) == minutes < int(stated[1]), f"the exercises take {minutes} minutes"
    assert levels == sorted(levels) and levels[0] == 0 and levels[-1] == 2, f"not graded from easy to hard: {levels}"


def test_each_check_of_a_chapter_is_used_in_one_exercise_and_its_solution(source, book):
    module = importlib.import_module(f"dlfb_helpers.lesson.exercises.{topic(source)}")
    checks = [name for name in vars(module) if name.startswith("check_")]
    exercises = [check_called(cell) for cell in cells_tagged(book, "exercise")]
    assert sorted(exercises) == sorted(checks)
    # A solution may take several cells; the last of them ends with the check.
    closing = [cell for cell in cells_tagged(book, "solution") if "check_" in cell.source]
    assert [check_called(cell) for cell in closing] == exercises


def test_it_is_unsolved_for_learners_and_solved_in_the_solutions(source):
    learner = nbformat.read(CHAPTERS / f"{source.stem}.ipynb", as_version=4)
    for verdict in verdicts(learner, "exercise"):
        assert verdict.startswith("Not yet. "), verdict
    solved = nbformat.read(CHAPTERS / "solutions" / f"{source.stem}.ipynb", as_version=4)
    closing = [cell for cell in cells_tagged(solved, "solution") if "check_" in cell.source]
    assert len(closing) == len(cells_tagged(learner, "exercise"))
    for cell in closing:
        verdict = cell.outputs[-1].get("data", {}).get("text/plain", "")
        assert verdict.startswith("Correct. ") and len(verdict.split()) > 5, f"{cell.source}: {verdict}"


def test_each_check_has_two_wrong_answers(source):
    module = importlib.import_module(f"dlfb_helpers.lesson.exercises.{topic(source)}")
    wrong = importlib.import_module(f"wrong_{topic(source)}").WRONG
    assert {check.__name__ for check in wrong} == {name for name in vars(module) if name.startswith("check_")}
    for check, cases in wrong.items():
        assert len({words for _, words in cases}) >= 2, f"{check.__name__}: two different mistakes, at least"


@pytest.mark.parametrize(("check", "answers", "words"), WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(check, answers, words):
    verdict = check(*answers())
    assert not verdict.correct
    assert words in verdict.message, verdict.message
    assert "cannot be used" not in verdict.message, f"the check itself failed: {verdict.message}"


@pytest.mark.parametrize("check", {case.values[0]: None for case in WRONG}, ids=lambda check: check.__name__)
def test_what_is_still_open_is_said(check):
    count = check.__wrapped__.__code__.co_argcount
    assert "three dots" in check(*[...] * count).message
    assert "None" in check(*[None] * count).message
