"""Records come as they are written, with their lines; what is no FASTA is refused at its first line."""

from __future__ import annotations

import pytest

from dlfb_helpers.proteins import records
from dlfb_helpers.proteins.records import Record, read_records


def read(tmp_path, content: bytes, **options) -> list[Record]:
    path = tmp_path / "a.fasta"
    path.write_bytes(content)
    return list(read_records(path, **options))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n \n", []),
        (b">A x\nMA\n\nLW\n>B\n", [Record(1, ">A x", ["MA", "", "LW"]), Record(5, ">B", [])]),
        (b"\r\n>A\rMA\r\n>B\nK", [Record(2, ">A", ["MA"]), Record(4, ">B", ["K"])]),
        (
            b">A\nMA>B x>y\nLW\n",
            [Record(1, ">A", ["MA"]), Record(2, ">B x>y", ["LW"], "line break lost before its heading")],
        ),
        (b" >A\nMA\n", [Record(1, ">A", ["MA"], "space before its heading")]),
        (b">A\n;x>y\nMA\n", [Record(1, ">A", [";x>y", "MA"])]),
        (b"\n; x\n# y\n>A\nMA\n", [Record(1, "", ["; x", "# y"]), Record(4, ">A", ["MA"])]),
        (b">A \xfc\nM\xe9\n", [Record(1, ">A \udcfc", ["M\udce9"])]),
    ],
)
def test_records_have_their_lines(tmp_path, content, expected):
    assert read(tmp_path, content) == read(tmp_path, content, skip=True) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"MALWM\n", "line 1: found 'MALWM' before any >heading; is this FASTA?"),
        (b"\n\nMALWM>A\nMA\n", "line 3: found 'MALWM' before any >heading; is this FASTA?"),
        (b"; x\nMALWM\n", "line 2: found 'MALWM' before any >heading; is this FASTA?"),
        (b"<!DOCTYPE html>\n<html>", "found '<!DOCTYPE html' before any >heading; this looks like a web page's"),
        (b"LOCUS       NM_1  465 bp\n", "'LOCUS      ... 65 bp' before any >heading; this looks like GenBank format"),
        (b"@read1\nACGT\n+\nIIII\n", "line 1: found '@read1' before any >heading; this looks like FASTQ format"),
        (b"CLUSTAL W (1.83)\n", "this looks like Clustal format, convert it to FASTA"),
        (b"# STOCKHOLM 1.0\n", "this looks like Stockholm format, convert it to FASTA"),
        (b"ID   INS_HUMAN\n", "this looks like EMBL's or UniProt's format"),
        (b"HEADER    HORMONE\n", "this looks like PDB format"),
        (b'{"id": 1}\n', "this looks like JSON format"),
        (b"EntryID\tterm\n", r"line 1: found 'EntryID\tterm' before any >heading; is this FASTA?"),
        (b"\x89PNG\r\n", "line 1: byte 0x89 at column 1 is not text; save the file as UTF-8 text"),
        (">A\nMA\n".encode("utf-16"), "line 1: this is UTF-16; save the file as UTF-8 text"),
        ("\ufeff>A\nMA\n".encode("utf-16-be"), "line 1: this is UTF-16; save the file as UTF-8 text"),
    ],
)  # fmt: skip
def test_what_is_no_fasta_is_refused_at_once(tmp_path, content, message):
    with pytest.raises(ValueError, match=r"a\.fasta, line \d: ") as caught:
        read(tmp_path, content)
    assert message in str(caught.value)


def test_text_before_the_first_heading_can_be_left_out(tmp_path):
    found = read(tmp_path, b"written by hand\nMALWM\n>A\nMA\n", skip=True)
    assert found == [Record(0, "", ["written by hand", "MALWM"]), Record(3, ">A", ["MA"])]


def test_a_record_that_is_too_long_ends_the_reading_or_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "LONGEST", 50)
    content = b">A\nMA\n>B\n" + b"ACGTACGT\n" * 40 + b">C\nMA\n>D" + b"x" * 120 + b"\nMA\n>E\nMA\n"
    with pytest.raises(ValueError, match=r"line 9: '>B' has more than .* which no protein has; give a FASTA file"):
        read(tmp_path, content)
    found = read(tmp_path, content, skip=True)
    assert [(record.line, record.heading[:2], record.too_long) for record in found] == [
        (1, ">A", False), (3, ">B", True), (44, ">C", False), (46, ">D", True), (48, ">E", False),
    ]  # fmt: skip
    assert max(len("".join(record.lines)) for record in found) < 60
