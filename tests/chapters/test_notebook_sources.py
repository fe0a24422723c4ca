"""One source, two notebooks."""

import nbformat
import pytest

from dlfb_helpers.lesson.runner import ChapterError
from recipes import notebooks

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
    sources = [[cell.source for cell in made.cells] for made in notebooks.notebooks(chapters, ["1"]).values()]
    assert sources[0][1:] == ['fasta = "examples.fasta"', "answer = ...\nanswer"]
    assert sources[1][1] == 'fasta = "../examples.fasta"' and "Path.cwd()" in sources[1][2] and len(sources[1]) == 3
    assert "](../glossary.md#b)" in sources[1][0] and "](01_a.ipynb)" in sources[1][0]
    assert "](../images/a.png)" in sources[1][0]


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
