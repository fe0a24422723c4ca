"""Long proteins in windows that fit the model, each residue with its weight in the mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

POLICIES = ("window", "truncate", "error")
MAX_RESIDUES = 1022  # ESM-2 was trained on at most 1,024 tokens, <cls> and <eos> included
OVERLAP = 256  # residues shared by neighbouring windows of a long protein, so that each has context


@dataclass(frozen=True)
class Window:
    """Residues of protein `protein` from place `start` on, with each residue's weight in that protein's mean."""

    protein: int
    residues: str
    weights: np.ndarray
    start: int


def residues_that_fit(config: Mapping) -> int:
    """Return how many residues fit a model, given what its config.json says: 1,022 for ESM-2, 2,046 for ESM C.

    ESM-1 and ESM-2 count positions from the one after <pad>'s id on, ESM C from 0; <cls> and <eos> take two.
    """
    if config.get("model_type") == "esmc":
        return config["max_position_embeddings"] - 2
    return config["max_position_embeddings"] - (config["pad_token_id"] + 1) - 2


def check_policy(long_proteins: str) -> str:
    """Return `long_proteins` if it is one of the three policies; a ValueError otherwise."""
    if long_proteins not in POLICIES:
        raise ValueError(f'long_proteins is {long_proteins!r}; choose "window", "truncate" or "error"')
    return long_proteins


def overlap(max_residues: int = MAX_RESIDUES) -> int:
    """Return how many residues neighbouring windows share at least: `OVERLAP`, or half of what fits a small model."""
    return min(OVERLAP, max_residues // 2)


def window_starts(length: int, long_proteins: str = "window", max_residues: int = MAX_RESIDUES) -> list[int]:
    """Return where a protein's windows start; one window if it fits the model.

    Parameters
    ----------
    length : int
        Residues.
    long_proteins : {"window", "truncate", "error"}
        For more residues than fit: evenly spread windows that overlap by 256 residues or more; the first window
        alone; or an error.
    max_residues : int
        Residues that fit the model: `Checkpoint.max_residues`.

    Raises
    ------
    ValueError
        If the protein does not fit and `long_proteins` is ``"error"``; or if that is none of the three.
    """
    check_policy(long_proteins)
    if length <= max_residues or long_proteins == "truncate":
        return [0]
    if long_proteins == "error":
        raise ValueError(f'a protein of {length} residues is longer than {max_residues}; use long_proteins="window"')
    count = 1 + -(-(length - max_residues) // (max_residues - overlap(max_residues)))
    return np.linspace(0, length - max_residues, count).round().astype(int).tolist()


def window_plan(sequences: list[str], long_proteins: str = "window", max_residues: int = MAX_RESIDUES) -> pd.DataFrame:
    """Return, for each protein, its residues, its windows and the residues that enter its mean."""
    if isinstance(sequences, str):
        raise TypeError("sequences is one str, whose letters would each be a protein; write a list: [sequence]")
    check_policy(long_proteins)
    lengths = np.array([len(sequence) for sequence in sequences], dtype=int)
    windows = [len(window_starts(length, long_proteins, max_residues)) for length in lengths]
    used = np.minimum(lengths, max_residues) if long_proteins == "truncate" else lengths
    return pd.DataFrame({"residues": lengths, "windows": windows, "residues used": used})


def cut_windows(protein: int, sequence: str, long_proteins: str, max_residues: int = MAX_RESIDUES) -> Iterator[Window]:
    """Cut one protein into windows whose weights sum to 1 over the protein."""
    starts = window_starts(len(sequence), long_proteins, max_residues)
    covered = np.zeros(len(sequence))
    for start in starts:
        covered[start : start + max_residues] += 1
    used = np.count_nonzero(covered)
    for start in starts:
        span = slice(start, start + max_residues)
        yield Window(protein, sequence[span], 1 / (covered[span] * used), start)
