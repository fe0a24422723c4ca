"""Execute the chapters: ``python -m dlfb_helpers.lesson.runner`` (what ``make course`` runs).

Each chapter runs with papermill in a process of its own, so that one chapter's memory is not another's, and is
written as a notebook and as an HTML page beside an index.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path

import nbformat
import papermill
from nbformat import NotebookNode

from dlfb_helpers.lesson.pages import Chapter, read_chapter, write_index, write_page

CHAPTER_NAME = re.compile(r"(\d\d)_\w+")

# The kernel reports on stderr how it talks to its client and that it was told to stop; errors of cells come as outputs.
QUIET_KERNEL = ["--IPKernelApp.log_level=50"]


class ChapterError(Exception):
    """A chapter stopped; the text names the chapter, the cell and the error."""


@dataclass(frozen=True)
class Execution:
    """What the execution of a chapter took; `peak_mb` is None where the system does not tell (Windows)."""

    seconds: float
    peak_mb: float | None


def find_chapters(folder: Path) -> list[Chapter]:
    """Return the chapters ``NN_name.ipynb`` in `folder`, in reading order.

    Raises
    ------
    FileNotFoundError
        If there are none.
    """
    paths = sorted(path for path in folder.glob("*.ipynb") if CHAPTER_NAME.fullmatch(path.stem))
    if not paths:
        raise FileNotFoundError(
            f"no chapters (NN_name.ipynb) in {folder.absolute()}: run this in the course's folder, or use --from"
        )
    return [read_chapter(path) for path in paths]


def select(chapters: list[Chapter], wanted: list[str]) -> list[Chapter]:
    """Return the chapters named in `wanted` by number ("3", "03") or by name; all of them if it is empty.

    Raises
    ------
    ValueError
        If a word of `wanted` names no chapter.
    """
    chosen = set()
    for word in wanted:
        names = {c.name for c in chapters if c.name == word or c.name.startswith(f"{word.zfill(2)}_")}
        if not names:
            raise ValueError(f"no chapter {word!r}; there are {', '.join(c.name for c in chapters)}")
        chosen |= names
    return [chapter for chapter in chapters if not wanted or chapter.name in chosen]


def parse_parameters(pairs: list[str]) -> dict[str, object]:
    """Turn ``name=value`` words into parameters: numbers, true, false and null as JSON has them, the rest as text.

    A value that names an existing file or folder is made absolute, because the chapters run in their own folder.

    Raises
    ------
    ValueError
        If a word is not of the form ``name=value``.
    """
    parameters: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise ValueError(f"parameter {pair!r} is not of the form name=value, as in seed=7")
        try:
            parameters[name] = json.loads(value)
        except json.JSONDecodeError:
            path = Path(value).expanduser()
            is_path = value != "course" and path.exists()  # "course" always means what is bundled
            parameters[name] = str(path.absolute()) if is_path else value
    return parameters


def declared_parameters(chapters: list[Chapter], given: dict[str, object]) -> dict[str, dict[str, object]]:
    """Return, by chapter name, those of the `given` parameters that the chapter declares.

    Raises
    ------
    ValueError
        If no chapter declares a given parameter.
    """
    declared = {chapter.name: set(papermill.inspect_notebook(chapter.path)) for chapter in chapters}
    known = set().union(*declared.values())
    if unknown := sorted(set(given) - known):
        raise ValueError(f"no chapter has a parameter {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return {name: {key: given[key] for key in given if key in own} for name, own in declared.items()}


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
            f"The whole traceback stands in {output}"
        ) from None
    except Exception as error:  # a kernel that died, a kernel that did not start
        raise ChapterError(f"{path.stem} stopped: {type(error).__name__}: {error}") from None
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


def run_chapters(chapters: list[Chapter], folder: Path, parameters: dict[str, object], course: list[Chapter]) -> None:
    """Execute `chapters` one after the other into `folder`, printing a line for each; stop at the first failure.

    Raises
    ------
    ChapterError
        As `execute`.
    """
    own_parameters = declared_parameters(chapters, parameters)
    folder.mkdir(parents=True, exist_ok=True)
    width = max(len(chapter.name) for chapter in chapters)
    with ProcessPoolExecutor(1, mp_context=process_context(), max_tasks_per_child=1) as pool:
        for chapter in chapters:
            print(f"{chapter.name:<{width}}  ", end="", flush=True)
            output = folder / f"{chapter.name}.ipynb"
            try:
                took = pool.submit(execute, chapter.path, output, own_parameters[chapter.name]).result()
            except ChapterError:
                print("failed", flush=True)
                raise
            except BrokenProcessPool:
                print("failed", flush=True)
                reason = "its process was ended from outside, as happens when memory runs out"
                raise ChapterError(f"{chapter.name} stopped: {reason}") from None
            memory = "" if took.peak_mb is None else f"  {took.peak_mb:7,.0f} MB"
            print(f"{took.seconds:6.0f} s{memory}", flush=True)
            notebook = strip_run_metadata(nbformat.read(output, as_version=4))
            write_page(notebook, chapter, folder, course)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0, 1 if a chapter stopped, 2 if the command makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m dlfb_helpers.lesson.runner", description="Execute the course's chapters."
    )
    parser.add_argument("--chapters", nargs="+", default=[], metavar="NN", help="only these, as in: --chapters 03 04")
    parser.add_argument(
        "-p", "--parameters", action="append", default=[], metavar="NAME=VALUE", help="for every chapter that has it"
    )
    parser.add_argument("--from", dest="source", type=Path, default=Path("chapters"), help="folder of the chapters")
    parser.add_argument("--out", type=Path, default=Path("build"), help="folder of the executed chapters")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        course = find_chapters(options.source)
        chapters = select(course, options.chapters)
        run_chapters(chapters, options.out, parse_parameters(options.parameters), course)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except ChapterError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    index = write_index(course, options.out)
    print(f"{len(chapters)} chapters in {(time.monotonic() - began) / 60:.1f} min; open {index}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
