"""Embedding as the course needs it: 512 of its proteins, the course checkpoint, the straightforward way and ours."""

from __future__ import annotations

from benchmarks import embedding
from benchmarks.timing import markdown_table, peak_gflops

SHAPE, KIND, COUNT = "8M, course checkpoint", "mixed, at most 500", 512


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` takes a few proteins, for the tests."""
    sequences = embedding.proteins_of(KIND, 1_000_000)[: 4 if quick else COUNT]
    peak, residues = peak_gflops(), sum(map(len, sequences))
    rows = [
        [way, found.timing, f"{found.rate:,.0f}", f"{found.ratio:.2f}", f"{found.share:.1%}"]
        for way, found in embedding.compare(
            embedding.ways_of(SHAPE, sequences), SHAPE, sequences, peak, 1 if quick else 5
        ).items()
    ]
    header = ["way", "median (fastest to slowest)", "residues/s", "times the straightforward way", "of the peak"]
    return f"""## {len(sequences)} proteins of the course

{markdown_table(header, rows)}

{residues:,} residues, course checkpoint, float32; in turns; vectors agree within 1e-5. The peak is the best of 25 float32 products of 2,048 by
2,048: {peak:.0f} GFLOP/s.
"""
