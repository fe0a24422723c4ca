"""What is prepared for the site; the finished site stands before tests/browser/test_site.py."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site():
    """Return an importer of the modules beside conf.py, which are no package: they are run where they lie."""
    sys.path.insert(0, str(ROOT / "docs"))
    yield importlib.import_module
    sys.path.remove(str(ROOT / "docs"))


def code(source, *tags, **extra):
    return new_code_cell(source, metadata={"tags": list(tags)}, **extra)


def sources(notebook):
    return [cell.source for cell in notebook.cells]


@pytest.fixture
def pair():
    shared = ["# 1 · Title", "x = 1", "See [the solutions]({}).", "### Exercise 2", "## Sources"]
    learner = [new_markdown_cell(text.format("solutions/01_a.ipynb"), id=f"cell-{i}") for i, text in enumerate(shared)]
    solved = [new_markdown_cell(text.format("01_a.ipynb"), id=f"cell-{i}") for i, text in enumerate(shared)]
    learner[4:4] = [code("check_two(...)", "exercise")]
    learner[3:3] = [code("check_one(...)", "exercise")]
    solved[4:4] = [code("help = 2", "solution"), code("check_two(help)", "solution")]
    solved[3:3] = [code("check_one(1)", "solution")]
    return new_notebook(cells=learner), new_notebook(cells=solved)


def test_solutions_stand_after_the_exercise_that_they_solve(site, pair):
    merged = site("notebooks").merge(*pair, "01_a")
    assert sources(merged) == [
        "# 1 · Title",
        "x = 1",
        "See [the solutions](solutions/01_a.ipynb).",
        "check_one(...)",
        "check_one(1)",
        "### Exercise 2",
        "check_two(...)",
        "help = 2",
        "check_two(help)",
        "## Sources",
    ]


@pytest.mark.parametrize("lost", [1, -1])
def test_notebooks_that_differ_elsewhere_are_refused_by_name(site, pair, lost):
    learner, solved = pair
    solved.cells.pop(lost)
    with pytest.raises(ValueError, match=r"chapters/01_a\.ipynb.*differ.*cell-\d.*chapters/source/01_a\.md"):
        site("notebooks").merge(learner, solved, "01_a")


def test_solutions_are_folded_and_nothing_else_is(site, pair):
    merged = site("notebooks").merge(*pair, "01_a")
    site("notebooks").fold_solutions(merged)
    folded = [cell for cell in merged.cells if "hide-cell" in cell.metadata.get("tags", [])]
    assert sources(new_notebook(cells=folded)) == ["check_one(1)", "help = 2", "check_two(help)"]
    assert {cell.metadata["mystnb"]["code_prompt_show"] for cell in folded} == {"Show the solution"}


def figure(alt):
    return new_output("display_data", data={"image/png": "AAAA"}, metadata={"image/png": {"alt": alt}})


def test_descriptions_reach_the_renderer_beside_what_folds_the_cell(site):
    notebook = new_notebook(cells=[code("plot()", "solution", outputs=[figure("A line that rises.")]), code("1 + 1")])
    site("notebooks").fold_solutions(notebook)
    site("notebooks").describe_figures(notebook, "01_a")
    settings = notebook.cells[0].metadata["mystnb"]
    assert settings["image"] == {"alt": "A line that rises."} and settings["code_prompt_show"] == "Show the solution"
    assert "mystnb" not in notebook.cells[1].metadata


def test_two_figures_of_a_cell_cannot_share_a_description(site):
    notebook = new_notebook(cells=[code("plot()", outputs=[figure("One."), figure("Two.")])])
    with pytest.raises(ValueError, match="01_a.ipynb: a cell shows 2 figures"):
        site("notebooks").describe_figures(notebook, "01_a")


GLOSSARY = """# Glossary

The words of the course.

- **amino acid** (amino acids): a small
  molecule. *Chapter 1*
- **acid**: a donor of protons. *Chapter 99*
- **GO** (Gene Ontology): the vocabulary of functions. *Chapter 2*
"""


@pytest.fixture
def glossary(site, tmp_path):
    path = tmp_path / "glossary.md"
    path.write_text(GLOSSARY)
    return site("glossary").read_glossary(path)


def test_the_glossary_is_read_with_its_other_forms(glossary):
    opening, entries = glossary
    assert opening == "# Glossary\n\nThe words of the course."
    assert [entry.forms for entry in entries] == [("amino acid", "amino acids"), ("acid",), ("GO", "Gene Ontology")]
    assert entries[0].definition == "a small molecule. *Chapter 1*"


@pytest.mark.parametrize(
    "line, complaint",
    [("- amino acid: no bold", "is not of the form"), ("- **acids** (acid): again", "'acid' stands under")],
)
def test_what_the_glossary_must_not_hold_is_named(site, tmp_path, line, complaint):
    path = tmp_path / "glossary.md"
    path.write_text(GLOSSARY + line + "\n")
    with pytest.raises(ValueError, match=f"glossary.md: .*{complaint}"):
        site("glossary").read_glossary(path)


def test_the_page_has_every_term_and_leads_to_chapters_that_there_are(site, glossary):
    page = site("glossary").glossary_page(*glossary, {1: "01_a.ipynb", 2: "02_b.ipynb"})
    assert page.startswith("# Glossary\n\nThe words") and "{glossary}\n:sorted:" in page
    assert "\namino acid\n  a small molecule. [Chapter 1](01_a.ipynb)\n" in page
    assert "*Chapter 99*" in page


@pytest.mark.parametrize(
    "before, after",
    [
        ("Amino acids, amino acids", "{term}`Amino acids <amino acid>`, amino acids"),  # once, capital or not
        ("an amino\nacid", "an {term}`amino\nacid <amino acid>`"),  # over the end of a line
        ("acid and amino acid", "{term}`acid <acid>` and {term}`amino acid <amino acid>`"),  # the longest first
        ("the Gene Ontology (GO)", "the {term}`Gene Ontology <GO>` (GO)"),  # one link for all forms
        ("go on, GOs, acidic, acid-free, GO_1", None),  # other words
        ("## The acid\n\nThe acid", "## The acid\n\nThe {term}`acid <acid>`"),  # headings
        ("`acid` and ``a ` acid`` acid", "`acid` and ``a ` acid`` {term}`acid <acid>`"),
        ("```python\nacid\n```\nacid", "```python\nacid\n```\n{term}`acid <acid>`"),
        ("[an acid](acid.md) ![acid](acid.png)", None),
        ("[an *[acid]* here](a) acid", "[an *[acid]* here](a) {term}`acid <acid>`"),
        (
            "<b>acid</b>\n\nSee https://acid.org/acid acid",
            "<b>acid</b>\n\nSee https://acid.org/acid {term}`acid <acid>`",
        ),
        ("| **acid** | acid |", "| **acid** | {term}`acid <acid>` |"),  # the bold head of a row
        ("**acid** *acid*", "**{term}`acid <acid>`** *acid*"),
    ],
)
def test_the_first_use_in_prose_is_linked(site, glossary, before, after):
    assert site("glossary").link_first_uses([before], glossary[1]) == [after or before]


def test_a_chapter_links_a_term_once_over_all_its_cells(site, glossary):
    assert site("glossary").link_first_uses(["An acid.", "The acid."], glossary[1]) == [
        "An {term}`acid <acid>`.",
        "The acid.",
    ]


def test_without_entries_nothing_is_linked(site):
    assert site("glossary").link_first_uses(["An acid."], []) == ["An acid."]


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
    site("notebooks").insert_under_title(notebook, "Open in")
    assert notebook.cells[0].source == "# 1 · Title\n\nOpen in\n\nA promise."


def test_the_committed_chapters_are_prepared_whole(site, tmp_path):
    site("prepare").prepare(tmp_path / "source")
    written = sorted((tmp_path / "source/chapters").glob("*.ipynb"))
    assert [path.name for path in written] == sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
    table = (tmp_path / "source/chapter_table.txt").read_text()
    for path in written:
        original = nbformat.read(ROOT / "chapters" / path.name, as_version=4)
        shown = nbformat.read(path, as_version=4)
        assert {cell.id for cell in original.cells} <= {cell.id for cell in shown.cells}
        assert any("hide-cell" in cell.metadata.get("tags", []) for cell in shown.cells), f"{path.name}: no solution"
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
