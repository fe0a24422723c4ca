"""A predictor in a folder: written whole or not at all, and refused where a file was altered since.

predictor.json        terms with their names, settings, calibration, threshold, facts (vectors, what was measured)
weights.safetensors   networks, whitening, embeddings and labels of the proteins whose labels vote
proteins.fasta.xz     their sequences
README.md             model card
manifest.json         SHA-256 of the others
"""

from __future__ import annotations

import json
import lzma
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.files.assets import bundled_folder, cache_folder
from dlfb_helpers.files.exchange import folder_in_place_of, restore
from dlfb_helpers.files.manifest import read_verified, write_manifest
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.predictors.card import model_card
from dlfb_helpers.predictors.mixture import Choice, Mixture, NetworkSettings, TrainedNetworks
from dlfb_helpers.predictors.place import FILES, check_predictor_place
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.sound import (
    check_choice,
    check_facts,
    check_hyperparameters,
    check_passes,
    check_shapes,
    check_terms,
)
from dlfb_helpers.predictors.whitening import Whitening
from dlfb_helpers.training.trained import Ensemble, Hyperparameters

FORMAT = 2

REMEDY = "take the folder again from where it came, or train it anew"

LARGEST_FASTA = 500_000_000
"""Bytes of unpacked sequences: more than all of Swiss-Prot has."""

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
        _write(predictor, new)
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
    folder = bundled_folder(BUNDLED[str(folder)]) if str(folder) in BUNDLED else Path(folder)
    restore(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder}: there is no such folder; bundled predictors are {', '.join(BUNDLED)}, `dlfb train` makes others"
        )
    contents = read_verified(folder, FILES, REMEDY)
    try:
        return _parsed(contents)
    except (ValueError, KeyError, TypeError, AttributeError, SafetensorError, lzma.LZMAError) as error:
        reason = f"{type(error).__name__}: {error}" if not isinstance(error, ValueError) else str(error)
        raise ValueError(f"{folder}: this is no predictor that can be used ({reason}); {REMEDY}") from error


def _parsed(contents: Mapping[str, bytes]) -> Predictor:
    facts = json.loads(contents["predictor.json"])
    if facts.pop("format", None) != FORMAT:
        raise ValueError(f"the predictor has another format than {FORMAT}; install the release that wrote it")
    check_facts(facts)
    choice, names, passes = _choice(facts.pop("settings")), facts.pop("terms"), facts.pop("passes")
    check_terms(names)
    check_passes(passes)
    tensors = load(contents["weights.safetensors"])
    check_shapes(tensors, len(names), len(passes))
    ids, sequences = _proteins(contents["proteins.fasta.xz"])
    labels = np.unpackbits(tensors["labels"], axis=1, count=len(names))
    ancestors = np.unpackbits(tensors["ancestors"], axis=1, count=len(names)).astype(bool)
    embeddings = tensors["embeddings"].astype(np.float32)
    known = Proteins(ids, sequences, embeddings, pd.DataFrame(labels, pd.Index(ids, name="EntryID"), list(names)))
    networks = _networks(tensors, choice.network.hyperparameters, np.array(passes))
    calibration, threshold = LogitScaling(**facts.pop("calibration")), float(facts.pop("threshold"))
    return Predictor(Mixture(choice, known, networks), names, ancestors, calibration, threshold, facts)


def _proteins(packed: bytes) -> tuple[list[str], list[str]]:
    """Ids and sequences of the FASTA file, as `_write` has them: a line each."""
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ)
    content = stream.decompress(packed, max_length=LARGEST_FASTA)
    if not stream.eof:
        raise ValueError(f"its sequences unpack to more than {LARGEST_FASTA:,} bytes, or are cut off")
    lines = content.decode("utf-8").splitlines()
    return [line.removeprefix(">") for line in lines[::2]], lines[1::2]


def _write(predictor: Predictor, folder: Path) -> None:
    known = predictor.mixture.known
    fasta = "".join(f">{entry}\n{sequence}\n" for entry, sequence in zip(known.ids, known.sequences))
    (folder / "proteins.fasta.xz").write_bytes(lzma.compress(fasta.encode(), preset=9 | lzma.PRESET_EXTREME))
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in _tensors(predictor).items()}
    save_file(tensors, folder / "weights.safetensors")
    facts = {
        "format": FORMAT,
        **predictor.facts,
        "calibration": asdict(predictor.calibration),
        "threshold": predictor.threshold,
        "settings": asdict(predictor.mixture.choice),
        "passes": predictor.mixture.networks.ensemble.passes.tolist(),
        "terms": dict(predictor.names),
    }
    (folder / "predictor.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(model_card(facts), encoding="utf-8")
    write_manifest(folder, what="A predictor of protein functions; see README.md")


def _tensors(predictor: Predictor) -> dict[str, np.ndarray]:
    """Name the arrays of the safetensors file; float16 loses nothing, for what was fitted is rounded to it already."""
    known, (whitening, ensemble) = predictor.mixture.known, predictor.mixture.networks
    tensors = {
        f"network/{layer}/{kind}": values.astype(np.float16)
        for layer, arrays in ensemble.params.items()
        for kind, values in arrays.items()
    }
    if whitening is not None:
        tensors |= {"whitening/mean": whitening.mean, "whitening/matrix": whitening.matrix}
    return tensors | {
        "embeddings": known.embeddings.astype(np.float16),
        "labels": np.packbits(known.targets.to_numpy(bool), axis=1),
        "ancestors": np.packbits(predictor.ancestors, axis=1),
    }


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


def _choice(settings: dict[str, Any]) -> Choice:
    saved = settings["network"]
    check_hyperparameters(saved["hyperparameters"])
    network = NetworkSettings(saved["whitening"], Hyperparameters(**saved["hyperparameters"]))
    choice = Choice(**(settings | {"network": network, "weights": tuple(settings["weights"])}))
    check_choice(choice)
    return choice
