"""How long is left of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlfb_helpers.lesson.pace import OF_ANOTHER, SECONDS, Pace

NAMES = list(SECONDS)


def test_before_anything_is_done_the_measured_seconds_are_taken():
    assert Pace(NAMES).seconds_left() == sum(SECONDS.values())
    assert Pace(NAMES).line() == "chapter 1 of 11, about 3 minutes left"


def test_a_slow_machine_is_noticed():
    pace = Pace(NAMES)
    pace.done(10 * SECONDS[NAMES[0]])
    pace.done(10 * SECONDS[NAMES[1]])
    assert pace.seconds_left() == pytest.approx(10 * sum(SECONDS[name] for name in NAMES[2:]))
    assert pace.line() == "chapter 3 of 11, about 22 minutes left"


def test_little_time_and_unknown_chapters():
    pace = Pace(["01_counts", "02_more"])
    assert pace.seconds_left() == 2 * OF_ANOTHER and pace.line() == "chapter 1 of 2, less than a minute left"
    pace = Pace(["01_proteins"] * 6)
    assert pace.line() == "chapter 1 of 6, about 1 minute left"


def test_the_seconds_are_of_chapters_that_there_are():
    chapters = {path.stem for path in (Path(__file__).parents[2] / "chapters").glob("*.ipynb")}
    assert set(SECONDS) <= chapters
