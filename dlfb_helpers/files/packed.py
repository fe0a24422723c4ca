"""Files as people have them: plain, compressed, in an archive, on standard input; opened with clear errors."""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

_FIRST_BYTES = {".gz": b"\x1f\x8b", ".xz": b"\xfd7zXZ\0", ".zip": b"PK\x03\x04"}
ENDINGS = ("", *_FIRST_BYTES)
AnyPath = Path | zipfile.Path
UNREADABLE = (
    OSError, EOFError, RuntimeError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
_REMEDIES = {
    FileNotFoundError: "there is no such file; check the name and the folder",
    IsADirectoryError: "this is a folder; give the file in it",
    PermissionError: "reading it is not allowed; allow it, for example with chmod u+r",
}


class _StandardInput(io.RawIOBase):
    """Standard input in the shape of a path; what is opened can be closed and leaves standard input open."""

    name = "standard input"

    def __str__(self) -> str:
        return self.name

    def open(self, mode: str) -> IO[bytes]:
        if sys.stdin is None:
            raise FileNotFoundError
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return sys.stdin.buffer.readinto1(buffer)  # type: ignore[union-attr]  # typeshed lacks it


def as_path(path: str | AnyPath) -> AnyPath:
    """Return a path to open, from its text or as it is; "-" is standard input."""
    if path == "-":
        return _StandardInput()  # type: ignore[return-value]  # it opens like one
    return Path(path) if isinstance(path, str) else path


@contextmanager
def opened(path: AnyPath) -> Iterator[IO[bytes]]:
    """Open a file to read its plain bytes, unpacked."""
    with ExitStack() as stack:
        with clear_errors(path):
            raw = stack.enter_context(path.open("rb"))
            handle = stack.enter_context(_unpack(raw, path))
        yield handle


@contextmanager
def clear_errors(where: str | AnyPath) -> Iterator[None]:
    """Turn what goes wrong inside into the error of `unreadable`, which names the file `where`."""
    try:
        yield
    except UNREADABLE as error:
        raise unreadable(where, error) from error


def unreadable(where: str | AnyPath, error: Exception) -> Exception:
    """Return the error that says which file could not be opened or unpacked, and what to do."""
    for kind, remedy in _REMEDIES.items():
        if isinstance(error, kind):
            return kind(f"{where}: {remedy}")
    # Invalid argument: offsets in a damaged zip file point before its beginning.
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        return OSError(f"{where}: {error.strerror}; check the name, the folder and the disk")
    return ValueError(
        f"{where}: {error or type(error).__name__}; is the file whole? download it again, or pack it again, one file "
        "in an archive"
    )


def _unpack(raw: IO[bytes], path: AnyPath) -> IO[bytes]:
    """Return the plain bytes behind a file that may be compressed; its ending says how, or else its first bytes."""
    named = [ending for ending in _FIRST_BYTES if path.name.endswith(ending)]
    peek = raw.peek(6)  # type: ignore[attr-defined]  # files and members of archives have it
    found = [ending for ending, first in _FIRST_BYTES.items() if peek.startswith(first)]
    ending = (named or found or [""])[0]
    if ending == ".gz":
        return gzip.open(raw)  # type: ignore[return-value]  # it reads like one
    if ending == ".xz":
        return io.BufferedReader(_Xz(raw))
    if ending == ".zip":
        return _only_member(raw)
    return raw


class _Xz(io.RawIOBase):
    """The bytes packed in .xz streams, all of them.

    `lzma.open` ends without an error at a stream that is damaged, or comes after padding: records would be missing.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._stream = lzma.LZMADecompressor(lzma.FORMAT_XZ)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data, packed = b"", b""
        while not data:
            if self._stream.eof:
                packed = self._next_stream()
                if not packed:
                    return 0
                self._stream = lzma.LZMADecompressor(lzma.FORMAT_XZ)
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


def _only_member(raw: IO[bytes]) -> IO[bytes]:
    if not raw.seekable():
        raise zipfile.BadZipFile("a zip file cannot be read from a pipe")
    archive = zipfile.ZipFile(raw)
    inside = archive.namelist()
    if len(inside) != 1:
        raise zipfile.BadZipFile(f"one file is expected inside, found {len(inside)}")
    return archive.open(inside[0])
