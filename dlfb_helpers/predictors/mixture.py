"""The predictor of chapter 9: networks, neighbours by embedding and neighbours by alignment, averaged.

What ships is a `Blend` of `BasePredictors`, whose networks are trained here, too. Networks are rounded to half
precision at once, as they are saved: what is measured is what is saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.neighbours import (
    AlignmentSettings,
    EmbeddingSettings,
    alignment_neighbours,
    embedding_neighbours,
)
from dlfb_helpers.predictors.whitening import Whitening, unit_length
from dlfb_helpers.proteins.families import alignment_bits
from dlfb_helpers.training.trained import Ensemble, Hyperparameters


@dataclass(frozen=True)
class NetworkSettings:
    """What a network sees and how it is trained.

    Attributes
    ----------
    whitening
        Power of the `Whitening` of its inputs; None gives it the embeddings as they are.
    hyperparameters
        The rest.
    """

    whitening: float | None = 0.25
    hyperparameters: Hyperparameters = field(default_factory=Hyperparameters)


@dataclass(frozen=True)
class Choice:
    """What the validation proteins chose."""

    plain_neighbours: EmbeddingSettings
    neighbours: EmbeddingSettings
    alignment: AlignmentSettings
    network: NetworkSettings
    weights: tuple[int, int, int]


class TrainedNetworks(NamedTuple):
    """Networks with the scaling of their inputs."""

    whitening: Whitening | None
    ensemble: Ensemble

    def predict(self, embeddings: np.ndarray) -> np.ndarray:
        """Predict with each network.

        Parameters
        ----------
        embeddings
            Not scaled, shape (proteins, D).

        Returns
        -------
        numpy.ndarray
            Probabilities, float32, shape (networks, proteins, terms).
        """
        return self.ensemble.predict(network_inputs(self.whitening, embeddings))

    def rounded(self) -> TrainedNetworks:
        """Round weights to half precision, and the whitening to single: so they are saved."""
        params = {
            layer: {kind: round_to_half(values) for kind, values in arrays.items()}
            for layer, arrays in self.ensemble.params.items()
        }
        whitening = self.whitening
        if whitening is not None:
            whitening = Whitening(whitening.mean.astype(np.float32), whitening.matrix.astype(np.float32))
        return TrainedNetworks(whitening, self.ensemble._replace(params=params))


class Mixture(NamedTuple):
    """A fitted mixture: its settings, the proteins whose labels vote, and the networks that learnt from them."""

    choice: Choice
    known: Proteins
    networks: TrainedNetworks

    @classmethod
    def fit(cls, choice: Choice, known: Proteins, seeds: Sequence[int] = range(5)) -> Mixture:
        """Fit everything on the proteins whose labels may be seen.

        Parameters
        ----------
        choice
            What `choose` found.
        known
            All proteins whose labels may be seen.
        seeds
            Of the networks, one each.

        Returns
        -------
        Mixture
            Rounded to half precision, as it is saved.
        """
        known = replace(known, embeddings=round_to_half(known.embeddings))
        return cls(
            choice, known, train_networks(choice.network, known.embeddings, known.targets, seeds=seeds).rounded()
        )

    def predict(self, proteins: Proteins) -> dict[str, np.ndarray]:
        """Predict with each part and with their mixture, none of them made consistent with the ontology.

        Parameters
        ----------
        proteins
            To predict for; their targets are not looked at.

        Returns
        -------
        dict of str to numpy.ndarray
            "alignment neighbours", "embedding neighbours", "one network", "networks" and "mixture"; float32, shape
            (proteins, terms).
        """
        members = self.networks.predict(proteins.embeddings)
        by_embedding = embedding_neighbours(
            self.known.embeddings, self.known.targets, proteins.embeddings, **self.choice.neighbours
        )
        bits = alignment_bits(proteins.sequences, self.known.sequences)
        by_alignment = alignment_neighbours(bits, self.known.targets, **self.choice.alignment)
        return {
            "alignment neighbours": by_alignment,
            "embedding neighbours": by_embedding,
            "one network": members[0],
            "networks": members.mean(axis=0),
            "mixture": mix(self.choice.weights, members.mean(axis=0), by_embedding, by_alignment),
        }


def network_inputs(whitening: Whitening | None, embeddings: np.ndarray) -> np.ndarray:
    """Whitened embeddings of one length, with features of about unit size: shape as given."""
    if whitening is None:
        return embeddings
    return unit_length(whitening(embeddings)) * np.sqrt(embeddings.shape[1])


def train_networks(
    settings: NetworkSettings,
    embeddings: np.ndarray,
    targets: np.ndarray | pd.DataFrame,
    valid: Proteins | None = None,
    seeds: Sequence[int] = range(5),
) -> TrainedNetworks:
    """Train a network for each seed on labelled embeddings; `valid` says when to stop, unless `stop_after` does."""
    from dlfb_helpers.training.ensemble import train_ensemble  # with JAX, which predicting does not need

    whitening = None if settings.whitening is None else Whitening.fit(embeddings, settings.whitening)
    inputs = network_inputs(whitening, embeddings)
    watched = None if valid is None else (network_inputs(whitening, valid.embeddings), valid.targets)
    return TrainedNetworks(whitening, train_ensemble(settings.hyperparameters, inputs, targets, watched, seeds))


def mix(weights: Sequence[float], *tables: np.ndarray) -> np.ndarray:
    """Weighted mean of tables of probabilities.

    Parameters
    ----------
    weights
        One for each table, not all 0.
    *tables
        Probabilities, all of one shape.

    Returns
    -------
    numpy.ndarray
        Same shape, float32.
    """
    return np.average(tables, axis=0, weights=weights).astype(np.float32)


def round_to_half(values: np.ndarray) -> np.ndarray:
    """Round to half precision, and return as float32."""
    return np.asarray(values).astype(np.float16).astype(np.float32)
