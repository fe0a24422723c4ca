"""Install the course with the oldest, the tested and the newest releases of its packages, on each Python, and try it.

Every environment runs ``dlfb check`` and the tests that lean most on other packages. Prints a Markdown table; exits
with 1 if something failed, and keeps that environment in build/environments. From the project's root::

    python -m recipes.environments                                  # all nine; minutes and gigabytes each
    python -m recipes.environments --pythons 3.12 --releases oldest newest
    UV_TORCH_BACKEND=cpu python -m recipes.environments             # without the libraries of CUDA

A Python that uv neither finds nor can download is told as "not here"; a path to one does as well as a number.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build/environments"
UV = Path(sysconfig.get_path("scripts")) / "uv"

PYTHONS = ("3.11", "3.12", "3.13")
RELEASES = {
    "oldest": ("--resolution", "lowest-direct"),  # the lower bounds of pyproject.toml
    "tested": ("--constraints", "constraints.txt"),
    "newest": ("--resolution", "highest"),
}
QUICK = """
proteins/structures annotations/ontology embedding/checkpoints embedding/esm2 embedding/masking embedding/mean
embedding/store dataset/labels dataset/splits metrics/per_row training/model training/loop predictors/predictor
plots/proteins lesson/runner
""".split()
SHOWN = ("numpy", "pandas", "torch", "transformers", "jax", "tensorflow", "tensorflow-cpu")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "JUPYTER_PREFER_ENV_PATH": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **QUIET, **environment}
    return subprocess.run(list(map(str, command)), cwd=ROOT, env=variables, capture_output=True, text=True)


def attempt(python: str, releases: str) -> tuple[str, ...]:
    """Make one environment and try the course in it: the cells of its row, the last of them ok, failed or not here."""
    folder = FOLDER / f"{releases}-{re.sub('[^0-9.]+', '-', python).strip('-')}"
    if run(UV, "venv", "--clear", "--python", python, folder).returncode:
        return python, releases, "", "", "", "not here"
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    here = programs / "python"
    number = run(here, "-c", "import platform; print(platform.python_version())").stdout.strip()
    installed = run(UV, "pip", "install", "--python", here, *RELEASES[releases], "--editable", ".[test]")
    if installed.returncode:
        print(installed.stderr, file=sys.stderr)
        return number, releases, "cannot be installed", "", "", "failed"
    listed = dict(re.findall(r"^(\S+)==(\S+)$", run(UV, "pip", "freeze", "--python", here).stdout, re.MULTILINE))
    path = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    check = run(programs / "dlfb", "check", **path)
    files = [f"tests/{name.replace('/', '/test_')}.py" for name in QUICK]
    tests = run(here, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *files, **path)
    good = check.returncode == tests.returncode == 0
    if good:
        shutil.rmtree(folder)
    else:
        print(check.stdout, tests.stdout[-8000:], tests.stderr[-2000:], sep="\n", file=sys.stderr)
    wrong = ", ".join(re.findall(r"^\[FAIL\] +(.+?):", check.stdout, re.MULTILINE))
    counts = tests.stdout.strip().rpartition("\n")[2].strip("= ").partition(" in ")[0]
    shown = ", ".join(f"{name} {listed[name]}" for name in SHOWN if name in listed)
    return number, releases, shown, wrong or "ok", counts, "ok" if good else "failed"


def row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m recipes.environments", description=__doc__.split("\n\n")[0])
    parser.add_argument("--pythons", nargs="+", default=PYTHONS, help="numbers or paths (default: 3.11 3.12 3.13)")
    parser.add_argument("--releases", nargs="+", choices=RELEASES, default=list(RELEASES), help="default: all three")
    options = parser.parse_args(arguments)
    print(row(("Python", "releases", "of them", "dlfb check", "tests", "")), row(("---",) * 6), sep="\n", flush=True)
    results = []
    for python in options.pythons:
        for releases in options.releases:
            results.append(attempt(python, releases))
            print(row(results[-1]), flush=True)
    return int(any(cells[-1] == "failed" for cells in results) or all(cells[-1] == "not here" for cells in results))


if __name__ == "__main__":
    sys.exit(main())
