"""Each exercise is tried with a dozen forms of its right answer, and a dozen that are wrong.

``RIGHT`` in ``right_<chapter>.py`` maps each check to what makes the answers of each form; ``WRONG`` there, and in
``wrong_<chapter>.py``, to answers that are to be refused. A chapter joins by having such a file.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

MODULES = {
    path.stem.removeprefix("right_"): importlib.import_module(path.stem)
    for path in sorted(Path(__file__).parent.glob("right_*.py"))
}
CHECKS = [
    pytest.param(chapter, check, id=f"{chapter}-{check.__name__}")
    for chapter, module in MODULES.items()
    for check in module.RIGHT
]
FROM_LIBRARIES = re.compile(r"ufunc|dtype\(|operand|Traceback|numpy\.|pandas\.|torch\.|ValueError:|TypeError:")
"""What a library says, and a learner should not have to read (but of errors in the learner's own function)."""


@pytest.mark.parametrize("chapter", MODULES)
def test_each_exercise_of_a_chapter_is_tried(chapter):
    checks = importlib.import_module(f"dlfb_helpers.lesson.exercises.{chapter}")
    names = {name for name in vars(checks) if name.startswith("check_")}
    assert {check.__name__ for check in MODULES[chapter].RIGHT} == names
    assert {check.__name__ for check in MODULES[chapter].WRONG} == names


@pytest.mark.parametrize(("chapter", "check"), CHECKS)
def test_a_dozen_forms_of_the_right_answer_are_taken(chapter, check):
    forms = list(MODULES[chapter].RIGHT[check]())
    assert len(forms) >= 12
    refused = {number: check(*answers).message for number, answers in enumerate(forms) if not check(*answers).correct}
    assert refused == {}


@pytest.mark.parametrize(("chapter", "check"), CHECKS)
def test_a_dozen_wrong_answers_are_refused_in_plain_words(chapter, check):
    wrong = list(MODULES[chapter].WRONG[check]())
    assert len(wrong) >= 12
    taken, unclear = [], []
    for number, answers in enumerate(wrong):
        verdict = check(*answers)
        if verdict.correct:
            taken.append((number, repr(answers[0])[:60]))
        elif FROM_LIBRARIES.search(verdict.message) and " raises " not in verdict.message:
            unclear.append((number, verdict.message))
    assert (taken, unclear) == ([], [])
