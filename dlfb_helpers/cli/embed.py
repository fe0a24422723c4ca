"""What ``dlfb embed`` does: a FASTA file in, a file of embeddings out, a vector a protein or a residue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from dlfb_helpers.cli.reporting import warn
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.formats import check_format, ids_beside, opened_vectors, write_array
from dlfb_helpers.embedding.residues import each_residue_embeddings
from dlfb_helpers.embedding.runs import compute_missing, store_settings
from dlfb_helpers.embedding.store import parquet_bytes
from dlfb_helpers.embedding.table import embedding_table, refuse_long_proteins
from dlfb_helpers.files.atomic import write_atomically
from dlfb_helpers.files.places import check_outputs, ending
from dlfb_helpers.proteins.fasta import read_fasta, sequence_key

FORMATS = (".parquet", ".h5", ".npz", ".npy")
REPORT_EVERY = 30_000
"""Residues between two reports on the way."""
Progress = Callable[[int, int], None] | None


def run(
    fasta: str,
    out: Path | None,
    checkpoint: str = "course",
    long_proteins: str = "window",
    cache: Path | None = None,
    shard: tuple[int, int] = (1, 1),
    progress: Progress = None,
    clean: bool = False,
    skip_bad: bool = False,
    residues: bool = False,
    layer: int | None = None,
) -> None:
    """Embed the proteins of a FASTA file; parameters as in ``dlfb embed --help``, `out` None for a shard."""
    kind = _checked_place(out, fasta) if out else ""
    proteins, loaded = read_fasta(fasta, clean, skip_bad, warn), load_checkpoint(checkpoint)
    if layer is not None:
        loaded = loaded.at_layer(layer)
    if long_proteins == "error":
        refuse_long_proteins(proteins, fasta, loaded.max_residues)
    if out:
        check_format(out, kind, proteins["EntryID"], residues)
    if out and residues:
        _write_residues(proteins, loaded, long_proteins, out, kind, progress)
        return
    sequences = proteins["Sequence"].tolist()
    vectors = compute_missing(sequences, loaded, long_proteins, cache, progress, shard)
    if out:
        rows = np.array([vectors[sequence_key(sequence)] for sequence in sequences], dtype=np.float32)
        _write_means(proteins, rows, loaded, long_proteins, out, kind)


def _checked_place(out: Path, fasta: str) -> str:
    """See that a file can be written there, before anything is read, and return its format."""
    kind, packed = ending(out, FORMATS, ".parquet")
    if packed:
        raise ValueError(f"{out}: vectors are not written as {packed}; leave {packed} away")
    ids = {"the ids beside it": ids_beside(out)} if kind == ".npy" else {}
    check_outputs({"--out": out, **ids}, {"the FASTA file": fasta})
    return kind


def _settings(checkpoint: Checkpoint, long_proteins: str, pooling: str) -> dict[str, str | int]:
    """All that vectors depend on, for a reader: the checkpoint by its name, too, and the layer by its number."""
    layer = checkpoint.layers if checkpoint.layer is None else checkpoint.layer
    return {
        **store_settings(checkpoint, long_proteins),
        "checkpoint": checkpoint.name, "weights": checkpoint.digest, "layer": layer, "pooling": pooling,
    }  # fmt: skip


def _write_residues(
    proteins: pd.DataFrame, checkpoint: Checkpoint, long_proteins: str, out: Path, kind: str, progress: Progress
) -> None:
    sequences = dict(zip(proteins["EntryID"], proteins["Sequence"]))
    done, total = 0, sum(map(len, sequences.values()))
    with opened_vectors(out, kind, _settings(checkpoint, long_proteins, "none")) as put:
        for entry, vectors in each_residue_embeddings(sequences, checkpoint, long_proteins):
            put(entry, sequences[entry][: len(vectors)], vectors)
            before, done = done, done + len(sequences[entry])
            if progress and (done == total or done // REPORT_EVERY > before // REPORT_EVERY):
                progress(done, total)


def _write_means(
    proteins: pd.DataFrame, vectors: np.ndarray, checkpoint: Checkpoint, long_proteins: str, out: Path, kind: str
) -> None:
    if kind == ".parquet":
        stored = store_settings(checkpoint, long_proteins)
        table = embedding_table(proteins, vectors, stored, long_proteins, checkpoint.max_residues)
        write_atomically(out, parquet_bytes(table))
    elif kind == ".npy":
        write_array(out, proteins["EntryID"].tolist(), vectors)
    else:
        settings = _settings(checkpoint, long_proteins, "mean of residues")
        with opened_vectors(out, kind, settings) as put:
            for entry, sequence, vector in zip(proteins["EntryID"], proteins["Sequence"], vectors):
                put(entry, sequence, vector)
