"""From the raw files to labelled, embedded, split proteins, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.dataset.batches import convert_to_tfds
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding.bundled import bundled_vectors

if TYPE_CHECKING:
    import tensorflow as tf

    from dlfb_helpers.embedding.checkpoints import Checkpoint

Progress = Callable[[int, int], None] | None
"""Called with (residues done, residues to do)."""


def embed_labelled(table: pd.DataFrame, checkpoint: Checkpoint | str = "course", progress: Progress = None) -> Proteins:
    """Embed the proteins of a labelled table; where all vectors are bundled, without loading PyTorch.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by EntryID, with a column Sequence and one 0/1 column a term (GO:...).
    checkpoint : Checkpoint or str
        Which ESM-2 makes the embeddings.
    progress : callable, optional
        As for `embed_proteins`.

    Returns
    -------
    Proteins
        In the order of the table.
    """
    sequences = table["Sequence"].tolist()
    vectors = bundled_vectors(sequences) if checkpoint == "course" else None
    if vectors is None:
        from dlfb_helpers.embedding.runs import embed_proteins

        vectors = embed_proteins(sequences, checkpoint, progress=progress)
    return Proteins(table.index.tolist(), sequences, vectors, table.loc[:, table.columns.str.startswith("GO:")])


def build_proteins(
    checkpoint: Checkpoint | str = "course",
    data: CafaData | str = "course",
    seed: int = 42,
    progress: Progress = None,
    **filters,
) -> dict[str, Proteins]:
    """Label, embed and split the proteins of CAFA's files, at random with identical sequences together.

    Parameters
    ----------
    checkpoint : Checkpoint or str
        Which ESM-2 makes the embeddings.
    data : CafaData or str
        What `load_cafa` returned, or what it is to load: ``"course"``, or a folder or zip file with CAFA's files.
    seed : int
        Of the split.
    progress : callable, optional
        As for `embed_proteins`.
    **filters
        Passed to `label_table` (taxon, aspect, min_proteins, generic_terms, max_length).

    Returns
    -------
    dict of str to Proteins
        The parts: train, valid and test.
    """
    labelled = label_table(data if isinstance(data, CafaData) else load_cafa(data), **filters).table
    proteins = embed_labelled(labelled, checkpoint, progress)
    return {part: proteins.take(ids) for part, ids in split_proteins(labelled, seed=seed).items()}


def build_dataset(parts: Mapping[str, Proteins] | None = None, seed: int = 42) -> dict[str, tf.data.Dataset]:
    """Turn each part into a dataset of tf.data, as the article has them.

    Parameters
    ----------
    parts : mapping of str to Proteins, optional
        What `build_proteins` returned; by default what it returns for the bundled data and checkpoint.
    seed : int
        Of the shuffling.

    Returns
    -------
    dict of str to tensorflow.data.Dataset
        What `convert_to_tfds` returns, not cut into batches: train shuffled as a whole and repeated, the other parts
        in order, once.
    """
    return {
        part: convert_to_tfds(proteins.to_table(), is_training=part == "train", shuffle_buffer=len(proteins), seed=seed)
        for part, proteins in (parts or build_proteins()).items()
    }
