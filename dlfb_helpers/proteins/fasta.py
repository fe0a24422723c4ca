"""Sequences from FASTA files, read and checked."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator

import pandas as pd

from dlfb_helpers.files.packed import UNREADABLE, AnyPath, as_path, opened, unreadable
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, OTHER_RESIDUES, check_sequence

_NO_RESIDUE = re.compile(f"[^{''.join(AMINO_ACIDS)}{''.join(OTHER_RESIDUES)}]")
_NO_TEXT = re.compile("[\0\udc80-\udcff]")  # NUL, and what "surrogateescape" makes of bytes that are not UTF-8
_LONGEST = 1_000_000  # characters of a record; the longest protein known has some 45,000 residues


def read_fasta(path: str | AnyPath) -> pd.DataFrame:
    """Read sequences: columns EntryID, Sequence, Length (residues), in the file's order.

    Parameters
    ----------
    path : str or Path
        As for `iterate_fasta`, which also says what can go wrong.
    """
    sequences = dict(iterate_fasta(path))
    table = pd.DataFrame({"EntryID": list(sequences), "Sequence": list(sequences.values())})
    return table.assign(Length=table["Sequence"].str.len().astype(int))


def iterate_fasta(path: str | AnyPath) -> Iterator[tuple[str, str]]:
    """Read sequences one by one, so that a file may be larger than the memory.

    A record's id is the first word of its heading; of ``sp|P01308|INS_HUMAN`` it is the accession P01308. Line ends
    of any system, blank lines and a byte order mark are accepted.

    Parameters
    ----------
    path : str or Path
        Plain, .gz, .xz or .zip; where the ending says nothing, the first bytes do. ``"-"`` is standard input.

    Yields
    ------
    tuple of str
        Entry id and sequence, in the file's order.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    ValueError
        If the file is damaged or cut off, is not UTF-8 text, has no records, does not begin with ``>``, has a record
        without id or residues or beyond a million characters, an id twice, or letters that `check_sequence` refuses.
        As every error here, it names the file, and the line and record where there is one.
    """
    path = as_path(path)
    seen: dict[str, int] = {}
    for number, heading, lines in _records(path):
        entry = _entry_id(heading, f"{path}, line {number}")
        if entry in seen:
            raise ValueError(
                f"{path}, line {number}: {entry} is there more than once, first at line {seen[entry]}; keep one record"
            )
        seen[entry] = number
        yield entry, _joined(lines, path, number, entry)
    if not seen:
        raise ValueError(f"{path}: no sequences in it; a FASTA file has >headings, each followed by residues")


def sequence_key(sequence: str) -> str:
    """Return the key of a sequence, by which tables of sequences are joined: its SHA-256, in hexadecimal."""
    return hashlib.sha256(sequence.encode()).hexdigest()


def _records(path: AnyPath) -> Iterator[tuple[int, str, list[str]]]:
    """Yield of each record the heading's line number, the heading and the lines below it."""
    heading, start, size = "", 0, 0
    lines: list[str] = []
    for number, line in _lines(path):
        if line.startswith(">"):
            if heading:
                yield start, heading, lines
            heading, start, lines, size = line, number, [], 0
        elif heading:
            lines.append(line)
        elif line.strip():
            _check_text(line, f"{path}, line {number}")
            raise ValueError(f"{path}, line {number}: found {line[:20]!r} before any >heading; is this FASTA?")
        size += len(line) + 1
        if heading and size > _LONGEST:
            raise ValueError(
                f"{path}, line {number}: {heading[:20]!r} has more than {_LONGEST:,} characters, which no protein "
                "has; give a FASTA file of proteins"
            )
    if heading:
        yield start, heading, lines


def _lines(path: AnyPath) -> Iterator[tuple[int, str]]:
    """Yield each line's number and text, as few at a time as can be; a longer line than any protein comes in parts."""
    number = 0
    with opened(path) as handle, io.TextIOWrapper(handle, "utf-8-sig", "surrogateescape") as text:
        try:
            while line := text.readline(_LONGEST + 1):
                number += 1
                yield number, line.rstrip("\n")
        except UNREADABLE as error:
            raise unreadable(f"{path}, line {number + 1}", error) from error


def _entry_id(heading: str, where: str) -> str:
    _check_text(heading, where)
    word = (heading[1:].split() or [""])[0]
    parts = word.split("|")
    entry = parts[1] if len(parts) == 3 else word
    if not entry:
        raise ValueError(f"{where}: a heading without an id; write one after the >")
    if not entry.isprintable():
        raise ValueError(f"{where}: the id {entry!r} has characters that cannot be seen; write it without them")
    return entry


def _joined(lines: list[str], path: AnyPath, start: int, entry: str) -> str:
    """Return the residues of a record whose heading is line `start`, checked."""
    sequence = "".join(lines)
    if not sequence or _NO_RESIDUE.search(sequence):
        bad = (place for place in enumerate(lines, start + 1) if _NO_RESIDUE.search(place[1]))
        number, line = next(bad, (start, ""))
        where = f"{path}, line {number}: {entry}"
        _check_text(line, where)
        check_sequence(sequence, where)
    return sequence


def _check_text(line: str, where: str) -> None:
    found = _NO_TEXT.search(line)
    if found:
        raise ValueError(
            f"{where}: byte 0x{ord(found[0]) & 0xFF:02x} at column {found.start() + 1} is not text; "
            "save the file as UTF-8 text, uncompressed or as .gz, .xz or .zip"
        )
