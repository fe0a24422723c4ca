"""A folder's manifest.json: which files it has, and the SHA-256 of each, so that what is read is what was written."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from dlfb_helpers.files.packed import AnyPath

MANIFEST = "manifest.json"


def verify(folder: Path, remedy: str) -> dict:
    """Check every file that ``folder/manifest.json`` lists and return the manifest; an error ends in `remedy`.

    Raises
    ------
    FileNotFoundError
        If the manifest, or a file that it lists, is missing.
    ValueError
        If the manifest is damaged, or names a place outside the folder or a link, or a file has another SHA-256.
    """
    path = folder / MANIFEST
    manifest = parse_manifest(_read(path, remedy), path, remedy)
    for name, expected in manifest["files"].items():
        file = folder / name
        if file.is_symlink():
            raise ValueError(f"{file} is a link; {remedy}")
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing; {remedy}")
        _compare(sha256(file), expected["sha256"], file, remedy)
    return manifest


def read_verified(folder: Path, names: Collection[str], remedy: str) -> dict[str, bytes]:
    """Read the files of a folder whose manifest lists just these, each once: what is checked is what is returned.

    The folder is opened first, so that another which takes its name meanwhile does not get mixed in.

    Parameters
    ----------
    folder
        Where they lie, none of them in a sub-folder.
    names
        What the manifest has to list, no more and no less.
    remedy
        Ends every error.

    Raises
    ------
    FileNotFoundError, ValueError
        As `verify`, or if the manifest lists other files.
    """
    opened = os.open(folder, os.O_RDONLY) if os.open in os.supports_dir_fd else None
    try:
        path = folder / MANIFEST
        manifest = parse_manifest(_read(path, remedy, opened), path, remedy)
        if (listed := set(manifest["files"])) != set(names):
            odd = min(listed ^ set(names))
            what = "does not list" if odd in set(names) else "lists"
            raise ValueError(f"{path} {what} {odd}, which is not what such a folder holds; {remedy}")
        contents = {name: _read(folder / name, remedy, opened) for name in names}
    finally:
        if opened is not None:
            os.close(opened)
    for name, content in contents.items():
        found = hashlib.sha256(content).hexdigest()
        _compare(found, manifest["files"][name]["sha256"], folder / name, remedy)
    return contents


def parse_manifest(content: bytes, path: Path, remedy: str) -> dict:
    """Return a manifest, its form checked; a ValueError names it and ends in `remedy`."""
    try:
        manifest = json.loads(content.decode("utf-8"))
        names = {name: bytes.fromhex(entry["sha256"]) for name, entry in manifest["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError(f"{path} is damaged: it does not list files with their SHA-256; {remedy}") from None
    for name, digest in names.items():
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts or "\\" in name or not name.isprintable() or not place.parts:
            raise ValueError(f"{path} names {name[:60]!r}, a place outside its folder; {remedy}")
        if len(digest) != hashlib.sha256().digest_size:
            raise ValueError(f"{path} is damaged: the SHA-256 of {name} has another length; {remedy}")
    return manifest


def write_manifest(folder: Path, **facts) -> None:
    """Write ``manifest.json``: `facts`, then the SHA-256 and size of every other file in `folder`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    entries = {
        path.relative_to(folder).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size} for path in files
    }
    (folder / MANIFEST).write_text(json.dumps({**facts, "files": entries}, indent=1) + "\n")


def sha256(path: AnyPath) -> str:
    """Return the SHA-256 of a file, or of a member of an archive, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _read(path: Path, remedy: str, folder: int | None = None) -> bytes:
    """Read a file, by its name in an open folder if one is given; never through a link."""
    if folder is None:
        if path.is_symlink():
            raise ValueError(f"{path} is a link; {remedy}")
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; {remedy}")
        return path.read_bytes()
    try:
        descriptor = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing; {remedy}") from None
    except OSError as error:
        reason = "is a link" if path.is_symlink() else f"cannot be read ({error.strerror})"
        raise ValueError(f"{path} {reason}; {remedy}") from None
    try:
        with open(descriptor, "rb") as handle:
            return handle.read()
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder; {remedy}") from None


def _compare(found: str, expected: str, path: Path, remedy: str) -> None:
    if found != expected:
        raise ValueError(f"{path} has been altered (SHA-256 {found}, expected {expected}); {remedy}")
