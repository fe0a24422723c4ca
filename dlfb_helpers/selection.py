"""Choose every setting on the validation proteins, then fit once more on all proteins whose labels may be seen.

Test labels have no way in here: `choose` is given training and validation proteins, `predict` the sequences and
embeddings of the proteins to predict for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.baselines import constant_frequency, logistic_regression
from dlfb_helpers.consistency import make_consistent
from dlfb_helpers.ensemble import Ensemble, Recipe, train_ensemble
from dlfb_helpers.homology import alignment_bits
from dlfb_helpers.metrics import average_precision
from dlfb_helpers.neighbours import alignment_neighbours, embedding_neighbours
from dlfb_helpers.ontology import Ontology
from dlfb_helpers.whitening import Whitening, unit_length

NEIGHBOURS = [
    {"whitening": whitening, "k": k, "temperature": temperature}
    for whitening, k, temperature in product((0.0, 0.5, 0.75, 1.0), (50, 100), (0.07, 0.1, 0.15))
]
"""Settings of the embedding neighbours to choose among."""

ALIGNMENT = [
    {"power": power, "prior": times * 50.0**power} for power, times in product((1.0, 2.0, 3.0, 4.0), (0.3, 1.0))
]
"""Settings of the alignment neighbours; the prior weighs as much as some alignments of 50 bits."""

WEIGHTS = [weights for weights in product((0, 1, 2), repeat=3) if any(weights) and weights not in {(2, 2, 2)}]
"""Weights of networks, embedding neighbours and alignment neighbours in their mixture."""


class Proteins(NamedTuple):
    """Proteins with known functions."""

    sequences: list[str]
    embeddings: np.ndarray
    targets: pd.DataFrame

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Proteins:
        """Take them from a table with columns Sequence, ME:1..ME:D and GO terms."""
        embeddings = table.filter(like="ME:").to_numpy(np.float32)
        return cls(table["Sequence"].tolist(), embeddings, table.filter(like="GO:"))

    def __add__(self, other: Proteins) -> Proteins:
        """Both, one after the other."""
        embeddings = np.concatenate([self.embeddings, other.embeddings])
        return Proteins(self.sequences + other.sequences, embeddings, pd.concat([self.targets, other.targets]))


@dataclass(frozen=True)
class NetworkSettings:
    """What a network sees and how it is trained.

    Attributes
    ----------
    whitening
        Power of the `Whitening` of its inputs; None gives it the embeddings as they are.
    recipe
        The rest.
    """

    whitening: float | None = 0.25
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True)
class Choice:
    """What the validation proteins chose."""

    plain_neighbours: Mapping[str, float]
    neighbours: Mapping[str, float]
    alignment: Mapping[str, float]
    network: NetworkSettings
    weights: tuple[int, int, int]


class TrainedNetworks(NamedTuple):
    """Networks with the scaling of their inputs."""

    whitening: Whitening | None
    ensemble: Ensemble

    def predict(self, embeddings: np.ndarray) -> np.ndarray:
        """Probabilities of each network, shape (networks, proteins, terms), float32."""
        return self.ensemble.predict(network_inputs(self.whitening, embeddings))


def network_inputs(whitening: Whitening | None, embeddings: np.ndarray) -> np.ndarray:
    """Whitened embeddings of one length, with features of about unit size: shape as given."""
    if whitening is None:
        return embeddings
    return unit_length(whitening(embeddings)) * np.sqrt(embeddings.shape[1])


def train_networks(
    settings: NetworkSettings, known: Proteins, valid: Proteins | None = None, seeds: Sequence[int] = range(5)
) -> TrainedNetworks:
    """Train a network for each seed on `known`; `valid` says when to stop, unless the recipe's `keep` does."""
    whitening = None if settings.whitening is None else Whitening.fit(known.embeddings, settings.whitening)
    checks = valid and (network_inputs(whitening, valid.embeddings), valid.targets)
    inputs = network_inputs(whitening, known.embeddings)
    return TrainedNetworks(whitening, train_ensemble(settings.recipe, inputs, known.targets, checks, seeds))


def score(targets: pd.DataFrame, probabilities: np.ndarray) -> float:
    """What is maximised: auPRC, mean over proteins."""
    return float(np.nanmean(average_precision(targets, probabilities)))


def choose(
    train: Proteins, valid: Proteins, networks: Mapping[str, NetworkSettings], seeds: Sequence[int] = range(5)
) -> tuple[Choice, pd.DataFrame, dict[str, np.ndarray]]:
    """Try every setting: fit on `train`, score on `valid`, keep the best.

    Parameters
    ----------
    train, valid
        The two parts whose labels may be seen while choosing.
    networks
        Named settings of the network to choose among, by the score of the mean over `seeds`.
    seeds
        Of the networks.

    Returns
    -------
    Choice
        The best settings. The network's recipe keeps the pass at which the members stopped, as their median.
    pandas.DataFrame
        Every trial: `predictor`, `settings`, validation `auprc`.
    dict of str to numpy.ndarray
        Validation probabilities: of each network by name, shape (seeds, proteins, terms); "mixture" (proteins, terms).
    """
    trials = []

    def best(predictor: str, candidates: Sequence, predict) -> tuple:
        """Keep the best candidate and what it predicts."""
        scored = []
        for settings in candidates:
            probabilities = predict(settings)
            scored.append((score(valid.targets, probabilities), settings, probabilities))
            trials.append({"predictor": predictor, "settings": settings, "auprc": scored[-1][0]})
        return max(scored, key=lambda trial: trial[0])[1:]

    def by_embedding(settings: Mapping) -> np.ndarray:
        return embedding_neighbours(train.embeddings, train.targets, valid.embeddings, **settings)

    plain, _ = best("embedding neighbours, plain", [s for s in NEIGHBOURS if s["whitening"] == 0], by_embedding)
    neighbours, from_embeddings = best("embedding neighbours", NEIGHBOURS, by_embedding)
    bits = alignment_bits(valid.sequences, train.sequences)
    alignment, from_alignments = best(
        "alignment neighbours", ALIGNMENT, lambda settings: alignment_neighbours(bits, train.targets, **settings)
    )
    trained = {name: train_networks(settings, train, valid, seeds) for name, settings in networks.items()}
    predictions = {name: networks.predict(valid.embeddings) for name, networks in trained.items()}
    name, from_networks = best("networks", list(networks), lambda name: predictions[name].mean(axis=0))
    weights, mixed = best(
        "mixture", WEIGHTS, lambda weights: mixture(weights, from_networks, from_embeddings, from_alignments)
    )
    keep = int(np.median(trained[name].ensemble.kept))
    network = replace(networks[name], recipe=replace(networks[name].recipe, keep=keep))
    choice = Choice(plain, neighbours, alignment, network, weights)
    return choice, pd.DataFrame(trials), predictions | {"mixture": mixed}


def mixture(weights: Sequence[float], *tables: np.ndarray) -> np.ndarray:
    """Weighted mean of probabilities of one shape."""
    return np.average(tables, axis=0, weights=weights).astype(np.float32)


def predict(
    choice: Choice,
    known: Proteins,
    sequences: list[str],
    embeddings: np.ndarray,
    ontology: Ontology,
    seeds: Sequence[int] = range(5),
) -> dict[str, np.ndarray]:
    """Fit every predictor on `known` with the settings chosen, and predict; all tables obey the ontology.

    Parameters
    ----------
    choice
        From `choose`.
    known
        All proteins whose labels may be seen: usually training and validation together.
    sequences, embeddings
        Of the proteins to predict for.
    ontology
        Of the terms.
    seeds
        Of the networks.

    Returns
    -------
    dict of str to numpy.ndarray
        Predictor -> probabilities, float32, shape (proteins, terms of `known.targets`).
    """
    labels = known.targets
    members = train_networks(choice.network, known, seeds=seeds).predict(embeddings)
    by_embedding = embedding_neighbours(known.embeddings, labels, embeddings, **choice.neighbours)
    by_alignment = alignment_neighbours(alignment_bits(sequences, known.sequences), labels, **choice.alignment)
    tables = {
        "training frequency": constant_frequency(labels, len(embeddings)),
        "logistic regression": logistic_regression(known.embeddings, labels, embeddings),
        "alignment neighbours": by_alignment,
        "embedding neighbours, plain": embedding_neighbours(
            known.embeddings, labels, embeddings, **choice.plain_neighbours
        ),
        "embedding neighbours": by_embedding,
        "one network": members[0],
        "networks": members.mean(axis=0),
        "mixture": mixture(choice.weights, members.mean(axis=0), by_embedding, by_alignment),
    }
    return {name: make_consistent(table, labels.columns, ontology) for name, table in tables.items()}
