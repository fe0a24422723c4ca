"""Every record of a FASTA file is read as it is written, or the file is refused by name, line and record."""

from __future__ import annotations

import gzip
import io
import re
import sys
import zipfile
from collections import Counter

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
    "accession between bars": (b">tr|P1|NAME_HUMAN x\nMA\n>a|b|c\nK\n", {"P1": "MA", "a|b|c": "K"}),
}


@pytest.mark.parametrize(("content", "records"), ACCEPTED.values(), ids=ACCEPTED)
def test_fasta_that_is_accepted(tmp_path, content, records):
    (tmp_path / "good.fasta").write_bytes(content)
    table = fasta.read_fasta(tmp_path / "good.fasta", report=[].append)
    assert dict(zip(table["EntryID"], table["Sequence"])) == records
    assert table["Length"].tolist() == [len(sequence) for sequence in records.values()]
    assert list(fasta.iterate_fasta(str(tmp_path / "good.fasta"))) == list(records.items())


REFUSED = {
    "empty": (b"", ": no sequences in it; a FASTA file has >headings, each followed by residues"),
    "blank lines only": (b"\n \r\n\n", ": no sequences in it; a FASTA file has >headings, each followed"),
    "a comment and nothing else": (b"; x\n", ", line 1: found '; x' before any >heading, a comment"),
    "heading without id": (b">P1\nM\n>\nMALWM\n", ", line 3: a heading without an id; write one after the >"),
    "record without residues": (b">P1\nM\n>P2\n\n>P3\nM\n", ", line 3: P2: the sequence is empty; write residues"),
    "last record without residues": (b">P1\nMA\n>P2", ", line 3: P2: the sequence is empty; write residues"),
    "CR files have lines": (b">P1\rMA\rJ\r", ", line 3: P1: found 'J' at position 3 of 3, leucine or isoleucine"),
    "mark in mid-file": ("\ufeff>P1\nM\n\ufeff>P2\nM\n".encode(), ", line 3: P2: space before its heading"),
    "UTF-16": (">P1\nMA\n".encode("utf-16"), ", line 1: this is UTF-16; save the file as UTF-8"),
    "a genome": (
        b">chr1\n" + b"ACGTACGTAC\n" * 100_000,
        ", line 90910: '>chr1' has more than 1,000,000 characters, which no protein has; give a FASTA file of",
    ),
    "a line without end": (b">P1" + b"X" * 1_500_000, ", line 1: '>P1XXXXXXX ... XXXXX' has more than 1,000,000"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_fasta_that_is_refused(tmp_path, content, message):
    path = tmp_path / "bad.fasta"
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}{message}")


def test_a_bad_letter_in_an_archive_has_its_line(tmp_path):
    path = tmp_path / "bad.fasta.gz"
    path.write_bytes(gzip.compress(b">P1\nMA\nMJ\n"))
    assert refusal(path).startswith(f"{path}, line 3: P1: found 'J' at position 4 of 4")


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
    assert fasta.read_fasta(zipfile.Path(archive, "good"), report=[].append)["EntryID"].tolist() == ["P1"]
    assert refusal(zipfile.Path(archive, "bad")).startswith(f"{tmp_path}/all.zip/bad, line 2: P1: found 'J'")
    assert refusal(zipfile.Path(archive, "gz")).startswith(f"{tmp_path}/all.zip/gz: Compressed file ended")


def test_standard_input(monkeypatch):
    content = io.BytesIO(b">P1\nMALWMRLLPL\n>P2\nJ\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(content)))
    records = fasta.iterate_fasta("-")
    assert next(records) == ("P1", "MALWMRLLPL")
    with pytest.raises(ValueError, match="standard input, line 4: P2: found 'J' at position 1 of 1"):
        next(records)


def write(tmp_path, text: str):
    path = tmp_path / "some.fasta"
    path.write_text(text)
    return path


def test_all_bad_records_are_named_at_once_the_first_twenty_and_the_count(tmp_path):
    bad = "".join(f">bad{number}\nMA(W)M\n>low{number}\nmalwmrllpl\n" for number in range(600))
    message = refusal(write(tmp_path, f">good\nMALWMRLLPL\n{bad}"))
    heading, *lines = message.split("\n")
    assert heading == (
        f"{tmp_path}/some.fasta: 1,200 of 1,201 records cannot be read; --clean repairs 600 of them; accepted are "
        "RHKDESTNQGPCAVILMFYW and BZXUO; write X where the residue is unknown; --skip-bad goes on without what cannot "
        "be read (in Python clean=True, skip_bad=True)"
    )
    assert len(lines) == 21 and lines[-1] == "  and 1,180 more"
    assert lines[0] == "  line 4: bad0: found '(' at position 3 of 6"
    assert lines[1] == "  line 6: low0: found 'm' at position 1 of 10, lower case"


def test_clean_leaves_in_the_error_what_it_cannot_repair(tmp_path):
    path = write(tmp_path, ">A\nmalwmrllpl\n>B\nMA(W)M\n>C\nMALWMRLLPL\n")
    with pytest.raises(
        ValueError, match=r"some\.fasta, line 4: B: found '\(' at position 3 of 6; accepted are"
    ) as caught:
        fasta.read_fasta(path, clean=True)
    assert "--clean" not in str(caught.value) and "--skip-bad goes on without it" in str(caught.value)


def test_what_was_done_is_told_record_by_record_after_all_were_read(tmp_path):
    path, notes = write(tmp_path, ">A\nmalwmrllpl*\n>B\nMA(W)M\n>C\nMALWMRLLPL\n>D\nXXXXXXXXXX\n"), []
    table = fasta.read_fasta(path, clean=True, skip_bad=True, report=notes.append)
    assert table["EntryID"].tolist() == ["A", "C", "D"] and table["Sequence"].tolist()[0] == "MALWMRLLPL"
    assert notes == [
        f"{path}, line 1: A: repaired: lower case (10), stop at an end (1)",
        f"{path}, line 4: left out: B: found '(' at position 3 of 6",
        f"{path}, line 7: D: 10 of its 10 residues are X, unknown; a prediction rests on the others",
        f"{path}: in all 3 read, 1 repaired, 1 left out",
    ]


def test_without_a_reader_of_notes_they_are_one_warning(tmp_path):
    path = write(tmp_path, "".join(f">P{number}\nMAL\n" for number in range(30)))
    with pytest.warns(UserWarning, match="was read, but") as caught:
        assert len(fasta.read_fasta(path)) == 30
    assert len(caught) == 1 and str(caught[0].message).count("too few residues") == 20
    assert str(caught[0].message).endswith("\n  and 10 more")
    assert caught[0].filename == __file__


def test_nothing_is_left(tmp_path):
    path = write(tmp_path, ">A\nMA(W)M\n>B\nmalwm\n")
    with pytest.raises(
        ValueError, match=r"2 of 2 records cannot be read; --clean repairs 1 of them; accepted"
    ) as caught:
        fasta.read_fasta(path, skip_bad=True)
    assert "--skip-bad" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "origin", "remedy"),
    [
        (">protein 1\nMA\n>protein 2\nMAL\n", "the first word of the heading", "sed '/^>/ s/ /_/g'"),
        (">sp|P1|A_HUMAN\nMA\n>sp|P1|B_HUMAN\nMAL\n", "the accession in sp|P1|B_HUMAN", "keep one of the records"),
        (">P1\nMA\n>gb|P1|x y\nMAL\n", "the accession in gb|P1|x", "keep one of the records"),
        (">A\nMA\n>A\nMAL\n", "the first word of the heading", "keep one of the records"),
        (f">{'A' * 3000} 1\nMA\n>{'A' * 3000} 2\nMAL\n", "the first word of the heading", "sed"),
    ],
)
def test_two_records_of_one_id_are_told_what_the_id_is_made_of(tmp_path, content, origin, remedy):
    message = refusal(write(tmp_path, content))
    assert f"the id is there more than once, first at line 1 with another sequence; it is {origin}; " in message
    assert remedy in message and message.endswith("--skip-bad goes on without it (in Python skip_bad=True)")
    assert len(message) < 500
    notes: list[str] = []
    table = fasta.read_fasta(write(tmp_path, content), skip_bad=True, report=notes.append)
    assert table["Sequence"].tolist() == ["MA"] and ", line 3: left out: " in notes[1]


def test_chains_collide_with_other_records(tmp_path):
    path = write(tmp_path, ">A_2\nMALWM\n>A\nMALWM:MKT\n")
    with pytest.raises(ValueError, match="line 3: A_2: the id is there more than once, first at line 1"):
        fasta.read_fasta(path, clean=True)


DNA = "ATGGCCCTGTGGATGCGCCTCCTGCCCCTGCTGGCGCTGCTGGCCCTCTGGGGACCTGAC"
INSULIN = "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAED"


@pytest.mark.parametrize(
    "records",
    [
        [DNA * 5],
        [DNA],
        [DNA[:20]] * 2,
        [DNA, INSULIN[:50]],
        [DNA.replace("T", "U").lower()],
        [DNA[:25]] * 9 + [INSULIN],
    ],
    ids=["a gene", "60 letters", "two primers", "more than half", "RNA in lower case", "primers and a protein"],
)
def test_files_of_nucleotides_are_refused(tmp_path, records):
    path = write(tmp_path, "".join(f">r{number}\n{text}\n" for number, text in enumerate(records)))
    for clean, skip_bad in ((True, False), (True, True)):
        with pytest.raises(ValueError, match="nucleotides.*; translate nucleotides to proteins first"):
            fasta.read_fasta(path, clean, skip_bad)


@pytest.mark.parametrize("records", [["GATTACA"], [DNA[:29]], [DNA, INSULIN, INSULIN[1:]], [DNA[:50], INSULIN]])
def test_short_records_of_nucleotides_letters_are_read_with_a_warning(tmp_path, records):
    path, notes = write(tmp_path, "".join(f">r{number}\n{text}\n" for number, text in enumerate(records))), []
    assert fasta.read_fasta(path, report=notes.append)["Sequence"].tolist() == records
    assert len(notes) == 1 and "line 1: r0: " in notes[0] and "if these are nucleotides, translate them" in notes[0]


def test_a_long_record_of_nucleotides_among_proteins_is_refused_alone(tmp_path):
    path = write(tmp_path, "".join(f">p{n}\n{INSULIN[n:]}\n" for n in range(20)) + f">dna\n{DNA * 2}\n")
    assert refusal(path).startswith(f"{path}, line 41: dna: nucleotides, 120 of its 120 letters")
    with pytest.warns(UserWarning, match="left out: dna: nucleotides"):
        assert len(fasta.read_fasta(path, skip_bad=True)) == 20


def test_the_key_of_a_sequence_is_its_sha256():
    assert fasta.sequence_key("MA") == "f0055891f09fff4839b344a4af5e0482696cab0e0bf307455661ba4056c787ee"


def test_proteins_are_counted_by_the_species_that_their_headings_name(tmp_path):
    human, mouse = ">{} OS=Homo sapiens OX=9606 PE=1\nMALWM\n", ">{} OS=Mus musculus OX=10090 PE=1\nMALWM\n"
    text = human.format("A") + mouse.format("B") + ">C\nMALWM\n" + human.format("D") + human.format("A")
    (tmp_path / "a.fasta").write_text(text)
    counted: Counter[tuple[int, str]] = Counter()
    assert len(fasta.read_fasta(tmp_path / "a.fasta", report=[].append, species=counted)) == 4
    assert counted == {(9606, "Homo sapiens"): 2, (10090, "Mus musculus"): 1}  # A is there twice, and read once
