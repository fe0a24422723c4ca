"""Files from the network: whole and right, or not there."""

from __future__ import annotations

from pathlib import Path

import pooch
import requests

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for the server's next bytes."""

# Its lines about what it fetched would be in the output of a chapter's first run, and of no other.
pooch.get_logger().setLevel("WARNING")


def download_file(address: str, path: Path, sha256: str | None = None, timeout: tuple[float, float] = TIMEOUT) -> Path:
    """Fetch a file unless it is there already; `path` is written whole and right or not at all.

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

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    FileNotFoundError
        If the server answers that it has no such file.
    ConnectionError
        If the server cannot be reached, breaks off or answers with an error.
    ValueError
        If the file has another SHA-256; nothing of it is kept.
    OSError
        If `path` cannot be written.
    """
    fetch = pooch.HTTPDownloader(chunk_size=1 << 20, timeout=timeout)
    try:
        pooch.retrieve(address, sha256, path.name, path.parent, processor=_let_all_read, downloader=fetch)
    except requests.RequestException as error:
        if error.response is not None and error.response.status_code == 404:
            raise FileNotFoundError(f"{address} does not exist; check the address") from error
        raise ConnectionError(f"{address} could not be fetched ({error}); check it and the connection") from error
    except ValueError as error:
        raise ValueError(f"{address}: {error}") from error
    except OSError as error:
        remedy = "free some space or name another folder"
        raise OSError(error.errno, f"{error.strerror or error}; {remedy}", str(path)) from error
    return path


def _let_all_read(file: str, action: str, _) -> str:
    """Let a class share a new file, which pooch leaves to its owner alone."""
    if action != "fetch":
        Path(file).chmod(0o644)
    return file
