"""Many proteins -> their vectors, each kept on disk once computed: an interrupted run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.store import EmbeddingStore
from dlfb_helpers.embedding.windows import MAX_RESIDUES, OVERLAP
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.proteins.fasta import sequence_key

RESIDUES_A_PART = 100_000  # what an interrupted run may lose: about a minute of a slow CPU


def embed_proteins(
    sequences: list[str],
    checkpoint: Checkpoint | str = "course",
    long_proteins: str = "window",
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Do as `mean_embeddings` does, keeping every vector on disk: only new sequences are computed.

    The vectors of the course's own proteins under the course checkpoint come with the package.

    Parameters
    ----------
    sequences, checkpoint, long_proteins
        As for `mean_embeddings`.
    cache : Path, optional
        Folder of the store; the user's cache folder if not given.
    progress : callable, optional
        Called with (residues done, residues to do) after every part written.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i.
    """
    checkpoint = load_checkpoint(checkpoint) if isinstance(checkpoint, str) else checkpoint
    vectors = compute_missing(sequences, checkpoint, long_proteins, cache, progress)
    rows = [vectors[sequence_key(sequence)] for sequence in sequences]
    return np.array(rows, dtype=np.float32).reshape(len(rows), checkpoint.width)


def compute_missing(
    sequences: list[str],
    checkpoint: Checkpoint,
    long_proteins: str = "window",
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    shard: tuple[int, int] = (1, 1),
) -> dict[str, np.ndarray]:
    """Compute what the store lacks, part by part, and return all that is known then.

    Parameters
    ----------
    sequences, checkpoint, long_proteins, cache, progress
        As for `embed_proteins`.
    shard : tuple of int
        (i, n) computes every n-th part only, from the i-th on, i from 1 to n: n processes or machines with one cache
        share the work, and write the same files as one that does it all.

    Returns
    -------
    dict of str to numpy.ndarray
        `sequence_key` -> vector (D,), float32.

    Raises
    ------
    ValueError
        If there is no such shard.
    """
    first, step = shard
    if not 1 <= first <= step:
        raise ValueError(f"there is no shard {first} of {step}; number them from 1 to {step}, as in 1/{max(step, 1)}")
    settings = store_settings(checkpoint, long_proteins)
    store = EmbeddingStore(settings, cache)
    vectors = EmbeddingStore(settings, bundled_folder("embeddings")).read() | store.read()
    distinct = {sequence_key(sequence): sequence for sequence in sequences}
    # The parts are those of the whole list, however much of it is done: a run that was interrupted forms the same parts
    # and batches again, and so the same files, byte for byte.
    parts = [[key for key in part if key not in vectors] for part in _parts(distinct)][first - 1 :: step]
    total, done = sum(len(distinct[key]) for part in parts for key in part), 0
    for part in filter(None, parts):
        part_vectors = mean_embeddings([distinct[key] for key in part], checkpoint, long_proteins)
        store.write(part, part_vectors)
        vectors.update(zip(part, part_vectors))
        done += sum(len(distinct[key]) for key in part)
        if progress:
            progress(done, total)
    return vectors


def store_settings(checkpoint: Checkpoint, long_proteins: str = "window") -> dict[str, str]:
    """Return all that a protein's vector depends on besides its sequence."""
    return {
        "checkpoint": checkpoint.digest,
        "layer": "last",
        "pooling": "mean of residues",
        "precision": str(checkpoint.precision).removeprefix("torch."),
        "long proteins": f"{long_proteins} {MAX_RESIDUES}/{OVERLAP}",
    }


def _parts(sequences: dict[str, str]) -> Iterator[list[str]]:
    """Yield keys in parts of about RESIDUES_A_PART residues, sorted by length so that little is padded."""
    part: list[str] = []
    residues = 0
    for key in sorted(sequences, key=lambda key: (len(sequences[key]), key)):
        part.append(key)
        residues += len(sequences[key])
        if residues >= RESIDUES_A_PART:
            yield part
            part, residues = [], 0
    if part:
        yield part
