"""Checks of the exercises of chapter 6, the dataset."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from types import CodeType
from typing import Any

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.ontology import ROOTS, Ontology
from dlfb_helpers.dataset.labels import GENERIC_TERMS
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, number, recognise, result_of

MINIMUM = 200
PARTS = {"train": 0.6, "valid": 0.2, "test": 0.2}


@check
def check_minimum(terms_left: int, proteins_left: int, specific: pd.DataFrame) -> str:
    """Check how many terms and proteins a minimum of 200 proteins a term leaves."""
    examples = specific.groupby("term")["EntryID"].nunique()
    common = {n: specific[specific["term"].isin(examples.index[examples >= n])] for n in (50, MINIMUM)}
    terms = {n: rows["term"].nunique() for n, rows in common.items()}
    proteins = {n: rows["EntryID"].nunique() for n, rows in common.items()}
    above = specific[specific["term"].isin(examples.index[examples > MINIMUM])]
    agree(
        terms_left,
        terms[MINIMUM],
        "The number of terms",
        {
            "A term of exactly 200 proteins has enough of them: >= rather than >.": above["term"].nunique(),
            "These are the terms that go, of all that there are: how many stay?": (examples < MINIMUM).sum(),
            "So many of the terms go that a minimum of 50 had left: how many stay?": terms[50] - terms[MINIMUM],
            "The generic terms are among them: count in `specific`, where they are set aside.": terms[MINIMUM]
            + len(GENERIC_TERMS),
            "These are the proteins; the terms come first.": proteins[MINIMUM],
            "So many terms a minimum of 50 leaves; the new one is 200.": terms[50],
        },
        tolerance=0.5,
    )
    agree(
        proteins_left,
        proteins[MINIMUM],
        "The number of proteins",
        {
            "These are the proteins of terms with more than 200: a term of exactly 200 has enough.": above[
                "EntryID"
            ].nunique(),
            "These are the terms; here the proteins are asked for.": terms[MINIMUM],
            "These are the proteins that go: how many stay?": proteins[50] - proteins[MINIMUM],
            "These are rows: a protein with several terms is counted once for each of them.": len(common[MINIMUM]),
            "These are all proteins. Some of them have no frequent term.": specific["EntryID"].nunique(),
            "So many proteins a minimum of 50 leaves; the new one is 200.": proteins[50],
        },
        tolerance=0.5,
    )
    return (
        f"From 50 to {MINIMUM}, {1 - terms[MINIMUM] / max(terms[50], 1):.0%} of the terms go, but only "
        f"{1 - proteins[MINIMUM] / max(proteins[50], 1):.0%} of the proteins: who has a rare function has the common "
        "ones above it too."
    )


@check
def check_luck(missing: Any, table: pd.DataFrame) -> str:
    """Check how many terms have no protein in the test part, for the splits of seeds 0 to 9."""
    if isinstance(missing, Mapping):
        missing = list(missing.values())
    if np.ndim(missing) == 2 and 1 in np.shape(missing):
        missing = np.ravel(missing)
    found = array(missing, [10], "The answer, a number for each seed,").astype(float)
    labels = table.filter(like="GO:")
    without = {
        part: np.array([(labels.loc[split_proteins(table, seed)[part]].sum() == 0).sum() for seed in range(10)])
        for part in ("valid", "test")
    }
    if np.array_equal(found, without["test"]):
        return (
            f"Between {without['test'].min()} and {without['test'].max()} terms cannot be judged, by the luck of the "
            "seed alone. A split is one draw of many, and so is every score that is measured on it."
        )
    if np.array_equal(found, without["valid"]):
        raise NotYet("These are the numbers of the valid part.")
    if len(set(found)) == 1:
        raise NotYet(
            f"All ten are {found[0]:g}. Does the seed change from split to split, and is it the test part? "
            "And do you add up over the proteins, so that there is a sum for each term?"
        )
    seed = int(np.argmax(found != without["test"]))
    raise NotYet(f"For seed {seed} the number is too {'high' if found[seed] > without['test'][seed] else 'low'}.")


@check
def check_most_specific(chosen: Collection[str], known: Collection[str], ontology: Ontology) -> str:
    """Check which of a protein's terms are above none of its others."""
    listed = isinstance(chosen, Iterable) and not isinstance(chosen, str)
    chosen = [term.strip() if isinstance(term, str) else term for term in _flat(chosen)] if listed else []
    if not chosen or not all(isinstance(term, str) and term.startswith("GO:") for term in chosen):
        raise NotYet("Give the ids, such as GO:0005179, as a set or a list.")
    chosen, known = set(chosen), set(known)
    if stray := sorted(chosen - known):
        raise NotYet(f"{stray[0]} ({ontology.names.get(stray[0], 'unknown')}) is not among the protein's terms.")
    implied = set().union(*(ontology.ancestors(term) for term in known))
    if chosen & set(ROOTS.values()):
        raise NotYet("The root is among them: it is above all others. Keep the terms that are above no other.")
    if extra := sorted(chosen & implied):
        below = min(term for term in known if extra[0] in ontology.ancestors(term))
        raise NotYet(
            f"{ontology.names[extra[0]]} is there, but follows from {ontology.names[below]}, which the protein has too."
        )
    if missed := sorted(known - implied - chosen):
        name = ontology.names[missed[0]]
        raise NotYet(
            f"{name} is missing. Whether a term has children anywhere in the ontology does not matter: is any of "
            "them a term of this protein?"
        )
    return (
        f"{len(chosen)} terms say it all; the other {len(known) - len(chosen)} follow by propagation. Whether a "
        "curator also wrote one of those, the propagated file can no longer tell."
    )


def _flat(answer: Iterable) -> list:
    """Return what an answer holds: a table's cells, anything else's members."""
    return np.asarray(answer).ravel().tolist() if isinstance(answer, pd.DataFrame) else list(answer)


@check
def check_shares(shares: pd.Series, human: pd.DataFrame) -> str:
    """Check the shares of the six most frequent terms of cellular component below its root."""
    if isinstance(shares, pd.DataFrame) and shares.shape[1] == 1:
        shares = shares.iloc[:, 0]
    if isinstance(shares, pd.DataFrame):
        raise NotYet("This is a table: give one column of it, a Series with the ids of the terms as its index.")
    if not isinstance(shares, pd.Series | Mapping):
        raise NotYet("Give a Series with the ids of the terms as its index and the shares as its values.")
    values = {term: number(share, f"The share of {term}") for term, share in dict(shares).items()}
    found = pd.Series(values, dtype=float)
    placed = human[human["aspect"] == "CCO"]
    counts = placed.groupby("term")["EntryID"].nunique().drop(ROOTS["CCO"], errors="ignore").nlargest(6)
    if ROOTS["CCO"] in found.index:
        raise NotYet("The root GO:0005575 is among them: every protein with a place has it. Leave it out.")
    if len(found) != len(counts):
        raise NotYet(f"Six terms are asked for, or as many as there are, but there are {len(found)}.")
    if stray := [term for term in found.index if term not in counts.index]:
        raise NotYet(
            f"The index holds {stray[0]!r}, which is none of the six. It should hold the ids of cellular component's "
            "most frequent terms, counted in proteins."
        )
    found = found[counts.index]
    right = counts / placed["EntryID"].nunique()
    mistakes = {
        "These are numbers of proteins: divide by the number of proteins that have any term of this aspect.": counts,
        "These are per cent: give shares between 0 and 1.": 100 * right,
        "You divided by all human proteins. Those without any known place can have none of the six.": counts
        / human["EntryID"].nunique(),
        "You divided by the number of rows, of which each protein has many.": counts / len(placed),
    }
    if not np.allclose(found, right, atol=0.005):
        recognise(found, mistakes, tolerance=0.005)
        term = (found - right).abs().idxmax()
        raise NotYet(f"The share of {term} is too {'high' if found[term] > right[term] else 'low'}: {found[term]:.3f}.")
    return (
        f"{right.iloc[0]:.0%} are somewhere in or at a cell, and even the last of these terms is true of "
        f"{right.iloc[-1]:.0%}. There is no such gap as after protein binding: which terms are generic is a decision, "
        "to be stated with the scores."
    )


def _names_used(function: Any) -> set[str]:
    """Return the names that a function uses, with those of functions inside it and of functions that it calls."""
    code, around = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    names, waiting, seen = set[str](), [code], set[CodeType]()
    while waiting:
        if not isinstance(code := waiting.pop(), CodeType) or code in seen:
            continue
        seen.add(code)
        names |= set(code.co_names)
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        waiting += [getattr(around.get(name), "__code__", None) for name in code.co_names]
    return names


def _forget(function: Any) -> None:
    getattr(function, "cache_clear", lambda: None)()  # functools.cache would answer twice what chance gave once


def _uneven(parts: pd.Series, tolerance: float) -> str:
    """Say which shares of the parts are held, if they are not 0.6, 0.2 and 0.2."""
    shares = parts.value_counts(normalize=True).reindex(list(PARTS), fill_value=0.0)
    far = (shares - pd.Series(PARTS)).abs().max() > tolerance
    return ", ".join(f"{part} {share:.2f}" for part, share in shares.items()) if far else ""


def _check_unseen(part_of: Callable[[str], str], sequences: pd.Series, tolerance: float) -> None:
    """Ask for sequences that are in no table of today, as next year's will be: those here, read backwards."""
    unseen = [sequence[::-1] for sequence in sequences]
    try:
        found = pd.Series([part_of(sequence) for sequence in unseen])
    except Exception as error:
        raise NotYet(
            f"For a sequence that is not in the table it raises {type(error).__name__}: next year's proteins are to "
            "get a part as well, so look nothing up in today's split."
        ) from None
    if not found.isin(list(PARTS)).all() or _uneven(found, tolerance):
        raise NotYet(
            "Sequences that are not in the table get no part, or not the same shares: does it look today's parts up? "
            "The rule is to work for next year's proteins too."
        )


@check
def check_part_of(part_of: Callable[[str], str], table: pd.DataFrame) -> str:
    """Check a rule that gives each sequence its part, whatever the other sequences are."""
    if "hash" in _names_used(inspect.unwrap(part_of) if callable(part_of) else part_of):
        raise NotYet(
            "Python's hash() of a string differs from one process to the next, so tomorrow's split is another. "
            "hashlib's functions give the same for ever."
        )
    sequences = table["Sequence"].drop_duplicates()
    found = pd.Series([result_of(part_of, sequence) for sequence in sequences], index=sequences.index)
    if stray := [part for part in found if not (isinstance(part, str) and part in PARTS)]:
        raise NotYet(f"It should return train, valid or test, but returns {stray[0]!r}.")
    _forget(part_of)
    if not found.equals(pd.Series([part_of(sequence) for sequence in sequences], index=sequences.index)):
        raise NotYet(
            "Asked twice, it puts the same sequence into different parts: no chance may enter, only the sequence."
        )
    chance = 2 / len(sequences) ** 0.5  # few proteins are dealt less evenly
    if held := _uneven(found, max(0.03, chance)):
        raise NotYet(f"The parts should hold about 0.6, 0.2 and 0.2 of the sequences, but hold: {held}.")
    _check_unseen(part_of, sequences, max(0.03, chance))
    lengths = sequences.str.len().groupby(found).mean()
    if lengths.max() > max(1.1, 1 + 2 * chance) * lengths.min():
        raise NotYet(
            f"Proteins of {lengths.idxmax()} have {lengths.max():.0f} residues on average, those of {lengths.idxmin()} "
            f"{lengths.min():.0f}: the parts should differ in nothing but chance."
        )
    return (
        "Each sequence has its part for ever: twins stay together, and proteins added next year move none of "
        "the old ones. Relatives, similar but not equal, are still parted."
    )
