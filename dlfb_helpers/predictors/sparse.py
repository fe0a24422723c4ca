"""Labels in little room: of each protein its most specific terms alone, since the ontology implies the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_array

KINDS = "columns", "ends"


def as_tensors(table: csr_array, name: str) -> dict[str, np.ndarray]:
    """Name the arrays that hold where a 0/1 table has its ones.

    Parameters
    ----------
    table
        Shape (rows, columns).
    name
        What the names start with.

    Returns
    -------
    dict of str to numpy.ndarray
        "columns" of the ones, row by row, and where each row "ends" among them.
    """
    kind = np.uint16 if table.shape[1] <= np.iinfo(np.uint16).max else np.uint32
    table = csr_array(table)
    table.sort_indices()
    return {f"{name}/columns": table.indices.astype(kind), f"{name}/ends": table.indptr[1:].astype(np.uint32)}


def from_tensors(tensors: Mapping[str, np.ndarray], name: str, rows: int, columns: int) -> csr_array:
    """Return the 0/1 table, float32, of arrays that `as_tensors` named.

    Raises
    ------
    KeyError, ValueError
        If an array is missing, or they are no such table.
    """
    places, ends = (tensors[f"{name}/{kind}"] for kind in KINDS)
    if places.ndim != 1 or places.dtype.kind != "u" or ends.dtype.kind != "u" or ends.shape != (rows,):
        raise ValueError(f"{name} are no {rows} rows of whole numbers")
    starts = np.concatenate([[0], ends.astype(np.int64)])
    if (np.diff(starts) < 0).any() or starts[-1] != len(places) or (places >= columns).any():
        raise ValueError(f"{name} name other places than the {columns} columns")
    return csr_array((np.ones(len(places), np.float32), places.astype(np.int32), starts), shape=(rows, columns))


def propagated(specific_labels: csr_array, ancestors: np.ndarray) -> csr_array:
    """Add what labels imply: 0/1, float32, shape as given."""
    table = csr_array(specific_labels + specific_labels @ csr_array(ancestors).astype(np.float32))
    table.data[:] = 1
    return table
