"""What each chapter's kernel takes of memory at its peak: all of it, and the part that no file holds."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.timing import ROOT, markdown_table
from dlfb_helpers.lesson.memory import anonymous_memory

EVERY = 0.02
"""Seconds between two looks."""


def children(process: int | str) -> list[int]:
    """Return the processes that one has started, theirs included.

    Not those that are about to become another program: until then they share all memory with what started them.
    """
    own, found = _command(process), []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(word) for word in path.read_text().split()]
        except OSError:  # it has just ended
            continue
    found = [child for child in found if _command(child) not in (own, b"")]
    return found + [further for child in found for further in children(child)]


def _command(process: int | str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def watched() -> Iterator[list[float]]:
    """Note, while the context lasts, the anonymous memory (MB) of all that this process has started, in one list."""
    seen, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY):
            seen.append(sum(anonymous_memory(process) or 0 for process in children("self")))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def chapter(path: Path, folder: Path, parameters: dict[str, object]) -> list[str]:
    """Execute a chapter; return its name, seconds, and peaks in MB: anonymous memory, and all, of the largest process."""
    from dlfb_helpers.lesson.execution import execute  # imported here: its memory is none of those that measure others

    began = time.monotonic()
    with watched() as seen:
        took = execute(path, folder / path.name, parameters)
    whole = "" if took.peak_mb is None else f"{took.peak_mb:,.0f}"
    return [path.stem, f"{time.monotonic() - began:.0f}", f"{max(seen):,.0f}", whole]


def in_fresh_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a process of its own, so that no memory but its own is measured."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` takes the second chapter alone, for the tests."""
    paths = sorted((ROOT / "chapters").glob("02_*.ipynb" if quick else "[0-9][0-9]_*.ipynb"))
    with tempfile.TemporaryDirectory() as folder:
        rows = [in_fresh_process(chapter, path, Path(folder), {}) for path in paths]
    return f"""## Memory of the chapters

{markdown_table(["chapter", "s", "anonymous, MB", "all, MB"], rows)}

Peaks. *Anonymous* is what no file holds, of a chapter's kernel and of what it starts: it has to be there, and only the end
of a process gives it back. *All* is that of the largest of these processes and the pages of the libraries that it has loaded;
those the system drops when memory is short, and reads again when they are needed.
"""
