"""The labelled proteins with their embeddings, split: what the training and evaluation chapters start from."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import LabelledProteins, label_table
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding.checkpoints import Checkpoint
from dlfb_helpers.embedding.runs import embed_proteins


def add_embeddings(
    table: pd.DataFrame,
    checkpoint: Checkpoint | str = "course",
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Put columns ME:1..ME:D (float32, mean embeddings) before the GO: columns of a labelled table.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by EntryID, with a column Sequence and one 0/1 column a term.
    checkpoint : Checkpoint or str
        Which ESM-2 makes the embeddings.
    progress : callable, optional
        As for `embed_proteins`.
    """
    vectors = embed_proteins(table["Sequence"].tolist(), checkpoint, progress=progress)
    columns = [f"ME:{i}" for i in range(1, vectors.shape[1] + 1)]
    embeddings = pd.DataFrame(vectors, index=table.index, columns=columns)
    return pd.concat([embeddings, table.filter(like="GO:")], axis=1)


def build_dataset(
    checkpoint: Checkpoint | str = "course",
    data_dir: str = "course",
    seed: int = 42,
    progress: Callable[[int, int], None] | None = None,
    **filters,
) -> dict[str, pd.DataFrame]:
    """Build the train, valid and test tables from the raw files.

    Parameters
    ----------
    checkpoint : Checkpoint or str
        Which ESM-2 makes the embeddings.
    data_dir : str
        ``"course"``, or a folder or zip file with CAFA5's files.
    seed : int
        Of the split.
    progress : callable, optional
        As for `embed_proteins`.
    **filters
        Passed to `label_table` (taxon, aspect, min_proteins, max_length).

    Returns
    -------
    dict of str to pandas.DataFrame
        Keys train, valid, test; rows are proteins (EntryID), columns ME:1..ME:D, then one 0/1 column a GO term.
    """
    proteins: LabelledProteins = label_table(load_cafa(data_dir), **filters)
    table = add_embeddings(proteins.table, checkpoint, progress)
    return {split: table.loc[ids] for split, ids in split_proteins(proteins.table, seed=seed).items()}
