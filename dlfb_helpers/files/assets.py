"""The bundled assets: where they lie, and that they are what was shipped."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path

import platformdirs

from dlfb_helpers.files.packed import AnyPath

ASSETS = Path(__file__).parents[1] / "assets"


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


def sha256(path: AnyPath) -> str:
    """Return the SHA-256 of a file, or of a member of an archive, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def cache_folder() -> Path:
    """Return the folder for what can be made again: ``$DLFB_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("DLFB_CACHE") or platformdirs.user_cache_path("dlfb_helpers"))
