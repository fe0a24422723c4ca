"""Many proteins -> their vectors, each kept on disk once computed: an interrupted run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.pooling import Pooling, pooling_name
from dlfb_helpers.embedding.store import EmbeddingStore
from dlfb_helpers.embedding.windows import overlap
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.proteins.fasta import sequence_key

RESIDUES_A_FILE = 100_000  # what an interrupted run may lose: about a minute of a slow CPU


def embed_proteins(
    sequences: list[str],
    checkpoint: Checkpoint | str = "course",
    long_proteins: str = "window",
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    pooling: str | Pooling = "mean",
) -> np.ndarray:
    """Do as `mean_embeddings` does, keeping every vector on disk: only new sequences are computed.

    The vectors of the course's own proteins under the course checkpoint come with the package. What a pooling function
    of one's own gives is not kept: the function may change, and its vectors would not.

    Parameters
    ----------
    sequences, checkpoint, long_proteins, pooling
        As for `mean_embeddings`.
    cache : Path, optional
        Folder of the store; the user's cache folder if not given.
    progress : callable, optional
        Called with (residues done, residues to do) after every file written.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i.
    """
    checkpoint = load_checkpoint(checkpoint) if isinstance(checkpoint, str) else checkpoint
    if pooling_name(pooling) is None:
        return mean_embeddings(sequences, checkpoint, long_proteins, pooling=pooling)
    vectors = compute_missing(sequences, checkpoint, long_proteins, cache, progress, pooling=pooling)
    rows = [vectors[sequence_key(sequence)] for sequence in sequences]
    return np.array(rows, dtype=np.float32).reshape(len(rows), checkpoint.width)


def compute_missing(
    sequences: list[str],
    checkpoint: Checkpoint,
    long_proteins: str = "window",
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    shard: tuple[int, int] = (1, 1),
    pooling: str | Pooling = "mean",
) -> dict[str, np.ndarray]:
    """Compute what the store lacks, a file at a time, and return all that is known then.

    Parameters
    ----------
    sequences, checkpoint, long_proteins, cache, progress, pooling
        As for `embed_proteins`.
    shard : tuple of int
        (i, n) computes every n-th file only, from the i-th on, i from 1 to n: n processes or machines with one cache
        share the work, and write the same files as one that does it all.

    Returns
    -------
    dict of str to numpy.ndarray
        `sequence_key` -> vector (D,), float32.

    Raises
    ------
    ValueError
        If there is no such shard, or `pooling` is a function of one's own.
    """
    first, step = shard
    if not 1 <= first <= step:
        raise ValueError(f"there is no shard {first} of {step}; number them from 1 to {step}, as in 1/{max(step, 1)}")
    settings = store_settings(checkpoint, long_proteins, pooling)
    store = EmbeddingStore(settings, cache)
    vectors = EmbeddingStore(settings, bundled_folder("embeddings")).read() | store.read()
    distinct = {sequence_key(sequence): sequence for sequence in sequences}
    # The files are those of the whole list, however much of it is done: a run that was interrupted forms the same files
    # and batches again, byte for byte.
    files = [[key for key in keys if key not in vectors] for keys in _keys_of_files(distinct)][first - 1 :: step]
    total, done = sum(len(distinct[key]) for keys in files for key in keys), 0
    for keys in filter(None, files):
        computed = mean_embeddings([distinct[key] for key in keys], checkpoint, long_proteins, pooling=pooling)
        store.write(keys, computed)
        vectors.update(zip(keys, computed))
        done += sum(len(distinct[key]) for key in keys)
        if progress:
            progress(done, total)
    return vectors


def store_settings(
    checkpoint: Checkpoint, long_proteins: str = "window", pooling: str | Pooling = "mean"
) -> dict[str, str]:
    """Return all that a protein's vector depends on besides its sequence.

    Raises
    ------
    ValueError
        If `pooling` is a function of one's own: its name would not say what it does.
    """
    name = pooling_name(pooling)
    if name is None:
        raise ValueError("vectors of a pooling function of one's own are not stored; use mean_embeddings")
    fits = checkpoint.max_residues
    return {
        "checkpoint": checkpoint.digest,
        "layer": "last",
        "pooling": "mean of residues" if name == "mean" else name,
        "precision": str(checkpoint.precision).removeprefix("torch."),
        "long proteins": f"{long_proteins} {fits}/{overlap(fits)}",
    }


def _keys_of_files(sequences: dict[str, str]) -> Iterator[list[str]]:
    """Yield the keys of each file, about RESIDUES_A_FILE residues, sorted by length so that little is padded."""
    keys: list[str] = []
    residues = 0
    for key in sorted(sequences, key=lambda key: (len(sequences[key]), key)):
        keys.append(key)
        residues += len(sequences[key])
        if residues >= RESIDUES_A_FILE:
            yield keys
            keys, residues = [], 0
    if keys:
        yield keys
