"""Each kind of dirt, three ways: refused with a remedy, repaired with `clean`, left out with `skip_bad`."""

from __future__ import annotations

import pytest

from dlfb_helpers.proteins.fasta import read_fasta

INSULIN = "MALWMRLLPLLALLALWGPD"
GOOD = f">good\n{INSULIN}\n".encode()
CLEAN = "; --clean repairs it; --skip-bad goes on without it (in Python clean=True, skip_bad=True)"
SKIP = "; --skip-bad goes on without it (in Python skip_bad=True)"
ACCEPTED = "; accepted are RHKDESTNQGPCAVILMFYW and BZXUO; write X where the residue is unknown" + SKIP

# Content after the good record; what the error says after the file's name; what clean reads; what it says it did.
REPAIRABLE = {
    "lower case": (
        b">A\nmalwmrllpl\n",
        ", line 4: A: found 'm' at position 1 of 10, lower case",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: lower case (10)",
    ),
    "soft masked": (
        b">A\nMALWMRLLPL\nMAlwmRLLPL\n",
        ", line 5: A: found 'l' at position 13 of 20, lower case",
        {"A": "MALWMRLLPLMALWMRLLPL"},
        "line 3: A: repaired: lower case (3)",
    ),
    "stop at the end": (
        b">A\nMALWMRLLPL*\n",
        ", line 4: A: found '*' at position 11 of 11, stop at an end",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: stop at an end (1)",
    ),
    "stop inside": (
        b">A\nMALWM*RLLPL\n",
        ", line 4: A: found '*' at position 6 of 11, stop inside",
        {"A": "MALWMXRLLPL"},
        "line 3: A: repaired: stop inside, now X (1)",
    ),
    "gaps": (
        b">A\nMALW--MRLLPL..\n",
        ", line 4: A: found '-' at position 5 of 14, gap",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: gap (4)",
    ),
    "space at the end of a line": (
        b">A\nMALWM \nRLLPL\n",
        ", line 4: A: found ' ' at position 6 of 11, white space",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: white space (1)",
    ),
    "a flat file's numbers": (
        b">A\n        1 malwmrllpl lallalwgpd\n       21 paaa\n",
        ", line 4: A: found ' ' at position 1 of 45, white space",
        {"A": "MALWMRLLPLLALLALWGPDPAAA"},
        "line 3: A: repaired: white space (18), digit (3), lower case (24)",
    ),
    "digits alone": (
        b">A\nMALWM10RLLPL20\n",
        ", line 4: A: found '1' at position 6 of 14, digit",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: digit (4)",
    ),
    "comments below the heading": (
        b">A\n; once upon a time\nMALWMRLLPL\n",
        ", line 4: A: found ';' at position 1 of 28, comment",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: comment (1)",
    ),
    "a comment with a > in it": (
        b">A\n# a -> b\nMALWMRLLPL\n",
        ", line 4: A: found '#' at position 1 of 18, comment",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: comment (1)",
    ),
    "colon between chains": (
        b">A\nMALWMRLLPL:LALLALWGPD\n",
        ", line 4: A: found ':' at position 11 of 21, break between chains",
        {"A_1": "MALWMRLLPL", "A_2": "LALLALWGPD"},
        "line 3: A_1: repaired: break between chains (1)",
    ),
    "a complex of two of a kind": (
        b">A\nMALWMRLLPL:\nMALWMRLLPL\n",
        ", line 4: A: found ':' at position 11 of 21, break between chains",
        {"A_1": "MALWMRLLPL", "A_2": "MALWMRLLPL"},
        "line 3: A_1: repaired: break between chains (1)",
    ),
    "lost line break": (
        b">A\nMALWMRLLPL>B some words\nLALLALWGPD\n",
        ", line 4: B: line break lost before its heading",
        {"A": "MALWMRLLPL", "B": "LALLALWGPD"},
        "line 4: B: repaired: line break lost before its heading (1)",
    ),
    "a space before a heading": (
        b"\t>A\nMALWMRLLPL\n",
        ", line 3: A: space before its heading",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: space before its heading (1)",
    ),
    "J": (
        b">A\nMALWMJRLLPL\n",
        ", line 4: A: found 'J' at position 6 of 11, leucine or isoleucine (J)",
        {"A": "MALWMXRLLPL"},
        "line 3: A: repaired: leucine or isoleucine (J), now X (1)",
    ),
    "NUL": (
        b">A\nMALWM\0RLLPL\n",
        r", line 4: A: found '\x00' at position 6 of 11, invisible character",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: invisible character (1)",
    ),
    "an id with what cannot be seen": (
        ">A\u200b\x1b\nMALWMRLLPL\n".encode(),
        r", line 3: the id 'A\u200b\x1b' has characters that cannot be seen",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: invisible character in the id (1)",
    ),
    "PIR format": (
        b">P1;A\nINSULIN\nMALWMRLLPL*\n",
        ", line 3: P1;A: heading of the PIR format, whose next line is a description",
        {"A": "MALWMRLLPL"},
        "line 3: A: repaired: line of the PIR format (1), stop at an end (1)",
    ),
}


def read(tmp_path, content, **options) -> tuple[dict[str, str], list[str]]:
    """Return what is read after the good record, and what is said about it, without the file's name."""
    path = tmp_path / "a.fasta"
    path.write_bytes(GOOD + content)
    notes: list[str] = []
    table = read_fasta(path, report=notes.append, **options)
    assert all(note.startswith(str(path)) for note in notes)
    records = dict(zip(table["EntryID"], table["Sequence"]))
    assert records.pop("good") == INSULIN
    return records, [note.removeprefix(f"{path}, ").removeprefix(f"{path}: ") for note in notes]


def refusal(tmp_path, content, **options) -> str:
    with pytest.raises(ValueError) as caught:
        read(tmp_path, content, **options)
    return str(caught.value).removeprefix(str(tmp_path / "a.fasta"))


@pytest.mark.parametrize(("content", "message", "records", "note"), REPAIRABLE.values(), ids=REPAIRABLE)
def test_what_can_be_repaired_is_refused_with_the_remedy_repaired_or_left_out(
    tmp_path, content, message, records, note
):
    assert refusal(tmp_path, content) == message + CLEAN
    for options in ({}, {"skip_bad": True}):
        found, notes = read(tmp_path, content, clean=True, **options)
        assert found == records
        assert notes[0] == note and notes[-1] == f"in all {1 + len(found)} read, 1 repaired, 0 left out"
    found, notes = read(tmp_path, content, skip_bad=True)
    assert found.items() <= records.items() and len(found) < len(records)
    assert notes[0] == message.removeprefix(", ").replace(": ", ": left out: ", 1)
    assert notes[-1] == f"in all {1 + len(found)} read, 0 repaired, 1 left out"


# Content; what the error says with and without clean; what the remedy is.
HOPELESS = {
    "brackets": (b">A\nMAL(W)M\n", ", line 4: A: found '(' at position 4 of 7", ACCEPTED),
    "brackets among gaps": (b">A\nMA-L\nm(W)M\n", ", line 5: A: found '(' at position 6 of 9", ACCEPTED),
    "a letter beyond ASCII": (">A\nMÉ\n".encode(), ", line 4: A: found 'É' at position 2 of 2", ACCEPTED),
    "an underscore": (b">A\nMALWM_\n", ", line 4: A: found '_' at position 6 of 6", ACCEPTED),
    "a terminal's colours": (b">A\nMAL\x1b[31m\n", ", line 4: A: found '[' at position 5 of 8", ACCEPTED),
    "a bad byte in the residues": (
        b">A\nMA\nM\xe9\n",
        ", line 5: A: byte 0xe9 at position 4 is not text",
        "; save the file as UTF-8 text" + SKIP,
    ),
    "a bad byte in the id": (
        b">M\xfcller\nMALWMRLLPL\n",
        r", line 3: M\udcfcller: byte 0xfc in the id is not text",
        "; save the file as UTF-8 text" + SKIP,
    ),
    "no id": (b">\nMALWMRLLPL\n", ", line 3: a heading without an id", "; write one after the >" + SKIP),
    "a tag alone": (b">sp||\nMALWMRLLPL\n", ", line 3: a heading without an id", "; write one after the >" + SKIP),
    "no residues": (
        b">A\n\n>B\nMALWMRLLPL\n",
        ", line 3: A: the sequence is empty",
        "; write residues into the lines below the heading" + SKIP,
    ),
    "nucleotides": (
        b">A\n" + b"ATGGCCCTGTGG\n" * 10,
        ", line 3: A: nucleotides, 120 of its 120 letters are A, C, G, T, U or N",
        "; translate nucleotides to proteins first" + SKIP,
    ),
    "nucleotides in lower case": (
        b">A\n" + b"auggcccugnnn\n" * 10,
        ", line 3: A: nucleotides, 120 of its 120 letters are A, C, G, T, U or N",
        "; translate nucleotides to proteins first" + SKIP,
    ),
    "nucleotides of an alignment": (
        b">A\n" + b"ATG-GCC-CTGTGGRN\n" * 10,
        ", line 3: A: nucleotides, 130 of its 140 letters are A, C, G, T, U or N",
        "; translate nucleotides to proteins first" + SKIP,
    ),
    "a wrong reading frame": (
        b">A\nMAL*WMR*LLPL*LAL\n",
        ", line 3: A: 3 stops among 16 residues, as in a translation in the wrong reading frame",
        "; leave it out, or write its residues" + SKIP,
    ),
    "gaps alone": (
        b">A\n-----\n",
        ", line 3: A: the sequence is empty",
        "; leave it out, or write its residues" + SKIP,
    ),
    "a description that lost its place": (
        b">A\nHomo sapiens insulin\nMALWMRLLPL\n",
        ", line 4: A: the line below the heading looks like words",
        "; write a description into the heading" + SKIP,
    ),
}


@pytest.mark.parametrize(("content", "message", "remedy"), HOPELESS.values(), ids=HOPELESS)
def test_what_cannot_be_repaired_is_refused_with_or_without_clean(tmp_path, content, message, remedy):
    for clean in (False, True):
        assert refusal(tmp_path, content, clean=clean) == message + remedy
        found, notes = read(tmp_path, content, clean=clean, skip_bad=True)
        assert "A" not in found
        assert notes[0] == message.removeprefix(", ").replace(": ", ": left out: ", 1)


@pytest.mark.parametrize(
    ("content", "records", "notes"),
    [
        (
            b">A M\xfcller\nMALWMRLLPL\n",
            {"A": "MALWMRLLPL"},
            ["line 3: A: byte 0xfc in the description is not UTF-8 text; the description is not used"],
        ),
        (
            b">A x\0y\nMALWMRLLPL\n",
            {"A": "MALWMRLLPL"},
            ["line 3: A: byte 0x00 in the description is not UTF-8 text; the description is not used"],
        ),
        (
            b">A\nMALWMRLLPL\n>B\nMALWMRLLPL\n>A other words\nMALWMRLLPL\n",
            {"A": "MALWMRLLPL", "B": "MALWMRLLPL"},
            ["line 7: A: the same id and sequence as at line 3; read once"],
        ),
        (b">A x\x01gi|1|ref|B|\nMALWMRLLPL\n", {"A": "MALWMRLLPL"}, []),
        (b">A a > b\nMALWMRLLPL\n", {"A": "MALWMRLLPL"}, []),
        (
            b">A\nGATTACA\n",
            {"A": "GATTACA"},
            ["line 3: A: 7 of its 7 letters are A, C, G, T, U or N; if these are nucleotides, translate them"],
        ),
        (
            b">A\nXXXXXXXXXXXX\n",
            {"A": "X" * 12},
            ["line 3: A: 12 of its 12 residues are X, unknown; a prediction rests on the others"],
        ),
        (b">A\nMA\n", {"A": "MA"}, ["line 3: A: too few residues (2) for a prediction to rest on"]),
    ],
)
def test_what_is_read_with_a_warning_or_without(tmp_path, content, records, notes):
    for options in ({}, {"clean": True}, {"skip_bad": True}):
        assert read(tmp_path, content, **options) == (records, notes)
