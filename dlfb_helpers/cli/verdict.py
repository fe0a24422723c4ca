"""A protein's predictions in one sentence: what it most likely is, where, in what, and how far that can be trusted."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

LIKELY = ((0.9, "very likely"), (2 / 3, "likely"), (0.5, "more likely than not"), (0.0, "possibly"))
"""Least probability and its words, as in the guidance note of the IPCC on uncertainties (2010)."""

ASPECTS = {"MFO": "functions", "CCO": "components", "BPO": "processes"}
"""Aspect -> what its terms are, in the order in which a sentence tells them."""

AGENTS = (
    "ase", "or", "er", "hormone", "cytokine", "chemokine", "channel", "molecule", "toxin", "antioxidant", "chaperone",
    "ligand", "agonist", "antagonist",
)  # fmt: skip
"""What the name of a function ends in, before "activity", if the protein can be called by it."""

COMPONENTS = {
    "integral component of ": "integral to",
    "intrinsic component of ": "intrinsic to",
    "extrinsic component of ": "attached to",
}
"""How the name of a component of a membrane begins, and what is said of a protein that is one."""

SECRETED = ("extracellular region", "extracellular space")

TOO_GENERAL = re.compile(
    "binding|protein binding|identical protein binding|(organic |hetero)cyclic compound binding|catalytic activity"
    "|cellular process|biological regulation|((positive|negative) )?regulation of (biological|cellular) process"
    "|((cellular|primary|organic substance|nitrogen compound|macromolecule) )?metabolic process"
    "|(cellular )?response to stimulus|multicellular organismal process|developmental process|localization"
    "|cellular anatomical entity|intracellular anatomical structure|protein-containing complex"
    "|(intracellular )?((non-)?membrane-bounded )?organelle|(intracellular )?organelle lumen|membrane-enclosed lumen"
    "|molecular_function|biological_process|cellular_component"
)
"""Names of terms that are true of so many proteins that they say little of one."""

COUNTED = ("complex", "organelle", "vesicle", "granule", "exosome", "microparticle")
"""Components of which a cell has many kinds: a protein lies in one of them, not in the one."""

ACRONYMS = ("MAP", "SNAP", "SNARE", "SMAD", "LIM", "SUMO", "RAGE", "FAD", "SAM", "SWI")
"""Read as words that begin with a consonant."""

FOLLOWS = 0.15
"""A claim that is less than so much more probable than a more specific one says little beside it."""


class Verdict(NamedTuple):
    """What a card begins with."""

    text: str
    certainty: float
    """Probability of the claim that the sentence begins with, or of its best guess."""


def weight(probability: float, specificity: int) -> float:
    """Say how much a claim is worth reading: a sure one that says nothing is worth little, and so is an unsure one.

    Parameters
    ----------
    probability
        Of the term.
    specificity
        Number of the term's ancestors below the root.

    Returns
    -------
    float
        The square of the probability, times the logarithm of the specificity plus 3, so that what stands next to the
        root counts as well.
    """
    return probability**2 * math.log(specificity + 3)


def hundredths(probability: float) -> str:
    """Write a probability with two decimals, rounded as a page does that knows three of them.

    Parameters
    ----------
    probability
        From 0 to 1.

    Returns
    -------
    str
        Of the thousandths, halves rounded up: "0.86" of 0.8546.
    """
    return f"{(round(1000 * float(probability)) + 5) // 10 / 100:.2f}"


def verdict(claims: Sequence[Any], above: Mapping[str, Collection[str]]) -> Verdict:
    """Put a protein's predictions into one sentence.

    Of each aspect one claim is told: of those that `stand_alone`, the one of the largest `weight`. The caveat
    follows: trained on, how similar to what is known, or nothing similar.

    Parameters
    ----------
    claims
        The protein's rows of `prediction_tables`, as of ``table.itertuples()``, all aspects.
    above
        Term -> all its ancestors below the root; empty where no ontology is at hand.

    Returns
    -------
    Verdict
        The sentence, with the probabilities of what it tells.
    """
    told: dict[str, Any] = {}
    for claim in stand_alone([claim for claim in claims if claim.claimed], above):
        told.setdefault(claim.aspect, claim)
    caveat = _caveat(claims)
    if not told:
        telling = [claim for claim in claims if not claim.implied and not is_general(claim.name)]
        guess = max(telling or claims, key=lambda claim: claim.probability)
        sentence = f"No confident claim; the best guess is {guess.name} ({hundredths(guess.probability)})"
        return Verdict(f"{sentence}{caveat}.", float(guess.probability))
    first, *others = [told[aspect] for aspect in ASPECTS if aspect in told]
    certainty = float(first.probability)
    hedges = ["perhaps " if round(claim.probability, 2) < 0.5 <= certainty else "" for claim in others]
    phrases = [_phrase(first), *(hedge + _phrase(claim) for hedge, claim in zip(hedges, others))]
    words = next(words for least, words in LIKELY if certainty >= least)
    sentence = f"{words.capitalize()} {', '.join(phrases)}"
    if "MFO" not in told and any(claim.aspect == "MFO" for claim in claims):
        sentence += "; its function stays open"
    return Verdict(f"{sentence}{caveat}.", certainty)


def stand_alone(claims: Sequence[Any], above: Mapping[str, Collection[str]]) -> list[Any]:
    """Leave out what is general, and what follows from a more specific claim: implied, or hardly more probable.

    Hardly is by less than `FOLLOWS`. The page's script does the same to what its reader chooses to see.

    Parameters
    ----------
    claims, above
        As for `verdict`.

    Returns
    -------
    list
        Of the claims, those of the largest `weight` first.
    """
    alone: list[Any] = []
    covered: dict[str, float] = {}
    for claim in sorted(claims, key=lambda claim: (-_specificity(claim, above), -claim.probability)):
        if claim.implied or is_general(claim.name) or claim.probability - covered.get(claim.term, -1) < FOLLOWS:
            continue
        alone.append(claim)
        for term in above.get(claim.term, ()):
            covered[term] = max(claim.probability, covered.get(term, 0))
    return sorted(alone, key=lambda claim: -weight(claim.probability, _specificity(claim, above)))


def _specificity(claim: Any, above: Mapping[str, Collection[str]]) -> int:
    return len(above.get(claim.term, ()))


def is_general(name: str) -> bool:
    """Say whether a term is too general to be told.

    Parameters
    ----------
    name
        The term's.

    Returns
    -------
    bool
        True of `TOO_GENERAL`.
    """
    return TOO_GENERAL.fullmatch(name) is not None


def _phrase(claim: Any) -> str:
    return f"{phrase(claim.name, claim.aspect)} ({hundredths(claim.probability)})"


def phrase(name: str, aspect: str) -> str:
    """Say of a protein that it has a term.

    Parameters
    ----------
    name
        The term's.
    aspect
        "MFO", "BPO" or "CCO".

    Returns
    -------
    str
        What can follow "It is likely", such as "a serine-type endopeptidase" or "in the nucleus".
    """
    if aspect == "BPO":
        return f"taking part in {name}"
    if aspect == "CCO":
        if name in SECRETED:
            return "secreted"
        for beginning, said in COMPONENTS.items():
            if name.startswith(beginning):
                return f"{said} the {name.removeprefix(beginning)}"
        where = "at" if name.endswith("surface") or name.startswith("site of") else "on" if " side of" in name else "in"
        return f"{where} {_article(name) if name.endswith(COUNTED) else 'the'} {name}"
    called = name.removesuffix(" activity")
    agent = called != name and called.endswith(AGENTS) and not called.endswith("transfer")
    if agent or name.endswith(" constituent") or name.startswith("structural constituent"):
        return f"{_article(called)} {called}"
    return f"capable of {name}"


def _article(name: str) -> str:
    """Return "a" or "an", as the first word is spoken: RNA and mRNA letter by letter, ubiquitin as you."""
    first = name.split()[0]
    letters = first[:2].isupper() or first[1:3].isupper() or first[1:2] == "-"
    if letters:
        return "an" if first[0] in "AEFHILMNORSXaefhilmnorsx" and not first.startswith(ACRONYMS) else "a"
    if first.startswith("u"):
        return "an" if first.startswith("un") and not first.startswith("uni") else "a"
    return "an" if first[0] in "aeioAEIO" else "a"


def named(entry: str, name: str) -> str:
    """Name a known protein.

    Parameters
    ----------
    entry
        Its id.
    name
        `Pool.called`, or empty.

    Returns
    -------
    str
        As "mouse Ins2 (P01326)".
    """
    return f"{name} ({entry})" if name else entry


def _caveat(claims: Sequence[Any]) -> str:
    """Say how near the nearest known protein of any aspect is; each aspect's own stands in its part of the card."""
    aspects = list({claim.aspect: claim for claim in claims}.values())
    trained = [ASPECTS[one.aspect] for one in aspects if one.seen == "itself"]
    if trained:
        where = f" for {' and '.join(trained)}" if len(trained) < len(aspects) else ""
        return f"; this very sequence was trained on{where}, so its probabilities say what is annotated already"
    near = [one for one in aspects if one.seen == "similar"]
    if not near:
        return "; nothing similar is known to the predictor, so trust it less"
    best = max(near, key=lambda one: one.identity * one.coverage)
    over = f" over {round(100 * best.coverage)} % of its length" if best.coverage < 0.7 else ""
    return f"; {round(100 * best.identity)} % identical{over} to {named(best.nearest, best.nearest_name)}"
