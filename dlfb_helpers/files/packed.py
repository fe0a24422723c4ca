"""Files as people have them: plain, compressed, in an archive, on standard input; opened with clear errors."""

from __future__ import annotations

import errno
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from dlfb_helpers.files.shown import shown
from dlfb_helpers.files.unpacking import FIRST_BYTES, NotReadError, own_members, unpacked

ENDINGS = ("", *FIRST_BYTES)
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

    def __init__(self) -> None:
        self._read = 0

    def __str__(self) -> str:
        return self.name

    def open(self, mode: str) -> IO[bytes]:
        if sys.stdin is None:
            raise FileNotFoundError
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        size = sys.stdin.buffer.readinto1(buffer)  # type: ignore[union-attr]  # typeshed lacks it
        self._read += size
        return size

    def tell(self) -> int:
        return self._read


def as_path(path: str | AnyPath) -> AnyPath:
    """Return a path to open, from its text or as it is; "-" is standard input."""
    if path == "-":
        return _StandardInput()  # type: ignore[return-value]  # it opens like one
    return Path(path) if isinstance(path, str) else path


@contextmanager
def opened(path: AnyPath) -> Iterator[IO[bytes]]:
    """Open a file to read its plain bytes, unpacked; of a folder that holds one file and nothing else, that file."""
    with ExitStack() as stack:
        with clear_errors(path):
            path = _only_file(path)
            raw = stack.enter_context(path.open("rb"))
            size = path.root.getinfo(path.at).compress_size if isinstance(path, zipfile.Path) else None
            handle = unpacked(raw, path.name, stack, None if size is None else lambda: size)
        yield handle


def _only_file(path: AnyPath) -> AnyPath:
    """Return the file in a folder that holds no other, or else the path itself."""
    if not isinstance(path, Path) or not path.is_dir():
        return path
    files = [file for file in path.iterdir() if own_members([file.name])]
    return files[0] if len(files) == 1 and files[0].is_file() else path


@contextmanager
def clear_errors(where: str | AnyPath) -> Iterator[None]:
    """Turn what goes wrong inside into the error of `unreadable`, which names the file `where`."""
    try:
        yield
    except UNREADABLE as error:
        raise unreadable(where, error) from error


def unreadable(where: str | AnyPath, error: Exception) -> Exception:
    """Return the error that says which file could not be opened or unpacked, and what to do."""
    where = shown(where, 300)
    if isinstance(error, NotReadError):
        return ValueError(f"{where}: {error}")
    for kind, remedy in _REMEDIES.items():
        if isinstance(error, kind):
            return kind(f"{where}: {remedy}")
    # Invalid argument: offsets in a damaged zip file point before its beginning.
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        return OSError(f"{where}: {error.strerror}; check the name, the folder and the disk")
    return ValueError(
        f"{where}: {shown(error, 300) or type(error).__name__}; is the file whole? download it again, or pack it "
        "again, one file in an archive"
    )
