"""Which file of a store holds which key: told from the key columns alone, and kept, as reading them takes a while.

The index is a convenience: whatever it lacks is looked up in the files, and if it cannot be written it is not.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dlfb_helpers.files.atomic import write_atomically

FEW = 16
"""Files whose keys are read anew each time; for more, the index is written."""


class _Entries(NamedTuple):
    """The first 16 letters of each key, sorted; the place in `names` of its file; the names of all indexed files."""

    keys: np.ndarray
    files: np.ndarray
    names: np.ndarray


class StoreIndex:
    """The index of a store's folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.npz"

    def files_of(self, keys: Collection[str], paths: list[Path]) -> set[str]:
        """Return the names of those files among `paths` that may hold a key, and of those whose keys are unreadable.

        Two keys that begin alike may lead to a file that has neither: look the whole key up in it.
        """
        entries = self._read()
        indexed = set(entries.names.tolist())
        new = [path for path in paths if path.name not in indexed]
        found: set[str] = set()
        added: dict[str, np.ndarray] = {}
        wanted = np.unique(np.array(list(keys), dtype="S16"))
        for path in new:
            there = _keys(path)
            if there is None:
                found.add(path.name)
                continue
            added[path.name] = there
        if added:
            owners = np.repeat(np.arange(len(added)), [len(there) for there in added.values()])
            names = list(added)
            hits = np.isin(np.concatenate(list(added.values())), wanted)
            found.update(names[place] for place in np.unique(owners[hits]))
        first, last = (np.searchsorted(entries.keys, wanted, side) for side in ("left", "right"))
        for start, end in zip(first[first < last], last[first < last]):
            found.update(entries.names[entries.files[start:end]].tolist())
        if len(added) > FEW:
            self._write(entries, added, {path.name for path in paths})
        return found

    def _read(self) -> _Entries:
        try:
            with np.load(self.path, allow_pickle=False) as file:
                return _Entries(file["keys"], file["files"], file["names"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return _Entries(np.array([], "S16"), np.array([], np.int32), np.array([], "U64"))

    def _write(self, entries: _Entries, added: dict[str, np.ndarray], there: set[str]) -> None:
        """Add files, and drop what is not there any more."""
        kept = np.isin(entries.names, sorted(there))
        places = np.cumsum(kept) - 1
        old = kept[entries.files] if len(entries.files) else np.array([], bool)
        names = np.concatenate([entries.names[kept], np.array(list(added), "U64")])
        keys = np.concatenate([entries.keys[old], *added.values()])
        counts = [len(values) for values in added.values()]
        numbers = np.repeat(np.arange(len(added), dtype=np.int32) + np.int32(kept.sum()), counts)
        files = np.concatenate([places[entries.files[old]].astype(np.int32), numbers])
        order = np.argsort(keys, kind="stable")
        buffer = io.BytesIO()
        np.savez(buffer, keys=keys[order], files=files[order], names=names)
        with suppress(OSError):
            write_atomically(self.path, buffer.getvalue())


def read_alone(source: Path | pa.BufferReader, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file without Arrow's threads.

    What a store reads is short, and a pool takes long to wake; and a thread that still holds Python's bytes when a
    program ends can abort it.
    """
    with pq.ParquetFile(source, pre_buffer=False) as file:
        return file.read(columns, use_threads=False)


def _keys(path: Path) -> np.ndarray | None:
    """Return the beginnings of a file's keys; none if it is gone, None if it cannot be read."""
    try:
        return np.array(read_alone(path, ["key"])["key"].to_pylist(), dtype="S16")
    except FileNotFoundError:
        return np.array([], "S16")
    except (OSError, pa.ArrowException, KeyError):
        return None
