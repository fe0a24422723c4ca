"""Long proteins in windows that fit the model, each residue with its weight in the mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

MAX_RESIDUES = 1022  # ESM-2 was trained on at most 1,024 tokens, <cls> and <eos> included
OVERLAP = 256  # residues shared by neighbouring windows of a long protein, so that each has context


@dataclass(frozen=True)
class Window:
    """Residues start..stop of protein `protein`, with each residue's weight in that protein's mean."""

    protein: int
    residues: str
    weights: np.ndarray


def window_starts(length: int, long_proteins: str = "window") -> list[int]:
    """Return where a protein's windows start; one window if it fits the model.

    Parameters
    ----------
    length : int
        Residues.
    long_proteins : {"window", "truncate", "error"}
        For more than 1,022 residues: evenly spread windows that overlap by 256 residues or more; the first
        1,022 residues alone; or an error.
    """
    if length <= MAX_RESIDUES or long_proteins == "truncate":
        return [0]
    if long_proteins == "error":
        raise ValueError(f'a protein of {length} residues is longer than {MAX_RESIDUES}; use long_proteins="window"')
    if long_proteins != "window":
        raise ValueError(f'long_proteins is {long_proteins!r}; choose "window", "truncate" or "error"')
    count = 1 + -(-(length - MAX_RESIDUES) // (MAX_RESIDUES - OVERLAP))
    return np.linspace(0, length - MAX_RESIDUES, count).round().astype(int).tolist()


def window_plan(sequences: list[str], long_proteins: str = "window") -> pd.DataFrame:
    """Return, for each protein, its residues, its windows and the residues that enter its mean."""
    lengths = np.array([len(sequence) for sequence in sequences], dtype=int)
    windows = [len(window_starts(length, long_proteins)) for length in lengths]
    used = np.minimum(lengths, MAX_RESIDUES) if long_proteins == "truncate" else lengths
    return pd.DataFrame({"residues": lengths, "windows": windows, "residues used": used})


def cut_windows(protein: int, sequence: str, long_proteins: str) -> Iterator[Window]:
    """Cut one protein into windows whose weights sum to 1 over the protein."""
    starts = window_starts(len(sequence), long_proteins)
    covered = np.zeros(len(sequence))
    for start in starts:
        covered[start : start + MAX_RESIDUES] += 1
    used = np.count_nonzero(covered)
    for start in starts:
        span = slice(start, start + MAX_RESIDUES)
        yield Window(protein, sequence[span], 1 / (covered[span] * used))
