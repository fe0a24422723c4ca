"""Quizzes that need neither script nor network: an option unfolds into why it is right, or why not."""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from IPython.display import HTML

QUIZZES = Path(__file__).with_name("exercises")


@dataclass(frozen=True)
class Option:
    """An answer to choose: `why` explains it, right or not."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its options; exactly one is right."""

    text: str
    options: tuple[Option, ...]


def load_quiz(chapter: str) -> list[Question]:
    """Read the quiz of a chapter, which lies beside its exercises: "one_hot" is ``exercises/one_hot.toml``.

    Raises
    ------
    FileNotFoundError
        If there is none of that name.
    ValueError
        If a question has no right option, or more than one.
    """
    path = QUIZZES / f"{chapter}.toml"
    if not path.is_file():
        there = ", ".join(sorted(other.stem for other in path.parent.glob("*.toml")))
        raise FileNotFoundError(f"no quiz {chapter!r} in {path.parent}; there are {there}")
    quiz = []
    for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["question"], start=1):
        options = tuple(Option(**option) for option in entry["option"])
        if sum(option.right for option in options) != 1:
            raise ValueError(f"{path.name}, question {number}: mark exactly one option with right = true")
        quiz.append(Question(entry["text"], options))
    return quiz


def show_quiz(chapter: str) -> HTML:
    """Show the quiz of a chapter: open the answer that you would give, and read why."""
    questions = "\n".join(_question_html(question) for question in load_quiz(chapter))
    return HTML(f'<ol class="quiz">\n{questions}\n</ol>')


def _question_html(question: Question) -> str:
    options = "\n".join(
        f'<details style="margin: 0.3em 0"><summary style="cursor: pointer">{_inline(option.text)}</summary>'
        f'<p style="border-left: 4px solid {"#009E73" if option.right else "#E69F00"}; margin: 0.3em 0; '
        f'padding: 0 0.8em"><strong>{"Right." if option.right else "Not quite."}</strong> {_inline(option.why)}</p>'
        "</details>"
        for option in question.options
    )
    return f'<li style="margin-bottom: 1em"><p>{_inline(question.text)}</p>\n{options}</li>'


def _inline(text: str) -> str:
    """Escape `text` for HTML; words in `backticks` become code, in *asterisks* emphasis."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped))
