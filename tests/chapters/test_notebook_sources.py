"""One source, two notebooks."""

import nbformat
import pytest

from dlfb_helpers.lesson.execution import ChapterError
from recipes import notebooks
from tests.chapters.together import printed, rules_of, together

SOURCE = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# 1 · A

See [the glossary](glossary.md#b) and [the solutions](solutions/01_a.ipynb), ![a](images/a.png).

```{code-cell} ipython3
:tags: [parameters]

fasta = "examples.fasta"
```

```{code-cell} ipython3
:tags: [exercise]

answer = ...
answer
```

```{code-cell} ipython3
:tags: [solution]

from pathlib import Path

print(Path.cwd().name, Path(fasta).is_file())
```
"""


@pytest.fixture
def chapters(tmp_path, monkeypatch):
    folder = tmp_path / "chapters"
    (folder / "source").mkdir(parents=True)
    (folder / "source/01_a.md").write_text(SOURCE)
    (folder / "examples.fasta").write_text(">a\nM\n")
    monkeypatch.chdir(tmp_path)
    return folder


def test_learners_get_the_exercise_and_solutions_the_solution(chapters):
    learner, solution = notebooks.notebooks(chapters, [])
    assert (learner, solution) == (chapters / "01_a.ipynb", chapters / "solutions/01_a.ipynb")
    sources = [
        [cell.source for cell in made.cells if cell.id != "cell-0-colab"]
        for made in notebooks.notebooks(chapters, ["1"]).values()
    ]
    assert sources[0][1:] == ['fasta = "examples.fasta"', "answer = ...\nanswer"]
    assert sources[1][1] == 'fasta = "../examples.fasta"' and "Path.cwd()" in sources[1][2] and len(sources[1]) == 3
    assert "](../glossary.md#b)" in sources[1][0] and "](01_a.ipynb)" in sources[1][0]
    assert "](../images/a.png)" in sources[1][0]


def test_a_source_without_exercises_has_no_solutions(chapters):
    path = chapters / "source/00_tour.md"
    path.write_text(SOURCE.replace(":tags: [exercise]", "").replace(":tags: [solution]", ""))
    assert list(notebooks.notebooks(chapters, ["0"])) == [chapters / "00_tour.ipynb"]
    assert len(notebooks.notebooks(chapters, [])) == 3


def test_cells_that_only_make_the_page_are_folded(chapters):
    path = chapters / "source/01_a.md"
    path.write_text(SOURCE.replace(":tags: [exercise]", ":tags: [exercise, hide-input]"))
    cells = notebooks.read_source(path).cells
    folded = [cell.metadata.get("jupyter") for cell in cells if cell.cell_type == "code"][1:]  # the first is Colab's
    assert folded == [None, {"source_hidden": True}, None]


def test_both_are_executed_where_they_stand_and_bear_no_trace_of_it(chapters):
    assert notebooks.main([]) == 0
    text = (chapters / "01_a.ipynb").read_text()
    assert "papermill" not in text and str(chapters) not in text and text.endswith("}\n")
    solved = nbformat.read(chapters / "solutions/01_a.ipynb", as_version=4)
    assert solved.cells[-1].outputs[0].text == "solutions True\n"
    assert set(solved.metadata) == {"kernelspec", "language_info"}
    assert "version" not in solved.metadata.language_info
    before = text, (chapters / "solutions/01_a.ipynb").read_text()
    assert notebooks.main(["--chapters", "01"]) == 0
    assert before == ((chapters / "01_a.ipynb").read_text(), (chapters / "solutions/01_a.ipynb").read_text())


def test_a_chapter_that_stops_leaves_its_notebook_as_it_was(chapters, capsys):
    (chapters / "01_a.ipynb").write_text("as it was")
    (chapters / "source/01_a.md").write_text(SOURCE.replace("answer = ...", "answer = 1 / 0"))
    assert notebooks.main([]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert (chapters / "01_a.ipynb").read_text() == "as it was"
    with pytest.raises(ChapterError):
        notebooks.make(chapters / "01_a.ipynb", notebooks.notebooks(chapters, [])[chapters / "01_a.ipynb"])


def test_a_number_without_a_source_is_an_error(chapters):
    with pytest.raises(FileNotFoundError, match="no source NN_name.md"):
        notebooks.notebooks(chapters, ["7"])


RULES = [("took [0-9]+", "took a while")]


def both(chapters):
    """The two notebooks of the source, the cells that they share with what they printed."""
    learner, solution = notebooks.notebooks(chapters, []).values()
    for made in (learner, solution):
        for cell in made.cells[1:]:
            cell.outputs = [nbformat.v4.new_output("stream", text="took 5")]
    return learner, solution


def test_a_chapter_and_its_solutions_are_executed_as_one(chapters):
    learner, solution = both(chapters)
    solution.cells[2].outputs[0].text = "took 7"
    made = together(learner, solution, RULES)
    assert [cell.id for cell in made.cells] == ["cell-0", "cell-0-colab", "cell-1", "cell-2", "cell-3"]
    assert made.cells[3].source.startswith("answer = ...") and "Path.cwd()" in made.cells[4].source
    assert made.cells[2].source == 'fasta = "examples.fasta"'


@pytest.mark.parametrize("part", ["source", "output"])
def test_a_cell_that_is_another_in_the_solutions_is_named(chapters, part):
    learner, solution = both(chapters)
    if part == "source":
        solution.cells[2].source = "fasta = 'another.fasta'"
    else:
        solution.cells[2].outputs[0].text = "took long"
    with pytest.raises(ValueError, match="cell-1 is another in the chapter than in its solutions"):
        together(learner, solution, RULES)


def test_what_differs_from_run_to_run_is_replaced_by_nbvals_own_rules():
    rules = rules_of(notebooks.Path(__file__).parents[1] / "nbval_sanitize.cfg")
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text="<a at 0x7f00aabbcc> in 3.2 s")])
    assert printed(cell, rules) == ["<a at AN-ADDRESS> in A-DURATION"]
    cell.metadata["tags"] = ["nbval-ignore-output"]
    assert printed(cell, rules) == []
