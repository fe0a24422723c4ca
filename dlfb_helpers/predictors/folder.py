"""A predictor in a folder: written whole or not at all, and refused where a file was altered since.

predictor.json        terms with their names, settings, blend, threshold, facts (vectors, what was measured)
weights.safetensors   networks and their whitening; labels of the pool
proteins.fasta.zst    the pool: ids, taxa and sequences of the proteins whose labels vote
vectors.safetensors   and their whitened vectors
README.md             model card
manifest.json         SHA-256 of the others

The bundled predictors share one pool, which lies in a folder of its own.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save_file
from scipy.sparse import csr_array

from dlfb_helpers.annotations.consistency import specific_labels
from dlfb_helpers.files.assets import bundled_folder, cache_folder
from dlfb_helpers.files.exchange import folder_in_place_of, restore
from dlfb_helpers.files.manifest import read_verified, write_manifest
from dlfb_helpers.predictors.base import BasePredictors, Settings
from dlfb_helpers.predictors.card import model_card
from dlfb_helpers.predictors.mixture import NetworkSettings, TrainedNetworks
from dlfb_helpers.predictors.place import FILES, OWN_FILES, check_predictor_place
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.pool_files import bundled_pool, parse_pool, pool_files
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.sound import (
    check_facts,
    check_hyperparameters,
    check_passes,
    check_settings,
    check_shapes,
    check_terms,
    checked_blend,
)
from dlfb_helpers.predictors.sparse import as_tensors, from_tensors, propagated
from dlfb_helpers.predictors.votes import Voters
from dlfb_helpers.predictors.whitening import Whitening
from dlfb_helpers.training.trained import Ensemble, Hyperparameters

FORMAT = 3

REMEDY = "take the folder again from where it came, or train it anew"

BUNDLED = {"course": "predictor", "course-BPO": "predictor_BPO", "course-CCO": "predictor_CCO"}
"""Predictors of function, process and component that come with the package, and their folders among the assets."""


def save_predictor(predictor: Predictor, folder: str | Path) -> Path:
    """Write the folder, whole or not at all; a predictor that is there already is replaced.

    Parameters
    ----------
    predictor
        Trained.
    folder
        Where to write it.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError, OSError
        As `check_predictor_place`; or if the disk is full. What stood there stays.
    """
    check_predictor_place(folder)
    with folder_in_place_of(Path(folder)) as new:
        write_predictor(predictor, new)
    return Path(folder)


def save_or_keep_elsewhere(predictor: Predictor, folder: str | Path) -> Path:
    """Save a predictor that took long to train; if its place fails all the same, keep it in the cache folder.

    Raises
    ------
    OSError
        If it could not be saved where it was to be; says where it is.
    """
    try:
        return save_predictor(predictor, folder)
    except (OSError, ValueError) as error:
        elsewhere = cache_folder() / "predictors" / f"{Path(folder).name}-{uuid.uuid4().hex[:8]}"
        save_predictor(predictor, elsewhere)
        raise OSError(f"{folder}: {error}; the predictor was kept in {elsewhere}") from error


def load_predictor(folder: str | Path = "course") -> Predictor:
    """Read a predictor: one of `BUNDLED`, or a folder that `save_predictor` wrote.

    Parameters
    ----------
    folder
        One of the names in `BUNDLED`, or a folder that `save_predictor` wrote.

    Returns
    -------
    Predictor
        Its checkpoint is loaded when it is first needed.

    Raises
    ------
    FileNotFoundError
        If the folder or a file is missing.
    ValueError
        If a file was altered, the folder holds other files than a predictor's, is of a format that this release does
        not know, or says what makes no sense.
    """
    bundled = str(folder) in BUNDLED
    folder = bundled_folder(BUNDLED[str(folder)]) if bundled else Path(folder)
    restore(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder}: there is no such folder; bundled predictors are {', '.join(BUNDLED)}, `dlfb train` makes others"
        )
    contents = read_verified(folder, OWN_FILES if bundled else FILES, REMEDY)
    try:
        return _parsed(contents, bundled_pool(REMEDY) if bundled else parse_pool(contents))
    except (ValueError, KeyError, TypeError, AttributeError, SafetensorError, OSError) as error:
        reason = f"{type(error).__name__}: {error}" if not isinstance(error, ValueError) else str(error)
        raise ValueError(f"{folder}: this is no predictor that can be used ({reason}); {REMEDY}") from error


def _parsed(contents: Mapping[str, bytes], pool: Pool) -> Predictor:
    facts = json.loads(contents["predictor.json"])
    if facts.pop("format", None) != FORMAT:
        raise ValueError(f"the predictor has another format than {FORMAT}; install the release that wrote it")
    check_facts(facts)
    settings, names, passes = _settings(facts.pop("settings")), facts.pop("terms"), facts.pop("passes")
    check_terms(names)
    check_passes(passes)
    tensors = load(contents["weights.safetensors"])
    blend = checked_blend(facts.pop("blend"), "curated/ends" in tensors)
    check_shapes(tensors, len(pool.whitening.mean), len(names), len(passes))
    ancestors = from_tensors(tensors, "ancestors", len(names), len(names)).toarray().astype(bool)
    voters = {
        kind: Voters.of(propagated(from_tensors(tensors, kind, len(pool), len(names)), ancestors))
        for kind in ("labels", "curated")
        if f"{kind}/ends" in tensors
    }
    networks = _networks(tensors, settings.network.hyperparameters, np.array(passes))
    base = BasePredictors(settings, pool, voters["labels"], voters.get("curated"), networks)
    return Predictor(base, blend, names, ancestors, float(facts.pop("threshold")), facts)


def write_predictor(predictor: Predictor, folder: Path, with_pool: bool = True) -> None:
    """Write the files of a predictor into an empty folder; those that are bundled have their pool elsewhere."""
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in _tensors(predictor).items()}
    save_file(tensors, folder / "weights.safetensors")
    base = predictor.base
    facts = {
        "format": FORMAT,
        **predictor.facts,
        "blend": asdict(predictor.blend),
        "threshold": predictor.threshold,
        "settings": asdict(base.settings),
        "passes": base.networks.ensemble.passes.tolist(),
        "terms": dict(predictor.names),
    }
    (folder / "predictor.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(model_card(facts), encoding="utf-8")
    if with_pool:
        for name, content in pool_files(predictor.pool).items():
            (folder / name).write_bytes(content)
    write_manifest(folder, what="A predictor of protein functions; see README.md")


def _tensors(predictor: Predictor) -> dict[str, np.ndarray]:
    """Name the arrays of the safetensors file; float16 loses nothing, for what was fitted is rounded to it already."""
    base, (whitening, ensemble) = predictor.base, predictor.base.networks
    tensors = {
        f"network/{layer}/{kind}": values.astype(np.float16)
        for layer, arrays in ensemble.params.items()
        for kind, values in arrays.items()
    }
    if whitening is not None:
        tensors |= {"whitening/mean": whitening.mean, "whitening/matrix": whitening.matrix}
    for kind, voters in {"labels": base.labels, "curated": base.curated}.items():
        if voters is not None:
            tensors |= as_tensors(specific_labels(voters.labels, predictor.ancestors), kind)
    return tensors | as_tensors(csr_array(predictor.ancestors), "ancestors")


def _networks(
    tensors: Mapping[str, np.ndarray], hyperparameters: Hyperparameters, passes: np.ndarray
) -> TrainedNetworks:
    params: dict[str, dict[str, np.ndarray]] = {}
    for name, tensor in tensors.items():
        if name.startswith("network/"):
            layer, kind = name.removeprefix("network/").split("/")
            params.setdefault(layer, {})[kind] = tensor.astype(np.float32)
    whitening = None
    if "whitening/mean" in tensors:
        whitening = Whitening(tensors["whitening/mean"], tensors["whitening/matrix"])
    history = np.full((len(passes), hyperparameters.stop_after or hyperparameters.epochs), np.nan)
    return TrainedNetworks(whitening, Ensemble(hyperparameters, params, passes, history))


def _settings(saved: dict[str, Any]) -> Settings:
    network = saved["network"]
    check_hyperparameters(network["hyperparameters"])
    chosen = NetworkSettings(network["whitening"], Hyperparameters(**network["hyperparameters"]))
    settings = Settings(**(saved | {"network": chosen}))
    check_settings(settings)
    return settings
