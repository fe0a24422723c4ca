"""Embedding as the course needs it: 512 of its proteins, the course checkpoint, the straightforward way and ours."""

from __future__ import annotations

import numpy as np

from benchmarks import embedding
from benchmarks.timing import interleaved, markdown_table, peak_gflops

SHAPE, KIND, COUNT = "8M, course checkpoint", "mixed, at most 500", 512


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` takes a few proteins, for the tests."""
    sequences = embedding.proteins_of(KIND, 1_000_000)[: 4 if quick else COUNT]
    ways = embedding.ways_of(SHAPE, sequences)
    vectors = {way: embed() for way, embed in ways.items()}
    before = peak_gflops()
    timings = interleaved(ways, 1 if quick else 5)
    peak, residues = max(before, peak_gflops()), sum(map(len, sequences))
    rows = []
    for way, timed in timings.items():
        difference = np.abs(vectors[way] - vectors["straightforward"]).max()
        if difference > 1e-5:
            raise AssertionError(f"{way}: vectors differ by {difference}")
        share = embedding.operations(SHAPE, sequences) / timed.median / 1e9 / peak
        times = timings["straightforward"].median / timed.median
        rows.append([way, timed, f"{residues / timed.median:,.0f}", f"{times:.2f}", f"{share:.1%}"])
    header = ["way", "median (fastest to slowest)", "residues/s", "times the straightforward way", "of the peak"]
    return f"""## {len(sequences)} proteins of the course

{markdown_table(header, rows)}

{residues:,} residues, course checkpoint, float32; 5 rounds in turns; vectors agree within 1e-5. The peak is the best of 50 float32
products of 2,048 by 2,048, half of them before and half after: {peak:.0f} GFLOP/s.
"""
