"""What ``dlfb data`` does: fetch a file, see that it is the right one, and say what is in it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pandas as pd

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.annotations.evidence import chosen_codes
from dlfb_helpers.annotations.ontology import ASPECTS
from dlfb_helpers.dataset.accounts import most
from dlfb_helpers.files.download import LastingError, download_file

TRIES, PAUSE = 3, 2.0
"""How often a download is tried, and the seconds between."""


def run(source: str, out: Path | None = None, sha256: str | None = None, evidence: str = "experimental") -> str:
    """Fetch `source` if it is an address, read it with `load_cafa`, and describe it.

    Raises
    ------
    ValueError
        If an address comes without `out` and `sha256`, or what it gives is something else, or the evidence is no
        choice; or as `load_cafa`.
    OSError
        If it cannot be fetched or written.
    """
    if re.match("https?://", source):
        if not out or not sha256:
            raise ValueError(
                "an address needs -o, where to keep the file, and --sha256, to see that it is the right one"
            )
        source = str(fetch(source, out, sha256))
    return describe(load_cafa(source, chosen_codes(evidence)))


def describe(data: CafaData) -> str:
    """Say what is in CAFA's files, and what of it cannot be used: a line each."""
    rows, taxa = data.annotations, data.taxonomy["taxonomyID"]
    ids = pd.Series(rows["term"].unique(), dtype=str).map(data.ontology.status).value_counts()
    statuses = {"primary": "current", "alternative": "renamed", "obsolete": "retired", "unknown": "unknown"}
    annotated = pd.Index(rows["EntryID"].unique())
    return "\n".join(
        [
            data.source,
            f"{len(data.sequences):,} proteins of {taxa.nunique():,} species, most of {most(taxa)}",
            *(f"{count:,} rows {what}" for what, count in (*data.left_out.items(), *data.changed.items())),
            *(
                f"{len(of_aspect):,} annotations in {aspect}: {of_aspect['EntryID'].nunique():,} proteins, "
                f"{of_aspect['term'].nunique():,} terms"
                for aspect in ASPECTS.values()
                for of_aspect in [rows[rows["aspect"] == aspect]]
            ),
            f"{ids.sum():,} terms: " + ", ".join(f"{ids.get(key, 0):,} {name}" for key, name in statuses.items()),
            f"{len(annotated):,} annotated proteins: "
            f"{len(annotated.difference(data.sequences['EntryID'])):,} without a sequence, "
            f"{len(annotated.difference(data.taxonomy['EntryID'])):,} without a species",
        ]
    )


def fetch(address: str, out: Path, sha256: str) -> Path:
    """Download a file whose SHA-256 is known, as `download_file` does, but try again where that may help.

    Raises
    ------
    ValueError, FileNotFoundError, OSError
        As `download_file`.
    ConnectionError
        If it cannot be had, after three tries or because the server would answer the same again.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return download_file(address, out, sha256)
        except LastingError:
            raise
        except ConnectionError as error:
            failure = error
        if attempt < TRIES:
            time.sleep(PAUSE)
    raise ConnectionError(f"{failure} (tried {TRIES} times)") from failure
