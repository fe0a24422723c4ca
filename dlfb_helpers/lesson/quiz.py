"""Quizzes that need neither script nor network: an option unfolds into why it is right, or why not."""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from IPython.display import HTML
from jinja2 import StrictUndefined, Template

QUIZZES = Path(__file__).with_name("exercises")
_TEMPLATE = Template(
    Path(__file__).with_name("quiz.html.j2").read_text(encoding="utf-8"),
    autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
)  # fmt: skip


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
    return HTML(_TEMPLATE.render(questions=load_quiz(chapter), inline=_inline))


def _inline(text: str) -> HTML:
    """Escape `text`; words in `backticks` become code, in *asterisks* emphasis. A template takes it as it is."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    return HTML(re.sub(r"\*([^*]+)\*", r"<em>\1</em>", re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)))
