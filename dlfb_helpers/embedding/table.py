"""Proteins with their vectors as one table, and what was done to each: what ``dlfb embed`` writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from dlfb_helpers.embedding.store import vector_column
from dlfb_helpers.embedding.windows import MAX_RESIDUES, window_plan
from dlfb_helpers.proteins.fasta import sequence_key


def embedding_table(
    proteins: pd.DataFrame, vectors: np.ndarray, settings: dict, long_proteins: str, max_residues: int = MAX_RESIDUES
) -> pa.Table:
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
    max_residues : int
        Residues that fit the model: `Checkpoint.max_residues`.

    Returns
    -------
    pyarrow.Table
        Columns EntryID, key (`sequence_key`), residues, windows, residues_used, policy ("whole" where the protein
        fits) and vector; n rows in the order of `proteins`.
    """
    plan = window_plan(proteins["Sequence"].tolist(), long_proteins, max_residues)
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


def refuse_long_proteins(proteins: pd.DataFrame, source: str | Path, max_residues: int = MAX_RESIDUES) -> None:
    """Raise a ValueError that names the first protein that does not fit the model, before anything is computed."""
    for entry, sequence in zip(proteins["EntryID"], proteins["Sequence"]):
        if len(sequence) > max_residues:
            raise ValueError(
                f"{source}: {entry} has {len(sequence):,} residues, longer than {max_residues}; "
                "use --long-proteins window or truncate"
            )
