"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def opened_atomically(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name once it is whole, even after a crash or a loss of power.

    Raises
    ------
    OSError
        If the disk is full or the folder may not be written to; names the file, and nothing is left behind.
    """
    # Not the process id: two machines that share a folder may both have it, as two threads have.
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(partial, "wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(partial, path)
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(partial), str(path), str(path.parent)):
            raise  # about something else, such as a connection
        raise OSError(error.errno, f"{error.strerror}; free some space or name another folder", str(path)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` as `opened_atomically` does."""
    with opened_atomically(path) as handle:
        handle.write(content)
