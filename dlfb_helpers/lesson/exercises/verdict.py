"""What an exercise answers: `check` makes a function a check, `NotYet` says what is wrong with an answer."""

from __future__ import annotations

import functools
import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np


class NotYet(Exception):
    """The answer is not right yet; the text says what is wrong with it, and what to look at."""


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and why: what a cell shows that ends with a check."""

    correct: bool
    message: str

    def __repr__(self) -> str:
        return f"{'Correct' if self.correct else 'Not yet'}. {self.message}"

    def _repr_html_(self) -> str:
        sign, colour = ("✔", "#009E73") if self.correct else ("➜", "#E69F00")
        word, _, rest = repr(self).partition(". ")
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 0.3em 0.8em">'
            f'<span aria-hidden="true">{sign}</span> <strong>{word}.</strong> {html.escape(rest)}</div>'
        )


def check(judge: Callable[..., str]) -> Callable[..., Verdict]:
    """Make a check of a function that takes answers, raises `NotYet`, and returns what a right answer shows.

    An answer that is still ``...`` or None has a verdict of its own, and whatever the answer makes Python raise becomes
    part of the verdict: a check never stops a notebook.
    """

    @functools.wraps(judge)
    def checked(*answers: Any, **settings: Any) -> Verdict:
        if any(answer is ... for answer in answers):
            return Verdict(False, "Put your answer in place of the three dots, then run the cell again.")
        if any(answer is None for answer in answers):
            return Verdict(False, "The answer is None: a function without return, or print() in place of a value?")
        try:
            return Verdict(True, judge(*answers, **settings))
        except NotYet as reason:
            return Verdict(False, str(reason))
        except Exception as error:
            kind = ", ".join(type(answer).__name__ for answer in answers)
            return Verdict(False, f"The answer ({kind}) cannot be used: {type(error).__name__}: {error}")

    return checked


def result_of(function: Callable, *arguments: Any) -> Any:
    """Call the learner's `function`, and return what it gives.

    Raises
    ------
    NotYet
        If it is no function, raises, or returns None (as one does whose body is still ``...``).
    """
    if not callable(function):
        raise NotYet(f"Give the function itself, without brackets; this is {_kind(function)}.")
    shown = ", ".join(_short(argument) for argument in arguments)
    name = getattr(function, "__name__", "the function")
    try:
        result = function(*arguments)
    except Exception as error:
        raise NotYet(f"{name}({shown}) raises {type(error).__name__}: {error}") from None
    if result is None or result is ...:
        raise NotYet(f"{name}({shown}) returns nothing: its body is still to be written, or lacks a return.")
    return result


def number(answer: Any, what: str) -> float:
    """Return `answer` as a float, if it is one number (also of NumPy or JAX) and not NaN."""
    if isinstance(answer, str) or np.ndim(answer) != 0 or not isinstance(np.asarray(answer).item(), Real):
        raise NotYet(f"{what} should be a number, but is {_kind(answer)}.")
    if math.isnan(value := float(answer)):
        raise NotYet(f"{what} is NaN: somewhere zero is divided by zero, or a mean taken of nothing.")
    return value


def fraction(answer: Any, what: str) -> float:
    """Return `answer` as `number` does, if it is at most 1."""
    if (value := number(answer, what)) > 1:
        raise NotYet(f"{what} lies between 0 and 1: is this in percent, or a count?")
    return value


def named(answers: Any, *names: str) -> dict[str, Any]:
    """Return `answers` if it is a dict with these `names`, each with an answer in it."""
    if not isinstance(answers, Mapping) or set(answers) != set(names):
        raise NotYet(f"Give a dict with the keys {', '.join(map(repr, names))}.")
    if missing := [name for name in names if answers[name] is ... or answers[name] is None]:
        raise NotYet(f"{missing[0]!r} is still to be worked out.")
    return dict(answers)


def text(answer: Any, what: str) -> str:
    """Return `answer` if it is a string."""
    if not isinstance(answer, str):
        raise NotYet(f"{what} should be one string, but is {_kind(answer)}: ''.join(...) makes it of letters.")
    return answer


def recognise(answer: np.ndarray, mistakes: Mapping[str, Any], tolerance: float) -> None:
    """Raise what is to be said of the first mistake whose values are all within `tolerance` (absolute) of `answer`."""
    for message, wrong in mistakes.items():
        if np.allclose(answer, wrong, atol=tolerance):
            raise NotYet(message)


def array(answer: Any, shape: Sequence[int], what: str) -> np.ndarray:
    """Return `answer` as an array, if it has the `shape`; a negative size stands for any."""
    found = np.asarray(answer)
    if len(found.shape) != len(shape) or any(n >= 0 and n != m for n, m in zip(shape, found.shape)):
        wanted = tuple("any" if n < 0 else n for n in shape)
        raise NotYet(f"{what} should have the shape {wanted}, but has {found.shape}.".replace("'any'", "any"))
    return found


def agree(
    answer: Any, right: float, what: str, mistakes: Mapping[str, float] | None = None, tolerance: float = 0.005
) -> float:
    """Return `answer` as a float, if it lies within `tolerance` (absolute) of `right`.

    Parameters
    ----------
    mistakes
        What to say -> the number that this mistake gives; the first that fits is said, otherwise only which way off.
    """
    value = number(answer, what)
    if abs(value - right) <= tolerance:
        return value
    for message, wrong in (mistakes or {}).items():
        if abs(value - wrong) <= tolerance:
            raise NotYet(message)
    raise NotYet(f"{what} is too {'high' if value > right else 'low'}: {value:.4g}.")


def _kind(value: Any) -> str:
    return f"of type {type(value).__name__}" + (f", shape {np.shape(value)}" if np.ndim(value) else "")


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value) if np.ndim(value) == 0 else f"an array {np.shape(value)}"
    return text if len(text) <= 30 else text[:24] + " ... " + text[-1]
