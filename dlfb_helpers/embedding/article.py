"""The article's calls for embeddings, with the mean over residues alone: a protein's vector is its own in any batch.

They take a tokenizer and a model of the transformers library and run its plain forward pass. `mean_embeddings` gives
the same numbers faster; `embed_proteins` also keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from dlfb_helpers.embedding.devices import check_device
from dlfb_helpers.embedding.inputs import Sequences, check_count, checked_sequences
from dlfb_helpers.embedding.mean import TOKENS_A_BATCH, batches_by_tokens
from dlfb_helpers.embedding.windows import Window, cut_windows, residues_that_fit

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@torch.inference_mode()
def get_mean_embeddings(
    sequences: Sequences,
    tokenizer: PreTrainedTokenizerBase,
    model: Any,
    device: torch.device | str | None = None,
) -> np.ndarray:
    """Embed each protein as the mean of its residues' vectors in the model's last hidden layer.

    Neither <pad> nor <cls> nor <eos> enters the mean. A protein that does not fit the model is taken in windows, each
    residue counted once.

    Parameters
    ----------
    sequences : iterable of str, Mapping or pandas.Series
        Protein sequences, one-letter code; with their ids, if they have any, which errors then name.
    tokenizer : PreTrainedTokenizerBase
        The model's.
    model : PreTrainedModel
        An ESM model, with or without a head.
    device : torch.device or str, optional
        Where to compute; the model is moved there. Where the model is, if not given.

    Returns
    -------
    numpy.ndarray
        Shape (n, D), float32, row i for sequence i.

    Raises
    ------
    TypeError
        If `sequences` is one string, or holds anything but strings.
    ValueError
        If a sequence is empty or holds a letter that ESM-2 does not know: the message names it; if there is no such
        device; or if a vector is not finite.
    """
    ids, sequences = checked_sequences(sequences)
    windows = _windows(sequences, model)
    encoder = model.base_model
    device = encoder.device if device is None else check_device(device)
    training = model.training
    model.to(device).eval()
    vectors = np.zeros((len(sequences), encoder.config.hidden_size), dtype=np.float32)
    lengths = [len(window.residues) + 2 for window in windows]
    for batch in batches_by_tokens(lengths, TOKENS_A_BATCH[device.type]):
        some = [windows[place] for place in batch]
        tokens = tokenizer([window.residues for window in some], padding=True, return_tensors="pt").to(device)
        hidden = encoder(tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state
        for window, row, real in zip(some, hidden.float().cpu().numpy(), tokens["attention_mask"].bool().cpu().numpy()):
            residues = row[real][1:-1]  # without <pad>, then without <cls> and <eos>
            vectors[window.protein] += window.weights.astype(np.float32) @ residues
    model.train(training)
    if not np.isfinite(vectors).all():
        first = ids[int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])]
        raise ValueError(f"sequence {first}: the model gives a vector with NaN or infinity; look at its weights")
    return vectors


def _windows(sequences: list[str], model: Any) -> list[Window]:
    """Cut all sequences into windows that fit the model."""
    fits = residues_that_fit(model.config.to_dict())
    return [
        window for index, sequence in enumerate(sequences) for window in cut_windows(index, sequence, "window", fits)
    ]


def get_sequence_embeddings(
    sequence_df: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    model: Any,
    batch_size: int = 64,
) -> pd.DataFrame:
    """Append the mean embedding of each row's sequence, as `get_mean_embeddings` makes it.

    Parameters
    ----------
    sequence_df : pandas.DataFrame
        With a column Sequence; it is left as it is.
    tokenizer, model
        As for `get_mean_embeddings`.
    batch_size : int
        Rows embedded at once.

    Returns
    -------
    pandas.DataFrame
        Index and columns of `sequence_df`, then ME:1..ME:D, float32.

    Raises
    ------
    TypeError
        If `sequence_df` is no table, or `batch_size` no whole number.
    ValueError
        If there is no column Sequence, a sequence cannot be embedded, or `batch_size` is less than 1.
    """
    if not isinstance(sequence_df, pd.DataFrame):
        raise TypeError(
            f"sequence_df is of type {type(sequence_df).__name__}; write pd.DataFrame({{'Sequence': sequences}})"
        )
    if "Sequence" not in sequence_df:
        raise ValueError(f"the table has no column Sequence; found {', '.join(map(str, sequence_df.columns))}")
    check_count("batch_size", batch_size)
    _, sequences = checked_sequences(sequence_df["Sequence"])
    vectors = [np.zeros((0, model.config.hidden_size), dtype=np.float32)]
    for start in range(0, len(sequences), batch_size):
        vectors.append(get_mean_embeddings(sequences[start : start + batch_size], tokenizer, model))
    columns = [f"ME:{number}" for number in range(1, model.config.hidden_size + 1)]
    embeddings = pd.DataFrame(np.concatenate(vectors), index=sequence_df.index, columns=columns)
    return pd.concat([sequence_df, embeddings], axis=1)
