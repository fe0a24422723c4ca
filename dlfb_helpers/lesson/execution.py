"""Execute one chapter with papermill: in which folder, with which parameters, and what it took."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path

import papermill
from nbformat import NotebookNode

from dlfb_helpers.files.homes import use_writable_homes

# The kernel reports on stderr how it talks to its client and that it was told to stop; errors of cells come as outputs.
QUIET_KERNEL = ["--IPKernelApp.log_level=50"]


class ChapterError(Exception):
    """A chapter stopped; the text names the chapter, the cell and the error, `where` the last two on one line."""

    def __init__(self, text: str, where: str) -> None:
        super().__init__(text, where)  # both, so that it can be sent from the process that executes
        self.where = where

    def __str__(self) -> str:
        """Return the text."""
        return self.args[0]


@dataclass(frozen=True)
class Execution:
    """What the execution of a chapter took; `peak_mb` is None where the system does not tell (Windows)."""

    seconds: float
    peak_mb: float | None


def execute(path: Path, output: Path, parameters: dict[str, object], folder: Path | None = None) -> Execution:
    """Execute the notebook `path` in `folder` (its own if None), write it to `output`, and say what that took.

    Memory is the largest of all processes that this one has started: call it in a fresh process to measure.

    Raises
    ------
    ChapterError
        If a cell raises or the kernel dies; what was executed until then stands in `output`.
    """
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # the kernel of this environment, not the user's
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # the debugger's advice on stderr
    use_writable_homes()
    path, output = path.absolute(), output.absolute()
    began = time.monotonic()
    try:
        papermill.execute_notebook(
            path,
            output,
            parameters,
            kernel_name="python3",
            progress_bar=False,
            start_timeout=300,
            cwd=folder or path.parent,
            extra_arguments=QUIET_KERNEL,
        )
    except papermill.PapermillExecutionError as error:
        source = "\n".join(f"    {line}" for line in error.source.splitlines())
        raise ChapterError(
            f"{path.stem} stopped in cell In [{error.exec_count}]:\n\n{source}\n\n{error.ename}: {error.evalue}\n\n"
            f"The whole traceback stands in {output}",
            f"cell In [{error.exec_count}]: {error.ename}: {error.evalue}",
        ) from None
    except Exception as error:  # a kernel that died, a kernel that did not start
        said = f"{type(error).__name__}: {error}"
        raise ChapterError(f"{path.stem} stopped: {said}", said) from None
    return Execution(time.monotonic() - began, peak_memory_mb())


def peak_memory_mb() -> float | None:
    """Return the largest resident memory (MB, 10^6 bytes) of the processes that this one has started and ended."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, kibibytes on Linux
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6


def strip_run_metadata(notebook: NotebookNode) -> NotebookNode:
    """Remove what says when, where and how a notebook was run, in place; tags and outputs stay."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)  # a control without its kernel: the still picture beside it stays
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        for key in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
    return notebook


def process_context() -> BaseContext:
    """Return the way to start fresh processes that share the slow imports where the system can."""
    if "forkserver" not in get_all_start_methods():  # Windows
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["papermill", "dlfb_helpers.lesson.pages"])
    return context
