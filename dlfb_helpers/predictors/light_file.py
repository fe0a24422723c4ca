"""The networks of light predictors in one file, for a runtime that is told where each table lies in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from dlfb_helpers.predictors.light import Bytes
from dlfb_helpers.predictors.predictor import Predictor

NETWORKS_FILE = "networks.bin"
ALIGNED = 8
"""Each table begins at a multiple of so many bytes."""


class Place(NamedTuple):
    """Where a table lies.

    Attributes
    ----------
    file
        Name of the file.
    offset, length
        In bytes.
    dtype
        "float16", "float32", "int8" and so on.
    shape
        Rows and columns.
    """

    file: str
    offset: int
    length: int
    dtype: str
    shape: tuple[int, ...]


def networks_file(predictors: Iterable[Predictor]) -> tuple[bytes, dict[str, Place]]:
    """Lay the networks of predictors out, the first of each ensemble.

    Parameters
    ----------
    predictors
        From `load_light`.

    Returns
    -------
    bytes
        Of the file.
    dict of str to Place
        Named as in ``MFO/Dense_0/kernel``; what is int8 has its steps under the same name and ``/steps``.
    """
    return laid_out(dict(item for predictor in predictors for item in _tables(predictor).items()), NETWORKS_FILE)


def laid_out(tables: Mapping[str, np.ndarray], file: str) -> tuple[bytes, dict[str, Place]]:
    """Put tables one after the other into a file; return its bytes, and where each table lies."""
    content, places = bytearray(), {}
    for name, table in tables.items():
        content += bytes(-len(content) % ALIGNED)
        places[name] = Place(file, len(content), table.nbytes, str(table.dtype), table.shape)
        content += np.ascontiguousarray(table).tobytes()
    return bytes(content), places


def _tables(predictor: Predictor) -> dict[str, np.ndarray]:
    aspect, (whitening, ensemble) = predictor.facts["aspect"], predictor.base.networks
    assert whitening is not None
    tables: dict[str, np.ndarray] = {
        f"{aspect}/mean": whitening.mean.astype(np.float32),
        f"{aspect}/matrix": whitening.matrix.astype(np.float16),
    }
    for layer, arrays in sorted(ensemble.params.items()):  # a safetensors file is read in any order
        kernel = Bytes.of(arrays["kernel"][0])
        tables |= {
            f"{aspect}/{layer}/kernel": kernel.codes,
            f"{aspect}/{layer}/kernel/steps": kernel.steps,
            f"{aspect}/{layer}/bias": arrays["bias"][0].astype(np.float32),
        }
    return tables
