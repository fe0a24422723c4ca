"""A predictor that a browser can carry and follow: fewer axes, networks in bytes, and nothing to align with.

Nothing here is learnt anew but the blend: what a bundled predictor holds is rounded, the same way each time, so that
the page needs no files of its own beside the package's, and what the package answers is what the page has to answer.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.manifest import read_verified
from dlfb_helpers.predictors.base import BasePredictors
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.folder import BUNDLED, REMEDY, load_predictor
from dlfb_helpers.predictors.mixture import TrainedNetworks, round_to_half
from dlfb_helpers.predictors.pool import Neighbours, Pool
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.rounded import Rounded
from dlfb_helpers.predictors.whitening import Whitening

WIDTH = 256
"""Axes of the embeddings that neighbours are looked for in: those along which proteins differ most."""

FILE = "light.json"


class Bytes(NamedTuple):
    """A table in a byte a number, each column in steps of its own.

    Attributes
    ----------
    codes
        Int8, shape (n, m).
    steps
        Float32, shape (m,).
    """

    codes: np.ndarray
    steps: np.ndarray

    @classmethod
    def of(cls, table: np.ndarray) -> Bytes:
        """Round a table, shape (n, m): the largest number of a column is 127 steps."""
        steps = (np.abs(table).max(axis=0) / 127).astype(np.float32)
        return cls(np.round(table / np.where(steps > 0, steps, 1)).astype(np.int8), steps)

    def values(self) -> np.ndarray:
        """Return what the codes stand for, float32."""
        return self.codes * self.steps


def load_light(name: str = "course") -> Predictor:
    """Make a bundled predictor light.

    Parameters
    ----------
    name
        One of `BUNDLED`.

    Returns
    -------
    Predictor
        Ask it by `predict_light`. Its facts have besides "similar", the least cosine with a known protein at which a
        protein counts as similar to it.

    Raises
    ------
    ValueError
        If there is no such predictor, or a file was altered.
    """
    if name not in BUNDLED:
        raise ValueError(f"there is no bundled predictor {name!r}; choose one of {', '.join(BUNDLED)}")
    predictor = load_predictor(name)
    fitted = json.loads(read_verified(bundled_folder("light"), (FILE,), REMEDY)[FILE])
    own = fitted[predictor.facts["aspect"]]
    facts: dict[str, Any] = predictor.facts | {"similar": fitted["similar"], "measured": own["measured"]}
    blend = Blend(**own["blend"])
    return replace(predictor, base=lighter(predictor.base), blend=blend, threshold=float(own["threshold"]), facts=facts)


def predict_light(predictor: Predictor, proteins: Proteins) -> pd.DataFrame:
    """Predict without aligning.

    Parameters
    ----------
    predictor
        From `load_light`.
    proteins
        From `Predictor.embed`.

    Returns
    -------
    pandas.DataFrame
        As `Predictor.predict`.
    """
    return predictor.from_embeddings(proteins, unaligned(predictor.pool, proteins))


def lighter(base: BasePredictors) -> BasePredictors:
    """Return base predictors with a pool of `WIDTH` axes and networks in bytes."""
    return replace(base, pool=narrowed(base.pool), networks=in_bytes(base.networks))


@cache
def narrowed(pool: Pool) -> Pool:
    """Keep the `WIDTH` axes along which embeddings vary most, which a `Whitening` has last; its map in half."""
    width = len(pool.rounded.steps)
    codes = np.stack([pool.rounded.codes >> 4, pool.rounded.codes & 15], axis=2).reshape(len(pool), -1)[:, :width]
    kept = np.pad(codes[:, -WIDTH:], ((0, 0), (0, min(width, WIDTH) % 2)))
    rounded = Rounded(kept[:, ::2] << 4 | kept[:, 1::2], pool.rounded.steps[-WIDTH:])
    whitening = Whitening(pool.whitening.mean, round_to_half(pool.whitening.matrix[:, -WIDTH:]))
    return replace(pool, whitening=whitening, rounded=rounded)


def in_bytes(networks: TrainedNetworks) -> TrainedNetworks:
    """Round the weights of networks as `Bytes` does, and their whitening to half precision."""
    params = {
        layer: dict(arrays) | {"kernel": np.stack([Bytes.of(kernel).values() for kernel in arrays["kernel"]])}
        for layer, arrays in networks.ensemble.params.items()
    }
    whitening = networks.whitening
    if whitening is not None:
        whitening = Whitening(whitening.mean, round_to_half(whitening.matrix))
    return TrainedNetworks(whitening, networks.ensemble._replace(params=params))


def unaligned(pool: Pool, proteins: Proteins) -> Neighbours:
    """Compare proteins with a pool by their embeddings alone."""
    return Neighbours(pool.cosines(proteins), csr_array((len(proteins), len(pool)), dtype=np.float32))
