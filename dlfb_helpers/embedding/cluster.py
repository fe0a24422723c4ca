"""Embedding on a Ray cluster, Parquet in, Parquet out: ``python -m dlfb_helpers.embedding.cluster``.

A fixed pool of actors loads the model once each; Ray Data hands them small blocks of proteins. An actor that dies is
started again and its block computed again. The rows are those of `embed`, in the order of the input. Needs the extra
``ray``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import uuid
import warnings
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.folders import check_folder
from dlfb_helpers.embedding.inputs import check_count
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.embedding.table import embedding_table, refuse_long_proteins
from dlfb_helpers.embedding.windows import check_policy
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, OTHER_RESIDUES, check_sequence

# Ray reports its use to its makers unless told not to; whoever has set this otherwise is left alone.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
try:
    import ray
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}; install Ray Data: pip install 'dlfb-helpers[ray]'", name="ray") from error

COLUMNS = ["EntryID", "Sequence"]
PROTEINS_A_FILE = 100_000

EXAMPLES = """examples:
  python -m dlfb_helpers.embedding.cluster proteins.parquet -o vectors --workers 2
  RAY_ADDRESS=auto python -m dlfb_helpers.embedding.cluster proteins/ -o vectors --workers 8 --gpus 1

Without RAY_ADDRESS, a cluster of this machine alone is started. Input, output and a checkpoint's folder have to lie
where every machine of the cluster finds them."""


class Embedder:
    """An actor of the pool: loads the checkpoint when it is started, then embeds one batch after another.

    Parameters
    ----------
    checkpoint : str
        "course", a Hub id or a folder.
    long_proteins : {"window", "truncate", "error"}
        What to do beyond the residues that fit the model.
    """

    def __init__(self, checkpoint: str, long_proteins: str) -> None:
        self.checkpoint, self.long_proteins = load_checkpoint(checkpoint), long_proteins

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return `embedding_table` of a batch with the columns EntryID and Sequence."""
        proteins = batch.to_pandas()
        vectors = mean_embeddings(proteins["Sequence"].tolist(), self.checkpoint, self.long_proteins)
        settings = store_settings(self.checkpoint, self.long_proteins)
        return embedding_table(proteins, vectors, settings, self.long_proteins, self.checkpoint.max_residues)


def embed_parquet(
    source: str | Path,
    out: str | Path,
    checkpoint: str = "course",
    long_proteins: str = "window",
    workers: int = 2,
    gpus: float = 0,
    proteins_a_batch: int = 64,
) -> Path:
    """Embed the proteins of Parquet files on the Ray cluster that is connected, or else on this machine.

    Parameters
    ----------
    source : str or Path
        A Parquet file or a folder of them, with the columns EntryID and Sequence.
    out : str or Path
        Folder to make; it appears once it is whole.
    checkpoint, long_proteins
        As for `Embedder`.
    workers : int
        Actors in the pool; the cluster needs a CPU for each, and one more for reading and writing.
    gpus : float
        GPUs of each actor.
    proteins_a_batch : int
        What an actor computes at once, and what is computed again if it dies.

    Returns
    -------
    Path
        `out`: Parquet files with the columns of `embedding_table`, whose names sort in the order of the input.

    Raises
    ------
    FileNotFoundError
        If there is no `source`.
    FileExistsError
        If `out` is there already.
    ValueError
        If `source` lacks a column, or one is not of strings, has no rows, or a sequence that cannot be embedded; names
        it. If there is no such policy, or the checkpoint is a folder that cannot be read as one.
    RuntimeError
        If the rows written are not exactly those of the input.
    """
    check_policy(long_proteins)
    workers, proteins_a_batch = check_count("workers", workers), check_count("proteins_a_batch", proteins_a_batch)
    if not gpus >= 0:
        raise ValueError(f"gpus is {gpus}; it is 0 at least")
    if checkpoint != "course" and Path(checkpoint).is_dir():
        check_folder(checkpoint, Path(checkpoint))
        checkpoint = str(Path(checkpoint).absolute())  # a worker may have another working directory
    source, out = Path(source).absolute(), Path(out).absolute()
    proteins = pa.dataset.dataset(str(source), format="parquet")
    if missing := set(COLUMNS) - set(proteins.schema.names):
        raise ValueError(f"{source}: no column {', '.join(sorted(missing))}; found {', '.join(proteins.schema.names)}")
    for column in COLUMNS:
        if not _is_text(found := proteins.schema.field(column).type):
            raise ValueError(f"{source}: the column {column} is of type {found}, but has to be of strings; convert it")
    if not proteins.count_rows():
        raise ValueError(f"{source}: no proteins in it")
    if out.exists():
        raise FileExistsError(f"{out} is there already; remove it or name another folder")
    _check(proteins, source, long_proteins)
    _connect(workers)
    # Written beside `out` and renamed at the end: whoever finds `out` finds all of it.
    partial = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.partial")
    rows = ray.data.read_parquet(proteins.files).select_columns(COLUMNS)
    rows = rows.repartition(target_num_rows_per_block=proteins_a_batch)
    rows.context.execution_options.preserve_order = True
    embedded = rows.map_batches(
        Embedder,
        fn_constructor_args=(checkpoint, long_proteins),
        batch_size=proteins_a_batch,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=1,
        num_gpus=gpus,
    )
    try:
        embedded.write_parquet(str(partial), min_rows_per_file=PROTEINS_A_FILE)
        # What was computed twice, because a worker died, has to be there once, and in its place.
        if _ids(pa.dataset.dataset(str(partial), format="parquet")) != _ids(proteins):
            raise RuntimeError(f"{partial}: the proteins written are not those of {source}; run it again")
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return out


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _check(proteins: pa.dataset.Dataset, source: Path, long_proteins: str) -> None:
    """Raise a ValueError that names the first sequence that cannot be embedded, before any worker is started."""
    for batch in proteins.to_batches(columns=COLUMNS):
        if batch["EntryID"].null_count:
            raise ValueError(f"{source}: a row of the column EntryID is empty; give each protein an id")
        accepted = pc.match_substring_regex(pc.fill_null(batch["Sequence"], ""), f"^[{AMINO_ACIDS}{OTHER_RESIDUES}]+$")
        for record in batch.filter(pc.invert(accepted)).slice(length=1).to_pylist():
            check_sequence(record["Sequence"] or "", f"{source}: {record['EntryID']}")
        if long_proteins == "error":
            refuse_long_proteins(batch.to_pandas(), source)


def _connect(workers: int) -> None:
    """Start a cluster of this machine, unless one is connected or named in RAY_ADDRESS."""
    if not ray.is_initialized() and "RAY_ADDRESS" in os.environ:
        ray.init()
    elif not ray.is_initialized():  # its count of CPUs may exceed the machine's: it only bounds what runs at once
        ray.init("local", num_cpus=max(os.cpu_count() or 1, workers + 1), include_dashboard=False)
    cpus = ray.cluster_resources().get("CPU", 0)
    if cpus < workers + 1:  # a fixed pool takes its CPUs first; with none left to read, all would wait
        warnings.warn(
            f"the cluster has {cpus:.0f} CPUs, too few for {workers} workers and one reader; add nodes, or name "
            "fewer workers: until then the run waits",
            stacklevel=3,
        )


def _ids(proteins: pa.dataset.Dataset) -> pa.ChunkedArray:
    return proteins.to_table(["EntryID"])["EntryID"].cast(pa.large_string())


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error is one line."""
    parser = argparse.ArgumentParser(
        prog="python -m dlfb_helpers.embedding.cluster",
        description="Embed the proteins of Parquet files (columns EntryID and Sequence) with ESM-2 on a Ray cluster.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", help="a Parquet file or a folder of them")
    parser.add_argument("-o", "--out", required=True, help="folder to make")
    parser.add_argument("--checkpoint", default="course", help="course, a Hub id or a folder (default: course)")
    parser.add_argument(
        "--long-proteins", default="window", choices=["window", "truncate", "error"], help="beyond 1,022 residues"
    )
    parser.add_argument("--workers", type=int, default=2, help="actors, each with a model of its own (default: 2)")
    parser.add_argument("--gpus", type=float, default=0, help="GPUs of each actor (default: 0)")
    parser.add_argument(
        "--batch", type=int, default=64, dest="proteins_a_batch", help="proteins an actor takes at once (default: 64)"
    )
    options = parser.parse_args(arguments)
    try:
        embed_parquet(**vars(options))
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
