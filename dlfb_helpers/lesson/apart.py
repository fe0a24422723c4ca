"""A function in a process of its own: the libraries that it loads and their memory are gone with it, and are told."""

from __future__ import annotations

import inspect
import tempfile
import textwrap
import time
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from dlfb_helpers.lesson.memory import anonymous_memory


class Apart(NamedTuple):
    """What a function returned in a process of its own, and what it took."""

    result: Any
    seconds: float
    """Of work, on all processors together; unlike the time of a clock, they do not depend on what else is running."""
    megabytes: float | None
    """Anonymous memory of the process when the function had returned, 10^6 bytes; None where no system tells."""

    def __str__(self) -> str:
        memory = "" if self.megabytes is None else f", {self.megabytes:.0f} MB"
        return f"{self.seconds:.0f} s of work{memory}"


def in_own_process(function: Callable[..., Any], *arguments: Any) -> Apart:
    """Call a function in a fresh Python.

    Parameters
    ----------
    function
        Written in a cell or a module. It sees nothing but its arguments: what it needs it imports itself.
    arguments
        Anything that pickle takes; what the function returns, too.

    Returns
    -------
    Apart

    Raises
    ------
    RuntimeError
        If the function raises, or its process dies; says why in a line.
    """
    context, source = get_context("spawn"), textwrap.dedent(inspect.getsource(function))
    answer, tell = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "apart_from_here.py")
        module.write_text(source, encoding="utf-8")
        process = context.Process(target=_work, args=(tell, module, function.__name__, arguments))
        process.start()
        tell.close()  # so that the end of the process is the end of what it can say
        try:
            outcome = answer.recv()
        except EOFError:
            outcome = None
        process.join()
    if isinstance(outcome, Apart):
        return outcome
    raise RuntimeError(f"{function.__name__} in a process of its own: {outcome or f'it ended with {process.exitcode}'}")


def _work(tell: Connection, module: Path, name: str, arguments: tuple) -> None:
    """Load the function's source as a module, call it, and send what came of it, or why nothing did."""
    spec = spec_from_file_location(module.stem, module)
    assert spec is not None and spec.loader is not None  # for a .py file there is one
    loaded = module_from_spec(spec)
    try:
        spec.loader.exec_module(loaded)
        result = getattr(loaded, name)(*arguments)
        tell.send(Apart(result, time.process_time(), anonymous_memory()))
    except Exception as error:  # noqa: BLE001  (whatever it is, it is told on the other side)
        tell.send(" ".join(f"{type(error).__name__}: {error}".splitlines()))
