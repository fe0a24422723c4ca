"""How good a predictor is on proteins that it has not seen, also where their terms are those of another release."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pandas as pd

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.annotations.releases import in_release, translate
from dlfb_helpers.dataset.accounts import in_short
from dlfb_helpers.dataset.labels import HUMAN, MAX_LENGTH, label_table
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibration import expected_calibration_error
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.metrics.uncertainty import bootstrap_mean
from dlfb_helpers.predictors.predictor import Predictor

Progress = Callable[[int, int], None] | None
Report = Callable[[str], None] | None


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
    predictor: Predictor,
    data_dir: CafaData | str | Path = "course",
    taxon: int | Collection[int] | None = HUMAN,
    progress: Progress = None,
    max_length: int | None = None,
    report: Report = None,
) -> dict[str, float]:
    """Measure a predictor on the annotated proteins of a folder that it was not trained on.

    Where the folder's ontology is of another release, terms are translated to it: those that were merged are one, those
    that are gone are not scored. Predictions obey that ontology.

    Parameters
    ----------
    predictor
        Trained.
    data_dir, taxon, report
        As for `train_predictor`. Proteins are labelled as in training, with at least one of the predictor's terms.
    progress
        As for `embed_proteins`.
    max_length
        Of the proteins, in residues; by default what it was in training.

    Returns
    -------
    dict of str to float
        As `measure`; "left out": labelled proteins whose sequence the predictor was trained on; "terms renamed" and
        "terms gone" of the predictor's.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_cafa` and `label_table`; or if no protein or no term is left.
    """
    data = data_dir if isinstance(data_dir, CafaData) else load_cafa(data_dir)
    where = data.source.splitlines()[0] if isinstance(data_dir, CafaData) else data_dir
    translation = translate(predictor.names, data.ontology)
    terms = list(dict.fromkeys(translation.ids.values()))
    longest = max_length or predictor.facts.get("max_length", MAX_LENGTH)
    labelled = label_table(data, taxon, predictor.facts["aspect"], max_length=longest, terms=terms)
    if report:
        report(in_short(labelled.accounts))
        if told := translation.told(data.ontology.release, "were not scored"):
            report(told)
    labels = labelled.table.reindex(columns=terms, fill_value=0)
    new = ~labelled.table["Sequence"].isin(predictor.pool.sequences)
    if not new.any():
        raise ValueError(f"{where}: the predictor was trained on all {len(labels):,} of its proteins; give it others")
    predicted = predictor.predict(labelled.table.loc[new, "Sequence"], progress=progress)
    measured = measure(labels[new], in_release(predicted, data.ontology))
    counts = {"terms renamed": len(translation.renamed), "terms gone": len(translation.gone)}
    return measured | {"left out": int((~new).sum())} | counts
