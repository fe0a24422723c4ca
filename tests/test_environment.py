"""One set of packages, said in several places: pyproject.toml, constraints.txt, environment.yml, binder/."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

import nbformat
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from dlfb_helpers.lesson.copies import first_notebook
from recipes import environments, install

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TESTED_PYTHONS = [word.rsplit(" ", 1)[1] for word in PROJECT["classifiers"] if "Python :: 3." in word]


def requirements(*extras: str) -> dict[str, SpecifierSet]:
    """Return all packages, whatever system they are for."""
    words = PROJECT["dependencies"] + [word for extra in extras for word in PROJECT["optional-dependencies"][extra]]
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, words)}


def required_here(*extras: str) -> dict[str, SpecifierSet]:
    """Return the packages that are required on this system."""
    words = PROJECT["dependencies"] + [word for extra in extras for word in PROJECT["optional-dependencies"][extra]]
    needed = [need for need in map(Requirement, words) if not need.marker or need.marker.evaluate()]
    return {canonicalize_name(need.name): need.specifier for need in needed}


def constraints() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") for pin in pins)
    return {canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("==")) for pin in pins}


PIP_LINES = [
    "--extra-index-url https://download.pytorch.org/whl/cpu",
    "--constraint constraints.txt",
    "--editable .",
]
"""What conda and Binder tell pip: PyTorch without CUDA, the tested releases, the course."""


def test_conda_takes_python_alone_and_pip_the_tested_releases():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert conda["channels"] == ["conda-forge", "nodefaults"]
    python, pip, packages = conda["dependencies"]
    assert pip == "pip" and packages == {"pip": PIP_LINES}
    assert python.removeprefix("python=") in TESTED_PYTHONS


def test_binder_installs_the_same_by_pip():
    lines = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    told = [line.replace("../constraints.txt", "constraints.txt") for line in lines if not line.startswith("#")]
    assert told == PIP_LINES  # pip finds constraints from the file's folder on, the course from where it is called
    runtime = (ROOT / "binder/runtime.txt").read_text().strip()
    assert runtime.removeprefix("python-") in TESTED_PYTHONS
    assert not (ROOT / "binder/environment.yml").exists()  # repo2docker would take conda


def test_the_same_pythons_are_named_in_every_place():
    assert TESTED_PYTHONS == ["3.11", "3.12", "3.13"] == list(environments.PYTHONS)
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert all(Version(f"{tested}.7") in allowed for tested in TESTED_PYTHONS)
    assert "3.10.9" not in allowed and "3.14.0" not in allowed
    assert (install.OLDEST, install.NEWEST) == ((3, 11), (3, 13))
    for file in ("README.md", "Makefile", "docs/index.md"):
        assert "3.11, 3.12 or 3.13" in (ROOT / file).read_text(encoding="utf-8"), file


def test_every_requirement_is_pinned_within_its_range():
    pins = constraints()
    for name, allowed in requirements("test").items():
        assert name in pins, f"constraints.txt does not pin {name}"
        assert pins[name] in allowed, f"constraints.txt pins {name} {pins[name]}, pyproject.toml asks for {allowed}"


def test_no_range_has_an_upper_bound():
    # There is no reason for one now; whoever adds one says why beside it, and names it here.
    upper = {"<", "<=", "~=", "=="}
    assert {name for name, allowed in requirements("test").items() if upper & {s.operator for s in allowed}} == set()


def test_the_installed_packages_are_within_the_ranges():
    for name, allowed in required_here("test").items():
        assert Version(version(name)) in allowed, f"{name} {version(name)} is installed, the course needs {allowed}"


def imported_packages() -> dict[str, set[str]]:
    """Return the top-level names imported in the package, the tests, the recipes and the chapters, with where."""
    sources = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for folder in ("dlfb_helpers", "tests", "recipes", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
    }
    for path in (ROOT / "chapters").glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        sources[path.name] = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    found: dict[str, set[str]] = {}
    for place, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for name in names:
                found.setdefault(name.split(".")[0], set()).add(place)
    return found


def test_whatever_is_imported_is_required():
    known = set(sys.stdlib_module_names) | {"dlfb_helpers", "recipes", "benchmarks", "tests", "docs"}
    known |= {path.stem for path in (ROOT / "tests/lesson/exercises").glob("*.py")}  # pytest's pythonpath
    declared, distributions = set(requirements("test", "recipes")), packages_distributions()
    for name, places in imported_packages().items():
        if name not in known:
            owners = {canonicalize_name(owner) for owner in distributions.get(name, [name])}
            assert owners & declared, f"{name}, imported in {sorted(places)}, is not required in pyproject.toml"


def test_repo2docker_accepts_binder(tmp_path):
    copy = tmp_path / "course"  # what Binder sees: the folder and the files that it names, no environment of ours
    shutil.copytree(ROOT / "binder", copy / "binder")
    program = Path(sysconfig.get_path("scripts")) / "jupyter-repo2docker"
    done = subprocess.run(
        [program, "--no-build", "--debug", copy], capture_output=True, text=True, timeout=300, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout + done.stderr
    assert '/bin/pip install --no-cache-dir -r "binder/requirements.txt"' in printed
    assert "conda environment for python=3.12" in printed  # the name of its own base; the packages are pip's
    assert "RUN ./binder/postBuild" in printed
    copied, installed = printed.rindex(" src/ ${REPO_DIR}/"), printed.index('-r "binder/requirements.txt"')
    assert copied < installed, "the course is not there yet when pip is to install it"


def test_binder_asks_for_no_news():
    script = ROOT / "binder" / "postBuild"
    assert script.stat().st_mode & 0o111, "binder/postBuild is not executable"
    assert 'jupyter labextension disable "@jupyterlab/apputils-extension:announcements"' in script.read_text()


def test_codespaces_opens_the_first_chapter_of_a_copy():
    text = (ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    container = json.loads(re.sub(r"^//.*$", "", text, flags=re.MULTILINE))
    first = first_notebook(ROOT / "chapters").name
    assert container["customizations"]["codespaces"]["openFiles"] == [f"work/{first}"]
    assert container["image"].rpartition(":")[2] in TESTED_PYTHONS
    made, laid_out = container["updateContentCommand"].split(" && ")
    assert made == "python3 recipes/install.py" and laid_out == ".venv/bin/dlfb course --copy work --closed"
    assert container["waitFor"] == "updateContentCommand"  # the copy is there when the editor opens


def test_a_wheel_holds_every_module_template_quiz_and_notebook_and_lays_them_out(tmp_path):
    """What `pip install` copies, as on Colab; the assets are left out here for speed."""
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns("assets", "__pycache__", "*.egg-info")
    for name in ("dlfb_helpers", "chapters"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", "../out", "."]
    subprocess.run(command, cwd=source, check=True, timeout=120)
    (wheel,) = (tmp_path / "out").iterdir()
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("dlfb_helpers/")}
    wanted = {path.relative_to(source).as_posix() for path in (source / "dlfb_helpers").rglob("*.*")}
    assert packed == wanted

    place = tmp_path / "installed"  # as an environment has it: what is not code lies beside its packages
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", place, wheel]
    subprocess.run(command, check=True, timeout=120)
    command = [sys.executable, "-m", "dlfb_helpers.cli.main", "course", "--copy", "work", "--closed"]
    environment = os.environ | {"PYTHONPATH": str(place)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    laid = {path.relative_to(tmp_path / "work").as_posix() for path in (tmp_path / "work").rglob("*.*")}
    chapters = {path.relative_to(ROOT / "chapters").as_posix() for path in (ROOT / "chapters").rglob("*.ipynb")}
    assert chapters | {"examples.fasta", "images/true_and_predicted.png"} <= laid


def test_an_environment_without_its_python_is_told_as_not_here(capsys):
    assert environments.main(["--pythons", "2.0", "--releases", "oldest"]) == 1
    assert capsys.readouterr().out.splitlines()[2] == "| 2.0 | oldest |  |  |  | not here |"


def test_the_quick_tests_of_an_environment_are_there():
    files = [ROOT / f"tests/{name.replace('/', '/test_')}.py" for name in environments.QUICK]
    assert [file for file in files if not file.is_file()] == []
