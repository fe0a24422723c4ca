"""What ``dlfb data`` does: fetch a file, see that it is the right one, and say what is in it."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

import requests

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.files.atomic import opened_atomically

TRIES, PAUSE, TIMEOUT = 3, 2.0, (10, 60)
"""How often a download is tried, seconds between, and seconds to connect and to wait for data."""


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
    """Download a file whose SHA-256 is known; `out` is written whole and right or not at all.

    Raises
    ------
    ValueError
        If the file is another; what was downloaded is gone.
    ConnectionError
        If it cannot be had after three tries.
    """
    for attempt in range(TRIES):
        try:
            with requests.get(address, stream=True, timeout=TIMEOUT) as response, opened_atomically(out) as handle:
                response.raise_for_status()
                digest = hashlib.sha256()
                for block in response.iter_content(1 << 20):
                    digest.update(block)
                    handle.write(block)
                if digest.hexdigest() != sha256.lower():
                    raise ValueError(
                        f"{address}: the file has SHA-256 {digest.hexdigest()}, not {sha256}; nothing was kept"
                    )
            return out
        except requests.RequestException as error:
            failure = error
            if attempt + 1 < TRIES:
                time.sleep(PAUSE)
    raise ConnectionError(
        f"{address}: {failure} (tried {TRIES} times); see whether the network is there, or fetch it by hand"
    )
