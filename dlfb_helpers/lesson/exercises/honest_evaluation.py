"""Checks of the exercises of chapter 9, honest evaluation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.consistency import make_consistent
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, fraction, named, plain, result_of
from dlfb_helpers.lesson.leak import leaked
from dlfb_helpers.metrics.per_row import metrics_table

# Catalytic activity down to protein serine/threonine kinase: each is an ancestor of those after it.
KINASE = ["GO:0003824", "GO:0016740", "GO:0016772", "GO:0016301", "GO:0004672", "GO:0004674"]
RISING = [0.1, 0.2, 0.3, 0.4, 0.5, 0.9]


@check
def check_silence(f: float) -> str:
    """Check F of the toy with two more proteins, which have C and get no prediction."""
    fraction(f, "F")
    mistakes = {
        "Nothing is predicted for P3 and P4, so they have no precision: it does not exist, and it is not 0.": 3 / 7,
        "P3 and P4 have a function that is missed: their recall of 0 belongs into the mean.": 6 / 7,
        "This is the mean of four F. Take the means of precision and recall first, then one F of these.": 5 / 12,
        "Here all predictions are pooled. Precision and recall are means over proteins.": 2 / 3,
        "This is the plain mean of precision and recall; F is their harmonic mean.": 5 / 8,
        "This is the recall. F takes the precision as well.": 1 / 2,
        "This is the precision. F takes the recall as well.": 3 / 4,
    }
    agree(f, 0.6, "F", mistakes)
    return (
        "Silence costs recall and leaves precision alone: 0.75 over the two proteins with a prediction; the recall, "
        "over all four, is 0.5. So read an F beside its coverage."
    )


@check
def check_come_true(share: float, targets: pd.DataFrame, probabilities: pd.DataFrame) -> str:
    """Check which share of the pairs between 0.7 and 0.8 is true."""
    truth, predicted = np.asarray(targets), np.asarray(probabilities)
    among = (predicted >= 0.7) & (predicted < 0.8)
    right, mean, above = truth[among].mean(), predicted[among].mean(), truth[predicted >= 0.7].mean()
    fraction(share, "The share")
    mistakes = {
        "This is what was said, the mean probability. How many of these pairs are true?": mean,
        "This counts the pairs above 0.8 as well.": above,
        "This is the share of these pairs among all pairs. Look at the labels of these pairs only.": among.mean(),
        "This is the share of ones among all pairs: choose those between 0.7 and 0.8 first.": truth.mean(),
        "This is the share of the true pairs that lie there. Of the pairs that lie there, which share is true?": (
            truth[among].sum() / truth.sum()
        ),
    }
    agree(share, right, "The share", mistakes)
    return (
        f"It said {mean:.2f} on average, and {right:.2f} came true: up here, on this split, the mixture is too modest, "
        "as a mean of several opinions often is."
    )


@check
def check_leak(found: Collection[str], table: pd.DataFrame) -> str:
    """Check which test proteins of the small evaluation lie in its training part too, trimmed."""
    if isinstance(found, pd.DataFrame):
        found = found.index
    if isinstance(found, str) or not isinstance(found, Iterable):
        raise NotYet(f"Give a list of names, such as ['P001', 'P002'], not one value of type {type(found).__name__}.")
    names = [str(plain(name)) for name in found]
    if unknown := [name for name in names if name not in table.index]:
        raise NotYet(f"{unknown[0]!r} is no name in the table, which has {table.index.min()} to {table.index.max()}.")
    if in_training := [name for name in names if table.loc[name, "part"] == "train"]:
        raise NotYet(f"{in_training[0]} is a training protein. Name the test proteins that are its like.")
    right = set(leaked(table))
    if innocent := [name for name in names if name not in right]:
        raise NotYet(f"{innocent[0]} is innocent: no training protein is a piece of it. A good score proves nothing.")
    if missing := len(right) - len(set(names)):
        raise NotYet(f"Right so far, but {missing} more leak. Which other alignments are far too good?")
    return (
        "A look for equal sequences would have passed them, for each copy lacks its start. An audit has to align, and "
        "a score that is too good for its question is a reason to audit."
    )


@check
def check_rare(rare: Mapping[str, float], targets: pd.DataFrame, probabilities: pd.DataFrame, share: pd.Series) -> str:
    """Check the auPRC over proteins of functions that fewer than 5 % of the proteins have, and its chance level."""
    rare = named(rare, "auprc", "chance")
    names = share.index[share < 0.05]
    tables = {
        by: metrics_table(targets[names], probabilities[names].to_numpy(), by)["auprc"] for by in ("protein", "term")
    }
    everything = metrics_table(targets, probabilities.to_numpy(), "protein")["auprc"]
    scored = targets.loc[tables["protein"].notna(), names].to_numpy()
    agree(
        rare["auprc"], tables["protein"].mean(), "The auPRC",
        {
            "A protein without a rare function has no auPRC, and that is not 0: leave it out.": (
                tables["protein"].fillna(0).mean()
            ),
            "This is the mean over functions: over proteins was asked for.": tables["term"].mean(),
            "This is the auPRC with all functions.": everything.mean(),
            "All functions were ranked, but only of proteins with a rare one: rank the rare functions alone.": (
                everything[tables["protein"].notna()].mean()
            ),
        },
    )  # fmt: skip
    agree(
        rare["chance"], scored.mean(), "The chance level",
        {
            "This is the share of ones among all functions: the rare ones have another.": targets.to_numpy().mean(),
            "Proteins without a rare function are not scored, so their zeros do not count here either.": (
                targets[names].to_numpy().mean()
            ),
            "The 5 % is the limit that was set. How many of these labels are ones?": 0.05,
        },
        tolerance=0.002,
    )  # fmt: skip
    return (
        f"Other functions, other proteins ({len(targets) - len(scored):,} drop out), another chance level: it is "
        "another question, and 'lower' does not mean 'worse'."
    )


@check
def check_obey(obey: Callable[[pd.Series, Ontology], Any], ontology: Ontology) -> str:
    """Check a function that makes the probabilities of one protein obey the true path rule."""
    falling = pd.Series(RISING[::-1], index=KINASE)
    if not np.allclose(_obeyed(obey, falling, ontology), falling):
        raise NotYet("Probabilities that fall on the way down obey already: they should come back as they are.")
    rising = pd.Series(RISING, index=KINASE)
    for order in (KINASE, KINASE[::-1]):
        given = rising[order]
        before = given.copy()
        found = _obeyed(obey, given, ontology)
        if not given.equals(before):
            raise NotYet("The Series that was given has changed: work on a copy, or the caller loses what was said.")
        if (found < before - 1e-6).any():
            term = found.index[found < before - 1e-6][0]
            raise NotYet(
                f"{ontology.names[term]} was {before[term]:.1f} and is now {found[term]:.2f}: nothing may fall. "
                "Raise what is above, since evidence for a kinase is evidence for a transferase."
            )
        if np.allclose(found, before):
            raise NotYet("Nothing has changed, though a protein kinase was more probable than a kinase.")
        if (found > 0.9 + 1e-6).any():
            raise NotYet(f"Nothing was more probable than 0.9, but now something has {found.max():.2f}.")
        if not np.allclose(found, 0.9):
            term = found.index[~np.isclose(found, 0.9)][0]
            raise NotYet(
                f"{ontology.names[term]} has {found[term]:.2f}, and a term below it 0.9: every ancestor has to rise, "
                "however far up, and whatever the order of the terms."
            )
    gapped = pd.Series([0.1, 0.8, 0.3, 0.6], index=["GO:0003824", "GO:0004674", "GO:0004713", "GO:0005515"])
    found = _obeyed(obey, gapped, ontology)
    right = make_consistent(gapped.to_numpy()[None], list(gapped.index), ontology)[0]
    if not np.allclose(found, right, atol=1e-6):
        term = found.index[~np.isclose(found, right, atol=1e-6)][0]
        raise NotYet(
            f"{ontology.names[term]} was {gapped[term]:.1f} and is now {found[term]:.2f}. Is each ancestor raised, "
            "also where terms between are missing, and nothing but ancestors?"
        )
    return (
        "No term is now less probable than one below it, and nothing was lowered. The package's make_consistent does "
        "this for all proteins at once."
    )


def _obeyed(obey: Callable[[pd.Series, Ontology], Any], given: pd.Series, ontology: Ontology) -> pd.Series:
    """Return what the learner's function makes of probabilities, in their order."""
    result = result_of(obey, given, ontology)
    if isinstance(result, Mapping):
        result = pd.Series(result)
    if isinstance(result, pd.Series):
        if set(result.index) != set(given.index):
            raise NotYet("The Series that comes back should have the terms of the one that was given.")
        result = result[given.index]
    values = array(result, [len(given)], "What comes back").astype(float)
    return pd.Series(values, index=given.index)
