"""Sequences from FASTA files: read, checked, and repaired where that is asked for."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from dlfb_helpers.files.packed import AnyPath, as_path
from dlfb_helpers.files.shown import shown
from dlfb_helpers.proteins.composition import FEWEST_NUCLEOTIDES, doubt
from dlfb_helpers.proteins.headings import id_origin, other_id, species
from dlfb_helpers.proteins.parsing import TRANSLATE, BadRecord, parse_record
from dlfb_helpers.proteins.records import Record, read_records

LISTED = 20
"""How many of the records that cannot be read an error names; it counts the others."""


def read_fasta(
    path: str | AnyPath,
    clean: bool = False,
    skip_bad: bool = False,
    report: Callable[[str], None] | None = None,
    species: Counter[tuple[int, str]] | None = None,
) -> pd.DataFrame:
    """Read sequences: columns EntryID, Sequence, Length (residues), in the file's order.

    Parameters
    ----------
    path, clean, skip_bad, species
        As for `iterate_fasta`, which also says what can go wrong.
    report : callable, optional
        Called with a line for each record that was repaired or left out, or that is worth little, once all are read.
        Without it they are one warning, which lists the first of them.
    """
    notes: list[str] = []
    sequences = dict(iterate_fasta(path, clean, skip_bad, notes.append, species))
    if report:
        for note in notes:
            report(note)
    elif notes:
        warnings.warn(listed(f"{shown(path, 300)} was read, but", notes, len(notes)), stacklevel=2)
    table = pd.DataFrame({"EntryID": list(sequences), "Sequence": list(sequences.values())})
    return table.assign(Length=table["Sequence"].str.len().astype(int))


def iterate_fasta(
    path: str | AnyPath,
    clean: bool = False,
    skip_bad: bool = False,
    report: Callable[[str], None] | None = None,
    species: Counter[tuple[int, str]] | None = None,
) -> Iterator[tuple[str, str]]:
    """Read sequences one by one, so that a file may be larger than the memory.

    A record's id is the first word of its heading, and of known tags the accession, as `headings.entry_id` says. Line
    ends of any system, blank lines and a byte order mark are accepted; a record that is there twice is read once.

    Parameters
    ----------
    path : str or Path
        Plain or compressed; where the ending says nothing, the first bytes do. ``"-"`` is standard input.
    clean : bool
        Repair what can be repaired, as `cleaning.clean_sequence` and `cleaning.clean_lines` do; begin a record at a
        ``>`` in the middle of a line; of a complex, read each chain as ID_1, ID_2 and so on.
    skip_bad : bool
        Leave out what cannot be read.
    report : callable, optional
        Called with a line for each record that was repaired or left out, or that is worth little.
    species : Counter, optional
        Counts the proteins of each species that the headings name, as `headings.species` reads it.

    Yields
    ------
    tuple of str
        Entry id and sequence, in the file's order.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    ValueError
        If the file is damaged or cut off, is no FASTA, or has no records; at its end, if records cannot be read: it
        lists them, each with its line, its id and what was found; or if most of what was read are nucleotides. As
        every error here, it names the file and says what to do.
    """
    reading = _Reading(as_path(path), clean, skip_bad, report or (lambda line: None), species)
    for record in read_records(reading.path, skip=skip_bad):
        try:
            yield from reading.proteins(record)
        except BadRecord as problem:
            reading.refuse(problem)
    reading.finish()


def sequence_key(sequence: str) -> str:
    """Return the key of a sequence, by which tables of sequences are joined: its SHA-256, in hexadecimal."""
    return hashlib.sha256(sequence.encode()).hexdigest()


@dataclass
class _Reading:
    """What is known of a file as it is read."""

    path: AnyPath
    clean: bool
    skip_bad: bool
    report: Callable[[str], None]
    species: Counter[tuple[int, str]] | None = None
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    first_bad: list[BadRecord] = field(default_factory=list)
    remedies: dict[str, None] = field(default_factory=dict)

    def say(self, line: int, entry: str, text: str) -> None:
        """Report about a record."""
        name = f"{shown(entry)}: " if entry else ""
        self.report(f"{shown(self.path, 300)}, line {line}: {name}{text}")

    def proteins(self, record: Record) -> list[tuple[str, str]]:
        """Return the ids and sequences of a record; raise a `BadRecord` if it cannot be read."""
        self.counts["records"] += bool(record.heading)
        parsed = parse_record(record, self.clean)
        new = [chain for chain in parsed.chains.items() if not self._known(record, *chain)]
        name = next(iter(parsed.chains), "")
        if parsed.repairs:
            self.counts["repaired"] += 1
            repairs = ", ".join(f"{what} ({count:,})" for what, count in parsed.repairs.items())
            self.say(record.line + (not record.heading), name, f"repaired: {repairs}")
        for text in parsed.notes:
            self.say(record.line, name, text)
        if self.species is not None and (named := species(record.heading)):
            self.species[named] += len(new)
        for entry, sequence in new:
            self.seen[entry] = record.line, hash(sequence)
            self.counts["letters"] += len(sequence)
            if letters := parsed.nucleotides.get(entry):
                self.counts["nucleotides"] += letters
                count = f"{letters} of its {len(sequence)} letters are A, C, G, T, U or N"
                self.say(record.line, entry, f"{count}; if these are nucleotides, translate them")
            elif reason := doubt(sequence):
                self.say(record.line, entry, reason)
        return new

    def _known(self, record: Record, entry: str, sequence: str) -> bool:
        """Say whether this very sequence was read before; raise a `BadRecord` if another of the same id was."""
        line, key = self.seen.get(entry, (0, 0))
        if line and key != hash(sequence):
            what = f"the id is there more than once, first at line {line} with another sequence"
            raise BadRecord(record.line, entry, f"{what}; it is {id_origin(record.heading)}", other_id(record.heading))
        if line:
            self.say(record.line, entry, f"the same id and sequence as at line {line}; read once")
        return bool(line)

    def refuse(self, problem: BadRecord) -> None:
        """Take note of a record that cannot be read."""
        self.counts["bad"] += 1
        self.counts["reparable"] += not problem.remedy
        if problem.remedy and len(self.remedies) < LISTED:
            self.remedies[problem.remedy] = None
        if len(self.first_bad) < LISTED:
            self.first_bad.append(problem)
        if self.skip_bad:
            self.say(problem.line, "", f"left out: {problem}")

    def finish(self) -> None:
        """Raise the error that names what cannot be read, if there is any; else say how much was done."""
        name, counts = shown(self.path, 300), self.counts
        if self.first_bad and not (self.skip_bad and self.seen):
            raise ValueError(f"{name}{self._problems()}")
        if not self.seen:
            raise ValueError(f"{name}: no sequences in it; a FASTA file has >headings, each followed by residues")
        if 2 * counts["nucleotides"] > counts["letters"] and counts["nucleotides"] >= FEWEST_NUCLEOTIDES:
            share = f"{counts['nucleotides']:,} of {counts['letters']:,} letters"
            raise ValueError(f"{name}: most of it, {share}, looks like nucleotides; {TRANSLATE}")
        if counts["repaired"] or counts["bad"]:
            done = f"{counts['repaired']:,} repaired, {counts['bad']:,} left out"
            self.report(f"{name}: in all {len(self.seen):,} read, {done}")

    def _problems(self) -> str:
        """Say which records cannot be read, and what to do, after the file's name."""
        bad, reparable = self.counts["bad"], self.counts["reparable"]
        remedies, arguments = [*self.remedies], []
        if reparable:
            remedies.insert(0, f"--clean repairs {'it' if bad == 1 else f'{reparable:,} of them'}")
            arguments.append("clean=True")
        if self.seen:
            remedies.append(f"--skip-bad goes on without {'it' if bad == 1 else 'what cannot be read'}")
            arguments.append("skip_bad=True")
        what = "; ".join(remedies) + (f" (in Python {', '.join(arguments)})" if arguments else "")
        if bad == 1:
            return f", line {self.first_bad[0].line}: {self.first_bad[0]}; {what}"
        lines = [f"line {problem.line}: {problem}" for problem in self.first_bad]
        return listed(f": {bad:,} of {self.counts['records']:,} records cannot be read; {what}", lines, bad)


def listed(heading: str, lines: list[str], count: int) -> str:
    """Return a heading, the first `LISTED` of some lines below it, and how many more there are."""
    more = [f"and {count - LISTED:,} more"] if count > LISTED else []
    return "\n  ".join([heading, *lines[:LISTED], *more])
