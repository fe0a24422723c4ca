"""A learner's copy of the chapters: nothing that was worked on is lost, the rest is brought up to date."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dlfb_helpers.lesson import copies

ROOT = Path(__file__).parents[2]


@pytest.fixture
def chapters(tmp_path):
    folder = tmp_path / "chapters"
    (folder / "images").mkdir(parents=True)
    (folder / "solutions").mkdir()
    for name in ("01_a.ipynb", "02_b.ipynb", "examples.fasta", "glossary.md", "images/a.png", "solutions/01_a.ipynb"):
        (folder / name).write_text(f"{name}, first")
    (folder / "notes.txt").touch()
    return folder


def test_what_the_chapters_name_is_laid_out_with_them(chapters, tmp_path):
    work = tmp_path / "my work"
    assert copies.lay_out(chapters, work) == f"{work}: 6 files added"
    laid = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()} - {copies.RECORD}
    assert laid == {path.relative_to(chapters).as_posix() for path in chapters.rglob("*.*")} - {"notes.txt"}
    assert copies.lay_out(chapters, work) == f"{work}: 0 files added"
    assert copies.first_notebook(work) == work / "01_a.ipynb"


def test_work_is_kept_and_the_rest_is_brought_up_to_date(chapters, tmp_path):
    work = tmp_path / "work"
    copies.lay_out(chapters, work)
    (work / "01_a.ipynb").write_text("solved")
    for name in ("01_a.ipynb", "02_b.ipynb"):
        (chapters / name).write_text("second")
    said = copies.lay_out(chapters, work)
    assert "1 brought up to date" in said and "1 that you have changed stay as they are" in said
    assert [(work / name).read_text() for name in ("01_a.ipynb", "02_b.ipynb")] == ["solved", "second"]


@pytest.mark.parametrize("record", ["", "[]", "{"])
def test_without_a_record_nothing_that_differs_is_replaced(chapters, tmp_path, record):
    work = tmp_path / "work"
    copies.lay_out(chapters, work)
    (work / copies.RECORD).write_text(record)
    (chapters / "01_a.ipynb").write_text("second")
    assert "1 that you have changed" in copies.lay_out(chapters, work)
    assert (work / "01_a.ipynb").read_text() == "01_a.ipynb, first"


def test_a_copy_is_never_laid_over_the_chapters_and_needs_some(chapters, tmp_path):
    with pytest.raises(ValueError, match="name another folder"):
        copies.lay_out(chapters, chapters)
    with pytest.raises(FileNotFoundError, match="no chapters"):
        copies.lay_out(tmp_path / "nowhere", tmp_path / "work")


def test_from_a_checkout_come_its_chapters_and_git_ignores_the_copy():
    assert copies.own_chapters() == ROOT / "chapters"
    ignored = subprocess.run(["git", "check-ignore", "-q", "work/01_proteins.ipynb"], cwd=ROOT)
    assert ignored.returncode == 0


def test_a_file_that_a_chapter_names_is_found_from_any_folder(tmp_path, monkeypatch):
    example = ROOT / "chapters" / "examples.fasta"
    monkeypatch.chdir(tmp_path)
    assert copies.course_file("examples.fasta") == example == copies.course_file("../examples.fasta")
    assert copies.course_file("mine.fasta") == Path("mine.fasta")  # which the reader then says is missing
    (tmp_path / "examples.fasta").touch()
    assert copies.course_file("examples.fasta") == Path("examples.fasta")  # one's own goes first


def test_jupyterlab_opens_it_without_news_and_serves_what_the_3d_views_need(chapters, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(copies.subprocess, "call", lambda command, env: said.append((command, env)) or 0)
    copies.lay_out(chapters, tmp_path / "work")
    assert copies.open_in_jupyterlab(tmp_path / "work/01_a.ipynb", ["--no-browser"]) == 0
    assert copies.open_in_jupyterlab(ROOT / "work/01_proteins.ipynb", []) == 0
    elsewhere, here = (command for command, _ in said)
    assert f"--ServerApp.root_dir={tmp_path / 'work'}" in elsewhere and "--no-browser" in elsewhere
    assert f"--ServerApp.root_dir={ROOT}" in here and here[-1] == str(ROOT / "work/01_proteins.ipynb")
    assert "--LabApp.news_url=" in here
