"""Checks of the exercises of chapter 1, proteins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, check, named, plain, result_of, text
from dlfb_helpers.proteins.ideal import ideal_helix, ideal_strand
from dlfb_helpers.proteins.structures import atom_table

ROPE = (179, 1192)  # collagen's triple helix, counted as UniProt P02452 does
GLUCAGON = "HSQGTFTSDYSKYLDSRRAQDFVQWLMNT"  # UniProt P01275, positions 53 to 81
HORMONE_ACTIVITY = "GO:0005179"


@check
def check_rope(rope: str, sequence: str) -> str:
    """Check the stretch of collagen's chain that makes the triple helix."""
    rope = text(rope, "The rope")
    if not rope or rope not in sequence:
        raise NotYet("This is no stretch of collagen's sequence: slice the string, as for insulin's chains.")
    start = sequence.find(rope) + 1
    end = start + len(rope) - 1
    if start != ROPE[0]:
        raise NotYet(f"It begins with position {start}: UniProt counts from 1, Python from 0.")
    if end != ROPE[1]:
        raise NotYet(f"It ends with position {end}: UniProt includes the last position, a slice leaves its end out.")
    glycines = rope[::3].count("G")
    return (
        f"{len(rope):,} residues, and at every third place a glycine, {glycines} times in {len(rope[::3])}. Where a "
        "mutation puts anything larger there, the rope is spoilt, and bones break easily."
    )


@check
def check_richest(richest: str, human: pd.DataFrame) -> str:
    """Check which human protein has the largest share of cysteine."""
    if not isinstance(plain(richest), str):
        raise NotYet(f"Give one identifier, such as 'P01308'; this is of type {type(richest).__name__}.")
    richest = text(richest, "The identifier")
    if richest not in human.index:
        raise NotYet(f"{richest} is no human protein of the course's data: give its identifier, such as 'P01308'.")
    counts = human["Sequence"].str.count("C")
    shares = counts / human["Length"]
    if richest == counts.idxmax() != shares.idxmax():
        raise NotYet(
            f"{richest} has the most cysteines, {counts[richest]}, but they are only {shares[richest]:.1%} of its "
            f"{human.loc[richest, 'Length']:,} residues."
        )
    if shares[richest] < shares.max():
        above = (shares > shares[richest]).sum()
        raise NotYet(f"{richest} is {shares[richest]:.1%} cysteine; {above:,} human proteins have more.")
    return (
        f"{shares[richest]:.0%} cysteine, {shares[richest] / shares['P01308']:.1f} times insulin's share. It is a "
        "protein of hair, where disulfide bonds tie fibre to fibre; a permanent wave opens them and closes them anew."
    )


@check
def check_spans(spans: dict[str, float], sequence: str, pdb_text: str) -> str:
    """Check how far the ends of insulin's B chain are apart: as a helix, as a strand, and in the real structure."""
    spans = named(spans, "helix", "strand", "folded")
    whole = atom_table(pdb_text)
    right = {
        "helix": _span(atom_table(ideal_helix(sequence))),
        "strand": _span(atom_table(ideal_strand(sequence))),
        "folded": _span(whole.query("chain == 'B'")),
    }
    for name, distance in right.items():
        mistakes = {f"As {name} you give the distance for {other}.": value for other, value in right.items()}
        steps = len(sequence) - 1
        mistakes[f"{len(sequence)} residues have {steps} steps between them."] = distance * (steps + 1) / steps
        if name == "folded":
            mistakes["The folded distance is that of chain A: take chain B."] = _span(whole.query("chain == 'A'"))
            mistakes["The folded distance leads from one chain to the other: take chain B alone."] = _span(whole)
        agree(spans[name], distance, f"The {name} distance (Å)", mistakes, tolerance=0.5)
    return (
        f"Stretched, the ends would be {right['strand']:.0f} Å apart, coiled {right['helix']:.0f} Å; in the fold they "
        f"come within {right['folded']:.0f} Å, because the chain turns back on itself."
    )


def _span(atoms: pd.DataFrame) -> float:
    """Return the distance from the first atom to the last."""
    first, last = atoms[["x", "y", "z"]].to_numpy()[[0, -1]]
    return float(np.linalg.norm(last - first))


@check
def check_hormones(hormones: Iterable[str], median: float, human: pd.DataFrame, terms: pd.DataFrame) -> str:
    """Check which human proteins are hormones, and how long half of them are at most."""
    given = _identifiers(hormones)
    all_of_them = set(terms.loc[terms["term"] == HORMONE_ACTIVITY, "EntryID"])
    right = all_of_them & set(human.index)
    if foreign := given - set(human.index):
        raise NotYet(f"{len(foreign)} of them are no human proteins, {min(map(str, foreign))} among them.")
    if extra := given - right:
        raise NotYet(f"{len(extra):,} of them lack the term {HORMONE_ACTIVITY}, {min(extra)} among them.")
    if missing := right - given:
        raise NotYet(f"{len(missing)} human proteins with {HORMONE_ACTIVITY} are missing, {min(missing)} among them.")
    lengths, everyone = human.loc[sorted(right), "Length"], human["Length"]
    mistakes = {
        "This is the mean, which a few giants draw up: take the median.": lengths.mean(),
        "This is the median of all human proteins: take that of the hormones.": everyone.median(),
        "This is the mean of all human proteins: take the median, and of the hormones.": everyone.mean(),
    }
    agree(median, lengths.median(), "The median", mistakes, tolerance=0.5)
    return (
        f"{len(right)} precursors, the middle one of {lengths.median():.0f} residues, against {everyone.median():.0f} "
        "of all human proteins, and the hormones themselves are shorter still. They are messages, which have to travel "
        "and to be recognised: a short chain will do."
    )


def _identifiers(answer: Iterable[str]) -> set[str]:
    """Return what an answer names, be it a list, an index, or a table by identifier."""
    if np.asarray(answer).dtype == bool:
        raise NotYet("This is True or False for each protein: use it to choose from the identifiers.")
    if isinstance(answer, pd.DataFrame):
        answer = answer.get("EntryID", answer.index)
    elif isinstance(answer, pd.Series) and not answer.map(type).eq(str).all():
        answer = answer.index
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise NotYet("Give the identifiers of all hormones, as a list or an index.")
    return set(answer)


@check
def check_cut(cut: Callable[[str], list[str]], proteins: pd.DataFrame) -> str:
    """Check a function that cuts sequences at runs of two or more K and R."""
    cases = {
        "ACDEF": "There is no mark in it.",
        "ACRDEF": "A single R or K is no mark.",
        "ACRRDEF": "The mark itself is dropped.",
        "ACHRDEF": "H is no part of a mark: only K and R are.",
        "ACKRDEF": "Any pair of K and R is a mark, not only RR.",
        "ACKKRDEF": "A run of three is one mark as well.",
        "ACKKRRDEF": "A longer run is one mark, and leaves no empty piece.",
        "ACDEFRK": "After a mark at the end there is no piece, not an empty one.",
    }
    for sequence, hint in cases.items():
        _compare(cut, sequence, hint)
    for entry in ("P01308", "P01275"):
        _compare(cut, proteins.loc[entry, "Sequence"], f"This is {entry}.")
    halves = " and ".join(re.split("[KR]{2,}", GLUCAGON))
    return (
        f"The rule parts insulin's chains as the cell does, but cuts glucagon into {halves}; the cell leaves it whole. "
        "Two letters are a hint, not the law: the enzyme reads what stands around them, and so must a model."
    )


def _compare(cut: Callable[[str], list[str]], sequence: str, hint: str) -> None:
    """Raise if a learner's function does not cut a sequence as it should."""
    pieces = result_of(cut, sequence)
    shown = sequence if len(sequence) < 12 else sequence[:8] + "..."
    if isinstance(pieces, str) or not isinstance(pieces, Iterable):
        raise NotYet(f"The result for {shown} should be a list of strings, but is {pieces!r:.40}.")
    pieces = list(pieces)
    if pieces != [piece for piece in re.split("[KR]{2,}", sequence) if piece]:
        raise NotYet(f"{shown} gives {str(pieces):.60} ({len(pieces)} pieces). {hint}")
