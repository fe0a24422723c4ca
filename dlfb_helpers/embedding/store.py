"""Embedding vectors on disk, keyed by content: what was computed once is not computed again.

One folder a setting (checkpoint, layer, pooling, long-protein policy, precision); in it Parquet files,
each written whole or not at all and named by the digest of its bytes. A key is the SHA-256 of a sequence.
"""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dlfb_helpers.embedding.store_index import StoreIndex, read_alone
from dlfb_helpers.embedding.windows import MAX_RESIDUES, overlap
from dlfb_helpers.files.assets import cache_folder
from dlfb_helpers.files.atomic import SUFFIX, is_abandoned, write_atomically

ROWS_A_FILE = 8192
"""Vectors of one file at most: to read one of them, its file is read."""


def vector_settings(
    digest: str,
    layer: int | None = None,
    pooling: str = "mean",
    precision: str = "float32",
    long_proteins: str = "window",
    max_residues: int = MAX_RESIDUES,
) -> dict[str, str]:
    """Return all that a protein's vector depends on besides its sequence; `digest` is that of the encoder's weights."""
    return {
        "checkpoint": digest,
        "layer": "last" if layer is None else str(layer),
        "pooling": "mean of residues" if pooling == "mean" else pooling,
        "precision": precision,
        "long proteins": f"{long_proteins} {max_residues}/{overlap(max_residues)}",
    }


def vector_column(vectors: np.ndarray) -> pa.FixedSizeListArray:
    """Return `vectors` (n, D) as a column of n lists of D numbers, float32."""
    values = np.ascontiguousarray(vectors, dtype=np.float32)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])


def parquet_bytes(table: pa.Table) -> bytes:
    """Return the Parquet file that holds `table`."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


class EmbeddingStore:
    """Vectors of one setting.

    Parameters
    ----------
    settings : dict
        All that the vectors depend on besides the sequence; JSON-serialisable.
    folder : Path, optional
        Parent of all settings' folders; ``embeddings`` in the first cache folder that takes files, if not given.
    """

    def __init__(self, settings: dict, folder: Path | None = None) -> None:
        self.settings = json.dumps(settings, sort_keys=True, indent=2).encode()
        name = hashlib.sha256(self.settings).hexdigest()[:16]
        self.folder = cache_folder("embeddings", name) if folder is None else Path(folder) / name

    def begun(self) -> EmbeddingStore:
        """Return the store, within this one, of files that are not whole yet."""
        inner = EmbeddingStore({}, self.folder)
        inner.settings, inner.folder = self.settings, self.folder / "begun"
        return inner

    def read(self, keys: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """Return key -> vector (D,), float32; a file that is damaged is named and removed.

        Parameters
        ----------
        keys : collection of str, optional
            What is looked up: only files that hold some of it are read. Everything, if not given.
        """
        try:
            paths = sorted(self.folder.glob("part-*.parquet")) if self.folder.is_dir() else []
            self._sweep()
        except OSError as error:
            warnings.warn(f"{self.folder} cannot be read ({error.strerror}) and is left out", stacklevel=3)
            return {}
        if keys is not None:
            wanted = set(keys)
            files = StoreIndex(self.folder).files_of(wanted, paths) if wanted else []
            paths = [path for path in paths if path.name in files]
        vectors: dict[str, np.ndarray] = {}
        for path in paths:
            table = self._table(path)
            if table is not None:
                vectors.update(_rows(table, None if keys is None else wanted))
        return vectors

    def write(self, keys: list[str], vectors: np.ndarray) -> Path:
        """Add `vectors` (n, D), stored as float32, and return the path of their file: the last, if they take several.

        Raises
        ------
        ValueError
            If a vector is not finite; nothing is written then.
        """
        vectors = np.asarray(vectors, dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity, and is not kept; look at the checkpoint's weights")
        path = self.folder
        for start in range(0, max(len(keys), 1), ROWS_A_FILE):
            some = slice(start, start + ROWS_A_FILE)
            content = parquet_bytes(pa.table({"key": keys[some], "vector": vector_column(vectors[some])}))
            path = self.folder / f"{_file_name(content)}.parquet"
            write_atomically(self.folder / "settings.json", self.settings)
            write_atomically(path, content)
        return path

    def forget(self, keys: Collection[str]) -> None:
        """Remove the files all of whose keys are among these: they are kept elsewhere."""
        for path in self.folder.glob("part-*.parquet"):
            with suppress(OSError, pa.ArrowException):
                if set(read_alone(path, ["key"])["key"].to_pylist()) <= set(keys):
                    path.unlink()
        with suppress(OSError):  # files of another run are in it
            if {path.name for path in self.folder.iterdir()} == {"settings.json"}:
                (self.folder / "settings.json").unlink()
                self.folder.rmdir()

    def _sweep(self) -> None:
        """Remove what killed writers have left."""
        for partial in self.folder.glob(f".*{SUFFIX}"):
            with suppress(OSError):  # it was finished, or removed by another reader, in between
                if is_abandoned(partial):
                    partial.unlink()

    def _table(self, path: Path) -> pa.Table | None:
        """Return the table of a file; None if it is gone, or damaged: then it is removed."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # another reader has found it damaged since the folder was listed
            return None
        except OSError as error:
            warnings.warn(f"{path} cannot be read ({error.strerror}) and is left out", stacklevel=4)
            return None
        if path.stem == _file_name(content):
            return read_alone(pa.BufferReader(content))
        done = "was removed"
        try:
            path.unlink(missing_ok=True)
        except OSError:
            done = "cannot be removed"
        warnings.warn(f"{path} is damaged and {done}; its vectors will be computed again", stacklevel=4)
        return None


def _rows(table: pa.Table, wanted: set[str] | None) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the keys that are wanted and their vectors; not one that an older release has stored and is not finite."""
    if wanted is not None and len(wanted) < table.num_rows:
        table = table.filter(pc.is_in(table["key"], pa.array(sorted(wanted), pa.string())))
    width = table.schema.field("vector").type.list_size
    values = table["vector"].combine_chunks().flatten().to_numpy().reshape(-1, width)
    for key, row, finite in zip(table["key"].to_pylist(), values, np.isfinite(values).all(axis=1)):
        if finite and (wanted is None or key in wanted):
            yield key, row


def _file_name(content: bytes) -> str:
    return f"part-{hashlib.sha256(content).hexdigest()[:32]}"
