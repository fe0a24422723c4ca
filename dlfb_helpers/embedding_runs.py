"""Many proteins -> their vectors, each kept on disk once computed: an interrupted run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from dlfb_helpers.bundled import bundled_folder
from dlfb_helpers.checkpoints import Checkpoint, load
from dlfb_helpers.embeddings import MAX_RESIDUES, OVERLAP, get_mean_embeddings
from dlfb_helpers.store import EmbeddingStore, sequence_key

RESIDUES_A_PART = 100_000  # what an interrupted run may lose: about a minute of a slow CPU


def embed_proteins(
    sequences: list[str],
    checkpoint: Checkpoint | str = "course",
    long_proteins: str = "window",
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Do as `get_mean_embeddings` does, keeping every vector on disk: only new sequences are computed.

    The vectors of the course's own proteins under the course checkpoint come with the package.

    Parameters
    ----------
    sequences, checkpoint, long_proteins
        As for `get_mean_embeddings`.
    cache : Path, optional
        Folder of the store; the user's cache folder if not given.
    progress : callable, optional
        Called with (residues done, residues to do) after every part written.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i.
    """
    checkpoint = load(checkpoint) if isinstance(checkpoint, str) else checkpoint
    settings = store_settings(checkpoint, long_proteins)
    store = EmbeddingStore(settings, cache)
    vectors = EmbeddingStore(settings, bundled_folder("embeddings")).read() | store.read()
    keys = [sequence_key(sequence) for sequence in sequences]
    missing = {key: sequence for key, sequence in zip(keys, sequences) if key not in vectors}
    total, done = sum(map(len, missing.values())), 0
    for part in _parts(missing):
        part_vectors = get_mean_embeddings([missing[key] for key in part], checkpoint, long_proteins)
        store.write(part, part_vectors)
        vectors.update(zip(part, part_vectors))
        done += sum(len(missing[key]) for key in part)
        if progress:
            progress(done, total)
    return np.array([vectors[key] for key in keys], dtype=np.float32).reshape(len(keys), checkpoint.width)


def store_settings(checkpoint: Checkpoint, long_proteins: str = "window") -> dict[str, str]:
    """Return all that a protein's vector depends on besides its sequence."""
    return {
        "checkpoint": checkpoint.digest,
        "layer": "last",
        "pooling": "mean of residues",
        "precision": str(checkpoint.precision).removeprefix("torch."),
        "long proteins": f"{long_proteins} {MAX_RESIDUES}/{OVERLAP}",
    }


def _parts(missing: dict[str, str]) -> Iterator[list[str]]:
    """Yield keys in parts of about RESIDUES_A_PART residues, sorted by length so that little is padded."""
    part: list[str] = []
    residues = 0
    for key in sorted(missing, key=lambda key: (len(missing[key]), key)):
        part.append(key)
        residues += len(missing[key])
        if residues >= RESIDUES_A_PART:
            yield part
            part, residues = [], 0
    if part:
        yield part
