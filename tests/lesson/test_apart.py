"""A function in a process of its own gives its result, loads nothing here, and says what it took."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from dlfb_helpers.lesson.apart import Apart, in_own_process
from dlfb_helpers.lesson.memory import anonymous_memory

needs_proc = pytest.mark.skipif(anonymous_memory() is None, reason="the system does not tell anonymous memory")


def loads_and_returns(table, number):
    import os
    import this  # noqa: F401

    return {"sum": table.sum() + number, "process": os.getpid()}


def holds(megabytes):
    import numpy

    globals()["kept"] = numpy.ones(megabytes * 1_000_000, dtype="uint8")


def works(seconds):
    import time

    while time.process_time() < seconds:
        pass
    time.sleep(1)


def fails():
    raise ValueError("no proteins are left")


def dies():
    import os

    os._exit(7)


def test_it_runs_elsewhere_and_returns():
    apart = in_own_process(loads_and_returns, np.arange(5), 3)
    assert apart.result["sum"] == 13 and apart.result["process"] != os.getpid()
    assert "this" not in sys.modules
    assert apart.seconds > 0


def test_it_says_how_long_the_process_worked():
    assert 2 <= in_own_process(works, 2).seconds < 2.5


@needs_proc
def test_it_says_what_the_process_held():
    small, large = (in_own_process(holds, megabytes).megabytes for megabytes in (1, 200))
    assert large - small == pytest.approx(199, abs=10)


@pytest.mark.parametrize(("function", "why"), [(fails, "fails.*ValueError: no proteins are left"), (dies, "with 7")])
def test_what_goes_wrong_is_one_line(function, why):
    with pytest.raises(RuntimeError, match=why) as caught:
        in_own_process(function)
    assert "\n" not in str(caught.value)


def test_what_it_took_is_said_in_words():
    assert str(Apart([1], 5.6, 311.4)) == "6 s of work, 311 MB"
    assert str(Apart([1], 5.6, None)) == "6 s of work"
