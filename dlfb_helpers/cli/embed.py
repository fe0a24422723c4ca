"""What ``dlfb embed`` does: a FASTA file in, a Parquet file of embeddings out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from dlfb_helpers.cli.reporting import warn
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.runs import compute_missing, store_settings
from dlfb_helpers.embedding.store import parquet_bytes
from dlfb_helpers.embedding.table import embedding_table, refuse_long_proteins
from dlfb_helpers.files.atomic import write_atomically
from dlfb_helpers.files.places import check_outputs, ending
from dlfb_helpers.proteins.fasta import read_fasta, sequence_key


def run(
    fasta: str,
    out: Path | None,
    checkpoint: str = "course",
    long_proteins: str = "window",
    cache: Path | None = None,
    shard: tuple[int, int] = (1, 1),
    progress: Callable[[int, int], None] | None = None,
    clean: bool = False,
    skip_bad: bool = False,
) -> None:
    """Embed the proteins of a FASTA file; parameters as in ``dlfb embed --help``, `out` None for a shard."""
    if out:
        check_outputs({"--out": out}, {"the FASTA file": fasta})
        ending(out, (".parquet",), ".parquet")
    proteins, loaded = read_fasta(fasta, clean, skip_bad, warn), load_checkpoint(checkpoint)
    if long_proteins == "error":
        refuse_long_proteins(proteins, fasta, loaded.max_residues)
    sequences = proteins["Sequence"].tolist()
    vectors = compute_missing(sequences, loaded, long_proteins, cache, progress, shard)
    if out:
        rows = np.array([vectors[sequence_key(sequence)] for sequence in sequences], dtype=np.float32)
        settings = store_settings(loaded, long_proteins)
        table = embedding_table(proteins, rows, settings, long_proteins, loaded.max_residues)
        write_atomically(out, parquet_bytes(table))
