"""What ``dlfb data`` does: fetch a file, see that it is the right one, and say what is in it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.files.download import download_file

TRIES, PAUSE = 3, 2.0
"""How often a download is tried, and the seconds between."""


def run(source: str, out: Path | None = None, sha256: str | None = None) -> str:
    """Fetch `source` if it is an address, read it with `load_cafa`, and describe it.

    Raises
    ------
    ValueError
        If an address comes without `out` and `sha256`, or what it gives is something else; or as `load_cafa`.
    OSError
        If it cannot be fetched or written.
    """
    if re.match("https?://", source):
        if not out or not sha256:
            raise ValueError(
                "an address needs -o, where to keep the file, and --sha256, to see that it is the right one"
            )
        source = str(fetch(source, out, sha256))
    loaded = load_cafa(source)
    counts = loaded.annotations["aspect"].value_counts()
    return "\n".join(
        [
            loaded.source,
            f"{len(loaded.sequences):,} proteins of {loaded.taxonomy['taxonomyID'].nunique():,} species",
            *(f"{counts.get(aspect, 0):,} annotations in {aspect}" for aspect in ("MFO", "BPO", "CCO")),
        ]
    )


def fetch(address: str, out: Path, sha256: str) -> Path:
    """Download a file whose SHA-256 is known, as `download_file` does, but try again where the connection fails.

    Raises
    ------
    ValueError, FileNotFoundError, OSError
        As `download_file`.
    ConnectionError
        If it cannot be had after three tries.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return download_file(address, out, sha256)
        except ConnectionError as error:
            failure = error
        if attempt < TRIES:
            time.sleep(PAUSE)
    raise ConnectionError(f"{failure} (tried {TRIES} times)") from failure
