"""The vectors that come with the package, looked up without PyTorch: they want no model, only to be of its weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import safe_open

from dlfb_helpers.embedding.folders import weight_files
from dlfb_helpers.embedding.inputs import checked_sequences
from dlfb_helpers.embedding.store import EmbeddingStore, vector_settings
from dlfb_helpers.embedding.tensors import plain_name, tensor_shapes, tensors_digest
from dlfb_helpers.embedding.windows import residues_that_fit
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.proteins.fasta import sequence_key


def bundled_vectors(sequences: Sequence[str]) -> np.ndarray | None:
    """Return the bundled vectors of some sequences under the course checkpoint, as `embed_proteins` does.

    PyTorch takes a hundred megabytes, which whoever only looks up keeps.

    Parameters
    ----------
    sequences : sequence of str

    Returns
    -------
    numpy.ndarray or None
        Shape (n, D), float32, row i for sequence i; None unless there is one of each, made with these very weights.

    Raises
    ------
    TypeError, ValueError
        As `embed_proteins`.
    """
    folder = bundled_folder("checkpoint")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    fits = residues_that_fit(config)
    named = checked_sequences(sequences, max_residues=fits)
    settings = vector_settings(_digest(config), max_residues=fits)
    keys = [sequence_key(sequence) for sequence in named.sequences]
    vectors = EmbeddingStore(settings, bundled_folder("embeddings")).read(set(keys))
    if not keys or vectors.keys() < set(keys):
        return None
    return np.array([vectors[key] for key in keys], dtype=np.float32)


def _digest(config: dict) -> str:
    """Return the digest of the course checkpoint's encoder, a tensor in memory at a time."""
    places: dict[str, tuple[Path, str]] = {}
    for path in weight_files(bundled_folder("checkpoint")):
        with safe_open(path, "np") as file:
            places |= {plain_name(key): (path, key) for key in file.keys()}

    def tensor(name: str) -> np.ndarray:
        path, key = places[name]
        with safe_open(path, "np") as file:
            return file.get_tensor(key)

    return tensors_digest((name, tensor(name)) for name in sorted(tensor_shapes(config)))
