"""Many proteins -> their vectors, each kept on disk once computed: an interrupted run goes on where it stopped."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from dlfb_helpers.embedding.checkpoints import Checkpoint, loaded
from dlfb_helpers.embedding.inputs import Sequences, check_count, checked_sequences
from dlfb_helpers.embedding.mean import each_embedding, mean_embeddings
from dlfb_helpers.embedding.pooling import Pooling, pooling_function, pooling_name
from dlfb_helpers.embedding.store import EmbeddingStore, vector_settings
from dlfb_helpers.embedding.windows import check_policy
from dlfb_helpers.files.assets import bundled_folder, cache_folders
from dlfb_helpers.proteins.fasta import sequence_key

RESIDUES_A_FILE = 100_000
SECONDS_A_PART = 4.0  # what an interrupted run may lose, and the batches in work


def embed_proteins(
    sequences: Sequences,
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
        Folder of the store. If not given, vectors are looked for in ``$DLFB_CACHE`` and the user's cache folder, and
        written to the first that takes them.
    progress : callable, optional
        Called with (residues done, residues to do) after every file written.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i.

    Raises
    ------
    TypeError, ValueError
        As `mean_embeddings`.
    """
    checkpoint = loaded(checkpoint)
    if pooling_name(pooling) is None:
        return mean_embeddings(sequences, checkpoint, long_proteins, pooling=pooling)
    named = checked_sequences(sequences, long_proteins, checkpoint.max_residues)
    vectors = compute_missing(
        dict(zip(named.ids, named.sequences)) if len(set(named.ids)) == len(named.ids) else named.sequences,
        checkpoint, long_proteins, cache, progress, pooling=pooling,
    )  # fmt: skip
    rows = [vectors[sequence_key(sequence)] for sequence in named.sequences]
    return np.array(rows, dtype=np.float32).reshape(len(rows), checkpoint.width)


def compute_missing(
    sequences: Sequences,
    checkpoint: Checkpoint,
    long_proteins: str = "window",
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    shard: tuple[int, int] = (1, 1),
    pooling: str | Pooling = "mean",
) -> dict[str, np.ndarray]:
    """Compute what the store lacks, a file at a time, and return what is known of the sequences then.

    A file that takes long is written in parts, which give way to it once it is whole. A cache that cannot be written is
    a warning: the vectors are computed all the same. Not so for a shard, of which nothing else would be left.

    Parameters
    ----------
    sequences, checkpoint, long_proteins, cache, progress, pooling
        As for `embed_proteins`; `progress` is called after every part, too.
    shard : tuple of int
        (i, n) computes every n-th file only, from the i-th on, i from 1 to n: n processes or machines with one cache
        share the work, and write the same files as one that does it all.

    Returns
    -------
    dict of str to numpy.ndarray
        `sequence_key` -> vector (D,), float32.

    Raises
    ------
    TypeError, ValueError
        As `mean_embeddings`; if there is no such shard, or `pooling` is a function of one's own.
    OSError
        If the vectors of a shard cannot be written.
    """
    first, step = (check_count("a number of shard", number) if number else 0 for number in shard)
    if not 1 <= first <= step:
        raise ValueError(f"there is no shard {first} of {step}; number them from 1 to {step}, as in 1/{max(step, 1)}")
    checkpoint = loaded(checkpoint)
    settings = store_settings(checkpoint, long_proteins, pooling)
    names = _distinct(sequences, checkpoint, long_proteins)
    distinct = {key: sequence for key, (_, sequence) in names.items()}
    run = _Run(EmbeddingStore(settings, cache), required=step > 1)
    vectors = EmbeddingStore(settings, bundled_folder("embeddings")).read(distinct)
    places = [folder / "embeddings" for folder in cache_folders()] if cache is None else [cache]
    for store in (EmbeddingStore(settings, place) for place in places):
        vectors |= store.read(distinct.keys() - vectors.keys())
    # The files are those of the whole list, however much of it is done: a run that was interrupted forms the same files
    # and batches again, byte for byte.
    files = [[key for key in keys if key not in vectors] for keys in _keys_of_files(distinct)][first - 1 :: step]
    begun = run.begun.read([key for keys in files for key in keys])
    total, done = sum(len(distinct[key]) for keys in files for key in keys), 0
    for keys in filter(None, files):
        found = {key: begun[key] for key in keys if key in begun}
        told = sum(len(distinct[key]) for key in found)
        run.start()
        for place, vector in each_embedding(
            [names[key][0] for key in keys], [distinct[key] for key in keys], checkpoint, long_proteins,
            pooling_function(pooling), known={place for place, key in enumerate(keys) if key in found},
        ):  # fmt: skip
            found[keys[place]] = run.new[keys[place]] = vector
            told += len(distinct[keys[place]])
            if run.keep_part() and progress and told < sum(len(distinct[key]) for key in keys):
                progress(done + told, total)
        run.keep(keys, np.array([found[key] for key in keys], np.float32))
        vectors.update(found)
        done += sum(len(distinct[key]) for key in keys)
        if progress:
            progress(done, total)
    return vectors


def _distinct(sequences: Sequences, checkpoint: Checkpoint, long_proteins: str) -> dict[str, tuple[object, str]]:
    """Return key -> (id, sequence) of each sequence that is another one, all of them checked."""
    found: dict[str, tuple[object, str]] = {}
    for entry, sequence in zip(*checked_sequences(sequences, long_proteins, checkpoint.max_residues)):
        found.setdefault(sequence_key(sequence), (entry, sequence))
    return found


class _Run:
    """What a run keeps, and when.

    Parameters
    ----------
    store : EmbeddingStore
    required : bool
        Whether it is an error if the store cannot be written, not a warning.
    """

    def __init__(self, store: EmbeddingStore, required: bool) -> None:
        self.store, self.begun, self.required = store, store.begun(), required
        self.new: dict[str, np.ndarray] = {}
        self.failed = False
        self.start()

    def start(self) -> None:
        """Start a file."""
        self.new, self.last = {}, time.monotonic()

    def keep_part(self) -> bool:
        """Write what is new of a file, if the last part was some time ago; say whether it was time."""
        if time.monotonic() - self.last < SECONDS_A_PART:
            return False
        self._write(self.begun, list(self.new), np.array(list(self.new.values()), np.float32))
        self.start()
        return True

    def keep(self, keys: list[str], vectors: np.ndarray) -> None:
        """Write a whole file, and remove its parts."""
        self._write(self.store, keys, vectors)
        if not self.failed:
            self.begun.forget(keys)

    def _write(self, store: EmbeddingStore, keys: list[str], vectors: np.ndarray) -> None:
        if self.failed:
            return
        try:
            store.write(keys, vectors)
        except OSError as error:
            if self.required:
                raise
            self.failed = True
            warnings.warn(
                f"vectors are computed, but cannot be kept for the next run: {error}; choose another cache folder "
                "(--cache, or DLFB_CACHE in the environment)",
                stacklevel=4,
            )


def store_settings(
    checkpoint: Checkpoint, long_proteins: str = "window", pooling: str | Pooling = "mean"
) -> dict[str, str]:
    """Return all that a protein's vector depends on besides its sequence.

    Raises
    ------
    ValueError
        If there is no such policy; if `pooling` is a function of one's own: its name would not say what it does.
    """
    check_policy(long_proteins)
    checkpoint.refresh()
    name = pooling_name(pooling)
    if name is None:
        raise ValueError("vectors of a pooling function of one's own are not stored; use mean_embeddings")
    precision = str(checkpoint.precision).removeprefix("torch.")
    return vector_settings(checkpoint.digest, checkpoint.layer, name, precision, long_proteins, checkpoint.max_residues)


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
