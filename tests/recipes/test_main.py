"""The chain of recipes: nothing is read before it is made, and what fails ends it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dlfb_helpers.files.assets import ASSETS
from recipes import __main__ as chain
from recipes.sources import SOURCES


def test_the_numbered_files_are_the_steps_in_their_order():
    found = [path.stem for path in Path(chain.__file__).parent.glob("step_*.py")]
    files = sorted(found, key=lambda name: int(name.split("_")[1]))
    assert [step.module for step in chain.STEPS] == files
    assert [int(name.split("_")[1]) for name in files] == list(range(1, len(files) + 1))


def test_a_step_reads_packages_and_what_earlier_steps_have_made():
    there = set(SOURCES)
    for step in chain.STEPS:
        assert set(step.reads) <= there, step.module
        there |= set(step.writes)


def test_every_bundled_folder_is_made_once():
    made = [folder for step in chain.STEPS for folder in step.writes] + list(chain.MADE_ELSEWHERE)
    assert sorted(made) == sorted(path.name for path in ASSETS.iterdir())


@pytest.fixture
def commands(monkeypatch):
    run = []

    def record(command, **_):
        run.append(command[-1].removeprefix("recipes."))
        return subprocess.CompletedProcess(command, 3 if "step_6" in command[-1] else 0)

    monkeypatch.setattr(subprocess, "run", record)
    return run


def test_the_list_runs_nothing(commands, capsys):
    assert chain.main(["--list"]) == 0 and commands == []
    printed = capsys.readouterr().out
    assert printed.startswith("1  step_1_course_data") and "-> results\n" in printed and "3dmol" in printed


def test_the_chain_begins_where_it_is_told_and_ends_with_what_fails(commands, capsys):
    assert chain.main(["--from", "5"]) == 3
    assert commands == ["step_5_course_homology", "step_6_course_results"]
    assert "python -m recipes --from 6" in capsys.readouterr().err
