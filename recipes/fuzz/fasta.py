"""Damaged FASTA files, plain and packed, in files and on standard input; repaired, with bad ones left out, or neither.

Inputs are random mutations of a corpus of every case the reader knows. An input fails if the reader raises anything but
a ValueError or OSError that names the file, a message that is none of the kinds below or has control characters in it,
a sequence that `check_sequence` refuses, records in which something was changed and nothing said, or another result
than the whole archive's where an archive was damaged.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from dlfb_helpers.proteins import fasta
from dlfb_helpers.proteins.alphabet import check_sequence
from recipes.fuzz.damage import mutate
from recipes.fuzz.loop import Case
from recipes.fuzz.packing import ENDINGS, pack

CORPUS: tuple[bytes, ...] = (
    b"",
    b"\n\r\n \n",
    b">P1\nMALWM\nRLL\n>P2\nMK\n",
    b">P1\r\nMALWM\r\nRLL\r\n>P2\r\nMK\r\n",
    b">P1\rMALWM\rRLL\r>P2\rMK\r",
    b"\xef\xbb\xbf>P1\nMA\n",
    b"\n>P1\n\nMA\n\n\n>P2\nK",
    b">sp|P01308|INS_HUMAN Insulin OS=Homo sapiens\nMALWMRLL\n>tr|A0A024|X\nMA\n",
    ">P1 protéine\nMA\n>Ω1\nK\n".encode(),
    b">P1\nMA\n>P2\nMA\n",
    b">P1\nUOBZX\n>P2\nM\n",
    b">P1\n" + b"MALWMRLL" * 5_000 + b"\n>P2\n" + b"K" * 70 + b"\n",
    b"".join(b">P%d\nMALWMRLLPLLALLALWGPDPAAAF\nVNQHLCGSHLVEA\n" % number for number in range(200)),
    b">P1\n>P2\n",
    b">P1\nM\n>P2",
    b"MALWM\n",
    b"; x\n>P1\nMA\n",
    b">\nMA\n",
    b">sp||INS\nMA\n",
    b">P1\nMA\n>sp|P1|X\nK\n",
    b">P1\nmalwm\n",
    b">P1\nM-A.L*\n",
    b">P1\nMAJ\n",
    b">P1\n 1 MALWM 5\n",
    ">P1\nMÉА\n".encode(),
    b">P1\nM\xe9\n",
    b">P1\nM\0A\n",
    ">P1\u200b\nMA\n".encode(),
    ">P1\nMA\n".encode("utf-16"),
    b">P1 M\xfcller\nMALWM\n>P2\nMK\n>P1\nMALWM\n",
    b">P 1\nMALWM\n>P 2\nMK\n",
    b">P1\nMALWM>P2\nMK\n >P3\nMAL\n",
    b">P1\nMALWM:MK\n>P1_2\nMK\n",
    b";x\n>P1\n#y\nMALWM ;z\nMAL*WM\n",
    b">P1;P2\nsome words\nMALWM*\n>P3\nSome words\nMALWM\n",
    b">gi|1|ref|NP_1.1| x\nMALWM\n>pdb|4HHB|A\nMK\n>pdb|4HHB|B\nMKT\n",
    b">P1\n" + b"ATGGCCCTGTGG" * 10 + b"\n>P2\nMALWMRLLPL\n>P3\nXXXXXXXX\n",
    b"".join(b">P%d\nmalwm\n>P%d\nMA(W)\n" % (number, number) for number in range(30)),
    b"<html>\n<b>404</b>\n",
)
FRAGMENTS: tuple[bytes, ...] = (
    b">", b"\n", b"\r", b"\r\n", b" ", b"\t", b"|", b">P1\n", b">P2 x\n", b"MALWM", b"-", b"*", b"J", b"m", b":", b";",
    b"#", b" 10 ", b"\xc3\x89", b"\x1b[31m", b"sp|", b"gi|1|pdb|", b"\0", b"\xff", b"\x85", b"\xed\xb2\x80",
    b"\xef\xbb\xbf", b"\x1f\x8b", b"\xfd7zXZ\0", b"PK\x03\x04", b"PK\x05\x06",
)  # fmt: skip
KINDS: dict[str, str] = {
    "is the file whole?": "damaged or cut-off archive",
    "which is not read; unpack it first": "another packing",
    "unpack it and give one file": "not one file in an archive",
    "a zip file cannot be read from a pipe": "zip on standard input",
    "it is packed more than": "packed too often",
    "no sequences in it": "no records",
    "records cannot be read": "several bad records",
    "looks like nucleotides": "mostly nucleotides",
    "before any >heading": "text before the first heading",
    "a heading without an id": "no id",
    "characters that cannot be seen": "unseen characters in an id",
    "is there more than once": "an id twice",
    "before its heading": "a heading out of its place",
    "of the PIR format": "PIR format",
    "nucleotides, ": "nucleotides",
    "stops among": "a wrong reading frame",
    "looks like words": "a description out of its place",
    "the sequence is empty": "no residues",
    "this is UTF-16": "UTF-16",
    "is not text": "not UTF-8, or NUL",
    "which no protein has": "too long",
    "; accepted are": "a letter that cannot be repaired",
    "--clean repairs": "a letter that can be repaired",
}
OPTIONS: tuple[dict[str, bool], ...] = tuple(
    {"clean": clean, "skip_bad": skip_bad} for clean in (False, True) for skip_bad in (False, True)
)


def outcome(path: str | Path, name: str, **options: bool) -> tuple[str, dict[str, str] | None]:
    """Read a file and return the kind of the outcome, and the records where there are any.

    Raises
    ------
    AssertionError
        If the reader's error or its result is not as it should be.
    """
    notes: list[str] = []
    try:
        table = fasta.read_fasta(path, report=notes.append, **options)
    except (ValueError, OSError) as error:
        message = str(error)
        assert message.startswith(name), f"the message does not begin with the file: {message}"
        assert message.replace("\n", "").isprintable(), f"the message has control characters: {message!r}"
        kinds = [kind for text, kind in KINDS.items() if text in message]
        assert kinds, f"the message is of no kind known: {message}"
        return kinds[0], None
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} is no clear error: {error}") from error
    records = dict(zip(table["EntryID"], table["Sequence"]))
    assert records, "neither a record nor an error"
    for entry, sequence in records.items():
        assert entry.isprintable() and check_sequence(sequence, entry)
    assert all(note.startswith(name) and note.isprintable() for note in notes), f"a note that is none: {notes}"
    done = [note for note in notes if "repaired: " in note or "left out: " in note]
    assert not done or any(options.values()), f"done without being asked for: {done}"
    return ("read and repaired" if done else "read"), records


class Reader:
    """Gives inputs to the reader, in a file or on standard input."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self, content: bytes, ending: str, standard_input: bool = False, **options: bool
    ) -> tuple[str, dict | None]:
        if standard_input:
            sys.stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)))
            try:
                return outcome("-", "standard input", **options)
            finally:
                sys.stdin = sys.__stdin__
        path = self.folder / f"fuzzed.fasta{ending}"
        path.write_bytes(content)
        return outcome(path, str(path), **options)


def cases(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Yield damaged files without end."""
    read = Reader(folder)
    whole = [{content: read(content, "", **options)[1] for content in CORPUS} for options in OPTIONS]
    for content, ending, standard_input, packed in _random_inputs(rng):
        choice = rng.randrange(len(OPTIONS))
        # Without the right magic bytes standard input is plain text; in a file the ending says what it is.
        wanted = None if packed is None or standard_input else whole[choice][packed]
        place = "standard input" if standard_input else f"a FASTA file{ending and f' that ends in {ending}'}"
        yield Case(
            f"{place}, {OPTIONS[choice]}",
            content,
            partial(_examine, read, content, ending, standard_input, packed is not None, wanted, OPTIONS[choice]),
        )


def _random_inputs(rng: random.Random) -> Iterator[tuple[bytes, str, bool, bytes | None]]:
    """Yield content, ending, whether it goes to standard input, and of a damaged archive what was packed into it."""
    packed = {(content, ending): pack(content, ending) for content in CORPUS for ending in ENDINGS[1:]}
    while True:
        content, ending, standard_input = rng.choice(CORPUS), rng.choice(ENDINGS), rng.random() < 0.2
        branch = rng.random()
        if ending and branch < 0.5:
            yield mutate(packed[content, ending], rng, FRAGMENTS), ending, standard_input, content
        elif branch < 0.6:  # the name says one thing and the content is another
            yield pack(mutate(content, rng, FRAGMENTS), rng.choice(ENDINGS)), ending, standard_input, None
        else:
            yield pack(mutate(content, rng, FRAGMENTS), ending), ending, standard_input, None


def _examine(read, content, ending, standard_input, damaged, wanted, options) -> str:
    kind, records = read(content, ending, standard_input, **options)
    if records is not None and damaged and not standard_input:
        assert records == wanted, "a damaged archive was read, and not as the whole one is"
    return kind
