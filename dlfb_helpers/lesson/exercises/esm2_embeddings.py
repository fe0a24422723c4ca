"""Checks of the exercises of chapter 3, ESM-2 and its embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from Bio.Align import substitution_matrices

from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, number, text
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, GROUPS, residue_group

ROUNDED = 0.0051
"""What rounding to two decimals may change."""

SIZES = [len(set(GROUPS[residue_group(a)]) & set(AMINO_ACIDS)) for a in AMINO_ACIDS]  # of each residue's own group


@check
def check_fragment(fragment: str, tokens: Sequence[int], vocabulary: Sequence[str]) -> str:
    """Check the residues that tokens stand for."""
    fragment = text(fragment, "The answer")
    residues = tokens[1:-1]
    right = "".join(vocabulary[token] for token in residues)
    if "<" in fragment:
        raise NotYet("<cls> and <eos> are no residues: leave the first and the last token out.")
    if " " in fragment:
        raise NotYet("There are blanks between the letters: join them with nothing in between.")
    if len(fragment) != len(right):
        raise NotYet(f"{len(fragment)} letters for {len(residues)} tokens between <cls> and <eos>.")
    if fragment != right:
        token, mine = next((token, mine) for token, mine, true in zip(residues, fragment, right) if mine != true)
        raise NotYet(
            f"Token {token} is not {mine}: count in ESM-2's vocabulary, from 0, not in the order of chapter 2."
        )
    return (
        "With it begins COL1A1, the collagen of the first table. Tokens can be turned back into letters; <cls> and "
        "<eos> only frame them."
    )


@check
def check_places(places: Iterable[int], sequence: str) -> str:
    """Check where the cysteines stand among the tokens of a sequence."""
    found = np.ravel(np.asarray(list(places) if isinstance(places, Iterable) else places))
    right = np.array([place for place, residue in enumerate(sequence, start=1) if residue == "C"])
    if len(found) == len(sequence) + 2:
        raise NotYet("There is a value for each token: give the places of those that are cysteine.")
    if found.dtype.kind not in "iuf":
        raise NotYet(f"The places should be a list of numbers, but are of type {found.dtype}.")
    if len(found) != len(right):
        raise NotYet(f"{len(found)} places, but the sequence has {len(right)} cysteines.")
    if len(set(found.tolist())) == 1:
        raise NotYet(f"{found[0]:.0f} is the number that stands for cysteine. Where among the tokens is it?")
    if sorted(found) == list(right - 1):
        raise NotYet("These are places in the string. Before the first residue the tokenizer puts <cls>.")
    if sorted(found) != list(right):
        wrong = next(place for place in found if place not in right)
        raise NotYet(f"There is no cysteine at place {wrong:g} of the tokens.")
    return (
        "Token i is the residue that UniProt numbers i: counting from 0 and <cls> in front make up for each other. In "
        "a Python string the same residue is i - 1."
    )


@check
def check_shuffles(counts: Any, nearest: pd.DataFrame) -> str:
    """Check how many residues have their nearest neighbour in their own group when the groups are shuffled."""
    if np.shape(counts) in ((1000, 1), (1, 1000)):
        counts = np.ravel(np.asarray(counts))
    found = array(counts, [1000], "The counts")
    real, by_chance = int(nearest["same group"].sum()), sum((size - 1) / 19 for size in SIZES)
    drawn_anew = sum(size / 20 for size in SIZES)
    if found.dtype.kind not in "iuf":
        raise NotYet(f"The counts should be numbers, but are of type {found.dtype}.")
    if (found == real).all():
        raise NotYet(
            f"Every count is {real}, the real one: after shuffling, compare each residue with its neighbour's new "
            "group."
        )
    if len(np.unique(found)) == 1:
        raise NotYet(f"Every count is {found[0]:.4g}: shuffle anew each time, with one generator made before the loop.")
    if found.max() <= 1:
        raise NotYet("The counts lie between 0 and 1: count residues, out of 20.")
    if abs(found.mean() - drawn_anew) < 0.3:
        raise NotYet(
            f"The mean is {found.mean():.1f}, too high: either the groups are drawn with replacement, and "
            "their sizes change, or the shuffled groups are compared with the old ones."
        )
    if abs(found.mean() - by_chance) > 0.3:
        raise NotYet(
            f"The mean is {found.mean():.1f}, but chance gives {by_chance:.1f}: what is shuffled, and what counted?"
        )
    as_high = int((found >= real).sum())
    return (
        f"By chance {found.mean():.1f} on average and never more than {int(found.max())}; {as_high} of 1,000 "
        f"shuffles reach the real {real}. Chance is no explanation: the vectors know the groups."
    )


@check
def check_agreement(correlation: float, similarity: pd.DataFrame) -> str:
    """Check the correlation of the vectors' similarities with BLOSUM62, over all pairs of amino acids."""
    if np.shape(correlation) == (2, 2):
        raise NotYet("np.corrcoef gives a table of 2 by 2: the correlation stands off its diagonal, at [0, 1].")
    # What SciPy returns has a p-value beside it.
    correlation = number(getattr(correlation, "statistic", correlation), "The correlation")
    blosum = substitution_matrices.load("BLOSUM62")
    letters = list(similarity.index)
    scores = np.array([[blosum[a][b] for b in letters] for a in letters])
    values, pairs = similarity.to_numpy(), np.triu_indices(len(letters), k=1)
    right = np.corrcoef(values[pairs], scores[pairs])[0, 1]
    ranks = [pd.Series(of[pairs]).rank() for of in (values, scores)]
    if np.isclose(correlation, np.corrcoef(*ranks)[0, 1], atol=ROUNDED):
        right = correlation  # the correlation of ranks is as good an answer
    mistakes = {
        "Each amino acid is compared with itself as well, which always agrees: leave the diagonal out.": np.corrcoef(
            values.ravel(), scores.ravel()
        )[0, 1],
        "np.triu_indices takes the diagonal as well, where each meets itself: k=1 leaves it out.": np.corrcoef(
            values[np.triu_indices(len(letters))], scores[np.triu_indices(len(letters))]
        )[0, 1],
        "The two tables name the amino acids in different orders: take the scores in that of AMINO_ACIDS.": np.corrcoef(
            values[pairs], np.asarray(blosum)[: len(letters), : len(letters)][pairs]
        )[0, 1],
        "The sign is turned: both numbers are high for residues that are alike.": -right,
    }
    agree(correlation, right, "The correlation", mistakes, tolerance=ROUNDED)
    return (
        f"{right:.2f}: what a model learnt from sequences one at a time agrees well with what was counted from related "
        "proteins side by side. Chapter 2's vectors could not: all their pairs are equally alike."
    )
