"""Where a predictor may be saved: nothing else is lost, and what cannot be is said before any training."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from dlfb_helpers.files.atomic import partial_path, sweep
from dlfb_helpers.files.manifest import MANIFEST
from dlfb_helpers.predictors.pool_files import POOL_FILES

OWN_FILES = ("predictor.json", "weights.safetensors", "README.md")
FILES = (*OWN_FILES, *POOL_FILES)
"""What a predictor's folder holds beside its manifest, no more and no less; a bundled one has its pool elsewhere."""

ROOM = 50_000_000
"""Bytes that have to be free; one of a few thousand proteins takes 8 million."""


def check_predictor_place(folder: str | Path) -> None:
    """Say before any training whether a predictor can be saved there, and that nothing else would be lost.

    Raises
    ------
    ValueError
        If a file stands there, or a folder that holds anything but a predictor.
    OSError
        If the folder around it cannot be made or written to, or has too little room.
    """
    folder = Path(os.path.realpath(folder))
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a new folder for the predictor")
    if folder.is_dir() and (others := sorted({path.name for path in folder.iterdir()} - {*FILES, MANIFEST})):
        raise ValueError(
            f"{folder} holds {len(others)} things that are no predictor, such as {others[0]}; they would be lost: "
            "name a new folder"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        probe = partial_path(folder)  # which the next writer sweeps, should this process be killed here
        probe.touch()
        probe.unlink(missing_ok=True)
        room = shutil.disk_usage(folder.parent).free
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}; name another folder for the predictor", str(folder)) from error
    if room < ROOM:
        raise OSError(
            errno.ENOSPC, f"{room / 1e6:.0f} MB are free, a predictor takes up to {ROOM / 1e6:.0f}", str(folder)
        )
