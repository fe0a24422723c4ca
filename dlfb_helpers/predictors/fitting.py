"""From annotated proteins to a trained predictor, and how good it is on proteins that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix, make_consistent
from dlfb_helpers.annotations.ontology import ROOTS, Ontology
from dlfb_helpers.dataset.build import build_proteins
from dlfb_helpers.dataset.labels import GENERIC_TERMS, HUMAN, label_table
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibration import expected_calibration_error
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.metrics.uncertainty import bootstrap_mean
from dlfb_helpers.predictors.mixture import Mixture, NetworkSettings
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.selection import NETWORKS, choose

Progress = Callable[[int, int], None] | None
SET_ASIDE = (*GENERIC_TERMS, *ROOTS.values())
"""Terms that are not predicted: every protein with a label has its aspect's root."""


class Fitted(NamedTuple):
    """What training and validation proteins gave; no test label had a part in it.

    `on_valid` and `trials` are as `choose` returns them; `mixture` is fitted on both parts; `calibration` and
    `threshold` (of the calibrated probabilities) are fitted on the validation part with the networks that had not
    learnt from it.
    """

    trials: pd.DataFrame
    on_valid: dict[str, np.ndarray]
    valid_mixture: np.ndarray
    mixture: Mixture
    calibration: LogitScaling
    threshold: float


def choose_and_fit(
    train: Proteins, valid: Proteins, ontology: Ontology, networks: Mapping[str, NetworkSettings]
) -> Fitted:
    """Choose the settings, fit the mixture on all that may be seen, calibrate it and pick its threshold.

    Parameters
    ----------
    train, valid
        The two parts whose labels may be seen.
    ontology
        Of the terms.
    networks
        Named settings to choose among.

    Returns
    -------
    Fitted
        All that a `Predictor` is made of.
    """
    choice, trials, on_valid = choose(train, valid, networks)
    valid_mixture = make_consistent(on_valid["mixture"], train.targets.columns, ontology)
    calibration = LogitScaling.fit(valid.targets, valid_mixture)
    threshold = fmax(valid.targets, calibration(valid_mixture)).threshold
    mixture = Mixture.fit(choice, train + valid)
    return Fitted(trials, on_valid, valid_mixture, mixture, calibration, threshold)


def make_predictor(
    fitted: Fitted,
    ontology: Ontology,
    checkpoint: Checkpoint,
    aspect: str,
    annotations: str,
    measured: Mapping[str, str],
) -> Predictor:
    """Put together what was fitted and what a reader has to know.

    Parameters
    ----------
    fitted
        From `choose_and_fit`.
    ontology, checkpoint, aspect
        What the labels and the vectors came from.
    annotations
        A sentence for the card: source of the labels, and which proteins.
    measured
        Rows for the card: what was measured, and its value.

    Returns
    -------
    Predictor
        Ready to predict, and to be saved.
    """
    terms = fitted.mixture.known.targets.columns
    facts = {
        "checkpoint": checkpoint.name,
        "vectors": store_settings(checkpoint),
        "aspect": aspect,
        "ontology": ontology.release,
        "annotations": annotations,
        "measured": dict(measured),
    }
    names = {term: ontology.names[term] for term in terms}
    ancestors = ancestor_matrix(terms, ontology)
    return Predictor(fitted.mixture, names, ancestors, fitted.calibration, fitted.threshold, facts)


def train_predictor(
    data_dir: str | Path = "course",
    aspect: str = "MFO",
    checkpoint: str = "course",
    taxon: int = HUMAN,
    min_proteins: int = 50,
    networks: Mapping[str, NetworkSettings] = NETWORKS,
    seed: int = 42,
    progress: Progress = None,
) -> Predictor:
    """Train a predictor on CAFA's files as the course does, and measure it on the test part of the random split.

    Parameters
    ----------
    data_dir
        ``"course"``, or a folder or zip file with CAFA's files.
    aspect, taxon, min_proteins
        As for `label_table`.
    checkpoint
        "course", a Hub id or a folder.
    networks
        Settings to choose among.
    seed
        Of the split.
    progress
        As for `embed_proteins`.

    Returns
    -------
    Predictor
        Trained on the training and validation part; its card holds what was measured on the test part.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_cafa`, `label_table` and `load_checkpoint`.
    """
    data, loaded = load_cafa(data_dir), load_checkpoint(checkpoint)
    filters = {"taxon": taxon, "aspect": aspect, "min_proteins": min_proteins, "generic_terms": SET_ASIDE}
    parts = build_proteins(loaded, data, seed, progress, **filters)
    fitted = choose_and_fit(parts["train"], parts["valid"], data.ontology, networks)
    annotations = (
        f"{data.source.splitlines()[0]}; {sum(map(len, parts.values())):,} proteins of taxon {taxon} with at most 500 "
        f"residues, training and validation part of a random split (seed {seed})"
    )
    predictor = make_predictor(fitted, data.ontology, loaded, aspect, annotations, {})
    test = parts["test"]
    probabilities = predictor.from_embeddings(test.without_targets())  # made before the labels are looked at
    predictor.facts["measured"].update(card_rows(measure(test.targets, probabilities)))
    return predictor


def measure(targets: pd.DataFrame, probabilities: pd.DataFrame) -> dict[str, float]:
    """Measure calibrated probabilities against labels.

    Parameters
    ----------
    targets
        0/1 table, a row a protein, a column a term.
    probabilities
        Of the same shape.

    Returns
    -------
    dict of str to float
        "proteins", "terms", "auPRC" with "low" and "high" of its 95 % interval over proteins, "Fmax", and "calibration
        error" of the pairs from 0.05.
    """
    auprc = bootstrap_mean(average_precision(targets, probabilities))
    return {
        "proteins": len(targets),
        "terms": targets.shape[1],
        "auPRC": auprc.mean,
        "low": auprc.low,
        "high": auprc.high,
        "Fmax": fmax(targets, probabilities).f,
        "calibration error": expected_calibration_error(targets, probabilities, minimum=0.05),
    }


def card_rows(measured: Mapping[str, float]) -> dict[str, str]:
    """Write what `measure` returned as a model card has it."""
    auprc = "{auPRC:.2f} ({low:.2f} to {high:.2f})".format(**measured)
    return {
        f"test auPRC over {measured['proteins']:,} proteins": auprc,
        "test Fmax": f"{measured['Fmax']:.2f}",
        "calibration error of pairs from 0.05": f"{measured['calibration error']:.3f}",
    }


def evaluate_predictor(
    predictor: Predictor, data_dir: str | Path = "course", taxon: int = HUMAN, progress: Progress = None
) -> dict[str, float]:
    """Measure a predictor on the annotated proteins of a folder that it was not trained on.

    Parameters
    ----------
    predictor
        Trained.
    data_dir, taxon
        As for `train_predictor`. Proteins are labelled as in training: at most 500 residues, at least one of the
        predictor's terms.
    progress
        As for `embed_proteins`.

    Returns
    -------
    dict of str to float
        As `measure`, and "left out": labelled proteins whose sequence the predictor was trained on.

    Raises
    ------
    ValueError
        If no protein is left, or a term of the predictor is none of the ontology's.
    """
    data = load_cafa(data_dir)
    unknown = [term for term in predictor.names if data.ontology.status(term) != "primary"]
    if unknown:
        raise ValueError(
            f"{data_dir}: {len(unknown)} of the predictor's {len(predictor.names)} terms, such as {unknown[0]}, are no "
            f"primary ids of {data.ontology.release}; use the ontology of its training, {predictor.facts['ontology']}"
        )
    table = label_table(data, taxon, predictor.facts["aspect"], min_proteins=1).table
    labels = table.reindex(columns=list(predictor.names), fill_value=0)
    labels = labels[labels.any(axis=1)]
    new = ~table.loc[labels.index, "Sequence"].isin(predictor.mixture.known.sequences)
    if not new.any():
        raise ValueError(
            f"{data_dir}: the predictor was trained on all {len(labels):,} of its proteins; give it others"
        )
    sequences, targets = table.loc[new.index[new], "Sequence"], labels[new]
    return measure(targets, predictor.predict(sequences, progress=progress)) | {"left out": int((~new).sum())}
