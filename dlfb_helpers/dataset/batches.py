"""The batches of training: as arrays, which take no library, or by tf.data, as in the article."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dlfb_helpers.dataset.proteins import Proteins

if TYPE_CHECKING:
    import tensorflow as tf


def batch_order(num_proteins: int, num_steps: int = 300, batch_size: int = 32, seed: int = 42) -> np.ndarray:
    """Draw which proteins each batch holds: pass after pass over the training part, shuffled anew each time.

    Parameters
    ----------
    num_proteins
        Proteins of the training part.
    num_steps, batch_size
        Number of batches, and proteins in each.
    seed
        Seed of the order.

    Returns
    -------
    numpy.ndarray
        Row numbers, shape (num_steps, batch_size), int32.
    """
    random = np.random.default_rng(seed)
    num_passes = -(-num_steps * batch_size // num_proteins)
    passes = [random.permutation(num_proteins) for _ in range(num_passes)]
    return np.concatenate(passes)[: num_steps * batch_size].reshape(num_steps, batch_size).astype(np.int32)


def numpy_batches(
    proteins: Proteins, batch_size: int = 32, num_steps: int = 300, seed: int = 42
) -> Iterator[dict[str, np.ndarray]]:
    """Deal out the batches of `batch_order`: "embedding" (batch_size, D) and "target" (batch_size, T), float32.

    Parameters
    ----------
    proteins
        The training part.
    batch_size, num_steps, seed
        As for `batch_order`.

    Yields
    ------
    dict of str to numpy.ndarray
        A batch a step.
    """
    arrays = proteins.batch()
    for rows in batch_order(len(proteins), num_steps, batch_size, seed):
        yield {name: array[rows] for name, array in arrays.items()}


@cache
def _tensorflow() -> Any:
    """Import TensorFlow, for tf.data alone: not sooner than needed, on the CPU, without its start-up messages.

    The import takes seconds and 300 MB. What it says of missing GPU drivers comes
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
