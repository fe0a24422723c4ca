"""What an exercise answers: `check` makes a function a check, `NotYet` says what is wrong with an answer."""

from __future__ import annotations

import functools
import html
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd


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

    An answer that is still ``...`` or None has a verdict of its own. What the answer makes Python raise in the check
    becomes a verdict too, in plain words: a check never stops a notebook, nor speaks of what happened inside a library.
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
        except Exception:
            kind = type(answers[0]).__name__
            return Verdict(
                False,
                f"The answer, of type {kind}, is not what the exercise asks for: read its last sentences again, and "
                "the comment beside the dots.",
            )

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


def plain(answer: Any) -> Any:
    """Return `answer` out of what it comes wrapped in: a tensor as an array, one thing in a container as that thing."""
    if hasattr(answer, "detach"):  # PyTorch: also half precision, which NumPy lacks, and what needs a gradient
        answer = answer.detach().cpu()
        answer = (answer.float() if answer.is_floating_point() else answer).numpy()
    if isinstance(answer, pd.DataFrame | pd.Series | pd.Index | np.ndarray) or hasattr(answer, "__array__"):
        values = answer if isinstance(answer, np.ndarray) else np.asarray(answer)
        return values.reshape(-1)[0].item() if values.size == 1 and values.dtype != object else _only(answer, values)
    if isinstance(answer, list | tuple | set | frozenset) and len(answer) == 1:
        return plain(next(iter(answer)))
    return answer


def _only(answer: Any, values: np.ndarray) -> Any:
    """Return the one thing in an array of objects, such as a string in a table; else the answer."""
    return plain(values.reshape(-1)[0]) if values.size == 1 else answer


def number(answer: Any, what: str) -> float:
    """Return `answer` as a float, if it is one number (of any library, also alone in a list) and not NaN."""
    found = plain(answer)
    if isinstance(found, Decimal):
        found = float(found)
    if isinstance(found, bool) or not isinstance(found, Real):
        raise NotYet(f"{what} should be a number, but is {_kind(answer)}.")
    if math.isnan(value := float(found)):
        raise NotYet(f"{what} is NaN: somewhere zero is divided by zero, or a mean taken of nothing.")
    return value


def fraction(answer: Any, what: str) -> float:
    """Return `answer` as `number` does, if it is at most 1."""
    if (value := number(answer, what)) > 1:
        raise NotYet(f"{what} lies between 0 and 1: is this in percent, or a count?")
    return value


def named(answers: Any, *names: str) -> dict[str, Any]:
    """Return a dict of `names` and answers, if all are there: from a dict, a Series or one row of a table."""
    if isinstance(answers, pd.DataFrame) and 1 in answers.shape:
        answers = answers.squeeze(axis=1 if answers.shape[1] == 1 else 0)
    if isinstance(answers, pd.Series):
        answers = answers.to_dict()
    if not isinstance(answers, Mapping) or set(answers) != set(names):
        raise NotYet(f"Give a dict with the keys {', '.join(map(repr, names))}.")
    if missing := [name for name in names if answers[name] is ... or answers[name] is None]:
        raise NotYet(f"{missing[0]!r} is still to be worked out.")
    return {name: answers[name] for name in names}


def text(answer: Any, what: str) -> str:
    """Return `answer` as a string without blanks at its ends, if it is one: also a sequence of Biopython."""
    found = plain(answer)
    if type(found).__name__ in ("Seq", "MutableSeq"):
        found = str(found)
    if not isinstance(found, str):
        raise NotYet(f"{what} should be one string, but is {_kind(answer)}: ''.join(...) makes it of letters.")
    return str(found).strip()


def recognise(answer: np.ndarray, mistakes: Mapping[str, Any], tolerance: float) -> None:
    """Raise what is to be said of the first mistake whose values are all within `tolerance` (absolute) of `answer`."""
    for message, wrong in mistakes.items():
        if np.allclose(answer, wrong, atol=tolerance):
            raise NotYet(message)


def array(answer: Any, shape: Sequence[int], what: str) -> np.ndarray:
    """Return `answer` as an array of numbers, if it has the `shape`; a negative size stands for any."""
    if hasattr(answer, "detach"):
        answer = answer.detach().cpu()
        answer = (answer.float() if answer.is_floating_point() else answer).numpy()
    try:
        found = np.asarray(list(answer) if isinstance(answer, Iterator | range) else answer)
    except ValueError:
        raise NotYet(f"{what} has rows of different lengths: each should have as many numbers.") from None
    if found.dtype.kind not in "biuf":
        no_numbers = NotYet(f"{what} should hold numbers, but is {_kind(answer)}.")
        if found.dtype.kind in "USc" or any(isinstance(each, str) for each in found.flat):
            raise no_numbers
        try:
            found = found.astype(np.float32 if found.dtype.kind == "V" else float)
        except (TypeError, ValueError):
            raise no_numbers from None
    if len(found.shape) != len(shape) or any(n >= 0 and n != m for n, m in zip(shape, found.shape)):
        wanted = tuple("any" if n < 0 else n for n in shape)
        raise NotYet(f"{what} should have the shape {wanted}, but has {found.shape}.".replace("'any'", "any"))
    return found.astype(float) if found.dtype == np.float16 else found


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
