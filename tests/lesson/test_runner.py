"""The runner, on small chapters that are executed for real."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dlfb_helpers.lesson import runner as course

OPENING = """# {number} · {title}

Learn to count, *really*, with [Python](https://python.org).

| | |
|---|---|
| **Questions** | How many? |
| **Time** | 15 minutes |

See [the next one](02_more.ipynb#practice)."""


def write_chapter(folder: Path, name: str, *code: str, title: str = "A & B") -> Path:
    cells = [new_markdown_cell(OPENING.format(number=int(name[:2]), title=title))]
    cells.append(new_code_cell("seed = 42\ndata_dir = 'course'", metadata={"tags": ["parameters"]}))
    cells += [new_code_cell(source) for source in code]
    cells.append(new_code_cell("assert seed", metadata={"tags": ["solution"]}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / f"{name}.ipynb"
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


@pytest.fixture(scope="module")
def chapters(tmp_path_factory) -> Path:
    """Two chapters: one that uses 200 MB and says where and with what it runs, one that it links to."""
    folder = tmp_path_factory.mktemp("course") / "chapters"
    folder.mkdir()
    write_chapter(
        folder,
        "01_counts",
        "import os\nfrom pathlib import Path\nblock = bytearray(os.urandom(200_000_000))\nprint(Path.cwd().name, seed)",
    )
    write_chapter(folder, "02_more", "counted = 3", title="More")
    return folder


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "dlfb_helpers.lesson.runner", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def first_run(chapters):
    """The runner as the Makefile calls it, on the chapter that works."""
    done = run("--from", "chapters", "--chapters", "1", "-p", "seed=7", cwd=chapters.parent)
    assert done.returncode == 0, done.stderr
    return done


def printed(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


def test_a_line_tells_how_far_it_is_and_what_the_chapter_took(first_run):
    line, summary, following = first_run.stdout.splitlines()
    told = re.fullmatch(r"chapter 1 of 1, less than a minute left  1 · A & B: (\d+) s(?:, ([\d,]+) MB)?", line)
    assert 0 <= int(told[1]) < 300
    if os.name == "posix":
        assert 200 < int(told[2].replace(",", "")) < 2000  # the block of 200 MB is counted
    assert summary.startswith("1 chapters in") and "index.html" in summary
    assert "make lab" in following and "dlfb progress" in following
    assert first_run.stderr == ""


def test_a_chapter_runs_in_its_own_folder_with_the_parameters_given(first_run, chapters):
    assert printed(chapters.parent / "build" / "01_counts.ipynb") == "chapters 7\n"
    assert printed(chapters / "01_counts.ipynb") == ""  # the chapter itself is left as it was


def test_page_and_index(first_run, chapters):
    page = (chapters.parent / "build" / "01_counts.html").read_text()
    assert "chapters 7" in page
    assert "See the next one." in page and 'href="index.html"' in page
    assert "02_more" not in page and "Next: " not in page  # it has no page: no link
    index = (chapters.parent / "build" / "index.html").read_text()
    assert '<a href="01_counts.html">1 · A &amp; B</a>' in index
    assert "15 min" in index and "Learn to count, really, with Python." in index
    assert "02_more" not in index  # no page, no link
    assert "http" not in index  # nothing is fetched


def test_a_chapter_that_fails_does_not_keep_the_others_from_running_and_the_index_says_where(tmp_path, capfd):
    write_chapter(tmp_path, "01_stops", "counted = 3", "counted / 0", title="Stops")
    write_chapter(tmp_path, "02_killed", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", title="Killed")
    write_chapter(tmp_path, "03_goes_on", "print('reached')", title="Goes on")
    built = tmp_path / "build"
    assert course.main(["--from", str(tmp_path), "--out", str(built)]) == 1
    streams = capfd.readouterr()
    assert [line.split(": ")[1][:6] for line in streams.out.splitlines()[:2]] == ["failed", "failed"]
    assert "2 of 3 chapters failed" in streams.out.splitlines()[-1] and "index.html" in streams.out.splitlines()[-1]
    for words in ("01_stops stopped in cell In [3]", "counted / 0", "ZeroDivisionError: division by zero"):
        assert words in streams.err
    assert "02_killed stopped: its process was ended from outside" in streams.err and "Traceback" not in streams.err
    assert printed(built / "03_goes_on.ipynb") == "reached\n"
    assert 'Next: <a href="02_killed.html">' in (built / "01_stops.html").read_text()
    index = (built / "index.html").read_text()
    first, second, third = index.split("<li>")[1:]
    assert "Failed" in first and "cell In [3]: ZeroDivisionError: division by zero" in first
    assert "Failed" in second and "memory runs out" in second and "Failed" not in third
    anchor = re.search(r'href="01_stops.html#([\w-]+)"', first)[1]
    assert f'id="{anchor}"' in (built / "01_stops.html").read_text()

    write_chapter(tmp_path, "01_stops", "counted = 3", title="Stops")  # it is mended, and run alone
    assert course.main(["--from", str(tmp_path), "--out", str(built), "--chapters", "1"]) == 0
    assert "ZeroDivisionError" not in (built / "index.html").read_text()
    assert "memory runs out" in (built / "index.html").read_text()  # still true of the other


def test_ctrl_c_is_a_line(chapters, monkeypatch, capsys):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "_executed", interrupted)
    monkeypatch.chdir(chapters.parent)
    assert course.main(["--from", str(chapters), "--out", "stopped"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_chapters_are_laid_out_instead_of_executed(chapters, tmp_path, capsys):
    assert course.main(["--from", str(chapters), "--copy", str(tmp_path / "work"), "--closed"]) == 0
    told = capsys.readouterr().out
    assert "2 files added" in told and str(tmp_path / "work/01_counts.ipynb") in told
    assert (tmp_path / "work/02_more.ipynb").read_bytes() == (chapters / "02_more.ipynb").read_bytes()
    assert course.main(["--from", str(chapters), "--copy", str(chapters), "--closed"]) == 2
    assert "name another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--chapters", "9"], "no chapter '9'; there are 01_counts, 02_more"),
        (["-p", "sed=7"], "no chapter has a parameter sed; there are data_dir, seed"),
        (["-p", "seed"], "'seed' is not of the form name=value"),
        (["--from", "nowhere"], "no chapters"),
        (["--copy", "work", "--from", "nowhere"], "no chapters"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_before_anything_runs(chapters, monkeypatch, capsys, words, message):
    monkeypatch.chdir(chapters.parent)
    assert course.main(["--from", "chapters", "--out", "untouched", *words]) == 2
    assert message in capsys.readouterr().err
    assert not Path("untouched").exists()


def test_parameters_are_read_as_json_or_text_and_paths_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cafa5.zip").touch()
    (tmp_path / "course").mkdir()
    words = ["a=1", "b=2.5", "c=true", "d=facebook/esm2_t6_8M_UR50D", "e=cafa5.zip", "f=course"]
    assert course.parse_parameters(words) == {
        "a": 1,
        "b": 2.5,
        "c": True,
        "d": "facebook/esm2_t6_8M_UR50D",
        "e": str(tmp_path / "cafa5.zip"),
        "f": "course",
    }


def test_a_parameter_goes_only_to_the_chapters_that_declare_it(tmp_path):
    write_chapter(tmp_path, "01_counts")
    path = write_chapter(tmp_path, "02_other")
    path.write_text(path.read_text().replace("seed = 42", "size = 3"))
    found = course.declared_parameters(course.find_chapters(tmp_path), {"seed": 7, "data_dir": "there"})
    assert found == {"01_counts": {"seed": 7, "data_dir": "there"}, "02_other": {"data_dir": "there"}}
