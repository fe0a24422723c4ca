"""What GitHub runs and asks: the jobs of the workflow, the forms of reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from recipes import environments
from tests.test_environment import TESTED_PYTHONS

ROOT = Path(__file__).parents[1]


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


def test_the_workflow_tries_the_other_ways_in():
    jobs = workflow()["jobs"]
    assert jobs["systems"]["strategy"]["matrix"]["system"] == ["windows-latest", "macos-latest"]
    told = {name: "\n".join(step.get("run", "") for step in job["steps"]) for name, job in jobs.items()}
    for words in ("python recipes/install.py", "dlfb check", "dlfb course", "dlfb predict chapters/examples.fasta"):
        assert words in told["systems"]
    assert "jupyter-repo2docker" in told["binder"] and "--memory 2g" in told["binder"]
    assert ".ci/colab.txt" in told["colab"] and "recipes.colab" in told["colab"]
    text = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    for name in ("systems", "binder", "colab", "audit"):  # .ci/run cannot do them, and the file says so
        assert re.search(rf"^  # .*[Oo]n GitHub alone.*\n(?:  #.*\n)*  {name}:", text, re.MULTILINE), name


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
