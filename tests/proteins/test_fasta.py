"""Every record of a FASTA file is read as it is written, or the file is refused by name, line and record."""

from __future__ import annotations

import gzip
import io
import re
import sys
import zipfile

import pytest

from dlfb_helpers.proteins import fasta


def refusal(path) -> str:
    """Return what `read_fasta` says when it refuses a file."""
    with pytest.raises(ValueError) as caught:
        fasta.read_fasta(path)
    return str(caught.value)


LONG = "MALWMRLL" * 5_000
ACCEPTED = {
    "LF": (b">P1\nMA\nM\n>P2\nK\n", {"P1": "MAM", "P2": "K"}),
    "CRLF": (b">P1\r\nMA\r\nM\r\n>P2\r\nK\r\n", {"P1": "MAM", "P2": "K"}),
    "CR": (b">P1\rMA\rM\r>P2\rK\r", {"P1": "MAM", "P2": "K"}),
    "no line end at the end": (b">P1\nMA", {"P1": "MA"}),
    "blank lines": (b"\n\n>P1\n\nMA\n\nM\n\n", {"P1": "MAM"}),
    "byte order mark": (b"\xef\xbb\xbf>P1\nMA\n", {"P1": "MA"}),
    "one sequence, two ids": (b">P1\nMA\n>P2\nMA\n", {"P1": "MA", "P2": "MA"}),
    "ambiguous and rare residues": (b">P1\nUOBZX\n", {"P1": "UOBZX"}),
    "40,000 residues in a line": (f">Q8WZ42\n{LONG}\n".encode(), {"Q8WZ42": LONG}),
    "description beyond ASCII": (">P1 protéine à doigt de zinc\nMA\n".encode(), {"P1": "MA"}),
    "accession between bars": (b">tr|P1|NAME_HUMAN x\nMA\n>a|b\nK\n", {"P1": "MA", "a|b": "K"}),
}


@pytest.mark.parametrize(("content", "records"), ACCEPTED.values(), ids=ACCEPTED)
def test_fasta_that_is_accepted(tmp_path, content, records):
    (tmp_path / "good.fasta").write_bytes(content)
    table = fasta.read_fasta(tmp_path / "good.fasta")
    assert dict(zip(table["EntryID"], table["Sequence"])) == records
    assert table["Length"].tolist() == [len(sequence) for sequence in records.values()]
    assert list(fasta.iterate_fasta(str(tmp_path / "good.fasta"))) == list(records.items())


REFUSED = {
    "empty": (b"", ": no sequences in it; a FASTA file has >headings, each followed by residues"),
    "blank lines only": (b"\n \r\n\n", ": no sequences in it; a FASTA file has >headings, each followed"),
    "text before the first heading": (b"\n; x\n>P1\nMA\n", ", line 2: found '; x' before any >heading"),
    "indented heading": (b" >P1\nMA\n", ", line 1: found ' >P1' before any >heading"),
    "heading without id": (b">P1\nM\n>\nMALWM\n", ", line 3: a heading without an id; write one after the >"),
    "nothing between the bars": (b">sp||INS\nMA\n", ", line 1: a heading without an id; write one after the >"),
    "record without residues": (b">P1\nM\n>P2\n\n>P3\nM\n", ", line 3: P2: the sequence is empty; give at"),
    "last record without residues": (b">P1\nMA\n>P2", ", line 3: P2: the sequence is empty; give at least"),
    "id twice": (
        b">P1\nMALWM\n>sp|P1|INS\nMA\n",
        ", line 3: P1 is there more than once, first at line 1; keep one record",
    ),
    "lower case": (b">P1\nMA\nMal\n", ", line 3: P1: found 'a' at position 4 of 5; write residues in upper case"),
    "gap -": (b">P1\nM-A\n", ", line 2: P1: found '-' at position 2 of 3; remove the gaps of an alignment"),
    "J": (
        b">P1\nMALWM\n>P2\nMA\nJM\n",
        ", line 5: P2: found 'J' at position 3 of 4; accepted are RHKDESTNQGPCAVILMFYW and BZXUO; write X where "
        "the residue is unknown",
    ),
    "space": (b">P1\nMA LW\n", ", line 2: P1: found ' ' at position 3 of 5; remove spaces and line breaks"),
    "> inside a line": (b">P1\nMA>P2\n", ", line 2: P1: found '>' at position 3 of 5; accepted are"),
    "letter beyond ASCII": (">P1\nMÉ\n".encode(), ", line 2: P1: found 'É' at position 2 of 2; accepted are"),
    "CR files have lines": (b">P1\rMA\rJ\r", ", line 3: P1: found 'J' at position 3 of 3; accepted are"),
    "mark in mid-file": ("\ufeff>P1\nM\n\ufeff>P2\nM\n".encode(), r", line 3: P1: found '\ufeff' at position 2 of"),
    "no UTF-8 in residues": (
        b">P1\nMA\nM\xe9\n",
        ", line 3: P1: byte 0xe9 at column 2 is not text; save the file as UTF-8 text",
    ),
    "UTF-16": (">P1\nMA\n".encode("utf-16"), ", line 1: byte 0xff at column 1 is not text; save the file as UTF-8"),
    "NUL in a heading": (b">P1 \0\nMA\n", ", line 1: byte 0x00 at column 5 is not text; save the file as UTF-8"),
    "unseen character in an id": (
        ">P1\u200b\nMA\n".encode(),
        r", line 1: the id 'P1\u200b' has characters that cannot be seen; write it without them",
    ),
    "a genome": (
        b">chr1\n" + b"ACGTACGTAC\n" * 100_000,
        ", line 90910: '>chr1' has more than 1,000,000 characters, which no protein has; give a FASTA file of",
    ),
    "a line without end": (b">P1" + b"X" * 1_500_000, ", line 1: '>P1XXXXXXXXXXXXXXXXX' has more than 1,000,000"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_fasta_that_is_refused(tmp_path, content, message):
    path = tmp_path / "bad.fasta"
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}{message}")


def test_a_bad_letter_in_an_archive_has_its_line(tmp_path):
    path = tmp_path / "bad.fasta.gz"
    path.write_bytes(gzip.compress(b">P1\nMA\nMJ\n"))
    assert refusal(path).startswith(f"{path}, line 3: P1: found 'J' at position 4 of 4; accepted are")


def test_an_empty_archive_has_no_sequences(tmp_path):
    path = tmp_path / "empty.fasta.gz"
    path.write_bytes(b"")
    assert refusal(path).startswith(f"{path}: no sequences in it")


def test_where_a_long_archive_breaks_off_is_told(tmp_path):
    path = tmp_path / "cut.fasta.gz"
    text = "".join(f">P{number}\nMALWMRLL{'A' * (number % 70)}\n" for number in range(5_000))
    path.write_bytes(gzip.compress(text.encode())[:-100])
    found = re.match(rf"{re.escape(str(path))}, line (\d+): Compressed file ended", refusal(path))
    assert 9_000 < int(found[1]) <= 10_000


def test_a_member_of_a_zip_is_named_with_its_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("good", ">P1\nMA\n")
        archive.writestr("bad", ">P1\nMJ\n")
        archive.writestr("gz", gzip.compress(b">P1\nMA\n")[:-8])
    archive = zipfile.ZipFile(tmp_path / "all.zip")
    assert fasta.read_fasta(zipfile.Path(archive, "good"))["EntryID"].tolist() == ["P1"]
    assert refusal(zipfile.Path(archive, "bad")).startswith(f"{tmp_path}/all.zip/bad, line 2: P1: found 'J'")
    assert refusal(zipfile.Path(archive, "gz")).startswith(f"{tmp_path}/all.zip/gz, line 3: Compressed file ended")


def test_standard_input(monkeypatch):
    content = io.BytesIO(b">P1\nMA\n>P2\nJ\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(content)))
    records = fasta.iterate_fasta("-")
    assert next(records) == ("P1", "MA")
    with pytest.raises(ValueError, match="standard input, line 4: P2: found 'J' at position 1 of 1"):
        next(records)


def test_the_key_of_a_sequence_is_its_sha256():
    assert fasta.sequence_key("MA") == "f0055891f09fff4839b344a4af5e0482696cab0e0bf307455661ba4056c787ee"
