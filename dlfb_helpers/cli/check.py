"""What ``dlfb check`` looks at: each entry returns what it found, or raises what is wrong."""

from __future__ import annotations

import os
import platform
import re
import tempfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlfb_helpers.files.assets import ASSETS, bundled_folder, cache_folders

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def _packages() -> str:
    """Every package that the course requires here is installed in a release that will do."""
    from packaging.requirements import Requirement

    listed = [Requirement(text) for text in requires("dlfb-helpers") or []]
    needed = [need for need in listed if not need.marker or need.marker.evaluate({"extra": ""})]
    wrong = [f"{need.name}{need.specifier} is needed, {found}" for need in needed if (found := _not_as_needed(need))]
    if wrong:
        raise RuntimeError("; ".join(wrong) + "; install them with pip, or use the course's own environment")
    return f"{len(needed)} packages"


def _not_as_needed(need: Requirement) -> str | None:
    """Say what is installed of a package, if that will not do."""
    for name in (need.name, need.name.removesuffix("-cpu")):  # the build with CUDA does what the one without does
        try:
            found = version(name)
        except PackageNotFoundError:
            continue
        return None if found in need.specifier else f"{found} installed"
    return "and missing"


def _cache() -> str:
    """Where what was computed is kept; that it cannot be written is no failure."""
    kept = next((folder for folder in cache_folders() if _takes_files(folder)), None)
    if kept is None:
        return f"{cache_folders()[0]} cannot be written: what is computed is computed again each time (see DLFB_CACHE)"
    others = [str(folder) for folder in cache_folders() if folder != kept]
    return f"{kept} is written" + (f", {', '.join(others)} is read" if others else "")


def _takes_files(folder: Path) -> bool:
    """Try to write a file into a folder, which is made for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            return file.write(b"tried") == 5
    except OSError:
        return False


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _device() -> str:
    from dlfb_helpers.embedding.checkpoints import get_device

    device = get_device()
    return f"{device.type}, {os.cpu_count()} cores"


def _assets() -> str:
    names = sorted(path.name for path in ASSETS.iterdir() if path.is_dir())
    for name in names:
        bundled_folder(name)
    return f"{', '.join(names)} are what was shipped"


def _checkpoint() -> str:
    from dlfb_helpers.embedding.mean import mean_embeddings

    vector = mean_embeddings(["MALWMRLLPLLALLALWGPDPAAA"], "course")[0]
    if not np.isfinite(vector).all():
        raise RuntimeError("the checkpoint gives vectors with NaN or infinite numbers")
    return f"embeds a sequence as {len(vector)} numbers"


def _predictors() -> str:
    from dlfb_helpers.predictors.folder import BUNDLED, load_predictor

    loaded = [load_predictor(name) for name in BUNDLED]
    terms = ", ".join(f"{len(predictor.names)} {predictor.facts['aspect']} terms" for predictor in loaded)
    return f"{terms}, {re.sub('releases/', 'ontology of ', loaded[0].facts['ontology'])}"


CHECKS = {
    "Python": _python,
    "packages": _packages,
    "device": _device,
    "bundled files": _assets,
    "cache": _cache,
    "checkpoint": _checkpoint,
    "predictors": _predictors,
}
