"""Embedding vectors on disk, keyed by content: what was computed once is not computed again.

One folder a setting (checkpoint, layer, pooling, long-protein policy, precision); in it Parquet files,
each written whole or not at all and named by the digest of its bytes. A key is the SHA-256 of a sequence.
"""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dlfb_helpers.files.assets import cache_folder
from dlfb_helpers.files.atomic import SUFFIX, is_abandoned, write_atomically


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
        Parent of all settings' folders; ``cache_folder() / "embeddings"`` if not given.
    """

    def __init__(self, settings: dict, folder: Path | None = None) -> None:
        self.settings = json.dumps(settings, sort_keys=True, indent=2).encode()
        self.folder = (folder or cache_folder() / "embeddings") / hashlib.sha256(self.settings).hexdigest()[:16]

    def read(self) -> dict[str, np.ndarray]:
        """Return key -> vector (D,), float32, of every file that is whole; a damaged one is named and removed."""
        vectors: dict[str, np.ndarray] = {}
        for partial in self.folder.glob(f".*{SUFFIX}"):
            with suppress(OSError):  # it was finished, or removed by another reader, in between
                if is_abandoned(partial):
                    partial.unlink()
        for path in sorted(self.folder.glob("part-*.parquet")):
            try:
                content = path.read_bytes()
            except FileNotFoundError:  # another reader has found it damaged since the folder was listed
                continue
            if path.stem != _file_name(content):
                warnings.warn(f"{path} is damaged and was removed; its vectors will be computed again", stacklevel=2)
                path.unlink(missing_ok=True)
                continue
            table = pq.read_table(io.BytesIO(content))
            width = table.schema.field("vector").type.list_size
            values = table["vector"].combine_chunks().flatten().to_numpy().reshape(-1, width)
            vectors.update(zip(table["key"].to_pylist(), values))
        return vectors

    def write(self, keys: list[str], vectors: np.ndarray) -> Path:
        """Add one file holding `vectors` (n, D), stored as float32, and return its path."""
        content = parquet_bytes(pa.table({"key": keys, "vector": vector_column(vectors)}))
        path = self.folder / f"{_file_name(content)}.parquet"
        write_atomically(self.folder / "settings.json", self.settings)
        write_atomically(path, content)
        return path


def _file_name(content: bytes) -> str:
    return f"part-{hashlib.sha256(content).hexdigest()[:32]}"
