"""Damaged archives of every packing, of a file and of all files of CAFA.

An input fails if it gives other bytes than were packed, or other tables.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.files.packed import clear_errors, opened
from recipes.fuzz.damage import flip, mutate
from recipes.fuzz.loop import Case, refused
from recipes.fuzz.ontologies import PLAIN
from recipes.fuzz.packing import ENDINGS, pack, zipped
from recipes.fuzz.tables import CAFA, GAF, TAXA

FASTA = "".join(
    f">sp|{entry}|X\n{'MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKT'[start:]}\n"
    for start, entry in enumerate(("P01308", "P04637", "Q9Y6K9", "A0A024RBG1"))
)
CONTENTS = tuple(text.encode() for text in (FASTA, CAFA, GAF, PLAIN, "x", FASTA * 300))
MEMBERS = {
    "train_sequences.fasta": FASTA.encode(),
    "Train/train_terms.tsv": CAFA.encode(),
    "Train/train_taxonomy.tsv": TAXA.encode(),
    "Train/go-basic.obo": PLAIN.encode(),
}
FRAGMENTS = (
    b"\0", b"\0" * 8, b"\xff" * 4, b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh9", b"\x28\xb5\x2f\xfd",
    b"\x50\x2a\x4d\x18\1\0\0\0x", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b">P1\nMA\n", b"\x1b[31m",
    b"../", b"YZ", b"\x17rE8P\x90",
)  # fmt: skip


def cases(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Yield damaged archives without end."""
    whole = [
        (content, outer, pack(pack(content, inner), outer, f"a{inner}"))
        for content in CONTENTS
        for outer in ENDINGS[1:]
        for inner in ("", *ENDINGS[1:])
    ]
    cafa = zipped(MEMBERS)
    tables = _tables(folder / "whole.zip", cafa)
    while True:
        damage = flip if rng.random() < 0.4 else lambda content, rng: mutate(content, rng, FRAGMENTS)
        if rng.random() < 0.15:
            content = damage(cafa, rng)
            yield Case("CAFA's files", content, partial(_examine_cafa, folder / "cafa.zip", content, tables))
        else:
            plain, ending, packed = rng.choice(whole)
            content = damage(packed, rng)
            yield Case(f"an archive {ending}", content, partial(_examine, folder / f"a{ending}", content, plain))


def _examine(path: Path, content: bytes, plain: bytes) -> str:
    path.write_bytes(content)
    try:
        with opened(path) as handle, clear_errors(path):
            found = handle.read()
    except (ValueError, OSError) as error:
        return f"{refused(error, str(path))} ({path.suffix})"
    finally:
        path.unlink()
    # An empty file, and text that somebody has named as an archive, are read as they are; an archive may come twice.
    assert found in (plain, content, plain * 2), f"{len(found)} other bytes than the {len(plain)} that were packed"
    return f"read ({path.suffix})" if found == plain else "read as text"


def _tables(path: Path, content: bytes) -> dict[str, pd.DataFrame]:
    path.write_bytes(content)
    data = load_cafa(path, None)
    return {
        "annotations": data.annotations,
        "sequences": data.sequences,
        "taxonomy": data.taxonomy,
        "ontology": pd.DataFrame({"names": data.ontology.names, "aspects": data.ontology.aspects}),
    }


def _examine_cafa(path: Path, content: bytes, whole: dict[str, pd.DataFrame]) -> str:
    try:
        found = _tables(path, content)
    except (ValueError, OSError) as error:
        return f"{refused(error, str(path))} (CAFA)"
    for name, table in found.items():
        # No checksum guards a member's name, and of the four files this one may be missing.
        assert table.equals(whole[name]) or (name == "taxonomy" and table.empty), f"another table of {name}"
    return "read (CAFA)"
