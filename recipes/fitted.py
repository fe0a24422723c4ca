"""Fit what ships on what was known at a time, without some proteins, and predict for those."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, diags_array, load_npz, save_npz

from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.predictors.base import BasePredictors, Settings
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.mixture import NetworkSettings
from dlfb_helpers.predictors.pool import Neighbours, Pool
from dlfb_helpers.training.trained import Hyperparameters
from recipes.pool import Annotated, aligned, chunks, kept_as

SETTINGS = Settings(
    neighbours={"whitening": 1.0, "k": 100, "temperature": 0.1},
    alignment={"power": 2.0, "prior": 2500.0},
    network=NetworkSettings(
        0.5, Hyperparameters(dim=384, dropout=0.5, learning_rate=3e-3, batch_size=256, epochs=20, stop_after=20)
    ),
)
"""Chosen on what 2019 to 2022 added."""


class Setting(NamedTuple):
    """Who may vote, and who is predicted: one for all aspects.

    Attributes
    ----------
    rows
        Places in the whole pool of those that may vote.
    pool
        They.
    tested
        Places in the whole pool of those that are predicted.
    neighbours
        Theirs in `pool`.
    """

    rows: np.ndarray
    pool: Pool
    tested: np.ndarray
    neighbours: Neighbours


def setting(known: Annotated, tested: np.ndarray, unseen: Collection[int] = ()) -> Setting:
    """Compare some proteins with all others but those that may not be seen."""
    rows = np.setdiff1d(np.arange(len(known.table)), np.asarray([*unseen], dtype=int))
    voters = known.table.iloc[rows]
    pool = Pool.fit(known.take(rows), SETTINGS.neighbours["whitening"], voters["taxon"], voters["gene"])
    return Setting(rows, pool, tested, Neighbours(_cosines(known, pool, tested), _bits(known, pool, tested)))


def _cosines(known: Annotated, pool: Pool, tested: np.ndarray) -> np.ndarray:
    none = np.zeros((0, len(pool)), np.float32)
    return np.concatenate([none, *(pool.cosines(known.take(some)) for some in chunks(tested))])


def _bits(known: Annotated, pool: Pool, tested: np.ndarray) -> csr_array:
    """Align the tested proteins with the pool, which takes minutes; kept."""
    kept = kept_as("bits", [*pool.ids, "", *known.table.index[tested]], ".npz")
    if not kept.exists():
        save_npz(kept, aligned(known, pool, tested))
    return csr_array(load_npz(kept))


def fit(
    known: Annotated, where: Setting, year: int, terms: Collection[str], hidden: Collection[int] = ()
) -> BasePredictors:
    """Fit the base predictors on what was known in a year; the functions of hidden proteins, by whatever evidence, not.

    Where only the functions are hidden, the proteins' embeddings have their part, one in a hundred, in the whitening.
    """
    seen = ~np.isin(where.rows, np.asarray([*hidden], dtype=int))
    shown = diags_array(seen.astype(np.float32))
    experimental, curated = (
        csr_array(shown @ known.labels(year, terms, kind)[where.rows]) for kind in ("experimental", "curated")
    )
    for labels in (experimental, curated):
        labels.eliminate_zeros()
    return BasePredictors.fit(SETTINGS, where.pool, known.vectors[where.rows], experimental, curated)


class Said(NamedTuple):
    """What the base predictors say of some proteins, and what is true."""

    targets: np.ndarray
    scores: dict[str, np.ndarray]
    strengths: np.ndarray

    def blend(self) -> Blend:
        return blend([self])


def said(known: Annotated, where: Setting, base: BasePredictors, some: np.ndarray, targets: np.ndarray) -> Said:
    """Ask the base predictors about some of the tested proteins (places in `where.tested`)."""
    parts = []
    for rows in chunks(some):
        near = Neighbours(where.neighbours.cosines[rows], where.neighbours.bits[rows])
        parts.append(base.scores(known.take(where.tested[rows]), near))
    scores = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Said(targets, scores, base.strengths(where.neighbours.bits[some]))


def blend(held_out: Iterable[Said]) -> Blend:
    """Fit the regression on proteins that the base predictors did not learn from."""
    targets, scores, strengths = zip(*held_out)
    return Blend.fit(
        np.concatenate(targets),
        {name: np.concatenate([some[name] for some in scores]) for name in scores[0]},
        np.concatenate(strengths),
    )


def threshold(held_out: Iterable[Said], fitted: Blend) -> float:
    """Return the threshold with the best Fmax of a blend on such proteins."""
    pairs = [(some.targets, fitted(some.scores, some.strengths)) for some in held_out]
    return fmax(*map(np.concatenate, zip(*pairs))).threshold
