"""Choose every setting on the validation proteins, then fit once more on all proteins whose labels may be seen.

Test labels have no way in here: `choose` is given training and validation proteins, `predict` proteins whose targets it
does not look at (and that `Proteins.without_targets` takes away).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.consistency import make_consistent
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors.baselines import constant_frequency, logistic_regression
from dlfb_helpers.predictors.mixture import Choice, Mixture, NetworkSettings, mix, train_networks
from dlfb_helpers.predictors.neighbours import (
    AlignmentSettings,
    EmbeddingSettings,
    alignment_neighbours,
    embedding_neighbours,
)
from dlfb_helpers.proteins.families import alignment_bits
from dlfb_helpers.training.trained import Hyperparameters

NEIGHBOURS: list[EmbeddingSettings] = [
    {"whitening": whitening, "k": k, "temperature": temperature}
    for whitening, k, temperature in product((0.0, 0.5, 0.75, 1.0), (50, 100), (0.07, 0.1, 0.15))
]
"""Settings of the embedding neighbours to choose among."""

ALIGNMENT: list[AlignmentSettings] = [
    {"power": power, "prior": times * 50.0**power} for power, times in product((1.0, 2.0, 3.0, 4.0), (0.3, 1.0))
]
"""Settings of the alignment neighbours; the prior weighs as much as some alignments of 50 bits."""

FULL = NetworkSettings()
NETWORKS = {
    "full recipe": FULL,
    "raw embeddings": NetworkSettings(whitening=None),
    "standardised, not whitened": NetworkSettings(whitening=0.0),
    "more whitening (0.5)": NetworkSettings(whitening=0.5),
    "no dropout": NetworkSettings(hyperparameters=Hyperparameters(input_dropout=0.0, dropout=0.0)),
    "more dropout (0.5)": NetworkSettings(hyperparameters=Hyperparameters(dropout=0.5)),
    "no weight decay": NetworkSettings(hyperparameters=Hyperparameters(weight_decay=0.0)),
    "constant learning rate": NetworkSettings(hyperparameters=Hyperparameters(warmup=False)),
    "weights of the last pass": NetworkSettings(hyperparameters=Hyperparameters(stop_after=Hyperparameters().epochs)),
    "wider (1024, 512)": NetworkSettings(hyperparameters=Hyperparameters(dim=512)),
    "narrower (256, 128)": NetworkSettings(hyperparameters=Hyperparameters(dim=128)),
    "focal loss": NetworkSettings(hyperparameters=Hyperparameters(loss="focal")),
    "balanced loss": NetworkSettings(hyperparameters=Hyperparameters(loss="balanced")),
}
"""The full recipe, and what becomes of it when one thing is changed: chapter 9's ablation, and what is chosen among."""

PREDICTORS = (
    "training frequency",
    "logistic regression",
    "alignment neighbours",
    "embedding neighbours, plain",
    "embedding neighbours",
    "one network",
    "networks",
    "mixture",
)
"""What is compared, in the order of the tables."""

WEIGHTS = [weights for weights in product((0, 1, 2), repeat=3) if any(weights) and weights not in {(2, 2, 2)}]
"""Weights of networks, embedding neighbours and alignment neighbours in their mixture."""


def score(targets: pd.DataFrame, probabilities: np.ndarray) -> float:
    """Score probabilities by what is maximised: auPRC, mean over proteins."""
    return float(np.nanmean(average_precision(targets, probabilities)))


def choose(
    train: Proteins, valid: Proteins, networks: Mapping[str, NetworkSettings], seeds: Sequence[int] = range(5)
) -> tuple[Choice, pd.DataFrame, dict[str, np.ndarray]]:
    """Try every setting: fit on `train`, score on `valid`, keep the best.

    Batches are never larger than `train`.

    Parameters
    ----------
    train, valid
        The two parts whose labels may be seen while choosing.
    networks
        Named settings of the network to choose among, by the score of the mixture that they are part of.
    seeds
        Of the networks.

    Returns
    -------
    Choice
        The best settings. The networks are to stop after the pass at which the members stopped, as their median.
    pandas.DataFrame
        Every trial: `predictor`, `settings`, validation `auprc`.
    dict of str to numpy.ndarray
        Validation probabilities: of each network by name, shape (seeds, proteins, terms); "mixture" (proteins, terms).
    """
    trials: list[dict[str, Any]] = []

    def best(
        predictor: str, candidates: Sequence[Any], predict_with: Callable[[Any], np.ndarray]
    ) -> tuple[Any, np.ndarray]:
        """Keep the best candidate and what it predicts."""
        scored = []
        for settings in candidates:
            probabilities = predict_with(settings)
            scored.append((score(valid.targets, probabilities), settings, probabilities))
            trials.append({"predictor": predictor, "settings": settings, "auprc": scored[-1][0]})
        return max(scored, key=lambda trial: trial[0])[1:]

    def by_embedding(settings: EmbeddingSettings) -> np.ndarray:
        return embedding_neighbours(train.embeddings, train.targets, valid.embeddings, **settings)

    plain, _ = best("embedding neighbours, plain", [s for s in NEIGHBOURS if s["whitening"] == 0], by_embedding)
    neighbours, from_embeddings = best("embedding neighbours", NEIGHBOURS, by_embedding)
    bits = alignment_bits(valid.sequences, train.sequences)
    alignment, from_alignments = best(
        "alignment neighbours", ALIGNMENT, lambda settings: alignment_neighbours(bits, train.targets, **settings)
    )
    networks = {name: _with_batches_of(settings, len(train)) for name, settings in networks.items()}
    trained = {
        name: train_networks(settings, train.embeddings, train.targets, valid, seeds)
        for name, settings in networks.items()
    }
    predictions = {name: members.predict(valid.embeddings) for name, members in trained.items()}
    best("networks", list(networks), lambda name: predictions[name].mean(axis=0))
    (name, weights), mixed = best(
        "mixture",
        list(product(networks, WEIGHTS)),
        lambda pair: mix(pair[1], predictions[pair[0]].mean(axis=0), from_embeddings, from_alignments),
    )
    stop = int(np.median(trained[name].ensemble.passes))
    network = replace(networks[name], hyperparameters=replace(networks[name].hyperparameters, stop_after=stop))
    choice = Choice(plain, neighbours, alignment, network, weights)
    return choice, pd.DataFrame(trials), predictions | {"mixture": mixed}


def _with_batches_of(settings: NetworkSettings, most: int) -> NetworkSettings:
    """Return the settings with batches of no more proteins."""
    size = min(settings.hyperparameters.batch_size, most)
    return replace(settings, hyperparameters=replace(settings.hyperparameters, batch_size=size))


def predict(mixture: Mixture, proteins: Proteins, ontology: Ontology) -> dict[str, np.ndarray]:
    """Predict with every baseline and with the mixture and its parts; all tables obey the ontology.

    Parameters
    ----------
    mixture
        Fitted; the baselines are fitted on the same proteins.
    proteins
        To predict for; their targets are not looked at.
    ontology
        Of the terms.

    Returns
    -------
    dict of str to numpy.ndarray
        Predictor -> probabilities, float32, shape (proteins, terms of `mixture.known.targets`).
    """
    labels, train_embeddings, embeddings = mixture.known.targets, mixture.known.embeddings, proteins.embeddings
    plain = mixture.choice.plain_neighbours
    tables = {
        "training frequency": constant_frequency(labels, len(embeddings)),
        "logistic regression": logistic_regression(train_embeddings, labels, embeddings),
        "embedding neighbours, plain": embedding_neighbours(train_embeddings, labels, embeddings, **plain),
    } | mixture.predict(proteins)
    return {name: make_consistent(tables[name], labels.columns, ontology) for name in PREDICTORS}
