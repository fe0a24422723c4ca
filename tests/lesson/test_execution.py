"""One chapter, executed for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from dlfb_helpers.files.homes import HOMES
from dlfb_helpers.lesson.execution import ChapterError, execute

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write(folder: Path, name: str, *code: str) -> Path:
    cells = [new_code_cell("seed = 42", metadata={"tags": ["parameters"]}), *map(new_code_cell, code)]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    path = folder / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def test_an_error_in_a_cell_leaves_the_traceback_in_the_notebook(tmp_path):
    path = write(tmp_path, "01_stops", "1 / 0")
    with pytest.raises(ChapterError, match="cell In \\[2\\]:\n\n    1 / 0\n\nZeroDivisionError") as caught:
        execute(path, tmp_path / "out.ipynb", {})
    assert caught.value.where == "cell In [2]: ZeroDivisionError: division by zero"
    assert "ZeroDivisionError" in (tmp_path / "out.ipynb").read_text()


def test_a_kernel_that_dies_is_reported(tmp_path):
    path = write(tmp_path, "01_dies", "import os\nos._exit(3)")
    with pytest.raises(ChapterError, match="01_dies stopped: .*[Kk]ernel.*died"):
        execute(path, tmp_path / "out.ipynb", {})


def test_a_chapter_runs_where_the_home_folder_cannot_be_written(tmp_path):
    """A home below a file cannot be made by anybody, root included; the folder's name has a space and an umlaut."""
    folder = tmp_path / "Käthes Kurs"
    folder.mkdir()
    path = write(folder, "01_plots", "import matplotlib.pyplot as plt\nplt.subplots()\nprint('drawn')")
    (tmp_path / "file").touch()
    code = "import sys\nfrom pathlib import Path\nfrom dlfb_helpers.lesson.execution import execute\n"
    code += "execute(Path(sys.argv[1]), Path(sys.argv[2]), {})"
    variables = {name: value for name, value in os.environ.items() if name not in HOMES and "XDG" not in name}
    home = str(tmp_path / "file" / "home")
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(folder / "out.ipynb")],
        env=variables | {"HOME": home, "USERPROFILE": home}, cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outputs = nbformat.read(folder / "out.ipynb", as_version=4).cells[-1].outputs
    assert [output.get("text") for output in outputs if output.output_type == "stream"] == ["drawn\n"]
