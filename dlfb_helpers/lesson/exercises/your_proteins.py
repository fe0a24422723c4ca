"""Checks of the exercises of chapter 10, your own proteins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, number, result_of, text
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS


@check
def check_halves(pieces: Sequence[float], predictor: Predictor, sequence: str, term: str) -> str:
    """Check the probabilities of a function for the two halves of a protein."""
    values = array(pieces, [2], "The answer")
    middle = len(sequence) // 2
    parts = {"first": sequence[:middle], "second": sequence[middle:], "whole": sequence}
    right = predictor.predict(pd.Series(parts))[term]
    if np.allclose(values, right["whole"], atol=0.005):
        raise NotYet("Both numbers are those of the whole protein: cut the sequence, as in sequence[:middle].")
    if np.allclose(values, right[["second", "first"]], atol=0.005):
        raise NotYet("These are the right numbers in the wrong order: the first half begins with the methionine.")
    if not np.allclose(values, right[["first", "second"]], atol=0.02):
        raise NotYet(f"Predict for the two halves of {middle} residues, and take the column {term} of both.")
    kept = [half for half in ("first", "second") if right[half] >= right["whole"] / 2]
    enough = f"the {kept[0]} half is enough, the other is not" if len(kept) == 1 else f"{len(kept)} of 2 halves suffice"
    return (
        f"The whole protein has {right['whole']:.2f}, its halves {right['first']:.2f} and {right['second']:.2f}: "
        f"{enough}. A fragment in your file may pass for its protein, or not."
    )


@check
def check_nonsense(shuffled: str, nonsense: pd.DataFrame, predictor: Predictor, sequence: str) -> str:
    """Check a shuffled protein and what is predicted for it."""
    shuffled = text(shuffled, "shuffled")
    if sorted(shuffled) != sorted(sequence):
        raise NotYet("A shuffle has each residue as often as the protein: this one has others, or another length.")
    if sum(mine == true for mine, true in zip(shuffled, sequence)) > len(sequence) / 3:
        raise NotYet("More than a third of the residues stand where they stood: shuffle the whole chain.")
    if not isinstance(nonsense, pd.DataFrame) or "seen" not in nonsense:
        raise NotYet("nonsense should be a table of prediction_tables: pd.concat(prediction_tables(predictor, ...)).")
    if nonsense["protein"].nunique() != 1 or set(nonsense["seen"]) != {"nothing similar"}:
        raise NotYet("This table is about proteins that resemble a known one: predict for the shuffled one alone.")
    right = predictor.predict(pd.Series({"shuffled": shuffled})).to_numpy().max()
    if abs(nonsense["probability"].max() - right) > 0.005:
        raise NotYet("This table is about another sequence: predict for the shuffled one.")
    return (
        f"The most it gives is {nonsense['probability'].max():.2f}, for a function that is common anyway. It knows "
        "nothing like it and falls back on what is common: composition alone says little."
    )


@check
def check_expected_wrong(expected: float, table: pd.DataFrame, threshold: float) -> str:
    """Check how many of the claims above a threshold are expected to be wrong."""
    claims = table.loc[table["probability"] >= threshold, "probability"]
    others = table.loc[table["probability"] < threshold, "probability"]
    right = float((1 - claims).sum())
    if number(expected, "The number of claims") == round(right):
        expected = right  # a whole number of claims is an answer, too
    agree(
        expected,
        right,
        "The number of claims that are expected to be wrong",
        {
            "This is how many are expected to be right.": float(claims.sum()),
            "This is the share of claims, not their number: add up, do not average.": float((1 - claims).mean()),
            "This adds up all rows of the table: only those at or above the threshold are claimed.": float(
                right + (1 - others).sum()
            ),
            "Each claim has a probability of its own, most of them higher than the threshold.": (1 - threshold)
            * len(claims),
        },
        tolerance=0.05,
    )
    return (
        f"Of {len(claims)} claims about {right:.0f} are expected to be wrong, and nobody knows which: calibrated "
        "probabilities can be added up like that, for proteins like those they were measured on."
    )


@check
def check_gentlest(gentlest: Callable[[pd.DataFrame, str, int], str], scan: pd.DataFrame, sequence: str) -> str:
    """Check a function that names the most probable residue, by the language model, that is not the one there."""
    for place in (0, len(sequence) // 2, len(sequence) - 1):
        answer, native = result_of(gentlest, scan, sequence, place), sequence[place]
        if answer == native:
            raise NotYet(f"At position {place} it answers {native}, the residue that is there: leave that one out.")
        if answer not in AMINO_ACIDS:
            raise NotYet(f"At position {place} it answers {answer!r}: idxmax() gives a letter, argmax() its column.")
        others = scan.loc[place, [letter for letter in AMINO_ACIDS if letter != native]]
        if answer == others.idxmin():
            raise NotYet(f"At position {place} it answers {answer}, the least probable one of all.")
        if not np.isclose(others[answer], others.max()):
            raise NotYet(f"At position {place} there is a more probable one than {answer}, and it is not {native}.")
    return (
        "These are the substitutions that the language model finds most natural. Whether the predictor minds them less "
        "is another question: compare the two changes."
    )
