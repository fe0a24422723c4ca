"""From annotated proteins to a trained predictor, and how good it is on proteins that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix, make_consistent
from dlfb_helpers.annotations.ontology import ROOTS, Ontology
from dlfb_helpers.dataset.accounts import in_short
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import GENERIC_TERMS, HUMAN, MAX_LENGTH, label_table, taxon_name
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.predictors.measuring import card_rows, measure
from dlfb_helpers.predictors.mixture import Mixture, NetworkSettings
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.selection import NETWORKS, choose

Progress = Callable[[int, int], None] | None
Report = Callable[[str], None] | None
FEWEST = 10
"""Different sequences that it takes to train, to choose and to test."""
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
    data_dir: CafaData | str | Path = "course",
    aspect: str = "MFO",
    checkpoint: str = "course",
    taxon: int | Collection[int] | None = HUMAN,
    min_proteins: int = 50,
    networks: Mapping[str, NetworkSettings] = NETWORKS,
    seed: int = 42,
    progress: Progress = None,
    max_length: int = MAX_LENGTH,
    report: Report = None,
) -> Predictor:
    """Train a predictor on CAFA's files as the course does, and measure it on the test part of the random split.

    Parameters
    ----------
    data_dir
        What `load_cafa` returned, or ``"course"``, or a folder or zip file with CAFA's files.
    aspect, taxon, min_proteins, max_length
        As for `label_table`.
    checkpoint
        "course", a Hub id or a folder.
    networks
        Settings to choose among.
    seed
        Of the split.
    progress
        As for `embed_proteins`.
    report
        Called with what became of the rows, in a line, before anything is embedded.

    Returns
    -------
    Predictor
        Trained on the training and validation part; its card holds what was measured on the test part.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_cafa`, `label_table` and `load_checkpoint`; or if there are fewer than `FEWEST` different sequences, or
        one term alone, which all have.
    """
    data = data_dir if isinstance(data_dir, CafaData) else load_cafa(data_dir)
    loaded = load_checkpoint(checkpoint)
    labelled = label_table(data, taxon, aspect, min_proteins, SET_ASIDE, max_length)
    if report:
        report(in_short(labelled.accounts))
    if (distinct := labelled.table["Sequence"].nunique()) < FEWEST:
        raise ValueError(
            f"{distinct} different sequences are too few to train on, to choose with and to test on, at least {FEWEST} "
            "are needed; ask for fewer proteins of a term, for longer ones or for more species"
        )
    split = split_proteins(labelled.table, seed=seed)
    if labelled.table.loc[split["valid"], labelled.terms.index].all(axis=None):
        raise ValueError(
            f"all {len(split['valid'])} proteins to choose with have all {len(labelled.terms)} terms, so that there is "
            "nothing to tell apart; ask for fewer proteins of a term, so that there are more terms"
        )
    proteins = embed_labelled(labelled.table, loaded, progress)
    parts = {part: proteins.take(ids) for part, ids in split.items()}
    fitted = choose_and_fit(parts["train"], parts["valid"], data.ontology, networks)
    annotations = (
        f"{data.source.splitlines()[0]}; {len(proteins):,} proteins of {taxon_name(taxon)} with at most {max_length:,} "
        f"residues, training and validation part of a random split (seed {seed})"
    )
    predictor = make_predictor(fitted, data.ontology, loaded, aspect, annotations, {})
    predictor = replace(predictor, facts={**predictor.facts, "max_length": max_length})
    test = parts["test"]
    probabilities = predictor.from_embeddings(test.without_targets())  # made before the labels are looked at
    predictor.facts["measured"].update(card_rows(measure(test.targets, probabilities)))
    return predictor
