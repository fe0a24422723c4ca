"""Parameters that papermill injects, in a real kernel."""

from __future__ import annotations

import logging
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from dlfb_helpers.lesson.parameters import check_injected


@pytest.fixture
def chapter(tmp_path) -> Path:
    """A notebook that imports as the chapters do, with two parameters."""
    cells = [
        new_code_cell("import sys\nfrom dlfb_helpers.lesson import show_figure"),
        new_code_cell("checkpoint = 'course'\nseed = 42", metadata={"tags": ["parameters"]}),
        new_code_cell("print(seed)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path / "01_a.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def run(path: Path, **parameters):
    """Run a notebook with papermill, as its command line does."""
    return papermill.execute_notebook(path, path.with_suffix(".out.ipynb"), parameters, progress_bar=False)


def test_parameters_that_the_chapter_has_reach_it(chapter):
    assert run(chapter, seed=7).cells[-1].outputs[0].text == "7\n"


@pytest.mark.parametrize("name", ["sed", "sys", "show_figure"])
def test_one_that_it_has_not_stops_it_and_the_name_that_was_meant_is_said(chapter, name, caplog):
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        run(chapter, **{name: 7})
    assert f"this chapter has no parameter {name}; there are checkpoint, seed" in caught.value.evalue
    assert ("did you mean seed?" in caught.value.evalue) == (name == "sed")


def test_other_cells_are_left_alone():
    check_injected(["sed = 7\n"], ["seed"])
    check_injected([], ["seed"])
    check_injected(["# Parameters\n", "seed = 7\n"], ["seed"])
