"""A labelled table as arrays and as batches of tf.data."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import tensorflow as tf


def to_arrays(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return a split as arrays: "embedding" (n, D) from its ME: columns, "target" (n, T) from its GO: columns, float32.

    Raises
    ------
    ValueError
        If the table has no rows, no ``ME:`` or no ``GO:`` columns.
    """
    arrays = {
        name: table.loc[:, table.columns.str.startswith(prefix)].to_numpy(np.float32)
        for name, prefix in (("embedding", "ME:"), ("target", "GO:"))
    }
    if 0 in (*arrays["embedding"].shape, *arrays["target"].shape):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"rows, ME: columns and GO: columns are all needed; found {shapes}")
    return arrays


@cache
def _tensorflow():
    """Import TensorFlow, for tf.data alone: not sooner than needed, on the CPU, without its start-up messages.

    The import takes seconds and 400 MB that splitting does not need. What it says of missing GPU drivers comes
    from compiled code before any setting is read, so the process's stderr is turned away meanwhile.
    """
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            import tensorflow as tf

            tf.config.set_visible_devices([], "GPU")  # its memory is for JAX and PyTorch
            tf.constant(0)
        finally:
            os.dup2(kept, 2)
            os.close(kept)
    return tf


def convert_to_tfds(
    table: pd.DataFrame,
    batch_size: int = 32,
    is_training: bool = False,
    seed: int = 42,
    shuffle_buffer: int | None = None,
) -> tf.data.Dataset:
    """Turn a table into batches of {"embedding": (n, D) float32, "target": (n, T) float32}.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns that begin with ``ME:`` are the embedding, those with ``GO:`` the labels.
    batch_size : int
        Proteins a batch. The last batch is smaller where the table does not divide evenly.
    is_training : bool
        If true, rows are shuffled anew in every pass and repeated for ever, so that every batch is full; else they come
        once and in order.
    seed : int
        Of the shuffling.
    shuffle_buffer : int, optional
        Rows shuffled at a time; all by default.

    Raises
    ------
    ValueError
        As `to_arrays`.
    """
    dataset = _tensorflow().data.Dataset.from_tensor_slices(to_arrays(table))
    if is_training:
        dataset = dataset.shuffle(shuffle_buffer or len(table), seed=seed).repeat()
    return dataset.batch(batch_size)
