"""The predictors that a `Blend` listens to: networks, and neighbours of three kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.mixture import NetworkSettings, TrainedNetworks, train_networks
from dlfb_helpers.predictors.neighbours import AlignmentSettings, EmbeddingSettings
from dlfb_helpers.predictors.pool import Neighbours, Pool
from dlfb_helpers.predictors.votes import Voters

BASE = ("training frequency", "network", "embedding neighbours", "alignment neighbours")
CURATED = "curated neighbours"


@dataclass(frozen=True)
class Settings:
    """What is chosen on validation proteins."""

    neighbours: EmbeddingSettings
    alignment: AlignmentSettings
    network: NetworkSettings


@dataclass(frozen=True, eq=False)
class BasePredictors:
    """Fitted on one aspect of a pool.

    Attributes
    ----------
    settings : Settings
        How the neighbours vote, and how the networks were trained.
    pool : Pool
        Whose functions vote.
    labels : Voters
        Shown by experiment.
    curated : Voters or None
        Assigned by a curator without an experiment on this protein, where such annotations are at hand.
    networks : TrainedNetworks
        Trained on `labels`.
    """

    settings: Settings
    pool: Pool
    labels: Voters
    curated: Voters | None
    networks: TrainedNetworks

    @classmethod
    def fit(
        cls,
        settings: Settings,
        pool: Pool,
        embeddings: np.ndarray,
        labels: csr_array,
        curated: csr_array | None = None,
        seeds: Sequence[int] = (0,),
    ) -> BasePredictors:
        """Fit on the labelled proteins of a pool.

        Parameters
        ----------
        settings
            Chosen; the networks' `stop_after` says how long they are trained.
        pool
            Whose vectors are whitened as `settings.neighbours` says.
        embeddings
            Of its proteins, as the checkpoint gives them, shape (pool, D).
        labels, curated
            0/1, shape (pool, terms), propagated.
        seeds
            Of the networks, one each.

        Returns
        -------
        BasePredictors
            Weights rounded to half precision, as they are saved: what is measured is what is saved.
        """
        voters = Voters.of(labels)
        targets = voters.labels[voters.rows].toarray()
        trained = train_networks(settings.network, embeddings[voters.rows], targets, seeds=seeds)
        return cls(settings, pool, voters, None if curated is None else Voters.of(curated), trained.rounded())

    def scores(self, proteins: Proteins, neighbours: Neighbours) -> dict[str, np.ndarray]:
        """Predict with each.

        Parameters
        ----------
        proteins
            With embeddings as the checkpoint gives them.
        neighbours
            Theirs in the pool.

        Returns
        -------
        dict of str to numpy.ndarray
            Those of `BASE` ("network" is the mean of all) and, where there are such annotations, `CURATED`; float32,
            shape (proteins, terms).
        """
        k, temperature = self.settings.neighbours["k"], self.settings.neighbours["temperature"]
        of_each = (
            np.tile(self.labels.frequencies, (len(proteins), 1)),
            self.networks.predict(proteins.embeddings).mean(axis=0),
            self.labels.by_embedding(neighbours.cosines, k, temperature),
            self.labels.by_alignment(neighbours.bits, **self.settings.alignment),
        )
        scores = dict(zip(BASE, of_each))
        if self.curated is not None:
            scores[CURATED] = self.curated.by_embedding(neighbours.cosines, k, temperature)
        return scores

    def strengths(self, bits: csr_array) -> np.ndarray:
        """Return the logarithm of 1 and the best bit score with a protein that has labels by experiment.

        Parameters
        ----------
        bits
            Of `Neighbours`.

        Returns
        -------
        numpy.ndarray
            Float32, one a query; 0 where nothing aligns.
        """
        return np.log1p(self.labels.best_bits(bits))
