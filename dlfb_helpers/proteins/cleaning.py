"""Repair of what gene finders, aligners and hands leave in sequences; whatever is changed is counted by its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, OTHER_RESIDUES

_ACCEPTED = "".join(AMINO_ACIDS) + "".join(OTHER_RESIDUES)
_INVISIBLE = "\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_GAPS = "\\-.~\u2010-\u2015\u2212\ufe63\uff0d"

NOT_ACCEPTED = re.compile(f"[^{_ACCEPTED}]")
UNREPAIRABLE = re.compile(rf"[^{_ACCEPTED}\s{_INVISIBLE}{_GAPS}0-9a-z*J?:/]")

STOP_INSIDE, CHAIN_BREAK = "stop inside, now X", "break between chains"
_REPAIRS: tuple[tuple[str, str, str | Callable[[re.Match], str]], ...] = (
    ("white space", r"\s", ""),
    ("invisible character", f"[{_INVISIBLE}]", ""),
    ("gap", f"[{_GAPS}]", ""),
    ("digit", "[0-9]", ""),
    ("lower case", "[a-z]", lambda found: found[0].upper()),
    ("stop at an end", r"(?<=[:/])\*+|^\*+|\*+(?![^:/])", ""),
    (STOP_INSIDE, r"\*", "X"),
    ("leucine or isoleucine (J), now X", "J", "X"),
    ("question mark, now X", r"\?", "X"),
)
"""Name, pattern and what is put in its place, in the order in which they are repaired."""
_PATTERNS = tuple((name, re.compile(pattern), becomes) for name, pattern, becomes in _REPAIRS)
_CHAIN_BREAKS = re.compile("[:/]+")
_RESIDUES_A_STOP = (
    50  # in a wrong reading frame there is a stop every 21 residues; with more than this nothing is right
)

_COMMENT = re.compile(r"^\s*[;#].*|\s;.*")
PIR_HEADING = re.compile(">(?:P1|F1|DL|DC|RL|RC|N1|N3|XX);(?=.)")


@dataclass
class Cleaned:
    """A record once it is repaired.

    Attributes
    ----------
    chains : list of str
        Sequences; more than one where ``:`` or ``/`` stood between them, as in files of complexes.
    repairs : collections.Counter
        What was repaired -> how many characters or lines.
    """

    chains: list[str]
    repairs: Counter[str] = field(default_factory=Counter)


def clean_sequence(text: str) -> Cleaned:
    """Take out of a sequence what is no residue, and write as residues what stands for one.

    White space, invisible characters, gaps, digits and stops at an end go; lower case is written in upper case; a stop
    inside, J and ? become X, unknown; ``:`` and ``/`` stand between chains.

    Parameters
    ----------
    text : str
        A sequence as somebody has it.

    Raises
    ------
    ValueError
        If a character cannot be repaired, if no residues are left, or if there are as many stops inside as a
        translation in the wrong reading frame has.

    Examples
    --------
    >>> clean_sequence("mal-WM*").chains
    ['MALWM']
    """
    found = UNREPAIRABLE.search(text)
    if found:
        raise ValueError(f"found {found[0]!r} at position {found.start() + 1} of {len(text)}, which is no residue")
    repairs: Counter[str] = Counter()
    for name, pattern, becomes in _PATTERNS:
        before = len(text)
        text, count = pattern.subn(becomes, text)
        if count:
            repairs[name] = before - len(text) or count
    stops = repairs[STOP_INSIDE]
    if stops > 1 and stops * _RESIDUES_A_STOP > len(text):
        raise ValueError(f"{stops} stops among {len(text)} residues, as in a translation in the wrong reading frame")
    chains = [chain for chain in _CHAIN_BREAKS.split(text) if chain]
    if not chains:
        raise ValueError("the sequence is empty")
    if len(chains) > 1:
        repairs[CHAIN_BREAK] = len(chains) - 1
    return Cleaned(chains, +repairs)


def clean_lines(heading: str, lines: list[str]) -> tuple[str, list[str], Counter[str]]:
    """Take out of a record the lines that hold no residues; empty ones stay in their places.

    Parameters
    ----------
    heading : str
        With its ``>``.
    lines : list of str
        What stands below.

    Returns
    -------
    heading, lines, repairs
        Without comments (``;`` or ``#`` at the beginning of a line, ``;`` after a space), and without what the
        PIR format has: a type in the heading, and a description in the line below.
    """
    repairs: Counter[str] = Counter()
    plain, pir = PIR_HEADING.subn(">", heading, count=1)
    if pir:
        repairs["line of the PIR format"] = 1
        lines = ["", *lines[1:]]
    kept = []
    for line in lines:
        text, comments = _COMMENT.subn("", line, count=1) if ";" in line or line.lstrip()[:1] == "#" else (line, 0)
        repairs["comment"] += comments
        kept.append(text)
    return plain, kept, +repairs


def fault(text: str, position: int) -> str:
    """Return what is wrong at a place of a sequence, by the name of its repair; empty where there is none."""
    if text[position] in ":/;#":
        return CHAIN_BREAK if text[position] in ":/" else "comment"
    return next((name.split(",")[0] for name, pattern, _ in _PATTERNS if pattern.match(text, position)), "")
