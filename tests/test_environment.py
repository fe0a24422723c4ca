"""One set of packages, said in several places: pyproject.toml, constraints.txt, environment.yml, binder/."""

from __future__ import annotations

import ast
import json
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
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from recipes import environments

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TESTED_PYTHONS = [word.rsplit(" ", 1)[1] for word in PROJECT["classifiers"] if "Python :: 3." in word]

# What conda-forge calls a package, where that differs: CPU builds and the parts without a desktop toolkit.
PYPI_NAME = {
    "pytorch-cpu": "torch",
    "tensorflow-cpu": "tensorflow",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "nbconvert-core": "nbconvert",
}
# In the conda environments beside the course's own requirements.
CONDA_ONLY = {"python", "pip"}


def requirements(*extras: str) -> dict[str, SpecifierSet]:
    words = PROJECT["dependencies"] + [word for extra in extras for word in PROJECT["optional-dependencies"][extra]]
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, words)}


def conda_packages(path: Path) -> dict[str, SpecifierSet]:
    """Return the packages of a conda environment file under their PyPI names."""
    found: dict[str, SpecifierSet] = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]:
        for word in entry["pip"] if isinstance(entry, dict) else [entry]:
            name, comparison = re.fullmatch(r"([A-Za-z0-9_.-]+?)\s*([=<>!~].*)?", word).groups()
            assert name not in found, f"{name} stands twice in {path.name}"
            exact = re.sub(r"^=(?!=)([\d.]+)$", r"==\1.*", comparison or "")  # conda's python=3.12 is 3.12.*
            found[canonicalize_name(PYPI_NAME.get(name, name))] = SpecifierSet(exact)
    return found


def constraints() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") for pin in pins)
    return {canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("==")) for pin in pins}


@pytest.mark.parametrize("file", ["environment.yml", "binder/environment.yml"])
def test_conda_environment_has_the_packages_and_ranges_of_pyproject(file):
    found = conda_packages(ROOT / file)
    assert {name: found[name] for name in found if name not in CONDA_ONLY} == requirements()


def test_the_two_conda_environments_are_the_same():
    one, other = (yaml.safe_load((ROOT / f).read_text()) for f in ("environment.yml", "binder/environment.yml"))
    assert one == other
    assert one["channels"] == ["conda-forge", "nodefaults"]


def test_conda_python_is_one_of_those_tested():
    python = conda_packages(ROOT / "environment.yml")["python"]
    assert [tested for tested in TESTED_PYTHONS if Version(f"{tested}.0") in python] == ["3.12"]
    assert TESTED_PYTHONS == ["3.11", "3.12", "3.13"]
    assert all(Version(f"{tested}.0") in SpecifierSet(PROJECT["requires-python"]) for tested in TESTED_PYTHONS)


def test_conda_environments_take_pytorch_and_tensorflow_without_cuda():
    words = yaml.safe_load((ROOT / "binder/environment.yml").read_text())["dependencies"]
    names = {re.split("[=<>]", word)[0] for word in words if isinstance(word, str)}
    assert {"pytorch-cpu", "tensorflow-cpu"} <= names
    assert not {"pytorch", "tensorflow", "pytorch-gpu", "tensorflow-gpu"} & names


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
    for name, allowed in requirements("test").items():
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
    known = set(sys.stdlib_module_names) | {"dlfb_helpers", "recipes", "benchmarks", "tests"}
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
    assert "conda environment for python=3.12" in printed
    assert '--file "binder/environment.yml"' in printed
    assert "RUN ./binder/postBuild" in printed


def test_post_build_installs_the_course_and_nothing_else():
    script = ROOT / "binder" / "postBuild"
    assert script.stat().st_mode & 0o111, "binder/postBuild is not executable"
    commands = [line for line in script.read_text().splitlines() if line and not line.startswith(("#", "set "))]
    assert commands == ["python -m pip install --no-deps --no-cache-dir --editable ."]


def test_a_wheel_holds_every_module_template_and_quiz(tmp_path):
    """What `pip install` copies, as on Colab; the assets are left out here for speed."""
    ignored = shutil.ignore_patterns("assets", "__pycache__")
    shutil.copytree(ROOT / "dlfb_helpers", tmp_path / "dlfb_helpers", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", "out", "."]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
    (wheel,) = (tmp_path / "out").iterdir()
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("dlfb_helpers/")}
    wanted = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "dlfb_helpers").rglob("*.*")}
    assert packed == wanted


def workflow() -> dict:
    return yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))


def test_the_workflow_tests_every_python_with_the_oldest_tested_and_newest_releases():
    jobs = workflow()["jobs"]
    assert jobs["tests"]["strategy"]["matrix"]["python"] == TESTED_PYTHONS == list(environments.PYTHONS)
    assert [step["run"] for step in jobs["tests"]["steps"] if "run" in step] == ["bash .ci/run"]
    matrix = jobs["releases"]["strategy"]["matrix"]
    assert matrix["python"] == TESTED_PYTHONS
    weekly, always = (json.loads(text) for text in re.findall(r"'(\[.+?\])'", matrix["resolution"]))
    assert weekly == ["highest"]
    assert {("--resolution", each) for each in always} == {environments.RELEASES[name] for name in ("oldest", "newest")}
    commands = [step["run"] for step in jobs["releases"]["steps"] if "run" in step]
    assert "--resolution ${{ matrix.resolution }} --editable '.[test]'" in commands[1]
    assert commands[2:] == ["dlfb check", "python -m pytest tests"]


def test_the_workflow_looks_at_the_newest_releases_once_a_week():
    triggers = workflow()[True]  # YAML 1.1 reads `on` as true
    (schedule,) = triggers["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])
    assert {"push", "pull_request", "schedule"} == set(triggers)


def test_the_workflow_keeps_the_site():
    steps = workflow()["jobs"]["site"]["steps"]
    assert "make site" in [step.get("run") for step in steps]
    assert steps[-1]["uses"].startswith("actions/upload-artifact@") and steps[-1]["with"]["path"] == "build/site"
    assert re.search(r"^site:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_a_report_of_a_bug_comes_with_what_dlfb_check_prints():
    forms = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")}
    assert set(forms) == {"bug", "teaching"}
    for form in forms.values():
        ids = [field["id"] for field in form["body"]]
        assert form["name"] and form["description"] and len(ids) == len(set(ids))
    check = next(field for field in forms["bug"]["body"] if field["id"] == "check")
    assert "dlfb check" in check["attributes"]["label"] and check["validations"]["required"]


def test_an_environment_without_its_python_is_told_as_not_here(capsys):
    assert environments.main(["--pythons", "2.0", "--releases", "oldest"]) == 1
    assert capsys.readouterr().out.splitlines()[2] == "| 2.0 | oldest |  |  |  | not here |"


def test_the_quick_tests_of_an_environment_are_there():
    files = [ROOT / f"tests/{name.replace('/', '/test_')}.py" for name in environments.QUICK]
    assert [file for file in files if not file.is_file()] == []


# What Colab brings of its own, so that installing it again would change what other notebooks there rely on.
COLAB_HAS = {
    "numpy", "pandas", "pyarrow", "h5py", "scipy", "scikit-learn", "threadpoolctl", "requests", "pooch", "platformdirs",
    "typer", "packaging", "lazy-loader", "jinja2", "markupsafe", "networkx", "torch", "transformers", "huggingface-hub",
    "safetensors", "jax", "flax", "optax", "tensorflow", "matplotlib", "seaborn", "ipython", "ipykernel",
    "ipywidgets", "nbconvert", "nbformat",
}  # fmt: skip
# What runs the chapters from outside.
NOT_IN_CHAPTERS = {"jupyterlab", "papermill", "nbval"}


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_colab_gets_what_it_lacks_and_nothing_that_it_has(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "%pip install -q --no-deps /content/course\n" in text
    named = re.search(r"^%pip install -q (?!--no-deps)(.+)$", text, re.MULTILINE)[1].split()
    assert {canonicalize_name(name) for name in named} == set(requirements()) - COLAB_HAS - NOT_IN_CHAPTERS
