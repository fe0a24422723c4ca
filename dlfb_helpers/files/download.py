"""Files from the network: whole and right, or not there; not without end, and not for ever."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import pooch
import requests

from dlfb_helpers.files.shown import shown, visible

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for the server's next bytes."""
LARGEST, LONGEST = 10_000_000_000, 3600.0
"""Bytes and seconds of one download: ten times CAFA's archives, and an hour for them."""
_LATER = (408, 425, 429)  # too slow, too early, too often: of the refusals those that another try may not meet

# Its lines about what it fetched would be in the output of a chapter's first run, and of no other.
pooch.get_logger().setLevel("WARNING")


class LastingError(ConnectionError):
    """What another try would not change: the server refuses, or what it sends is too large or takes too long."""


def download_file(
    address: str,
    path: Path,
    sha256: str | None = None,
    timeout: tuple[float, float] = TIMEOUT,
    largest: int = LARGEST,
    longest: float = LONGEST,
) -> Path:
    """Fetch a file unless it is there already; `path` is written whole and right or not at all.

    Of what a server says, only what can be shown is in an error.

    Parameters
    ----------
    address : str
        Where the file is, as ``https://...``.
    path : Path
        Where to keep it.
    sha256 : str, optional
        Its SHA-256, in hexadecimal; a file at `path` that has another is replaced. Without it, any file there is
        taken for the right one.
    timeout : (float, float)
        Seconds to connect, and to wait for the server's next bytes.
    largest : int
        Bytes of the file at most.
    longest : float
        Seconds that all of it may take.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    FileNotFoundError
        If the server answers that it has no such file.
    ConnectionError
        If the server cannot be reached, breaks off or answers with an error: a `LastingError` if it would again.
    ValueError
        If the address is none, or the file has another SHA-256; nothing of it is kept.
    OSError
        If `path` cannot be written.
    """

    def fetch(_: str, partial: str, __: object) -> None:
        # A thread that can be left alone is the only end to a server that sends a byte now and then.
        outcome: Future[None] = Future()
        with open(partial, "wb") as file:
            work = (outcome, address, file, timeout, largest)
            threading.Thread(target=_fetch, args=work, daemon=True).start()
            try:
                outcome.result(longest)
            except TimeoutError:
                raise LastingError(f"it took longer than {longest:,g} seconds") from None

    where = shown(address, 300)
    try:
        pooch.retrieve(address, sha256, path.name, path.parent, processor=_let_all_read, downloader=fetch)
    except (requests.RequestException, LastingError) as error:
        status = 0 if isinstance(error, LastingError) or error.response is None else error.response.status_code
        if status in (404, 410):
            raise FileNotFoundError(f"{where} does not exist; check the address") from error
        if isinstance(error, ValueError):  # of the kinds that requests raises before it connects
            raise ValueError(f"{where}: {shown(error, 200)}; write it as https://example.org/cafa.zip") from error
        lasting = isinstance(error, LastingError) or (400 <= status < 500 and status not in _LATER)
        reason = f"the server answers {status}{_phrase(status)}" if status else shown(error, 300)
        raise (LastingError if lasting else ConnectionError)(
            f"{where} could not be fetched ({reason}); check it and the connection"
        ) from error
    except ValueError as error:
        raise ValueError(f"{where}: {visible(str(error))}") from error
    except OSError as error:
        remedy = "free some space or name another folder"
        raise OSError(error.errno, f"{error.strerror or error}; {remedy}", str(path)) from error
    return path


def _fetch(outcome: Future[None], address: str, file: BinaryIO, timeout: tuple[float, float], largest: int) -> None:
    """Write what an address gives to a file, as long as that is open."""
    try:
        with requests.get(address, timeout=timeout, stream=True) as response:
            if response.status_code != HTTPStatus.OK:  # a page of another status, such as 203 or 777, is no file
                raise requests.HTTPError(response=response)
            announced = response.headers.get("Content-Length", "")
            size = int(announced[:20]) if announced.isdecimal() else 0
            if size <= largest:
                size = 0
                for block in response.iter_content(1 << 16):
                    size += len(block)
                    if size > largest:
                        break
                    file.write(block)
            if size > largest:
                raise LastingError(f"it is larger than {largest:,} bytes")
    except BaseException as error:  # noqa: BLE001  (whoever waits for the outcome gets it)
        outcome.set_exception(error)
    else:
        outcome.set_result(None)


def _phrase(status: int) -> str:
    """Return what a status means: the standard's words, as a server may send any."""
    return f", {HTTPStatus(status).phrase}" if status in {*HTTPStatus} else ""


def _let_all_read(file: str, action: str, _) -> str:
    """Let a class share a new file, which pooch leaves to its owner alone."""
    if action != "fetch":
        Path(file).chmod(0o644)
    return file
