"""A FASTA file in, a Parquet file of embeddings out, on one machine or on many: ``python -m dlfb_helpers.embed``."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
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

EXAMPLES = """examples:
  python -m dlfb_helpers.embed proteins.fasta -o vectors.parquet
  python -m dlfb_helpers.embed proteins.fasta.gz -o vectors.parquet --checkpoint facebook/esm2_t12_35M_UR50D

  As a job array, on machines that share a folder: each job one shard, then once without --shard to write the file.
  python -m dlfb_helpers.embed proteins.fasta --cache shared/ --shard 3/8
  python -m dlfb_helpers.embed proteins.fasta --cache shared/ -o vectors.parquet
  Without a shared folder, copy what the jobs have in theirs into one: no two files of a name differ.

A run that was interrupted goes on where it stopped when it is started again."""


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


class Progress:
    """Say on stderr how many residues are done, how fast, and how long it will take still."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        rate = done / max(time.monotonic() - self.start, 1e-9)
        left = (total - done) / rate
        print(f"{done:,} of {total:,} residues, {rate:,.0f} a second, {left / 60:.1f} min left", file=sys.stderr)


def _shard(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is no shard; write 1/8 to 8/8 for eight jobs")
    return int(found[1]), int(found[2])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m dlfb_helpers.embed",
        description="Embed the proteins of a FASTA file (plain, .gz or .xz) with ESM-2: mean over the residues.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("fasta", help="the proteins")
    parser.add_argument("-o", "--out", type=Path, help="Parquet file to write; needed unless --shard is given")
    parser.add_argument("--checkpoint", default="course", help="course, a Hub id or a folder (default: course)")
    parser.add_argument(
        "--long-proteins", default="window", choices=["window", "truncate", "error"], help="beyond 1,022 residues"
    )
    parser.add_argument("--cache", type=Path, help="folder of the vectors computed so far (default: the user's cache)")
    parser.add_argument(
        "--shard", type=_shard, metavar="I/N", help="compute the I-th of N shares into the cache, no file"
    )
    options = parser.parse_args(arguments)
    if (options.out is None) == (options.shard is None):
        parser.error("give either --out, to write all vectors, or --shard, to compute a share of them")
    try:
        proteins, checkpoint = read_fasta(options.fasta), load(options.checkpoint)
        if options.long_proteins == "error":
            refuse_long_proteins(proteins, options.fasta)
        sequences = proteins["Sequence"].tolist()
        vectors = compute_missing(
            sequences, checkpoint, options.long_proteins, options.cache, Progress(), options.shard or (1, 1)
        )
        if options.out:
            rows = np.array([vectors[sequence_key(sequence)] for sequence in sequences], dtype=np.float32)
            settings = store_settings(checkpoint, options.long_proteins)
            table = embedding_table(proteins, rows, settings, options.long_proteins)
            write_atomically(options.out, parquet_bytes(table))
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
