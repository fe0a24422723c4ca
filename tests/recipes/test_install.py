"""Making the environment: which Pythons will do, and what is said where it cannot be made; CI shows that it can."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recipes import install

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1)])
def test_pythons_that_will_do(version):
    assert install.version_refused(version, "python3") is None


@pytest.mark.parametrize(("version", "why"), [((3, 10, 4), ""), ((3, 14, 0), "TensorFlow and pyopal have no releases")])
def test_others_are_refused_with_a_sentence_that_names_one(version, why, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda name: sys.executable if name == "python3.12" else None)
    said = install.version_refused(version, "python3")
    assert f"python3 is {'.'.join(map(str, version))}" in said and why in said and "3.11, 3.12 or 3.13" in said
    assert "python3.12 is here: take it, as in `make course PYTHON=python3.12`" in said
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    assert "install one of them" in install.version_refused(version, "python3")


def test_a_python_that_will_not_do_says_so_on_one_line(tmp_path):
    """As the real ones that are here, and one that gives itself out for 3.14."""
    named = ("python3.8", "python3.9", "python3.10", "python3.14", "python3.15")
    works = [name for name in named if shutil.which(name) and not subprocess.run([name, "-c", ""]).returncode]
    arguments = [str(ROOT / "recipes/install.py"), "--venv", str(tmp_path / "venv")]
    pretends = "import runpy, sys; sys.version_info = (3, 14, 0, 'final', 0); del sys.argv[0]; " + (
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    commands = [[name, *arguments] for name in works]
    commands.append([sys.executable, "-c", pretends, *arguments])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert "The course needs Python 3.11, 3.12 or 3.13" in line and not (tmp_path / "venv").exists()


def test_pytorch_for_cpus_is_taken_on_linux_without_a_gpu(monkeypatch):
    assert install.pinned("torch") in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for system, gpu, wanted in [("linux", False, True), ("linux", True, False), ("darwin", False, False)]:
        monkeypatch.setattr(install.sys, "platform", system)
        monkeypatch.setattr(install, "has_gpu", lambda: gpu)  # noqa: B023  (called at once)
        assert install.wants_cpu_torch() == wanted


def test_a_gpu_is_what_nvidias_program_lists(tmp_path, monkeypatch):
    program = tmp_path / "nvidia-smi"
    monkeypatch.setattr(install.shutil, "which", lambda name: str(program) if program.exists() else None)
    assert not install.has_gpu()
    program.symlink_to(os.path.realpath(sys.executable))  # a program that knows no -L, as without a driver
    assert not install.has_gpu()


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A project that pip refuses at once, without the network."""
    (tmp_path / "pyproject.toml").write_text("[project\n")
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n")
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "wants_cpu_torch", lambda: False)
    return tmp_path


def test_what_pip_cannot_install_is_told_without_a_traceback_and_all_of_it_is_in_a_log(broken, capfd):
    assert install.main(["--venv", str(broken / "a venv")]) == 1
    streams = capfd.readouterr()
    steps = streams.out.splitlines()
    assert [step[:6] for step in steps] == ["1 of 3", "3 of 3"]
    assert "Traceback" not in streams.err and "pip could not install the course" in streams.err
    log = re.search(r"all it said is in (.+)$", streams.err, re.MULTILINE)[1]
    assert "TOML" in Path(log).read_text(encoding="utf-8")
    assert install.main(["--venv", str(broken / "a venv")]) == 1  # the environment is taken up again
    assert [step[:6] for step in capfd.readouterr().out.splitlines()] == ["3 of 3"]


def test_where_no_environment_can_be_made_it_is_one_line(broken, capfd):
    assert install.main(["--venv", str(broken / "pyproject.toml" / "venv")]) == 1
    said = capfd.readouterr().err
    assert "could not make" in said and "Traceback" not in said
