"""Sequences -> one vector a protein: the mean of ESM-2's last hidden layer over the residues.

Sequences are sorted by length and batched under a budget of tokens, so that little is padded; the mean is
taken over residues alone (no ``<cls>``, ``<eos>``, ``<pad>``), so that a protein's vector does not depend
on its batch; results come back in the order of the input.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from dlfb_helpers.amino_acids import check_sequence
from dlfb_helpers.checkpoints import Checkpoint, get_device, load

__all__ = ["get_device", "get_mean_embeddings", "get_sequence_embeddings", "window_plan"]

MAX_RESIDUES = 1022  # ESM-2 was trained on at most 1,024 tokens, <cls> and <eos> included
OVERLAP = 256  # residues shared by neighbouring windows of a long protein, so that each has context
TOKENS_A_BATCH = {"cpu": 4096, "mps": 16384, "cuda": 65536}


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


def _windows(protein: int, sequence: str, long_proteins: str) -> Iterator[Window]:
    """Cut one protein into windows whose weights sum to 1 over the protein."""
    starts = window_starts(len(sequence), long_proteins)
    covered = np.zeros(len(sequence))
    for start in starts:
        covered[start : start + MAX_RESIDUES] += 1
    used = np.count_nonzero(covered)
    for start in starts:
        span = slice(start, start + MAX_RESIDUES)
        yield Window(protein, sequence[span], 1 / (covered[span] * used))


def batches_by_tokens(lengths: list[int], budget: int) -> Iterator[list[int]]:
    """Yield lists of indices, longest first, whose padded size (rows x longest) keeps within `budget` tokens."""
    batch: list[int] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        longest = longest if batch else lengths[index]
        if batch and longest * (len(batch) + 1) > budget:
            yield batch
            batch, longest = [], lengths[index]
        batch.append(index)
    if batch:
        yield batch


def _autocast(device: torch.device):
    """Half precision on a GPU (bfloat16 where it has it); float32 elsewhere."""
    if device.type != "cuda":
        return nullcontext()
    return torch.autocast("cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)


def _hidden(checkpoint: Checkpoint, sequences: list[str]) -> torch.Tensor:
    """Return the last hidden layer (batch, tokens, D) of a padded batch."""
    tokens = checkpoint.tokenizer(sequences, padding=True, return_tensors="pt").to(checkpoint.device)
    with _autocast(checkpoint.device):
        return checkpoint.encoder(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state


def _pooled(checkpoint: Checkpoint, batch: list[Window]) -> np.ndarray:
    """Return the weighted residue sums (batch, D); halves the batch when the device runs out of memory."""
    try:
        hidden = _hidden(checkpoint, [window.residues for window in batch]).float()
        weights = np.zeros(hidden.shape[:2], dtype=np.float32)
        for row, window in zip(weights, batch):
            row[1 : 1 + len(window.weights)] = window.weights  # token 0 is <cls>; <eos> and <pad> keep weight 0
        return torch.einsum("btd,bt->bd", hidden, torch.from_numpy(weights).to(hidden.device)).cpu().numpy()
    except torch.OutOfMemoryError:
        if len(batch) == 1:
            raise
    middle = len(batch) // 2
    return np.concatenate([_pooled(checkpoint, batch[:middle]), _pooled(checkpoint, batch[middle:])])


@torch.inference_mode()
def get_mean_embeddings(
    sequences: list[str],
    checkpoint: Checkpoint | str = "course",
    long_proteins: str = "window",
    max_tokens: int | None = None,
) -> np.ndarray:
    """Embed each protein as the mean of its residues' vectors in ESM-2's last hidden layer.

    Parameters
    ----------
    sequences : list of str
        Protein sequences, one-letter code.
    checkpoint : Checkpoint or str
        A loaded checkpoint, or the name of one.
    long_proteins : {"window", "truncate", "error"}
        What to do beyond 1,022 residues; see `window_starts`.
    max_tokens : int, optional
        Padded tokens a batch; by default as many as suit the device.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i.

    Raises
    ------
    ValueError
        If a sequence is empty or holds a letter that ESM-2 does not know; the message names it.
    """
    checkpoint = load(checkpoint) if isinstance(checkpoint, str) else checkpoint
    windows = []
    for index, sequence in enumerate(sequences):
        check_sequence(sequence, name=f"sequence {index}")
        windows.extend(_windows(index, sequence, long_proteins))
    vectors = np.zeros((len(sequences), checkpoint.width), dtype=np.float32)
    budget = max_tokens or TOKENS_A_BATCH.get(checkpoint.device.type, 4096)
    for batch in batches_by_tokens([len(window.residues) + 2 for window in windows], budget):
        rows = _pooled(checkpoint, [windows[i] for i in batch])
        np.add.at(vectors, [windows[i].protein for i in batch], rows)
    return vectors


@torch.inference_mode()
def get_sequence_embeddings(sequence: str, checkpoint: Checkpoint | str = "course") -> np.ndarray:
    """Return one vector a residue: ESM-2's last hidden layer, shape (L, D), float32, at most 1,022 residues."""
    checkpoint = load(checkpoint) if isinstance(checkpoint, str) else checkpoint
    window_starts(len(check_sequence(sequence)), "error")
    return _hidden(checkpoint, [sequence])[0, 1:-1].float().cpu().numpy()
