"""From a record of a FASTA file to an id and a sequence, or to what is wrong with it and what to do about it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

from dlfb_helpers.files.shown import shown
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, OTHER_RESIDUES
from dlfb_helpers.proteins.cleaning import NOT_ACCEPTED, PIR_HEADING, UNREPAIRABLE, clean_lines, clean_sequence, fault
from dlfb_helpers.proteins.composition import SHORT, nucleotide_letters
from dlfb_helpers.proteins.headings import entry_id
from dlfb_helpers.proteins.records import NO_TEXT, TOO_LONG, Record

ACCEPTED = f"accepted are {''.join(AMINO_ACIDS)} and {''.join(OTHER_RESIDUES)}; write X where the residue is unknown"
TRANSLATE = "translate nucleotides to proteins first"
SAVE_AS_TEXT = "save the file as UTF-8 text"
_LOWER = re.compile("[a-z]")
_WORDS = re.compile(r"[a-z]{2}\s+\w")


class BadRecord(Exception):
    """A record that cannot be read: where, which, what was found, and what to do; no remedy: it can be repaired."""

    def __init__(self, line: int, entry: str, problem: str, remedy: str = "") -> None:
        super().__init__(f"{shown(entry)}: {problem}" if entry else problem)
        self.line, self.remedy = line, remedy


@dataclass
class Parsed:
    """What a record holds.

    Attributes
    ----------
    chains : dict
        Id -> sequence.
    notes : list of str
        What else is to be said about it.
    repairs : dict
        What was repaired -> how many characters or lines.
    nucleotides : dict
        Id -> the letters that may be nucleotides, of those sequences that look like nucleotides.
    """

    chains: dict[str, str]
    notes: list[str] = field(default_factory=list)
    repairs: dict[str, int] = field(default_factory=dict)
    nucleotides: dict[str, int] = field(default_factory=dict)


def parse_record(record: Record, clean: bool) -> Parsed:
    """Read a record, repaired if `clean`.

    Raises
    ------
    BadRecord
        If it cannot be read.
    """
    try:
        parsed = _parse(record, clean)
    except BadRecord as problem:
        if clean or problem.remedy:
            raise
        # "Can be repaired" is said only of what can; else the trial's own error says what cannot.
        _refuse_nucleotides(record, _parse(record, clean=True))
        raise
    _refuse_nucleotides(record, parsed)
    return parsed


def _parse(record: Record, clean: bool) -> Parsed:
    heading, lines, repairs = record.heading, record.lines, Counter({record.fault: 1} if record.fault else {})
    if clean:
        heading, lines, more = clean_lines(heading, lines)
        repairs += more
    if not heading:
        _check_before_headings(record, lines)
        return Parsed({}, repairs=repairs)
    entry, notes = _checked_id(record, heading, clean, repairs)
    if record.too_long:
        raise BadRecord(record.line, entry, TOO_LONG, "give a FASTA file of proteins")
    if not clean and record.fault:
        raise BadRecord(record.line, entry, record.fault)
    if not clean and PIR_HEADING.match(heading):
        raise BadRecord(record.line, entry, "heading of the PIR format, whose next line is a description")
    text = _checked_letters(record, lines, entry, clean)
    if not clean:
        return Parsed({entry: text}, notes)
    try:
        cleaned = clean_sequence(text)
    except ValueError as error:
        raise BadRecord(record.line, entry, str(error), "leave it out, or write its residues") from error
    chains = cleaned.chains
    named = {entry: chains[0]} if len(chains) == 1 else {f"{entry}_{n}": chain for n, chain in enumerate(chains, 1)}
    return Parsed(named, notes, repairs + cleaned.repairs)


def _check_before_headings(record: Record, lines: list[str]) -> None:
    """Refuse what stands before the first heading."""
    for number, line in enumerate(lines, record.line + 1):
        if line.strip():
            comment = line.lstrip()[0] in ";#"
            problem = f"found '{shown(line, 20)}' before any >heading{', a comment' if comment else ''}"
            raise BadRecord(number, "", problem, "" if comment else "write >headings, each followed by residues")


def _checked_id(record: Record, heading: str, clean: bool, repairs: Counter[str]) -> tuple[str, list[str]]:
    """Return a record's id, and what is to be said about its heading."""
    entry, notes = entry_id(heading), []
    found = NO_TEXT.search(heading)
    if found and found[0] != "\0" and found[0] in entry:
        raise BadRecord(record.line, entry, f"{_byte(found[0])} in the id is not text", SAVE_AS_TEXT)
    if clean and not entry.isprintable():
        entry = "".join(letter for letter in entry if letter.isprintable())
        repairs["invisible character in the id"] += 1
    if not entry:
        raise BadRecord(record.line, "", "a heading without an id", "write one after the >")
    if not entry.isprintable():
        raise BadRecord(record.line, "", f"the id '{shown(entry)}' has characters that cannot be seen")
    if found and found[0] not in entry:
        notes.append(f"{_byte(found[0])} in the description is not UTF-8 text; the description is not used")
    return entry, notes


def _checked_letters(record: Record, lines: list[str], entry: str, clean: bool) -> str:
    """Return the text of a record, of which each letter is accepted, or can be repaired if `clean`."""
    text = "".join(lines)
    found = (UNREPAIRABLE if clean else NOT_ACCEPTED).search(text)
    if not text.strip():
        raise BadRecord(record.line, entry, "the sequence is empty", "write residues into the lines below the heading")
    if clean and _looks_like_words(lines):
        raise BadRecord(
            record.line + 1,
            entry,
            "the line below the heading looks like words",
            "write a description into the heading",
        )
    if not found:
        return text
    letter, position = found[0], found.start()
    ends = accumulate(map(len, lines))
    line = record.line + next(number for number, end in enumerate(ends, 1) if end > position)
    if NO_TEXT.match(letter) and letter != "\0":
        raise BadRecord(line, entry, f"{_byte(letter)} at position {position + 1} is not text", SAVE_AS_TEXT)
    name = "" if clean else fault(text, position)
    problem = f"found '{shown(letter)}' at position {position + 1} of {len(text)}{', ' if name else ''}{name}"
    raise BadRecord(line, entry, problem, ACCEPTED if clean else "")


def _looks_like_words(lines: list[str]) -> bool:
    """Say whether lower-case words stand above residues in upper case: a description that lost its place."""
    written = [line for line in lines if line.strip()]
    return len(written) > 1 and bool(_WORDS.search(written[0])) and not any(map(_LOWER.search, written[1:]))


def _refuse_nucleotides(record: Record, parsed: Parsed) -> None:
    """Count the letters that may be nucleotides, and refuse what can be nothing else."""
    for entry, sequence in parsed.chains.items():
        letters = nucleotide_letters(sequence)
        if letters >= SHORT:
            what = f"nucleotides, {letters:,} of its {len(sequence):,} letters are A, C, G, T, U or N"
            raise BadRecord(record.line, entry, what, TRANSLATE)
        if letters:
            parsed.nucleotides[entry] = letters


def _byte(letter: str) -> str:
    return f"byte 0x{ord(letter) & 0xFF:02x}"
