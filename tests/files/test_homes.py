"""Places to write to, for an account whose home folder cannot be written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlfb_helpers.files.homes import HOMES, can_be_written, use_writable_homes


@pytest.fixture
def no_home(tmp_path, monkeypatch):
    """A home below a file: nothing can be made in it, not even by root."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "file" / "home"))
    for variable in HOMES:
        monkeypatch.setenv(variable, "")  # so that what is set here does not outlast the test
        monkeypatch.delenv(variable)


def test_programs_get_folders_that_can_be_written(no_home):
    use_writable_homes()
    for variable in HOMES:
        assert Path(os.environ[variable]).is_dir() and can_be_written(Path(os.environ[variable]))


def test_what_was_named_or_can_be_written_is_left_alone(tmp_path, no_home, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", "mine")
    use_writable_homes()
    assert os.environ["IPYTHONDIR"] == "mine"
    monkeypatch.delenv("MPLCONFIGDIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    use_writable_homes()
    assert "MPLCONFIGDIR" not in os.environ


def test_a_folder_that_can_be_made_can_be_written_and_one_below_a_file_cannot(tmp_path):
    (tmp_path / "file").touch()
    assert can_be_written(tmp_path / "new" / "newer") and can_be_written(tmp_path)
    assert not can_be_written(tmp_path / "file" / "below") and not can_be_written(tmp_path / "file")
