"""Sequences -> one vector a protein: by default the mean of ESM-2's hidden layer over the residues.

Sequences are sorted by length and batched under a budget of tokens; the mean is taken over residues alone (neither
``<cls>`` nor ``<eos>``), so that a protein's vector does not depend on its batch; results come back in the order of the
input. On a CPU each core works on a batch of its own, on a GPU the next batch is made while one is computed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch

from dlfb_helpers.embedding.checkpoints import Checkpoint, loaded
from dlfb_helpers.embedding.inputs import Sequences, check_count, checked_sequences
from dlfb_helpers.embedding.pooling import POOLINGS, Pooling, pooling_function, stitched
from dlfb_helpers.embedding.windows import Window, cut_windows

TOKENS_A_BATCH = {"cpu": 512, "mps": 16384, "cuda": 65536}  # on a CPU more are no faster, and take more memory
BATCHES_AT_ONCE = 32  # of which all token vectors are kept in memory, for other poolings than the mean

Reduction = Callable[[torch.Tensor, list[Window]], torch.Tensor]
"""The hidden layer of a batch's tokens, one window after the other -> what is kept of it."""


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
    """Return the checkpoint's hidden layer of all tokens (N, D), <cls> and <eos> of each sequence included."""
    tokens = torch.from_numpy(checkpoint.tokens(sequences))
    if checkpoint.device.type == "cuda":  # from pinned memory the copy does not wait for the batch before
        tokens = tokens.pin_memory()
    tokens = tokens.to(checkpoint.device, non_blocking=True)
    return checkpoint.packed(tokens, [len(sequence) + 2 for sequence in sequences], checkpoint.layer)


def _weighted_sums(hidden: torch.Tensor, batch: list[Window]) -> torch.Tensor:
    """Return the weighted sum of each window's residues, shape (windows, D)."""
    weights = np.concatenate([np.pad(window.weights, 1) for window in batch])  # <cls> and <eos> weigh 0
    owners = np.repeat(np.arange(len(batch)), [len(window.weights) + 2 for window in batch])
    hidden *= torch.from_numpy(weights.astype(np.float32)).to(hidden.device)[:, None]
    sums = hidden.new_zeros(len(batch), hidden.shape[1])
    return sums.index_add_(0, torch.from_numpy(owners).to(hidden.device), hidden)


@torch.inference_mode()
def _reduced(checkpoint: Checkpoint, batch: list[Window], reduce: Reduction) -> torch.Tensor:
    """Compute a batch and reduce it; halves the batch when the device runs out of memory."""
    try:
        return reduce(_hidden(checkpoint, [window.residues for window in batch]), batch)
    except torch.OutOfMemoryError:
        if len(batch) == 1:
            raise
    middle = len(batch) // 2
    return torch.cat([_reduced(checkpoint, half, reduce) for half in (batch[:middle], batch[middle:])])


def _reduced_batches(checkpoint: Checkpoint, batches: list[list[Window]], reduce: Reduction) -> Iterator[np.ndarray]:
    """Yield what is kept of each batch in turn."""
    cores = torch.get_num_threads()
    if checkpoint.device.type == "cpu" and min(cores, len(batches)) > 1:
        # One thread on each of several batches, for threads that share one batch wait for each other at every product.
        try:
            with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                for kept in pool.map(lambda batch: _reduced(checkpoint, batch, reduce), batches):
                    yield kept.numpy()
        finally:
            torch.set_num_threads(cores)
        return
    waiting: list[torch.Tensor] = []
    for batch in batches:
        # A GPU only takes orders here: results are fetched once the next batch has been ordered.
        waiting.append(_reduced(checkpoint, batch, reduce))
        if len(waiting) > 1:
            yield waiting.pop(0).cpu().numpy()
    for kept in waiting:
        yield kept.cpu().numpy()


def _means(checkpoint: Checkpoint, batches: list[list[Window]]) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each protein and the mean of its residues, as soon as all of its windows are computed."""
    missing = Counter(window.protein for batch in batches for window in batch)
    known: dict[int, np.ndarray] = {}
    for batch, sums in zip(batches, _reduced_batches(checkpoint, batches, _weighted_sums)):
        for window, share in zip(batch, sums):
            protein = window.protein
            known[protein] = known[protein] + share if protein in known else share
            missing[protein] -= 1
            if not missing[protein]:
                yield protein, known.pop(protein)


def _pooled(checkpoint: Checkpoint, batches: list[list[Window]], function: Pooling) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each protein and its vector, as soon as all of its windows are computed."""
    missing = Counter(window.protein for batch in batches for window in batch)
    known = defaultdict(list)
    for start in range(0, len(batches), BATCHES_AT_ONCE):
        some = batches[start : start + BATCHES_AT_ONCE]
        for batch, hidden in zip(some, _reduced_batches(checkpoint, some, lambda hidden, batch: hidden)):
            ends = np.cumsum([len(window.residues) + 2 for window in batch])
            for window, tokens in zip(batch, np.split(hidden, ends[:-1])):
                known[window.protein].append((window, tokens))
                if len(known[window.protein]) == missing[window.protein]:
                    yield window.protein, function(stitched(*zip(*known.pop(window.protein))))


def mean_embeddings(
    sequences: Sequences,
    checkpoint: Checkpoint | str = "course",
    long_proteins: str = "window",
    max_tokens: int | None = None,
    pooling: str | Pooling = "mean",
) -> np.ndarray:
    """Embed each protein as the mean of its residues' vectors in ESM-2's hidden layer, or by another pooling.

    Parameters
    ----------
    sequences : iterable of str, Mapping or pandas.Series
        Protein sequences, one-letter code; with their ids, if they have any, which errors then name.
    checkpoint : Checkpoint, str or Path
        A loaded checkpoint, or the name of one. Its last layer counts, if `Checkpoint.at_layer` has not chosen another.
    long_proteins : {"window", "truncate", "error"}
        What to do beyond the residues that fit the model; see `window_starts`.
    max_tokens : int, optional
        Tokens a batch; by default as many as suit the device.
    pooling : {"mean", "max", "median", "first_token"} or callable
        What makes one vector of a protein's; `pooling` says what a function of one's own gets and returns.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i. With a function of one's own, as many columns as it gives.

    Raises
    ------
    TypeError
        If `sequences` is one string, or holds anything but strings.
    ValueError
        Before anything is computed, if a sequence is empty or holds a letter that ESM-2 does not know: the message
        names it; or if there is no such pooling or policy. Later, if a pooling gives anything but one vector, of one
        length for all proteins; or if a vector is not finite.
    """
    checkpoint = loaded(checkpoint)
    function = pooling_function(pooling)
    ids, sequences = checked_sequences(sequences, long_proteins, checkpoint.max_residues)
    budget = TOKENS_A_BATCH[checkpoint.device.type] if max_tokens is None else check_count("max_tokens", max_tokens)
    pooled = dict(each_embedding(ids, sequences, checkpoint, long_proteins, function, budget))
    shapes = {np.shape(vector) for vector in pooled.values()}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        found = " and ".join(map(str, sorted(shapes)))
        raise ValueError(f"the pooling gave the shape {found}; return one vector a protein, of one length for all")
    if not pooled:
        return np.zeros((0, checkpoint.width), dtype=np.float32)
    return np.array([pooled[index] for index in range(len(sequences))], np.float32)


def each_embedding(
    ids: Sequence[Any],
    sequences: list[str],
    checkpoint: Checkpoint,
    long_proteins: str,
    function: Pooling,
    budget: int | None = None,
    known: Collection[int] = (),
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the place of each protein and its vector, as soon as it is computed: longest first.

    Parameters
    ----------
    ids, sequences
        From `checked_sequences`.
    checkpoint, long_proteins
        As for `mean_embeddings`.
    function : callable
        The pooling.
    budget : int, optional
        Tokens a batch.
    known : collection of int
        Places of proteins that are not wanted. The batches are those of all proteins, whatever is known: only then are
        the vectors the same to the bit. One without any that is wanted is left out.

    Raises
    ------
    ValueError
        If a vector is not finite; names its protein.
    """
    windows: list[Window] = []
    for index, sequence in enumerate(sequences):
        windows.extend(cut_windows(index, sequence, long_proteins, checkpoint.max_residues))
    budget = budget or TOKENS_A_BATCH[checkpoint.device.type]
    places = batches_by_tokens([len(window.residues) + 2 for window in windows], budget)
    batches = [[windows[place] for place in batch] for batch in places]
    wanted = [batch for batch in batches if any(window.protein not in known for window in batch)]
    if function is POOLINGS["mean"]:
        vectors = _means(checkpoint, wanted)
    else:
        vectors = _pooled(checkpoint, wanted, function)
    for protein, vector in vectors:
        if protein in known:
            continue
        if not np.isfinite(vector).all():
            raise ValueError(not_finite(ids[protein], checkpoint))
        yield protein, vector


def not_finite(entry: object, checkpoint: Checkpoint) -> str:
    """Say that the vector of a protein, given by its id or its place, is not finite, and what to do."""
    name = f"sequence {entry}" if isinstance(entry, int) else str(entry)
    half = ", which float16 may overflow in: compute on the CPU" if checkpoint.precision == torch.float16 else ""
    return (
        f"{name}: checkpoint {checkpoint.name!r} gives a vector with NaN or infinity{half}; "
        "take another checkpoint, or another pooling if it is one of your own"
    )
