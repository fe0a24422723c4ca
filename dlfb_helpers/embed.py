"""What ``dlfb embed`` does: a FASTA file in, a Parquet file of embeddings out, on one machine or on many."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from dlfb_helpers.bundled import write_atomically
from dlfb_helpers.cafa import read_fasta
from dlfb_helpers.checkpoints import load
from dlfb_helpers.embedding_runs import compute_missing, store_settings
from dlfb_helpers.embeddings import MAX_RESIDUES, window_plan
from dlfb_helpers.store import parquet_bytes, sequence_key, vector_column


def embedding_table(proteins: pd.DataFrame, vectors: np.ndarray, settings: dict, long_proteins: str) -> pa.Table:
    """Put proteins, what was done to them and their vectors into one table.

    Parameters
    ----------
    proteins : pandas.DataFrame
        Columns EntryID and Sequence.
    vectors : numpy.ndarray
        Shape (n, D), float32.
    settings : dict
        `store_settings`; kept in the schema's metadata under "dlfb", as JSON.
    long_proteins : str
        The policy for proteins that do not fit the model.

    Returns
    -------
    pyarrow.Table
        Columns EntryID, key (`sequence_key`), residues, windows, residues_used, policy ("whole" where the protein
        fits) and vector; n rows in the order of `proteins`.
    """
    plan = window_plan(proteins["Sequence"].tolist(), long_proteins)
    whole = (plan["windows"] == 1) & (plan["residues used"] == plan["residues"])
    columns = {
        "EntryID": pa.array(proteins["EntryID"].tolist(), pa.string()),
        "key": pa.array([sequence_key(sequence) for sequence in proteins["Sequence"]], pa.string()),
        "residues": plan["residues"],
        "windows": plan["windows"],
        "residues_used": plan["residues used"],
        "policy": pa.array(np.where(whole, "whole", long_proteins).tolist(), pa.string()),
        "vector": vector_column(vectors),
    }
    return pa.table(columns).replace_schema_metadata({"dlfb": json.dumps(settings, sort_keys=True)})


def refuse_long_proteins(proteins: pd.DataFrame, source: str | Path) -> None:
    """Raise a ValueError that names the first protein that does not fit the model, before anything is computed."""
    for entry, sequence in zip(proteins["EntryID"], proteins["Sequence"]):
        if len(sequence) > MAX_RESIDUES:
            raise ValueError(
                f"{source}: {entry} has {len(sequence):,} residues, longer than {MAX_RESIDUES}; "
                "use --long-proteins window or truncate"
            )


def run(
    fasta: str,
    out: Path | None,
    checkpoint: str = "course",
    long_proteins: str = "window",
    cache: Path | None = None,
    shard: tuple[int, int] = (1, 1),
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Embed the proteins of a FASTA file; parameters as in ``dlfb embed --help``, `out` None for a shard."""
    proteins, loaded = read_fasta(fasta), load(checkpoint)
    if long_proteins == "error":
        refuse_long_proteins(proteins, fasta)
    sequences = proteins["Sequence"].tolist()
    vectors = compute_missing(sequences, loaded, long_proteins, cache, progress, shard)
    if out:
        rows = np.array([vectors[sequence_key(sequence)] for sequence in sequences], dtype=np.float32)
        table = embedding_table(proteins, rows, store_settings(loaded, long_proteins), long_proteins)
        write_atomically(out, parquet_bytes(table))
