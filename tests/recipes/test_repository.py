"""What follows from where the course lies: badges, and the cell by which a notebook runs on Colab."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from packaging.utils import canonicalize_name

from docs.launch import PLACEHOLDER
from recipes import repository
from tests.test_environment import requirements

ROOT = Path(__file__).parents[2]

# What Colab brings of its own, so that installing it again would change what other notebooks there rely on.
COLAB_HAS = {
    "numpy", "pandas", "pyarrow", "h5py", "scipy", "scikit-learn", "threadpoolctl", "requests", "pooch", "platformdirs",
    "typer", "packaging", "lazy-loader", "jinja2", "markupsafe", "networkx", "torch", "transformers", "huggingface-hub",
    "safetensors", "jax", "flax", "optax", "tensorflow", "tensorflow-cpu", "matplotlib", "seaborn", "ipython",
    "ipykernel", "ipywidgets", "nbconvert", "nbformat", "traitlets",
}  # fmt: skip
# What runs the chapters from outside.
NOT_IN_CHAPTERS = {"jupyterlab", "papermill", "nbval"}


def executed() -> nbformat.NotebookNode:
    result = new_output("execute_result", {"text/plain": "3"}, execution_count=2)
    cells = [new_markdown_cell("# 1 · A"), new_code_cell("a = 1", execution_count=1)]
    return new_notebook(cells=[*cells, new_code_cell("3", execution_count=2, outputs=[result]), new_code_cell("b")])


class Shell:
    """What the cell asks of IPython."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def run_line_magic(self, name: str, line: str) -> None:
        self.said.append(f"%{name} {line}")


def test_colab_gets_what_it_lacks_and_nothing_that_it_has(monkeypatch):
    lacking = {canonicalize_name(name) for name in repository.LACKING.split()}
    assert lacking == set(requirements()) - COLAB_HAS - NOT_IN_CHAPTERS
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    shell = Shell()
    exec(repository.colab_cell("ada/proteins").source, {"get_ipython": lambda: shell})
    course, others = shell.said
    assert course == "%pip install -q --no-deps 'git+https://github.com/ada/proteins'"
    assert others == f"%pip install -q {repository.LACKING}"


def test_elsewhere_than_on_colab_the_cell_does_nothing(monkeypatch):
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    exec(repository.colab_cell("ada/proteins").source, {})  # there is no get_ipython


def test_the_cell_stands_under_the_title_and_executed_cells_keep_their_order():
    notebook = repository.with_colab_cell(executed(), None)
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, 2, 3, None]
    assert notebook.cells[3].outputs[0].execution_count == 3
    assert "/content/course" in notebook.cells[1].source and PLACEHOLDER not in notebook.cells[1].source
    again = repository.with_colab_cell(nbformat.from_dict(notebook), "ada/proteins")
    assert [cell.get("execution_count") for cell in again.cells] == [None, 1, 2, 3, None]
    assert "ada/proteins" in again.cells[1].source and len(again.cells) == 5


def test_a_notebook_that_was_not_executed_stays_so():
    notebook = executed()
    for cell in notebook.cells[1:]:
        cell.update(execution_count=None, outputs=[])
    made = repository.with_colab_cell(notebook, None)
    assert not any(cell.get("execution_count") for cell in made.cells)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of what the recipe writes."""
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "chapters/solutions").mkdir(parents=True)
    for name in ("01_a", "solutions/01_a"):
        nbformat.write(executed(), tmp_path / f"chapters/{name}.ipynb")
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    return tmp_path


def test_one_name_sets_the_address_the_badges_and_the_cells(course):
    before = (course / "README.md").read_text(encoding="utf-8")
    assert repository.main(["ada/proteins"]) == 0
    assert 'Repository = "https://github.com/ada/proteins"' in (course / "pyproject.toml").read_text(encoding="utf-8")
    readme = (course / "README.md").read_text(encoding="utf-8")
    addresses = re.findall(r"\]\((https://[^)]*ada/proteins[^)]*)\)", readme)
    assert [re.match(r"https://([\w.]+)", address)[1] for address in addresses] == [
        "mybinder.org",
        "codespaces.new",
        "colab.research.google.com",
    ]
    assert all("01_a.ipynb" in address for address in addresses if "codespaces" not in address)
    for name in ("01_a", "solutions/01_a"):
        assert "ada/proteins" in (course / f"chapters/{name}.ipynb").read_text(encoding="utf-8")
    assert repository.main([PLACEHOLDER]) == 0  # and back
    assert (course / "README.md").read_text(encoding="utf-8") == before


@pytest.mark.parametrize("words", [["ada"], ["ada/proteins/x"], ["ada/proteins", "more"], ["https://github.com/ada/p"]])
def test_what_is_no_place_is_refused(course, words, capsys):
    assert repository.main(words) == 2
    assert "OWNER/NAME" in capsys.readouterr().err
    assert PLACEHOLDER in (course / "pyproject.toml").read_text(encoding="utf-8")


def test_where_no_place_is_set_nothing_names_one():
    assert 'Repository = "https://github.com/OWNER/REPO"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "chapters").rglob("*.ipynb")]:
        assert PLACEHOLDER not in path.read_text(encoding="utf-8"), path.name
