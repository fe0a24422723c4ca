"""Checks of the exercises of chapter 8, evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, fraction, named, number, result_of
from dlfb_helpers.metrics.per_row import mean_metrics, metrics_table
from dlfb_helpers.proteins.families import cross_pairs

ROUNDED = 0.0051
"""What two decimals, as the chapter prints them, may be off."""


@check
def check_coin_score(coin_score: float, targets: pd.DataFrame) -> str:
    """Check the auPRC of a coin, worked out from the labels alone."""
    labels = np.asarray(targets)
    share = labels.mean()
    fraction(coin_score, "The score")
    mistakes = {
        "One half is the chance level of the auROC. What is that of the auPRC?": 0.5,
        "This is the share of zeros. Which labels is the auPRC about?": 1 - share,
    }
    agree(coin_score, share, "The score", mistakes, tolerance=ROUNDED)
    return (
        f"The coin scores {share:.3f}, the share of ones: of what is picked blindly, that much is right. "
        "Every auPRC has to be read against it."
    )


@check
def check_threshold(threshold: float, targets: pd.DataFrame, probabilities: np.ndarray) -> str:
    """Check the threshold at which recall and precision are closest on the validation part."""
    value = number(threshold, "The threshold")
    if not 0 < value < 1:
        raise NotYet(f"Probabilities lie between 0 and 1, so a threshold of {value:g} tells nothing apart.")
    grid = [_recall_and_precision(targets, probabilities, t) for t in np.arange(1, 10) / 10]
    recall, precision = _recall_and_precision(targets, probabilities, value)
    found = f"At {value:.2f} the recall is {recall:.2f} and the precision {precision:.2f}"
    if max(recall, precision) < 0.25:
        raise NotYet(
            f"{found}: they do meet, because hardly anything is predicted. "
            "Is there a threshold at which they meet and something is found?"
        )
    # Any finer grid comes at least as close as tenths do, wherever the processor's last digits put the crossing.
    closest = min(abs(r - p) for r, p in grid if max(r, p) >= 0.25)
    if abs(recall - precision) > closest + 0.01:
        raise NotYet(f"{found}: there is a threshold, {'lower' if recall < precision else 'higher'}, that is closer.")
    return (
        f"{found}. A threshold is a choice, so it belongs to the validation part: chosen on the test part, it would be "
        "fitted to the very proteins that are to judge it."
    )


@check
def check_share_won(share_won: float, targets: pd.DataFrame, predictors: Mapping[str, np.ndarray]) -> str:
    """Check for how many test proteins the network ranks better than constant frequencies."""
    auprc = {
        by: [metrics_table(targets, predictors[name], by)["auprc"] for name in ("network", "constant frequency")]
        for by in ("protein", "term")
    }
    better, worse = auprc["protein"]
    share = (better > worse).mean()
    fraction(share_won, "The share")
    mistakes = {
        "It wins more often: compare the two auPRCs protein by protein, and count where the network's is higher.": (
            1 - share
        ),
        "This is the share of functions: here each protein is to have an auPRC of its own.": (
            auprc["term"][0] > auprc["term"][1]
        ).mean(),
    }
    agree(share_won, share, "The share", mistakes)
    return (
        f"For {1 - share:.0%} of the proteins a list that is the same for everybody ranks at least as well. "
        "A mean that is higher does not say that each protein gains."
    )


@check
def check_memory(
    memory: Mapping[str, float], parts: Mapping[str, pd.Series], scores: pd.Series | Sequence[float]
) -> str:
    """Check the mean auPRC of test proteins with and without a relative in the training part."""
    memory = named(memory, "with a relative", "without")
    pairs = cross_pairs({name: parts[name] for name in ("train", "test")})
    auprc = pd.Series(np.asarray(scores), index=parts["test"].index)
    related = _in_pairs(auprc.index, pairs)
    of_pairs = pd.concat([auprc.reindex(pairs[side]) for side in ("first", "second")])
    any_part = _in_pairs(auprc.index, cross_pairs(parts))
    mean_all = "This is the mean over all test proteins."
    any_relative = "A relative in the validation part does not help: nobody votes from there."
    agree(
        memory["with a relative"], auprc[related].mean(), "The mean with a relative",
        {
            mean_all: auprc.mean(),
            "The two means stand the other way round.": auprc[~related].mean(),
            "A protein with many relatives counts once for each: let every test protein count once.": of_pairs.mean(),
            any_relative: auprc[any_part].mean(),
        },
        tolerance=ROUNDED,
    )  # fmt: skip
    agree(
        memory["without"], auprc[~related].mean(), "The mean without",
        {
            mean_all: auprc.mean(),
            any_relative: auprc[~any_part].mean(),
        },
        tolerance=ROUNDED,
    )  # fmt: skip
    gap = auprc[related].mean() - auprc[~related].mean()
    return (
        f"{related.mean():.0%} of the test proteins have a relative to look up, and score {gap:.2f} more. "
        "The mean over a random split is to that share about them."
    )


@check
def check_interval(interval: Callable[[np.ndarray], Sequence[float]]) -> str:
    """Check a bootstrap: the 95 % interval of a mean, as (low, high)."""
    values = np.random.default_rng(5).gamma(2.0, 0.1, size=400)
    error = values.std() / np.sqrt(len(values))
    low, high = map(float, array(result_of(interval, values), [2], "The interval, low and high,"))
    if high < low:
        raise NotYet("The low end is above the high end: which percentile is which?")
    widths = (high - low) / error  # in standard errors; 95 % of a normal distribution are 3.92 wide
    shown = f"For 400 values it goes from {low:.3f} to {high:.3f}"
    if not low <= values.mean() <= high:
        raise NotYet(
            f"{shown}, and their mean, {values.mean():.3f}, is not inside. What was drawn, and are the percentiles in "
            "percent?"
        )
    if widths < 0.2:
        raise NotYet(f"{shown}: all draws have one mean. Drawn without replacement, each holds the same values.")
    if widths > 20:
        raise NotYet(f"{shown}: so far do the values spread. The spread of the means of the draws was asked for.")
    if widths < 3.5:
        raise NotYet(f"{shown}, which is too narrow: 2.5 % of the draws should lie on either side, of many draws.")
    if widths > 4.4:
        raise NotYet(f"{shown}, which is too wide: are the draws as large as the values are many, and many enough?")
    few = array(result_of(interval, values[:100]), [2], "The interval of 100 values")
    if not 1.4 < (few[1] - few[0]) / (high - low) < 2.8:
        raise NotYet("With a quarter of the values it should be about twice as wide: draw as many as there are.")
    return (
        "Four times the proteins make it half as wide: it narrows with the square root of their number. The draws "
        "assume nothing about how the values are distributed, only that they are independent; relatives are not quite."
    )


def _recall_and_precision(targets: pd.DataFrame, probabilities: np.ndarray, threshold: float) -> tuple[float, float]:
    metrics = mean_metrics(targets, probabilities, threshold=threshold)
    return metrics["recall"], metrics["precision"]


def _in_pairs(entries: pd.Index, pairs: pd.DataFrame) -> np.ndarray:
    return entries.isin(pairs["first"]) | entries.isin(pairs["second"])
