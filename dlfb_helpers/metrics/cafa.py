"""How CAFA, the challenge of the field, scores predictions: information content, Fmax, weighted Fmax and Smin.

Everything works on two tables of the same shape (proteins, terms), one aspect at a time, that obey the ontology
already: labels propagated to all ancestors, probabilities made consistent (`dlfb_helpers.annotations.consistency`).
The numbers are those of CAFA's own evaluator, `cafaeval` (Piovesan et al. 2024, Bioinformatics Advances 4, vbae043),
given the same columns. Its conventions, all followed here:

- Thresholds are `THRESHOLDS`, 0.01 to 0.99; a term is predicted from the threshold up.
- Precision is averaged over the proteins with a prediction at that threshold, everything else over all proteins that
  have a label (its `norm="cafa"`; with "pred" everything over those with a prediction). Other proteins are no part of a
  benchmark: they are dropped here, and counted.
- With weights, a prediction is one of a term with weight, and terms without (NaN or 0) drop out. A protein whose labels
  all drop out stays in the average, with recall 0.
- Thresholds at which nothing at all is predicted take no part in the maximum or minimum.

What is scored are the columns. `cafaeval` scores every term of the OBO file it gets, and propagates to them: it counts
generic terms that a table has set aside (its `no_orphans` leaves out the root alone, and keeps proteins of which
nothing else is known). So numbers over fewer columns do not compare with those of the challenge. Its `max_terms`, a
limit on the number of predictions for a protein, is not applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.metrics.checked import checked_tables
from dlfb_helpers.metrics.curves import Cells, best_f, best_s, curve_of, tally

# Not the nearest doubles to the decimals: 0.06 here is 0.060000000000000005, and a score of exactly 0.06 lies below it.
# A rounded grid would move such scores by one step, and the curves away from the evaluator's.
THRESHOLDS = np.arange(0.01, 1, 0.01)


class FScore(NamedTuple):
    """F at a threshold, and what it is made of. `proteins` were scored, `without_labels` dropped."""

    f: float
    threshold: float
    precision: float
    recall: float
    coverage: float
    proteins: int
    without_labels: int


class SScore(NamedTuple):
    """Semantic distance at a threshold, and what it is made of, in bits. `proteins` were scored, the others dropped."""

    s: float
    threshold: float
    remaining_uncertainty: float
    misinformation: float
    coverage: float
    proteins: int
    without_labels: int


def threshold_curve(
    targets: np.ndarray | pd.DataFrame,
    probabilities: np.ndarray,
    weights: np.ndarray | pd.Series | None = None,
    thresholds: Sequence[float] | np.ndarray = THRESHOLDS,
    norm: str = "cafa",
) -> pd.DataFrame:
    """Everything that depends on a threshold, at each of them: what `fmax`, `smin` and `f_at` choose from.

    Parameters
    ----------
    targets
        0/1 table, shape (proteins, terms).
    probabilities
        Same shape, in [0, 1]; compared in float64 as they are, so a float32 0.7 lies below the threshold 0.7.
    weights
        Information content of each column in bits, shape (terms,); NaN and 0 leave a term out. A Series is put in
        the order of the columns if `targets` is a DataFrame. None: all terms count the same.
    thresholds
        Ascending, above 0 and at most 1.
    norm
        What averages are over: ``"cafa"`` or ``"pred"``, as `dlfb_helpers.metrics.curves.curve_of` has them.

    Returns
    -------
    pandas.DataFrame
        Indexed by threshold: predictions ((protein, term) pairs, weighted or not), coverage, precision, recall, f, ru,
        mi and s. Remaining uncertainty ru is the weight of the labels that were missed, misinformation mi that of wrong
        predictions, means over the proteins, and s = sqrt(ru^2 + mi^2). Precision and f are NaN at no coverage, with
        the norm ``"pred"`` the others too.

    Raises
    ------
    ValueError
        If the tables do not fit (as in `dlfb_helpers.metrics.checked`), a probability or threshold is out of range, a
        weight is negative or infinite, no weight is above 0, or no protein has a label.
    """
    weights = _checked_weights(weights, targets)
    targets, probabilities = checked_tables(targets, probabilities)
    thresholds = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if probabilities.min() < 0 or probabilities.max() > 1:
        span = f"{probabilities.min():.3g} to {probabilities.max():.3g}"
        raise ValueError(f"probabilities must lie in [0, 1], but go from {span}; put logits through a sigmoid")
    if not ((thresholds > 0) & (thresholds <= 1)).all() or (np.diff(thresholds) <= 0).any():
        raise ValueError(f"thresholds must ascend, above 0 and at most 1, but are {thresholds}")
    labelled = targets.any(axis=1)
    if not labelled.any():
        raise ValueError(f"none of the {len(targets)} proteins has a label; there is nothing to score")
    targets, probabilities = targets[labelled], probabilities[labelled]

    level = np.searchsorted(thresholds, probabilities, side="right")
    rows = np.repeat(np.arange(len(targets)), targets.shape[1])
    cells = Cells(rows, level.ravel(), targets.ravel(), np.tile(weights, len(targets)))
    return curve_of(tally(cells, len(targets), len(thresholds)), thresholds, norm)


def fmax(
    targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray, weights: np.ndarray | pd.Series | None = None
) -> FScore:
    """Protein-centric Fmax: the best F over all thresholds; with `weights`, weighted Fmax.

    F = 2 pr rc / (pr + rc) of the mean precision pr and the mean recall rc at one threshold. The threshold is picked
    on the very labels that are scored: as in the challenge, but a bit more than a user would get. `f_at` scores at a
    threshold that was picked before. Sources: Radivojac et al. 2013, Nature Methods 10, 221-227, doi
    10.1038/nmeth.2340; weighted: Jiang et al. 2016, Genome Biology 17, 184, doi 10.1186/s13059-016-1037-6.

    Parameters
    ----------
    targets, probabilities, weights
        As in `threshold_curve`.

    Returns
    -------
    FScore
        At the lowest of the best thresholds. F and precision are NaN, and coverage 0, where no probability reaches
        the first threshold.

    Raises
    ------
    ValueError
        As `threshold_curve`.
    """
    curve = threshold_curve(targets, probabilities, weights)
    return _f_score(best_f(curve), targets)


def f_at(
    targets: np.ndarray | pd.DataFrame,
    probabilities: np.ndarray,
    threshold: float,
    weights: np.ndarray | pd.Series | None = None,
) -> FScore:
    """F as in `fmax`, at a threshold fixed beforehand, such as `fmax(...)` of the validation split picked.

    Fmax picks its threshold on the labels it scores, so it can only be higher than this. Pass the threshold unrounded:
    a rounded one can lie on the other side of a score.

    Parameters
    ----------
    targets, probabilities, weights
        As in `threshold_curve`.
    threshold
        Above 0 and at most 1.

    Returns
    -------
    FScore
        F and precision are NaN, and coverage 0, where no probability reaches the threshold.

    Raises
    ------
    ValueError
        As `threshold_curve`.
    """
    return _f_score(threshold_curve(targets, probabilities, weights, [threshold]).iloc[0], targets)


def smin(targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray, weights: np.ndarray | pd.Series) -> SScore:
    """Smallest semantic distance over all thresholds: s = sqrt(ru^2 + mi^2), in bits, 0 for a perfect prediction.

    Remaining uncertainty ru is the information in labels that were missed, misinformation mi that in wrong predictions,
    both averaged over proteins. Source: Clark and Radivojac 2013, Bioinformatics 29, i53-i61. Like Fmax, it picks its
    threshold on the labels it scores; for one fixed beforehand, take s from `threshold_curve(..., thresholds=[t])`.

    Parameters
    ----------
    targets, probabilities, weights
        As in `threshold_curve`; weights are the terms' information content.

    Returns
    -------
    SScore
        At the lowest of the best thresholds. Where no probability reaches the first one, the distance of predicting
        nothing, and coverage 0.

    Raises
    ------
    ValueError
        As `threshold_curve`.
    """
    curve = threshold_curve(targets, probabilities, weights)
    best = best_s(curve)
    s, ru, mi, coverage = best[["s", "ru", "mi", "coverage"]].tolist()
    return SScore(s, float(best.name), ru, mi, coverage, *_protein_counts(targets))


def _f_score(at: pd.Series, targets: np.ndarray | pd.DataFrame) -> FScore:
    f, precision, recall, coverage = at[["f", "precision", "recall", "coverage"]].tolist()
    return FScore(f, float(at.name), precision, recall, coverage, *_protein_counts(targets))


def _protein_counts(targets: np.ndarray | pd.DataFrame) -> tuple[int, int]:
    """Proteins with and without a label."""
    labelled = np.asarray(targets).any(axis=1)
    return int(labelled.sum()), int((~labelled).sum())


def _checked_weights(weights: np.ndarray | pd.Series | None, targets: np.ndarray | pd.DataFrame) -> np.ndarray:
    """One float64 a column, 0 where the weight is NaN."""
    num_terms = np.shape(targets)[-1]
    if weights is None:
        return np.ones(num_terms)
    if isinstance(weights, pd.Series) and isinstance(targets, pd.DataFrame):
        missing = targets.columns.difference(weights.index)
        if len(missing):
            raise ValueError(f"no weight for {len(missing)} of {num_terms} columns, such as {missing[0]}")
        weights = weights[targets.columns]
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (num_terms,):
        raise ValueError(f"weights must have shape ({num_terms},), one for each column, but have {weights.shape}")
    if np.isinf(weights).any() or (weights < 0).any():
        raise ValueError("weights must be 0 or more, or NaN, and finite: information content in bits")
    if not (weights > 0).any():
        raise ValueError("no term has a weight above 0; take them from information_content of the training proteins")
    return np.nan_to_num(weights)
