"""Files and folders that appear whole or not at all, under whatever name they are asked for.

What is written goes to a partial file beside its place and takes its name at the end, in one step. A writer locks its
partial as long as it lives, so that the next one can tell what a killed one left behind, and remove it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import stat
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]  # mypy wants one type for the module and its absence

SUFFIX = ".partial"
HERE = hashlib.sha256(platform.node().encode()).hexdigest()[:6]
"""This machine: another one that shares the folder may not see its locks."""
ABANDONED_AFTER = 3600.0
"""Seconds without a change after which a partial counts as abandoned where there is no lock to ask."""


@contextmanager
def opened_atomically(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name once it is whole, even after a crash or a loss of power.

    A link is followed, an older file keeps its permissions. What is no ordinary file (a device, a named pipe, ``"-"``
    for standard output) is written to as it is: there is nothing to replace.

    Raises
    ------
    IsADirectoryError
        If a folder stands there.
    PermissionError
        If an older file there is write-protected.
    OSError
        If the disk is full or the folder may not be written to; names the file, and nothing is left behind.
    """
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(path)
    target = Path(os.path.realpath(path))
    found = _status(target)
    if found and stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(f"{path}: this is a folder; name a file in it")
    if found and not os.access(target, os.W_OK):
        raise PermissionError(f"{path}: the file there is write-protected; name another one, or allow it (chmod u+w)")
    if found and not stat.S_ISREG(found.st_mode):
        with open(target, "wb") as handle:
            yield handle
        return
    partial = partial_path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
        with _opened_and_locked(partial) as handle:
            yield handle
            handle.flush()
            if found:
                _take_over(handle.fileno(), found)
            os.fsync(handle.fileno())
            os.replace(partial, target)
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(partial), str(target), str(target.parent)):
            raise  # about something else, such as a connection
        raise OSError(error.errno, f"{error.strerror}; free some space or name another folder", str(path)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write `content` to `path` as `opened_atomically` does."""
    with opened_atomically(path) as handle:
        handle.write(content)


def partial_path(target: Path) -> Path:
    """Return where to write what is to become `target`: a name of its own, in the same folder."""
    # Not the process id: two machines that share a folder may both have it, as two threads have.
    return target.with_name(f"{_prefix(target)}{HERE}.{uuid.uuid4().hex[:12]}{SUFFIX}")


def sweep(target: Path) -> None:
    """Remove the partial files and folders that killed writers of `target` have left beside it."""
    prefix = _prefix(target)
    with suppress(OSError):  # it was finished, or swept by another, in between
        for entry in os.scandir(target.parent):
            if entry.name.startswith(prefix) and entry.name.endswith(SUFFIX) and is_abandoned(Path(entry.path)):
                shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)


def is_abandoned(partial: Path) -> bool:
    """Say whether no living process writes to a partial file or folder."""
    if fcntl is None or f".{HERE}." not in partial.name:
        return time.time() - partial.stat().st_mtime > ABANDONED_AFTER
    handle = os.open(partial, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def lock(descriptor: int) -> None:
    """Show that a living process writes to an open file or folder; the lock goes with the process."""
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _opened_and_locked(partial: Path) -> BinaryIO:
    while True:
        handle = open(partial, "wb")
        lock(handle.fileno())
        if os.fstat(handle.fileno()).st_nlink:
            return handle
        handle.close()  # swept away before it was locked


def _prefix(target: Path) -> str:
    return f".{target.name[:60]}."  # a name may have 255 bytes, of which four can make a letter


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _take_over(descriptor: int, found: os.stat_result) -> None:
    """Give a new file the permissions, and where that is allowed the owner, of the one that it replaces."""
    if hasattr(os, "fchown"):
        with suppress(PermissionError):
            os.fchown(descriptor, found.st_uid, found.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
