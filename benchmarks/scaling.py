"""What whole databases would take, worked out from what was measured here: ``python -m benchmarks.scaling``."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.embedding import model_of, operations, proteins_of
from benchmarks.timing import ROOT, machine, markdown_table, peak_gflops, versions
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.windows import MAX_RESIDUES, window_starts
from dlfb_helpers.files.atomic import write_atomically

MODELS = {"8M": (6, 320), "150M": (30, 640), "650M": (33, 1280)}
DATABASES = {"Swiss-Prot": (0.57e6, 362), "UniRef50": (60e6, 300)}
"""Proteins, and their mean length: Swiss-Prot's as of January 2014, UniRef50's a round guess."""
H100 = 989e12
"""Operations a second in bfloat16 that the maker states, dense; nothing was measured on one."""


def per_residue(layers: int, width: int) -> float:
    """Operations a residue, at the lengths of the course's 15,660 human proteins, long ones in windows."""
    lengths = load_cafa().sequences["Length"].to_numpy()
    windows = [(window_starts(length), min(length, MAX_RESIDUES) + 2) for length in lengths]
    tokens = np.concatenate([[size] * len(starts) for starts, size in windows]).astype(float)
    return float(layers * (24 * width**2 * tokens + 4 * width * tokens**2).sum() / lengths.sum())


def measured_share(shape: str, residues: int, peak: float) -> float:
    """Share of the matrix-product peak that packed embedding reaches on mixed proteins; the best of five."""
    sequences, (checkpoint, _) = proteins_of("mixed, at most 500", residues), model_of(shape)
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        mean_embeddings(sequences, checkpoint)
        seconds.append(time.perf_counter() - start)
    return operations(shape, sequences) / min(seconds[1:]) / 1e9 / peak


def hours(seconds: float) -> str:
    """A duration in the unit that suits it."""
    for unit, size in (("years", 31_557_600), ("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def page() -> str:
    """Measure the two shares and write the page."""
    peak = peak_gflops()
    small, large = measured_share("8M, course checkpoint", 40_000, peak), measured_share("150M", 6_000, peak)
    rows = []
    for database, (proteins, length) in DATABASES.items():
        for model, shape in MODELS.items():
            work = proteins * length * per_residue(*shape)
            here = work / (peak * 1e9 * (small if model == "8M" else large))
            rows.append([database, model, hours(here), hours(here / 3200), hours(work / (H100 * 0.35))])
    lengths = ", ".join(f"{name} {count:,.0f} of {length}" for name, (count, length) in DATABASES.items())
    return f"""# Past one machine

Embedding is matrix products, and they divide: no protein needs another. So the time is

    seconds = residues x operations a residue / (peak x share)
    operations a residue = layers x (24 D^2 T + 4 D T^2) / L,   T = L + 2 tokens, D the width

averaged over the lengths of the course's human proteins; beyond {MAX_RESIDUES:,} residues in overlapping windows. Measured on {machine()}
({versions()}): peak {peak:.0f} GFLOP/s in float32; share {small:.0%} with the course checkpoint and {large:.0%} with a 150M shape, which is
used for the 650M as well.

{markdown_table(["database", "model", "here", "100 nodes of 64 such cores", "one H100, not measured"], rows)}

Proteins and mean lengths: {lengths}. The nodes are this machine's two cores 3,200 times, without loss: each job loads its own model, and
jobs share nothing but a folder. The H100's column assumes 35 % of the {H100 / 1e12:.0f} TFLOP/s its maker states in bfloat16.

How it is run: `dlfb embed --shard i/n`, one job a shard, and once more without it to write the file; on a Ray cluster,
`python -m dlfb_helpers.embedding.cluster`, which takes Parquet files. An interrupted job starts again where it stopped. Storage: 4 D bytes a protein, {60e6 * 4 * 320 / 1e9:.0f} GB for UniRef50 at D = 320.

`python -m benchmarks.scaling` writes this page again.
"""


if __name__ == "__main__":
    write_atomically(ROOT / "benchmarks/SCALING.md", page().encode())
