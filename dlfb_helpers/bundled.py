"""The bundled assets: where they lie, and that they are what was shipped."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

import platformdirs

ASSETS = Path(__file__).with_name("assets")


@cache
def bundled_folder(name: str) -> Path:
    """Return the folder of the bundled asset `name`, once every file in its manifest has been verified.

    Parameters
    ----------
    name : str
        One of the folders in ``dlfb_helpers/assets``, such as ``"course_data"`` or ``"checkpoint"``.

    Raises
    ------
    FileNotFoundError
        If a file named in ``manifest.json`` is missing.
    ValueError
        If a file's SHA-256 is not the one in ``manifest.json``.
    """
    verify(ASSETS / name)
    return ASSETS / name


RESTORE = "restore it with `git checkout -- dlfb_helpers/assets`, or install the package again"


def verify(folder: Path, remedy: str = RESTORE) -> dict:
    """Check every file that ``folder/manifest.json`` lists and return the manifest; an error ends in `remedy`.

    Raises
    ------
    FileNotFoundError, ValueError
        As `bundled_folder`.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; {remedy}")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name, entry in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing; {remedy}")
        found = sha256(file)
        if found != entry["sha256"]:
            raise ValueError(f"{file} has been altered (SHA-256 {found}, expected {entry['sha256']}); {remedy}")
    return manifest


def write_manifest(folder: Path, **facts) -> None:
    """Write ``manifest.json``: `facts`, then the SHA-256 and size of every other file in `folder`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    entries = {
        path.relative_to(folder).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size} for path in files
    }
    (folder / "manifest.json").write_text(json.dumps({**facts, "files": entries}, indent=1) + "\n")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def cache_folder() -> Path:
    """Return the folder for what can be made again: ``$DLFB_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("DLFB_CACHE") or platformdirs.user_cache_path("dlfb_helpers"))


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
