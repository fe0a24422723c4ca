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
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors.numpy import load_file, save_file

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.files.assets import bundled_folder, verify, write_manifest
from dlfb_helpers.metrics.calibration import LogitScaling
from dlfb_helpers.predictors.mixture import Choice, Mixture, NetworkSettings, TrainedNetworks
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.whitening import Whitening
from dlfb_helpers.proteins.fasta import read_fasta
from dlfb_helpers.training.trained import Ensemble, Hyperparameters

FORMAT = 2
BUNDLED = {"course": "predictor", "course-BPO": "predictor_BPO", "course-CCO": "predictor_CCO"}
"""Predictors of function, process and component that come with the package, and their folders among the assets."""


def save_predictor(predictor: Predictor, folder: str | Path) -> Path:
    """Write a predictor to a folder, whole or not at all.

    Parameters
    ----------
    predictor
        Trained.
    folder
        Where to; one that is there already is replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OSError
        If the folder may not be written to.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as work:
        new, old = Path(work, "new"), Path(work, "old")
        new.mkdir()
        _write(predictor, new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    return folder


def load_predictor(folder: str | Path = "course") -> Predictor:
    """Read a predictor.

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
        If a file is missing.
    ValueError
        If a file was altered, or the folder is of a format that this release does not know.
    """
    folder = bundled_folder(BUNDLED[str(folder)]) if str(folder) in BUNDLED else Path(folder)
    verify(folder, remedy="take the folder again from where it came, or train it anew")
    facts = json.loads((folder / "predictor.json").read_text(encoding="utf-8"))
    if facts.pop("format", None) != FORMAT:
        raise ValueError(f"{folder}: the predictor has another format than {FORMAT}; install the release that wrote it")
    choice, names, passes = _choice(facts.pop("settings")), facts.pop("terms"), np.array(facts.pop("passes"))
    tensors = load_file(folder / "weights.safetensors")
    proteins = read_fasta(folder / "proteins.fasta.xz")
    labels = np.unpackbits(tensors["labels"], axis=1, count=len(names))
    known = Proteins(
        proteins["EntryID"].tolist(),
        proteins["Sequence"].tolist(),
        tensors["embeddings"].astype(np.float32),
        pd.DataFrame(labels, index=pd.Index(proteins["EntryID"]), columns=list(names)),
    )
    ancestors = np.unpackbits(tensors["ancestors"], axis=1, count=len(names)).astype(bool)
    mixture = Mixture(choice, known, _networks(tensors, choice.network.hyperparameters, passes))
    calibration, threshold = LogitScaling(**facts.pop("calibration")), facts.pop("threshold")
    return Predictor(mixture, names, ancestors, calibration, threshold, facts)


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
    network = NetworkSettings(saved["whitening"], Hyperparameters(**saved["hyperparameters"]))
    return Choice(**(settings | {"network": network, "weights": tuple(settings["weights"])}))


def model_card(facts: Mapping[str, Any]) -> str:
    """Say in Markdown what a predictor is, what it was made from and how good it was."""
    measured = "\n".join(f"| {name} | {value} |" for name, value in facts["measured"].items())
    made_from = "\n".join(f"| {name} | {facts[name]} |" for name in ("aspect", "ontology", "annotations"))
    vectors = "\n".join(f"| {name} | {value} |" for name, value in facts["vectors"].items() if name != "checkpoint")
    return f"""# A predictor of protein functions

Sequences in, calibrated probabilities of {len(facts["terms"])} terms out: the weighted mean of
{len(facts["passes"])} networks, of neighbours by embedding and of neighbours by alignment, raised along the ontology
and calibrated by logit scaling. Made by the protein-function course; load with
`dlfb_helpers.predictors.load_predictor(folder)`.

| made from | |
|---|---|
| checkpoint | {facts["checkpoint"]}, weights {facts["vectors"]["checkpoint"][:16]} |
{vectors}
{made_from}

| measured | |
|---|---|
{measured}
| threshold of the best F on validation | {facts["threshold"]:.2f} |

**Limits.** It knows the functions that were common and shown by experiment in its training proteins, and no others.
What is not annotated may still be true. On proteins unlike all that it was trained on it is worse than these figures; a
probability is calibrated on average, not for each protein. Not for decisions on patients.
"""
