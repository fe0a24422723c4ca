"""Vectors as files: Parquet, HDF5, NumPy's own. Written protein by protein, so that no more than one is held here.

===========  ============================================  ==================================================
ending       a vector a protein                            a vector a residue
===========  ============================================  ==================================================
.parquet     `embedding_table`                             a row a residue: EntryID, position (from 1), residue, vector
.h5          a dataset a protein, under its id: (D,)       the same: (L, D)
.npz         an array a protein, under its id: (D,)        the same: (L, D)
.npy         one array (n, D); ids beside it, a line each  none: proteins differ in length
===========  ============================================  ==================================================

What was computed (`settings`) stands in a Parquet file's metadata under "dlfb", as JSON; in the attributes of an HDF5
file; in the comment of an .npz file, which is a zip archive, as JSON.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dlfb_helpers.embedding.store import vector_column
from dlfb_helpers.files.atomic import opened_atomically, write_atomically

ROWS_A_GROUP = 4096
"""Residues that are written at once, at least: 5 MB at 320 numbers each."""

Put = Callable[[str, str, np.ndarray], None]
"""Takes a protein's id, its sequence as far as it was embedded, and its vector or those of its residues."""


def check_format(path: Path, kind: str, ids: Iterable[str], residues: bool) -> None:
    """See that vectors of some proteins can be written in a format.

    Raises
    ------
    ValueError
        If residues' vectors are to be one array, or an id cannot be a name in the file; says what to write instead.
    """
    if kind == ".npy" and residues:
        raise ValueError(f"{path}: proteins differ in length, so their residues are no one array; end the name in .npz")
    cannot_be: dict[str, Callable[[str], bool]] = {
        ".h5": lambda entry: "/" in entry or entry == ".",
        ".npz": lambda entry: entry.endswith(".npy"),
    }
    for entry in filter(cannot_be.get(kind, lambda entry: False), ids):
        raise ValueError(
            f"{path}: {entry!r} cannot be a name in a file of {kind}; end the name in .parquet, or rename it"
        )


def ids_beside(path: Path) -> Path:
    """Return where the ids of an .npy file's rows are written."""
    return path.with_suffix(".ids.txt")


def write_array(path: Path, ids: list[str], vectors: np.ndarray) -> None:
    """Write vectors (n, D) as one array, and the ids of its rows beside it."""
    write_atomically(ids_beside(path), "".join(f"{entry}\n" for entry in ids).encode())
    with opened_atomically(path) as handle:
        np.lib.format.write_array(handle, np.asarray(vectors, dtype=np.float32), allow_pickle=False)


@contextmanager
def opened_vectors(path: Path, kind: str, settings: Mapping[str, Any]) -> Iterator[Put]:
    """Open a file that is written protein by protein, and appears once it is whole.

    Parameters
    ----------
    path
        Where.
    kind
        ".h5" or ".npz", or ".parquet" for a row a residue.
    settings
        What was computed.
    """
    writers: dict[str, Callable[[IO[bytes], Mapping], AbstractContextManager[Put]]] = {
        ".parquet": _residue_rows, ".h5": _datasets, ".npz": _arrays,
    }  # fmt: skip
    with opened_atomically(path) as handle, writers[kind](handle, settings) as put:
        yield put


@contextmanager
def _datasets(handle: IO[bytes], settings: Mapping[str, Any]) -> Iterator[Put]:
    import h5py  # here, as it takes a tenth of a second

    # The library opens the file by itself: it also reads what it has written. The handle holds the lock already.
    with h5py.File(handle.name, "w", locking=False) as file:
        file.attrs.update(settings)
        yield lambda entry, _, vectors: file.create_dataset(entry, data=np.asarray(vectors, dtype=np.float32)) and None


@contextmanager
def _arrays(handle: IO[bytes], settings: Mapping[str, Any]) -> Iterator[Put]:
    with zipfile.ZipFile(handle, "w") as archive:
        archive.comment = json.dumps(settings, sort_keys=True).encode()

        def put(entry: str, _: str, vectors: np.ndarray) -> None:
            # A fixed date, so that the same vectors are the same bytes.
            with archive.open(zipfile.ZipInfo(f"{entry}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(vectors, dtype=np.float32), allow_pickle=False)

        yield put


@contextmanager
def _residue_rows(handle: IO[bytes], settings: Mapping[str, Any]) -> Iterator[Put]:
    waiting: list[pa.Table] = []
    writer: pq.ParquetWriter | None = None

    def write() -> None:
        nonlocal writer
        table = pa.concat_tables(waiting)
        writer = writer or pq.ParquetWriter(handle, table.schema)
        writer.write_table(table, row_group_size=len(table))
        waiting.clear()

    def put(entry: str, sequence: str, vectors: np.ndarray) -> None:
        waiting.append(_residue_table(entry, sequence, vectors, settings))
        if sum(map(len, waiting)) >= ROWS_A_GROUP:
            write()

    yield put
    if waiting:
        write()
    if writer:
        writer.close()


def _residue_table(entry: str, sequence: str, vectors: np.ndarray, settings: Mapping[str, Any]) -> pa.Table:
    columns = {
        "EntryID": pa.array([entry] * len(vectors), pa.string()),
        "position": pa.array(np.arange(1, len(vectors) + 1), pa.int32()),
        "residue": pa.array(list(sequence), pa.string()),
        "vector": vector_column(vectors),
    }
    return pa.table(columns).replace_schema_metadata({"dlfb": json.dumps(settings, sort_keys=True)})
