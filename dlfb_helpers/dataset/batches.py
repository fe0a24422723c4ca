"""The article's tables as batches of tf.data."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import tensorflow as tf


@cache
def _tensorflow() -> Any:
    """Import TensorFlow, for tf.data alone: not sooner than needed, on the CPU, without its start-up messages.

    The import takes seconds and 400 MB that splitting does not need. What it says of missing GPU drivers comes
    from compiled code before any setting is read, so the process's stderr is turned away meanwhile.
    """
    stderr = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            import tensorflow as tf

            tf.config.set_visible_devices([], "GPU")  # its memory is for JAX and PyTorch
            tf.constant(0)
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
    return tf


def convert_to_tfds(
    df: pd.DataFrame,
    embeddings_prefix: str = "ME:",
    target_prefix: str = "GO:",
    is_training: bool = False,
    shuffle_buffer: int = 50,
    seed: int = 42,
) -> tf.data.Dataset:
    """Turn a table into a dataset of proteins: {"embedding": (D,) float32, "target": (T,) float32} each.

    It is not cut into batches yet; ``.batch(32)`` does that.

    Parameters
    ----------
    df : pandas.DataFrame
        One row a protein.
    embeddings_prefix, target_prefix : str
        What the names of the columns of the embedding, and of the labels, begin with.
    is_training : bool
        If true, rows are shuffled anew in every pass and repeated for ever, so that every batch is full; else they come
        once and in order.
    shuffle_buffer : int
        Rows shuffled at a time. Fewer than the table has mix neighbours only: give ``len(df)`` to mix all.
    seed : int
        Of the shuffling.

    Returns
    -------
    tensorflow.data.Dataset

    Raises
    ------
    ValueError
        If the table has no rows, no columns of the embedding or no columns of labels.
    """
    arrays = {
        name: df.loc[:, df.columns.str.startswith(prefix)].to_numpy(np.float32)
        for name, prefix in (("embedding", embeddings_prefix), ("target", target_prefix))
    }
    if 0 in (*arrays["embedding"].shape, *arrays["target"].shape):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(
            f"rows, {embeddings_prefix} columns and {target_prefix} columns are all needed; found {shapes}"
        )
    dataset = _tensorflow().data.Dataset.from_tensor_slices(arrays)
    return dataset.shuffle(shuffle_buffer, seed=seed).repeat() if is_training else dataset
