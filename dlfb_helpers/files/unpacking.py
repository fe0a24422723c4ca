"""Packed bytes -> plain bytes: which packing it is, whatever the name says, and not without end."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import IO, Any

from dlfb_helpers.files.shown import shown

FIRST_BYTES = {
    ".gz": re.compile(rb"\x1f\x8b"),
    ".xz": re.compile(rb"\xfd7zXZ\0"),
    ".bz2": re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    ".zst": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
    ".zip": re.compile(rb"PK(?:\x03\x04|\x05\x06)"),
}
"""Ending of a name -> how such a file begins."""
_FIRST_TWO = {".gz": b"\x1f\x8b", ".xz": b"\xfd7", ".bz2": b"BZ", ".zst": b"(\xb5", ".zip": b"PK"}
_NOT_READ = {
    "7z": re.compile(rb"7z\xbc\xaf\x27\x1c"),
    "rar": re.compile(rb"Rar!\x1a\x07"),
    "lz4": re.compile(rb"\x04\x22\x4d\x18"),
    "compress (.Z)": re.compile(rb"\x1f[\x9d\xa0]"),
    "lzip": re.compile(rb"LZIP"),
    "lzma": re.compile(rb"\x5d\0\0.\0(?:\xff{8}|.{5}\0{3})", re.DOTALL),
    "tar": re.compile(rb".{257}ustar", re.DOTALL),
}
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_LAYERS = 3
"""A packed file in an archive is read; what is packed more often than this is not."""

LEAST_LIMIT, RATIO = 100_000_000, 200
"""What unpacks to more bytes than the first, and to more than so many times its size, is refused: CAFA's tables unpack
to ten or thirty times their size, a file made to fill the memory to a thousand or a million times."""


class NotReadError(RuntimeError):
    """What is the matter with a file that is whole and yet cannot be read; the message needs no remedy added."""


def unpacked(raw: IO[bytes], name: str, stack: ExitStack, packed: Callable[[], int] | None = None) -> IO[bytes]:
    """Return the plain bytes of a file that may be packed.

    How a file begins decides, as names are often wrong; the name's ending does where the beginning is neither that of a
    packing nor text.

    Parameters
    ----------
    raw
        Opened, with `peek`.
    name : str
        The file's name.
    stack
        Closes, in the end, what is opened here.
    packed : callable, optional
        Returns how many packed bytes have been read so far where `raw` is unpacked already, as an archive's member is.

    Raises
    ------
    NotReadError, OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError
        If it is damaged, or of a packing that is not read.
    """
    handle: Any = raw
    for layer in range(_LAYERS):
        first = handle.peek(512)
        ending = next((ending for ending, begins in FIRST_BYTES.items() if begins.match(first)), "")
        if not (ending or layer or _is_plain(first, name)):
            ending = next(ending for ending in FIRST_BYTES if name.endswith(ending))
        if not ending:
            break
        packed = packed or raw.tell
        handle = stack.enter_context(io.BufferedReader(_Limited(_OPENERS[ending](handle), packed), 1 << 17))
    else:
        if any(begins.match(handle.peek(512)) for begins in FIRST_BYTES.values()):
            raise NotReadError(f"it is packed more than {_LAYERS} times; unpack it first")
    if packed and handle is raw:
        handle = stack.enter_context(io.BufferedReader(_Limited(handle, packed), 1 << 17))
    for packing, begins in _NOT_READ.items():
        if begins.match(handle.peek(512)):
            raise NotReadError(f"this is packed with {packing}, which is not read; unpack it first")
    return handle


def _is_plain(first: bytes, name: str) -> bool:
    """Say whether a file that begins like no packing is none, and not damaged: its name says none, or it is text."""
    named = next((ending for ending in FIRST_BYTES if name.endswith(ending)), "")
    return not named or not first or not (_FIRST_TWO[named].startswith(first[:2]) or _CONTROL.search(first[:64]))


def own_members(names: Iterable[str]) -> list[str]:
    """Return the names in an archive without folders, and without what systems add: __MACOSX, ._x, .DS_Store."""
    added = {".DS_Store", "Thumbs.db", "desktop.ini"}
    paths = [(name, PurePosixPath(name)) for name in names if not name.endswith("/")]
    return [
        name
        for name, path in paths
        if "__MACOSX" not in path.parts and not path.name.startswith("._") and path.name not in added
    ]


class _Limited(io.RawIOBase):
    """Plain bytes, as long as they are not far more than the packed ones."""

    def __init__(self, plain: Any, packed: Callable[[], int]) -> None:
        self._plain, self._packed, self._size = plain, packed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._plain.read(len(buffer))
        self._size += len(data)
        if self._size > LEAST_LIMIT and self._size > RATIO * self._packed():
            raise NotReadError(
                f"it unpacks to more than {RATIO} times its size, as no data do; if that is right, unpack it first"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._plain.close()
        super().close()


class _Streams(io.RawIOBase):
    """The bytes packed in streams of .xz or .bz2, all of them.

    `lzma.open` and `bz2.open` end without an error at a stream that is damaged, or comes after padding: records would
    be missing.
    """

    def __init__(self, raw: IO[bytes], start: Callable[[], Any]) -> None:
        self._raw, self._start = raw, start
        self._stream = start()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data, packed = b"", b""
        while not data:
            if self._stream.eof:
                packed = self._next_stream()
                if not packed:
                    return 0
                self._stream = self._start()
            elif self._stream.needs_input:
                packed = self._raw.read(io.DEFAULT_BUFFER_SIZE)
                if not packed:
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            data, packed = self._stream.decompress(packed, len(buffer)), b""
        buffer[: len(data)] = data
        return len(data)

    def _next_stream(self) -> bytes:
        """Return the first bytes of the stream that follows; between streams there may be zeros."""
        packed = self._stream.unused_data.lstrip(b"\0")
        while not packed and (block := self._raw.read(io.DEFAULT_BUFFER_SIZE)):
            packed = block.lstrip(b"\0")
        return packed


def _zstd(raw: IO[bytes]) -> Any:
    # Imported here because it takes a while, and hardly any file needs it. Python's own module came with 3.14.
    import pyarrow as pa

    return pa.CompressedInputStream(raw, "zstd")


def _only_member(raw: IO[bytes]) -> IO[bytes]:
    if not raw.seekable():
        raise NotReadError("a zip file cannot be read from a pipe, or from within another packed file; unpack it first")
    archive = zipfile.ZipFile(raw)
    inside = own_members(archive.namelist())
    if len(inside) != 1:
        names = f": {shown(', '.join(inside), 200)}" if inside else ""
        raise NotReadError(f"one file is expected inside, found {len(inside)}{names}; unpack it and give one file")
    return archive.open(inside[0])


_OPENERS: dict[str, Callable[[Any], Any]] = {
    ".gz": gzip.open,
    ".xz": lambda raw: _Streams(raw, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
    ".bz2": lambda raw: _Streams(raw, bz2.BZ2Decompressor),
    ".zst": _zstd,
    ".zip": _only_member,
}
