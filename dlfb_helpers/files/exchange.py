"""A folder that takes the place of another: whoever looks finds all of the old one or all of the new one."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dlfb_helpers.files.atomic import HERE, SUFFIX, is_abandoned, lock, partial_path, sweep

_AT_FDCWD, _EXCHANGE = -100, 2  # Linux: linux/fcntl.h, linux/fs.h


@contextmanager
def folder_in_place_of(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the name of `folder` once it is full; what stood there is removed.

    The two are exchanged in one step where the system can (Linux); elsewhere the old one is moved aside first, and
    `restore` brings it back if the process dies in between.

    Raises
    ------
    OSError
        If the folder cannot be written; what stood there stays.
    """
    folder = Path(os.path.realpath(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    restore(folder)
    sweep(folder)
    new = partial_path(folder)
    new.mkdir()
    descriptor = os.open(new, os.O_RDONLY) if hasattr(os, "O_DIRECTORY") else None
    try:
        if descriptor is not None:
            lock(descriptor)
        yield new
        _to_disk(new)
        if not folder.exists():
            new.rename(folder)
        elif not _exchanged(new, folder):
            old = _aside(folder)
            folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                old.rename(folder)
                raise
            shutil.rmtree(old)
    finally:
        if descriptor is not None:
            os.close(descriptor)
        shutil.rmtree(new, ignore_errors=True)


def restore(folder: Path) -> None:
    """Bring back what a writer that died between two renames had moved aside."""
    folder = Path(os.path.realpath(folder))
    old = _aside(folder)
    with suppress(OSError):
        if old.is_dir() and is_abandoned(old):
            shutil.rmtree(old) if folder.exists() else old.rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.{HERE}.old{SUFFIX}")


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange the names of two folders in one step; say whether the system could."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # a C library from before 2018
        return False
    return rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0


def _to_disk(folder: Path) -> None:
    """See that a loss of power finds the files as they are."""
    for file in folder.iterdir():
        with open(file, "rb") as handle:
            os.fsync(handle.fileno())
