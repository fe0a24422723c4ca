"""What is prepared for the site; the finished site stands before tests/browser/test_site.py."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from dlfb_helpers.lesson.glossary import read_glossary

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site():
    """Return an importer of the modules beside conf.py, which are no package: they are run where they lie."""
    sys.path.insert(0, str(ROOT / "docs"))
    yield importlib.import_module
    sys.path.remove(str(ROOT / "docs"))


def sources(notebook):
    return [cell.source for cell in notebook.cells]


GLOSSARY = """# Glossary

The words of the course.

- **amino acid** (amino acids): a small molecule. *Chapter 1*
- **acid**: a donor of protons. *Chapter 99*
"""


def test_the_page_of_the_glossary_is_written_for_sphinx(site, tmp_path):
    (tmp_path / "glossary.md").write_text(GLOSSARY)
    page = site("glossary").glossary_page(*read_glossary(tmp_path / "glossary.md"), {1: "01_a.ipynb"})
    assert page.startswith("# Glossary\n\nThe words") and "{glossary}\n:sorted:" in page
    assert "\namino acid\n  a small molecule. [Chapter 1](01_a.ipynb)\n" in page
    assert "*Chapter 99*" in page


def test_a_term_is_linked_with_its_role(site):
    assert site("glossary").term_role("Amino acids", "amino acid") == "{term}`Amino acids <amino acid>`"


@pytest.mark.parametrize(
    "urls, expected",
    [
        ('[project.urls]\nRepository = "https://github.com/ada/proteins"', "ada/proteins"),
        ('[project.urls]\nRepository = "https://github.com/ada/proteins.git"', "ada/proteins"),
        ('[project.urls]\nRepository = "https://github.com/OWNER/REPO"', None),
        ("", None),
    ],
)
def test_the_address_of_the_repository_is_read_from_one_place(site, tmp_path, urls, expected):
    path = tmp_path / "pyproject.toml"
    path.write_text(f'[project]\nname = "x"\n{urls}\n')
    assert site("launch").repository(path) == expected


def test_an_address_elsewhere_is_refused(site, tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "x"\n[project.urls]\nRepository = "https://example.org/x"\n')
    with pytest.raises(ValueError, match=r"pyproject.toml: .*https://github.com/owner/name"):
        site("launch").repository(path)


def test_the_line_at_the_top_leads_to_binder_colab_and_the_notebook(site):
    line = site("launch").launch_line("ada/proteins", "01_a")
    targets = re.findall(r"\]\(([^)]+)\)", line)
    assert targets == [
        "https://mybinder.org/v2/gh/ada/proteins/main?urlpath=lab/tree/chapters/01_a.ipynb",
        "https://colab.research.google.com/github/ada/proteins/blob/main/chapters/01_a.ipynb",
        "#start",
    ]
    assert "{download}`download </downloads/01_a.ipynb>`" in line


def test_without_an_address_the_line_says_what_is_missing(site):
    line = site("launch").launch_line(None, "01_a")
    assert "http" not in line and "OWNER" not in line and "once `pyproject.toml` names the repository" in line


def test_the_line_stands_under_the_title(site):
    notebook = new_notebook(cells=[new_markdown_cell("# 1 · Title\n\nA promise.")])
    site("launch").insert_under_title(notebook, "Open in")
    assert notebook.cells[0].source == "# 1 · Title\n\nOpen in\n\nA promise."


def test_the_committed_chapters_are_prepared_whole(site, tmp_path):
    site("prepare").prepare(tmp_path / "source")
    written = sorted((tmp_path / "source/chapters").glob("*.ipynb"))
    assert [path.name for path in written] == sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
    table = (tmp_path / "source/chapter_table.txt").read_text()
    for path in written:
        original = nbformat.read(ROOT / "chapters" / path.name, as_version=4)
        shown = nbformat.read(path, as_version=4)
        solved = ROOT / "chapters/solutions" / path.name
        parts = [original, *([nbformat.read(solved, as_version=4)] if solved.is_file() else [])]
        for_a_page = {c.id for part in parts for c in part.cells if "remove-cell" not in c.metadata.get("tags", [])}
        assert for_a_page == {cell.id for cell in shown.cells}
        asked = any("exercise" in cell.metadata.get("tags", []) for cell in original.cells)  # the tour asks nothing
        assert asked == any("hide-cell" in cell.metadata.get("tags", []) for cell in shown.cells), path.name
        assert "{term}`" in "".join(sources(shown)), f"{path.name}: no word of the glossary"
        assert f"](chapters/{path.name})" in table
        assert (tmp_path / "source/downloads" / path.name).read_bytes() == (ROOT / "chapters" / path.name).read_bytes()


def test_a_folder_with_other_files_is_left_alone(site, tmp_path):
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(FileExistsError, match="holds no prepared pages"):
        site("prepare").prepare(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "all of it"


def test_preparing_again_leaves_nothing_of_the_last_time(site, tmp_path):
    source = tmp_path / "source"
    site("prepare").prepare(source)
    (source / "chapters/11_gone.ipynb").write_text("{}")
    site("prepare").prepare(source)
    assert not (source / "chapters/11_gone.ipynb").exists() and (source / "index.md").is_file()


def test_the_reference_lists_every_module_once_room_by_room(site):
    page, there = site("house").reference_page(), set()
    for path in (ROOT / "dlfb_helpers").glob("*/*"):
        if path.suffix == ".py" and path.stem != "__init__" or (path / "__init__.py").is_file():
            there.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    listed = re.findall(r"^   ~(dlfb_helpers[\w.]+)$", page, re.MULTILINE)
    assert len(listed) == len(set(listed)) and set(listed) == there
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == site("house").rooms()


def test_the_house_says_which_room_imports_from_which(site, tmp_path):
    imports, order = site("house").room_imports(), site("house").rooms()
    assert imports["embedding", "proteins"] >= 3 and imports["cli", "predictors"] >= 2
    assert all(order.index(room) > order.index(other) for room, other in imports)
    table = site("house").room_table().splitlines()[2:]
    assert [row.split("**")[1] for row in table] == order
    assert table[0].endswith("|  |") and "`~dlfb_helpers.training.loop`" in table[6] and "metrics" in table[6]
    site("house").draw(tmp_path / "one.svg")
    site("house").draw(tmp_path / "again.svg")
    assert (tmp_path / "one.svg").read_text() == (tmp_path / "again.svg").read_text()


def test_the_articles_calls_are_where_the_page_says():
    page = (ROOT / "docs/from_the_article.md").read_text(encoding="utf-8")
    imports = re.findall(r"^from (dlfb_helpers\.\w+) import (.+)$", page, re.MULTILINE)
    faces = {
        name: getattr(importlib.import_module(room), name) for room, names in imports for name in names.split(", ")
    }
    for call in re.findall(r"^\| `([^`]+)` ", page, re.MULTILINE):
        path, _, arguments = call.partition("(")
        first, *rest = path.split(".")
        function = getattr(faces[first], *rest) if rest else faces[first]
        named = re.findall(r"(?:^|, )(\w+)", arguments)
        parameters = [name for name in inspect.signature(function).parameters if name != "self"]
        assert named == parameters[: len(named)], call
    assert len(faces) == 13
