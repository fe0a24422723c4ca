"""Execute the chapters: ``python -m dlfb_helpers.lesson.runner`` (what ``make course`` and ``dlfb course`` run).

Each chapter runs with papermill in a process of its own, so that one chapter's memory is not another's, and is
written as a notebook and as an HTML page beside an index. One that fails does not keep the others from running.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nbformat
import papermill

from dlfb_helpers.lesson.copies import first_notebook, lay_out, open_in_jupyterlab, own_chapters
from dlfb_helpers.lesson.execution import ChapterError, execute, process_context, strip_run_metadata
from dlfb_helpers.lesson.pace import Pace
from dlfb_helpers.lesson.pages import (
    STOPPED,
    Chapter,
    chapter_paths,
    read_chapter,
    write_glossary,
    write_index,
    write_page,
)


def find_chapters(folder: Path) -> list[Chapter]:
    """Return the chapters ``NN_name.ipynb`` in `folder`, in reading order.

    Raises
    ------
    FileNotFoundError
        If there are none.
    """
    return [read_chapter(path) for path in chapter_paths(folder, "run this in the course's folder, or use --from")]


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


def run_chapters(
    chapters: list[Chapter], folder: Path, parameters: dict[str, object], course: list[Chapter]
) -> list[ChapterError]:
    """Execute `chapters` one after the other into `folder`, printing a line for each; return what stopped some of them.

    Raises
    ------
    ValueError
        If no chapter has one of the parameters.
    """
    own_parameters = declared_parameters(chapters, parameters)
    folder.mkdir(parents=True, exist_ok=True)
    with_page = [c for c in course if c in chapters or (folder / f"{c.name}.html").is_file()]
    write_glossary(with_page, folder)
    pace, stopped = Pace([chapter.name for chapter in chapters]), []
    for chapter in chapters:
        print(f"{pace.line()}  {chapter.title}: ", end="", flush=True)
        began, output = time.monotonic(), folder / f"{chapter.name}.ipynb"
        output.unlink(missing_ok=True)  # what stands there afterwards is of this run
        try:
            print(_executed(chapter, output, own_parameters[chapter.name]), flush=True)
        except ChapterError as error:
            print("failed", flush=True)
            stopped.append(error)
            _keep_what_stopped(chapter, output, error)
        pace.done(time.monotonic() - began)
        write_page(strip_run_metadata(nbformat.read(output, as_version=4)), chapter, folder, with_page)
    return stopped


def _executed(chapter: Chapter, output: Path, parameters: dict[str, object]) -> str:
    """Execute a chapter in a fresh process, and say what that took."""
    with ProcessPoolExecutor(1, mp_context=process_context(), max_tasks_per_child=1) as pool:
        try:
            took = pool.submit(execute, chapter.path, output, parameters).result()
        except BrokenProcessPool:
            reason = "its process was ended from outside, as happens when memory runs out"
            raise ChapterError(f"{chapter.name} stopped: {reason}", reason) from None
    return f"{took.seconds:.0f} s" + ("" if took.peak_mb is None else f", {took.peak_mb:,.0f} MB")


def _keep_what_stopped(chapter: Chapter, output: Path, error: ChapterError) -> None:
    """Write into the notebook of a chapter that stopped why it did, for the index; one without outputs if need be."""
    notebook = nbformat.read(output if output.is_file() else chapter.path, as_version=4)
    if not output.is_file():
        for cell in notebook.cells:
            cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
    notebook.metadata[STOPPED] = error.where
    nbformat.write(notebook, output)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0, 1 if a chapter stopped, 2 if the command makes no sense."""
    parser = argparse.ArgumentParser(prog="dlfb course", description="Execute the course's chapters, or copy them.")
    parser.add_argument("--chapters", nargs="+", default=[], metavar="NN", help="only these, as in: --chapters 03 04")
    parser.add_argument(
        "-p", "--parameters", action="append", default=[], metavar="NAME=VALUE", help="for every chapter that has it"
    )
    parser.add_argument("--from", dest="source", type=Path, help="folder of the chapters; the course's if not given")
    parser.add_argument("--out", type=Path, default=Path("build"), help="folder of the executed chapters (build)")
    parser.add_argument(
        "--copy", type=Path, metavar="FOLDER", help="execute nothing: lay the chapters out there, and open JupyterLab"
    )
    parser.add_argument("--closed", action="store_true", help="with --copy: do not open JupyterLab")
    options, more = parser.parse_known_args(arguments)
    if more and (options.copy is None or options.closed):
        parser.error(f"unknown: {' '.join(more)}")
    try:
        source = options.source or own_chapters()
        if options.copy is not None:
            return _copy(source, options.copy, None if options.closed else more)
        course = find_chapters(source)
        chapters = select(course, options.chapters)
        began = time.monotonic()
        stopped = run_chapters(chapters, options.out, parse_parameters(options.parameters), course)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}" if error.filename else error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: the chapters executed so far are kept", file=sys.stderr)
        return 130
    index = write_index(course, options.out)
    for failure in stopped:
        print(f"\n{failure}", file=sys.stderr)
    minutes = (time.monotonic() - began) / 60
    if stopped:
        print(f"{len(stopped)} of {len(chapters)} chapters failed, in {minutes:.1f} min; {index} says where")
        return 1
    print(f"{len(chapters)} chapters in {minutes:.1f} min; open {index}")
    print(
        "Then: `make lab` (or `dlfb course --copy work`) opens a copy in JupyterLab, `dlfb progress` counts exercises."
    )
    return 0


def _copy(source: Path, folder: Path, options: list[str] | None) -> int:
    """Lay the chapters out in `folder`, and open them with JupyterLab's `options` unless None."""
    print(lay_out(source, folder))
    first = first_notebook(folder)
    if options is None:
        print(f"Open {first} in JupyterLab or VS Code; `dlfb progress {folder}` counts solved exercises.")
        return 0
    return open_in_jupyterlab(first, options)


if __name__ == "__main__":
    raise SystemExit(main())
