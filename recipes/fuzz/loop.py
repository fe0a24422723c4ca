"""The loop of every format: each input is tried; a wrong outcome is told, and so is one that does not come."""

from __future__ import annotations

import random
import signal
import tempfile
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

LIMIT = 10.0
"""Seconds that an input may take."""


class Case(NamedTuple):
    """An input: what it is, its bytes, and what reads it and returns the kind of the outcome.

    `examine` raises an AssertionError if an error or a result is not as it should be.
    """

    what: str
    content: bytes
    examine: Callable[[], str]


Cases = Callable[[random.Random, Path], Iterator[Case]]
"""A format: takes the chance and an empty folder, and never ends."""


class HangError(BaseException):
    """An input took longer than `LIMIT`; no reader takes it for an error of its own."""


def fuzz(cases: Cases, inputs: int, seed: int) -> Counter:
    """Try `inputs` cases of a format and return how often each outcome came.

    Raises
    ------
    AssertionError
        At the first input that fails; its message ends with the input.
    """
    counts: Counter = Counter()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, case in zip(range(inputs), cases(random.Random(seed), Path(folder))):
            try:
                with _limited():
                    counts[case.examine()] += 1
            except (Exception, HangError) as error:
                said = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
                raise AssertionError(f"input {number} of seed {seed}, {case.what}: {said}\n{case.content!r}") from error
    return counts


def refused(error: Exception, *names: str) -> str:
    """Return the kind of an error that is clear: it begins with one of some names and can be shown, on one line.

    Raises
    ------
    AssertionError
        If it is not so.
    """
    message = str(error)
    assert isinstance(error, (ValueError, OSError)), f"{type(error).__name__} is no clear error: {message}"
    assert message.startswith(names), f"the message does not begin with {names[0]}: {message}"
    assert message.isprintable(), f"the message has control characters: {message!r}"
    assert len(message) < 1500, f"the message is long: {message}"
    return "refused"


@contextmanager
def _limited() -> Iterator[None]:
    """Raise a HangError after a while, where the system has such alarms."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_) -> None:
        raise HangError(f"it takes longer than {LIMIT:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
