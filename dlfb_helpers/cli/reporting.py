"""What a command says while it works, and what it says when something goes wrong: one line on stderr."""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from dlfb_helpers.files.shown import visible


class Progress:
    """Say on stderr how many residues are done, how fast, and how long it will take still."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Take residues done, and residues to do."""
        rate = done / max(time.monotonic() - self.start, 1e-9)
        left = (total - done) / rate
        say(f"{done:,} of {total:,} residues, {rate:,.0f} a second, {left / 60:.1f} min left")


def say(text: str) -> None:
    """Write to stderr, as stdout is for data; nothing in an id or a file's name steers the terminal."""
    print("\n".join(map(visible, text.split("\n"))), file=sys.stderr, flush=True)


def warn(text: str) -> None:
    """Write a line about something that does not keep the command from its work."""
    say(f"warning: {text}")


@contextmanager
def reported() -> Iterator[None]:
    """Turn what may go wrong into one line: exit status 2 for input that cannot be, 1 for trouble, 130 for Ctrl-C."""
    try:
        with _warnings_in_a_line():
            yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would complain once more at its end
        say("error: whoever read the output has closed it before its end")
        raise typer.Exit(1) from None
    except (ValueError, TypeError, FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        say(f"error: {one_line(error)}")
        raise typer.Exit(2) from None
    except (OSError, RuntimeError, MemoryError) as error:
        say(f"error: {one_line(error) or type(error).__name__}")
        raise typer.Exit(1) from None
    except Exception as error:  # nobody thought of it; even so a user gets a line, not a traceback
        say(f"error: {type(error).__name__}: {one_line(error)}; this is a mistake in dlfb, please report it")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        say("interrupted: no output was written; embeddings of proteins computed so far are kept for the next run")
        raise typer.Exit(130) from None


@contextmanager
def _warnings_in_a_line() -> Iterator[None]:
    """Let this package's warnings be read without the line of code that they come from."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if category is UserWarning:
                warn(str(message))
            else:
                usual(message, category, *where, **more)

        warnings.showwarning = show
        yield


def one_line(error: Exception) -> str:
    """Return what an error says, with the file where it is not named otherwise."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
