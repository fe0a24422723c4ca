"""``dlfb progress``, on the course's own notebooks, one exercise of them solved."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_output

from dlfb_helpers.lesson.exercises.verdict import Verdict

CHAPTERS = Path(__file__).parents[2] / "chapters"


def test_progress_counts_what_is_solved_and_names_what_is_next(dlfb, tmp_path, capsys):
    name = "02_one_hot.ipynb"
    shutil.copy(CHAPTERS / name, tmp_path)
    shutil.copy(CHAPTERS / "01_proteins.ipynb", tmp_path)
    dlfb("progress", tmp_path)
    before = capsys.readouterr().out.splitlines()
    assert before[-1].startswith("0 of 10 exercises solved")
    notebook = nbformat.read(tmp_path / name, as_version=4)
    first = next(cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", []))
    first.outputs = [new_output("display_data", {"text/plain": repr(Verdict(True, "Well done."))})]
    nbformat.write(notebook, tmp_path / name)
    dlfb("progress", tmp_path)
    after = capsys.readouterr().out.splitlines()
    assert after[0] == before[0] and after[1].startswith("1 of 5  2 · One-hot encoding") and "Exercise 2" in after[1]
    assert after[-1] == f"1 of 10 exercises solved in {tmp_path}"


def test_a_folder_without_chapters_is_one_line(dlfb, tmp_path, capsys):
    dlfb("progress", tmp_path / "work", status=2)
    assert "lays them out" in capsys.readouterr().err
    (tmp_path / "01_a.ipynb").write_text("{")
    dlfb("progress", tmp_path, status=2)
    assert "01_a.ipynb cannot be read as a notebook" in capsys.readouterr().err
