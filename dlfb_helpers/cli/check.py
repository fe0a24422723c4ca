"""What ``dlfb check`` looks at: each entry returns what it found, or raises what is wrong."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import requires, version

import numpy as np

from dlfb_helpers.files.assets import ASSETS, bundled_folder


def _packages() -> str:
    """Every package that the course requires is installed in a release that will do."""
    from packaging.requirements import Requirement

    needed = [Requirement(text) for text in requires("dlfb-helpers") or [] if "extra ==" not in text]
    wrong = [
        f"{need} is needed, {found} installed" for need in needed if (found := version(need.name)) not in need.specifier
    ]
    if wrong:
        raise RuntimeError("; ".join(wrong) + "; install again with pip install -U dlfb-helpers")
    return f"{len(needed)} packages"


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
    "checkpoint": _checkpoint,
    "predictors": _predictors,
}
