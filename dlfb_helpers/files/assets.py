"""The bundled assets: where they lie, and that they are what was shipped."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import platformdirs

from dlfb_helpers.files.homes import can_be_written
from dlfb_helpers.files.manifest import verify

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
    verify(ASSETS / name, RESTORE)
    return ASSETS / name


RESTORE = "restore it with `git checkout -- dlfb_helpers/assets`, or install the package again"


def cache_folders() -> list[Path]:
    """Return the folders for what can be made again: ``$DLFB_CACHE``, if it is set, then the user's own cache folder.

    What is needed is looked for in all of them, and written to the first that takes it: a folder that a class shares
    is read by all, and whoever cannot write to it has their own.
    """
    own = Path(platformdirs.user_cache_path("dlfb_helpers"))
    shared = os.environ.get("DLFB_CACHE")
    return [Path(shared), own] if shared else [own]


def cache_folder(*parts: str) -> Path:
    """Return the first of these folders, or what `parts` name in it, that takes files; the first, if none does."""
    folders = [folder.joinpath(*parts) for folder in cache_folders()]
    return next((folder for folder in folders if can_be_written(folder)), folders[0])
