"""The records of a FASTA file, as they are written: a heading and the lines below it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dlfb_helpers.files.packed import UNREADABLE, AnyPath, opened, unreadable
from dlfb_helpers.files.shown import shown

LONGEST = 1_000_000
"""Characters of a record; the longest protein known has some 45,000 residues."""

TOO_LONG = f"has more than {LONGEST:,} characters, which no protein has"

NO_TEXT = re.compile("[\0\udc80-\udcff]")
"""NUL, and what "surrogateescape" makes of bytes that are not UTF-8."""

_COMMENT = re.compile(r"\s*[;#]")
_WIDE = ("\udcff\udcfe", "\udcfe\udcff")  # the byte order marks of UTF-16 and UTF-32
_OTHER_FORMATS = {
    "<": "a web page's", "LOCUS": "GenBank", "ID   ": "EMBL's or UniProt's", "@": "FASTQ", "CLUSTAL": "Clustal",
    "# STOCKHOLM": "Stockholm", "HEADER": "PDB", "ATOM": "PDB", "data_": "mmCIF", "{": "JSON", "#NEXUS": "Nexus",
}  # fmt: skip


@dataclass
class Record:
    """One record of a file.

    Attributes
    ----------
    line : int
        The heading's line, from 1.
    heading : str
        With its ``>``; empty for comments before the first heading.
    lines : list of str
        What stands below it, line by line.
    fault : str
        What is wrong with the place of the heading: it stands behind residues in their line, or behind a space.
    too_long : bool
        True if it has more than `LONGEST` characters; they are not kept.
    """

    line: int
    heading: str
    lines: list[str] = field(default_factory=list)
    fault: str = ""
    too_long: bool = False


def read_records(path: AnyPath, skip: bool = False) -> Iterator[Record]:
    """Yield record by record, so that a file may be larger than the memory.

    A ``>`` in the middle of a line begins a record too; it says so.

    Parameters
    ----------
    path
        As `as_path` returns it.
    skip : bool
        Also yield, so that they can be left out, what else ends the reading at once: a record that is too long, and
        text before the first heading.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError, ValueError
        As `opened`; and a ValueError if this is no FASTA.
    """
    record: Record | None = None
    size = 0
    for number, line in _lines(path):
        size += len(line) + 1
        if record and record.heading and ">" not in line and size <= LONGEST:  # most lines, and quickly
            record.lines.append(line)
            continue
        before, mark, heading = (line, "", "") if ">" not in line or _COMMENT.match(line) else line.partition(">")
        visible = before.strip("\ufeff \t\r") if mark else before  # where files were joined there is such a mark
        if not (record and record.heading) and visible.strip():
            _check_beginning(before, f"{shown(path, 300)}, line {number}", record is None, skip)
            record = record or Record(number - 1, "")
        if record and (visible or not mark):
            record.lines.append(before)
        if mark:
            if record:
                yield record
            fault = "line break lost before its heading" if visible else "space before its heading"
            record, size = Record(number, mark + heading, fault=fault if before else ""), len(line)
        if size > LONGEST and record:
            if not skip:
                what = shown(record.heading or line, 20)
                raise ValueError(
                    f"{shown(path, 300)}, line {number}: '{what}' {TOO_LONG}; give a FASTA file of proteins"
                )
            record.too_long, record.heading, record.lines = True, record.heading[:LONGEST], []
    if record:
        yield record


def _lines(path: AnyPath) -> Iterator[tuple[int, str]]:
    """Yield each line's number and text, as few at a time as can be; a longer line than any protein comes in parts."""
    number, whole = 0, True
    with opened(path) as handle, io.TextIOWrapper(handle, "utf-8-sig", "surrogateescape") as text:
        try:
            while line := text.readline(LONGEST + 1):
                number += whole
                whole = line.endswith("\n")
                yield number, line.rstrip("\n")
        except UNREADABLE as error:
            raise unreadable(f"{shown(path, 300)}, line {number + 1}", error) from error


def _check_beginning(line: str, where: str, first: bool, skip: bool) -> None:
    """Raise a ValueError that says what a file is that has such a line before the first heading."""
    format_ = next((name for begin, name in _OTHER_FORMATS.items() if line.startswith(begin)), "") if first else ""
    if line.startswith(_WIDE):
        raise ValueError(f"{where}: this is UTF-16; save the file as UTF-8 text")
    if skip or (_COMMENT.match(line) and not format_):
        return
    found = NO_TEXT.search(line)
    if found:
        raise ValueError(
            f"{where}: byte 0x{ord(found[0]) & 0xFF:02x} at column {found.start() + 1} is not text; save the file as "
            "UTF-8 text, packed or not"
        )
    remedy = f"this looks like {format_} format, convert it to FASTA" if format_ else "is this FASTA?"
    raise ValueError(f"{where}: found '{shown(line, 20)}' before any >heading; {remedy}")
