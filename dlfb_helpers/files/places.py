"""Where people want things written: what cannot be, or would destroy something, is refused before any work is done."""

from __future__ import annotations

import gzip
import lzma
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dlfb_helpers.files.atomic import opened_atomically

COMPRESSIONS = (".gz", ".xz")


def check_outputs(outputs: Mapping[str, str | Path | None], inputs: Mapping[str, str | Path]) -> None:
    """Raise a ValueError if an output is an input, or another output, or a folder; or cannot be made.

    Parameters
    ----------
    outputs, inputs
        What each is called in a message, such as ``"--out"`` -> its path; None and ``"-"`` are left alone.

    Raises
    ------
    ValueError
        If two are one file, also through a link; names both.
    OSError
        If an output's folder cannot be made or written to.
    """
    seen = {_identity(path): name for name, path in inputs.items() if str(path) != "-"}
    for name, path in outputs.items():
        if path is None or str(path) == "-":
            continue
        known = seen.setdefault(_identity(path), name)
        if known != name and not _is_stream(Path(path)):
            raise ValueError(f"{name} and {known} are one file, {path}: it would be lost; name another")
        _check_place(Path(path))


def ending(path: str | Path, known: Collection[str], default: str) -> tuple[str, str]:
    """Return what a name asks for: its ending and, behind it, that of a compression, or "".

    Parameters
    ----------
    path
        Where to write; ``"-"``, a device, or a name without an ending ask for the default.
    known
        Endings that can be written, such as ``(".tsv", ".csv")``.
    default
        What a name without an ending stands for.

    Raises
    ------
    ValueError
        If the name ends in anything else; names what can be written.
    """
    path = Path(path)
    if str(path) == "-" or _is_stream(path):
        return default, ""
    compression = path.suffix.lower() if path.suffix.lower() in COMPRESSIONS else ""
    kind = (Path(path.stem) if compression else path).suffix.lower()
    if kind and kind not in known:
        choices = ", ".join(sorted(known))
        raise ValueError(
            f"{path}: nothing is written as {kind}; end the name in one of {choices}"
            f"{f', each also with {COMPRESSIONS[0]} or {COMPRESSIONS[1]}' if default in ('.tsv', '.fasta') else ''}"
        )
    return kind or default, compression


@contextmanager
def opened_output(path: str | Path, compression: str = "") -> Iterator[IO[bytes] | gzip.GzipFile | lzma.LZMAFile]:
    """Open an output as `opened_atomically` does, packed as its `ending` asks for."""
    with opened_atomically(path) as raw:
        if compression == ".gz":
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as handle:
                yield handle
        elif compression == ".xz":
            with lzma.open(raw, "wb") as handle:
                yield handle
        else:
            yield raw


def _identity(path: str | Path) -> str | tuple[int, int]:
    """What two names of one file have in common, whether it is there yet or not."""
    try:
        found = os.stat(path)
        return found.st_dev, found.st_ino
    except OSError:
        return os.path.realpath(path)


def _is_stream(path: Path) -> bool:
    """Say whether a device, a pipe or a socket stands at a path: several things can be written to one of them."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _check_place(path: Path) -> None:
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise ValueError(f"{path}: this is a folder; name a file in it")
    if _is_stream(target):
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}; its folder cannot be made, name another", str(path)) from error
    if not os.access(target.parent, os.W_OK | os.X_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise PermissionError(f"{path}: writing there is not allowed; name another folder")
