"""The bundled assets: where they lie, and that they are what was shipped."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import platformdirs

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


def cache_folder() -> Path:
    """Return the folder for what can be made again: ``$DLFB_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("DLFB_CACHE") or platformdirs.user_cache_path("dlfb_helpers"))
