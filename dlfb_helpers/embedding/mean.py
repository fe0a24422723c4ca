"""Sequences -> one vector a protein: the mean of ESM-2's last hidden layer over the residues.

Sequences are sorted by length and batched under a budget of tokens; the mean is taken over residues alone (neither
``<cls>`` nor ``<eos>``), so that a protein's vector does not depend on its batch; results come back in the order of the
input. On a CPU each core works on a batch of its own, on a GPU the next batch is made while one is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.windows import Window, cut_windows, window_starts
from dlfb_helpers.proteins.alphabet import check_sequence

TOKENS_A_BATCH = {"cpu": 1536, "mps": 16384, "cuda": 65536}  # on a CPU, what its caches hold


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


@torch.inference_mode()
def _hidden(checkpoint: Checkpoint, sequences: Sequence[str]) -> torch.Tensor:
    """Return the last hidden layer of all tokens (N, D), <cls> and <eos> of each sequence included."""
    tokens = torch.from_numpy(checkpoint.tokens(sequences))
    if checkpoint.device.type == "cuda":  # from pinned memory the copy does not wait for the batch before
        tokens = tokens.pin_memory()
    tokens = tokens.to(checkpoint.device, non_blocking=True)
    return checkpoint.packed(tokens, [len(sequence) + 2 for sequence in sequences])


@torch.inference_mode()
def _pooled(checkpoint: Checkpoint, batch: list[Window]) -> torch.Tensor:
    """Return the weighted residue sums (batch, D); halves the batch when the device runs out of memory."""
    try:
        hidden = _hidden(checkpoint, [window.residues for window in batch])
        weights = np.concatenate([np.pad(window.weights, 1) for window in batch])  # <cls> and <eos> weigh 0
        owners = np.repeat(np.arange(len(batch)), [len(window.weights) + 2 for window in batch])
        hidden *= torch.from_numpy(weights.astype(np.float32)).to(hidden.device)[:, None]
        sums = hidden.new_zeros(len(batch), hidden.shape[1])
        return sums.index_add_(0, torch.from_numpy(owners).to(hidden.device), hidden)
    except torch.OutOfMemoryError:
        if len(batch) == 1:
            raise
    middle = len(batch) // 2
    return torch.cat([_pooled(checkpoint, batch[:middle]), _pooled(checkpoint, batch[middle:])])


def _pooled_batches(checkpoint: Checkpoint, batches: list[list[Window]]) -> Iterator[np.ndarray]:
    """Yield the sums of each batch in turn."""
    cores = torch.get_num_threads()
    if checkpoint.device.type == "cpu" and min(cores, len(batches)) > 1:
        # One thread on each of several batches, for threads that share one batch wait for each other at every product.
        try:
            with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                for sums in pool.map(lambda batch: _pooled(checkpoint, batch), batches):
                    yield sums.numpy()
        finally:
            torch.set_num_threads(cores)
        return
    waiting: list[torch.Tensor] = []
    for batch in batches:
        # A GPU only takes orders here: results are fetched once the next batch has been ordered.
        waiting.append(_pooled(checkpoint, batch))
        if len(waiting) > 1:
            yield waiting.pop(0).cpu().numpy()
    for sums in waiting:
        yield sums.cpu().numpy()


def mean_embeddings(
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
        Tokens a batch; by default as many as suit the device.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i.

    Raises
    ------
    ValueError
        If a sequence is empty or holds a letter that ESM-2 does not know; the message names it.
    """
    checkpoint = load_checkpoint(checkpoint) if isinstance(checkpoint, str) else checkpoint
    windows = []
    for index, sequence in enumerate(sequences):
        check_sequence(sequence, name=f"sequence {index}")
        windows.extend(cut_windows(index, sequence, long_proteins))
    vectors = np.zeros((len(sequences), checkpoint.width), dtype=np.float32)
    lengths = [len(window.residues) + 2 for window in windows]
    budget = max_tokens or TOKENS_A_BATCH[checkpoint.device.type]
    batches = [[windows[i] for i in batch] for batch in batches_by_tokens(lengths, budget)]
    for batch, sums in zip(batches, _pooled_batches(checkpoint, batches)):
        np.add.at(vectors, [window.protein for window in batch], sums)
    return vectors


def residue_embeddings(sequence: str, checkpoint: Checkpoint | str = "course") -> np.ndarray:
    """Return one vector a residue: ESM-2's last hidden layer, shape (L, D), float32, at most 1,022 residues."""
    checkpoint = load_checkpoint(checkpoint) if isinstance(checkpoint, str) else checkpoint
    window_starts(len(check_sequence(sequence)), "error")
    return _hidden(checkpoint, [sequence])[1:-1].cpu().numpy()
