"""The four files are found wherever they lie and refused, with a remedy, where they are broken."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib

import pandas as pd
import pytest

from dlfb_helpers.annotations import cafa
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.files import assets as bundled
from dlfb_helpers.proteins import fasta

FASTA = """>P20536 sp|P20536|UNG_VACCC Uracil-DNA glycosylase OS=Vaccinia virus OX=10249 GN=UNG PE=1 SV=1
MNSVTVSHAPYTITYHDDWEP
VMSQ
>P01308 sp|P01308|INS_HUMAN Insulin OS=Homo sapiens OX=9606 GN=INS PE=1 SV=1
MALWMRLL
"""
TERMS = "EntryID\tterm\taspect\nP20536\tGO:0003674\tMFO\nP01308\tGO:0005179\tMFO\nP01308\tGO:0008150\tBPO\n"
TAXONOMY = "EntryID\ttaxonomyID\nP20536\t10249\nP01308\t9606\n"
OBO = "".join(
    f"\n[Term]\nid: {term}\nname: {name}\nnamespace: {space}\n"
    for term, name, space in [
        ("GO:0003674", "molecular_function", "molecular_function"),
        ("GO:0005179", "hormone activity", "molecular_function"),
        ("GO:0008150", "biological_process", "biological_process"),
    ]
)
FILES = {"train_terms.tsv": TERMS, "train_sequences.fasta": FASTA, "train_taxonomy.tsv": TAXONOMY, "go-basic.obo": OBO}


@pytest.fixture
def folder(tmp_path):
    """CAFA 5 as it unpacks: the training files under Train/, others beside it."""
    train = tmp_path / "cafa5/Train"
    train.mkdir(parents=True)
    for name, text in FILES.items():
        (train / name).write_text(text)
    (tmp_path / "cafa5/Test (Targets)").mkdir()
    (tmp_path / "cafa5/Test (Targets)/testsuperset.fasta").write_text(">Q9\nMKV\n")
    (tmp_path / "cafa5/IA.txt").write_text("GO:0003674\t0.0\n")
    return tmp_path / "cafa5"


def assert_is_the_made_up_data(data: cafa.CafaData) -> None:
    assert data.sequences.to_dict("list") == {
        "EntryID": ["P20536", "P01308"],
        "Sequence": ["MNSVTVSHAPYTITYHDDWEPVMSQ", "MALWMRLL"],
        "Length": [25, 8],
    }
    assert list(data.annotations.itertuples(index=False, name=None)) == [
        ("P20536", "GO:0003674", "MFO"), ("P01308", "GO:0005179", "MFO"), ("P01308", "GO:0008150", "BPO"),
    ]  # fmt: skip
    assert data.taxonomy.set_index("EntryID")["taxonomyID"].to_dict() == {"P20536": 10249, "P01308": 9606}
    assert data.ontology.names["GO:0005179"] == "hormone activity"


def test_cafa5_folder(folder):
    data = load_cafa(folder)
    assert_is_the_made_up_data(data)
    assert "train_terms.tsv  SHA-256" in data.source


def test_cafa5_zip(folder):
    archive = shutil.make_archive(str(folder), "zip", folder)
    assert_is_the_made_up_data(load_cafa(archive))


@pytest.mark.parametrize("ending", [".gz", ".xz", ".zip"])
def test_compressed_members(folder, ending):
    for name in FILES:
        path = folder / "Train" / name
        content = path.read_bytes()
        path.unlink()
        if ending == ".zip":
            with zipfile.ZipFile(f"{path}.zip", "w") as archive:
                archive.writestr(name, content)
        else:
            pack = gzip.compress if ending == ".gz" else lzma.compress
            path.with_name(name + ending).write_bytes(pack(content))
    assert_is_the_made_up_data(load_cafa(folder))


def test_cafa6_variants(tmp_path):
    (tmp_path / "terms.tsv").write_text("EntryID\tterm\taspect\nP1\tGO:0003674\tF\nP1\tGO:0005575\tC\n")
    assert cafa.read_terms(tmp_path / "terms.tsv")["aspect"].tolist() == ["MFO", "CCO"]
    (tmp_path / "taxonomy.tsv").write_text("A0A0C5B5G6\t9606\nA0JNW5\t9606\n")
    assert cafa.read_taxonomy(tmp_path / "taxonomy.tsv")["EntryID"].tolist() == ["A0A0C5B5G6", "A0JNW5"]
    (tmp_path / "s.fasta").write_text(">sp|A0A0C5B5G6|MOTSC_HUMAN MOTS-c\r\nMRWQ\r\nEMGY\r\n")
    table = fasta.read_fasta(tmp_path / "s.fasta")
    assert table.iloc[0].tolist() == ["A0A0C5B5G6", "MRWQEMGY", 8]


def test_course_data_are_what_the_manifest_says():
    data = load_cafa("course")
    assert data.sequences["EntryID"].is_unique and data.sequences["Length"].min() > 0
    assert set(data.annotations["EntryID"]) == set(data.sequences["EntryID"]) == set(data.taxonomy["EntryID"])
    assert set(data.annotations["aspect"]) == {"MFO", "BPO", "CCO"}
    assert not data.annotations.duplicated().any()
    insulin = data.sequences.set_index("EntryID").loc["P01308"]
    assert insulin["Sequence"].startswith("MALWMRLL") and insulin["Length"] == 110
    assert "2022-07-01" in data.source and "the bundled course data" in data.source


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_damaged_course_data_are_refused(tmp_path, monkeypatch, damage):
    shutil.copytree(bundled.ASSETS / "course_data", tmp_path / "course_data")
    file = tmp_path / "course_data/train_taxonomy.tsv.xz"
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(lzma.compress(b"EntryID\ttaxonomyID\n"))
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    bundled.bundled_folder.cache_clear()
    try:
        expected = {"missing": FileNotFoundError, "altered": ValueError}[damage]
        with pytest.raises(expected, match=r"train_taxonomy.tsv.xz (is missing|has been altered).*git checkout"):
            load_cafa("course")
    finally:
        bundled.bundled_folder.cache_clear()


def test_a_missing_file_is_named(folder):
    (folder / "Train/go-basic.obo").unlink()
    with pytest.raises(FileNotFoundError, match="no go-basic.obo in it"):
        load_cafa(folder)


def test_a_file_that_is_there_twice_is_refused(folder):
    shutil.copy(folder / "Train/go-basic.obo", folder)
    with pytest.raises(ValueError, match="go-basic.obo is there more than once"):
        load_cafa(folder)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match='neither a folder nor a zip file.*"course"'):
        load_cafa(tmp_path / "nowhere")


def test_a_zip_of_two_files_in_place_of_one(folder):
    (folder / "Train/train_terms.tsv").unlink()
    with zipfile.ZipFile(folder / "Train/train_terms.tsv.zip", "w") as archive:
        archive.writestr("a", "")
        archive.writestr("b", "")
    with pytest.raises(ValueError, match="train_terms.tsv.zip: one file is expected inside, found 2"):
        load_cafa(folder)


def refusal(path, kind: type[Exception] = ValueError) -> str:
    """Return what `read_fasta` says when it refuses a file."""
    with pytest.raises(kind) as caught:
        fasta.read_fasta(path)
    assert type(caught.value) is kind
    return str(caught.value)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


LONG = "MALWMRLL" * 5_000
WHOLE = "is the file whole? download it again, or pack it again, one file in an archive"
CHECKSUM = zlib.crc32(FASTA.encode()).to_bytes(4, "little")
PACKED = {".gz": gzip.compress(FASTA.encode()), ".xz": lzma.compress(FASTA.encode()), ".zip": zipped(a=FASTA.encode())}
LOCKED_ZIP = re.sub(rb"(PK\x01\x02....)\0\0", rb"\1" + b"\x01\0", PACKED[".zip"])


ACCEPTED = {
    "LF": (b">P1\nMA\nM\n>P2\nK\n", {"P1": "MAM", "P2": "K"}),
    "CRLF": (b">P1\r\nMA\r\nM\r\n>P2\r\nK\r\n", {"P1": "MAM", "P2": "K"}),
    "CR": (b">P1\rMA\rM\r>P2\rK\r", {"P1": "MAM", "P2": "K"}),
    "no line end at the end": (b">P1\nMA", {"P1": "MA"}),
    "blank lines": (b"\n\n>P1\n\nMA\n\nM\n\n", {"P1": "MAM"}),
    "byte order mark": (b"\xef\xbb\xbf>P1\nMA\n", {"P1": "MA"}),
    "one sequence, two ids": (b">P1\nMA\n>P2\nMA\n", {"P1": "MA", "P2": "MA"}),
    "ambiguous and rare residues": (b">P1\nUOBZX\n", {"P1": "UOBZX"}),
    "one residue": (b">P1\nM\n", {"P1": "M"}),
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
    "byte order mark only": (b"\xef\xbb\xbf", ": no sequences in it; a FASTA file has >headings"),
    "no heading": (b"MALWM\n", ", line 1: found 'MALWM' before any >heading; is this FASTA?"),
    "text before the first heading": (b"\n; x\n>P1\nMA\n", ", line 2: found '; x' before any >heading"),
    "indented heading": (b" >P1\nMA\n", ", line 1: found ' >P1' before any >heading"),
    "heading without id": (b">P1\nM\n>\nMALWM\n", ", line 3: a heading without an id; write one after the >"),
    "nothing between the bars": (b">sp||INS\nMA\n", ", line 1: a heading without an id; write one after the >"),
    "headings only": (b">P1\n>P2\n", ", line 1: P1: the sequence is empty; give at least one residue"),
    "record without residues": (b">P1\nM\n>P2\n\n>P3\nM\n", ", line 3: P2: the sequence is empty; give at"),
    "last record without residues": (b">P1\nMA\n>P2", ", line 3: P2: the sequence is empty; give at least"),
    "id twice": (
        b">P1\nMALWM\n>sp|P1|INS\nMA\n",
        ", line 3: P1 is there more than once, first at line 1; keep one record",
    ),
    "lower case": (b">P1\nMA\nMal\n", ", line 3: P1: found 'a' at position 4 of 5; write residues in upper case"),
    "gap -": (b">P1\nM-A\n", ", line 2: P1: found '-' at position 2 of 3; remove the gaps of an alignment"),
    "gap .": (b">P1\nM.A\n", ", line 2: P1: found '.' at position 2 of 3; remove the gaps of an alignment"),
    "stop": (b">P1\n\nMA*\n", ", line 3: P1: found '*' at position 3 of 3; '*' marks the end of a translation"),
    "J": (
        b">P1\nMALWM\n>P2\nMA\nJM\n",
        ", line 5: P2: found 'J' at position 3 of 4; accepted are RHKDESTNQGPCAVILMFYW and BZXUO; write X where "
        "the residue is unknown",
    ),
    "digit": (b">P1\n1 MA\n", ", line 2: P1: found '1' at position 1 of 4; accepted are RHKDESTNQGPCAVILMFYW"),
    "space": (b">P1\nMA LW\n", ", line 2: P1: found ' ' at position 3 of 5; remove spaces and line breaks"),
    "> inside a line": (b">P1\nMA>P2\n", ", line 2: P1: found '>' at position 3 of 5; accepted are"),
    "letter beyond ASCII": (">P1\nMÉ\n".encode(), ", line 2: P1: found 'É' at position 2 of 2; accepted are"),
    "CR files have lines": (b">P1\rMA\rJ\r", ", line 3: P1: found 'J' at position 3 of 3; accepted are"),
    "mark in mid-file": ("\ufeff>P1\nM\n\ufeff>P2\nM\n".encode(), r", line 3: P1: found '\ufeff' at position 2 of"),
    "no UTF-8 in residues": (
        b">P1\nMA\nM\xe9\n",
        ", line 3: P1: byte 0xe9 at column 2 is not text; save the file as UTF-8 text",
    ),
    "no UTF-8 in a heading": (b">P1 prot\xe9ine\nMA\n", ", line 1: byte 0xe9 at column 9 is not text; save the"),
    "UTF-16": (">P1\nMA\n".encode("utf-16"), ", line 1: byte 0xff at column 1 is not text; save the file as UTF-8"),
    "NUL in residues": (b">P1\nM\0A\n", ", line 2: P1: byte 0x00 at column 2 is not text; save the file as UTF-8"),
    "NUL in a heading": (b">P1 \0\nMA\n", ", line 1: byte 0x00 at column 5 is not text; save the file as UTF-8"),
    "NUL before any heading": (b"\0\0\n", ", line 1: byte 0x00 at column 1 is not text; save the file as UTF-8"),
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


@pytest.mark.parametrize("ending", ["", *PACKED])
def test_what_a_file_holds_is_found_by_its_ending_or_its_first_bytes(tmp_path, ending):
    for name in (f"named.fasta{ending}", "unnamed.fasta"):
        (tmp_path / name).write_bytes(PACKED.get(ending, FASTA.encode()))
        assert fasta.read_fasta(tmp_path / name)["EntryID"].tolist() == ["P20536", "P01308"]


@pytest.mark.parametrize("ending", PACKED)
def test_a_bad_letter_in_an_archive_has_its_line(tmp_path, ending):
    pack = {".gz": gzip.compress, ".xz": lzma.compress, ".zip": lambda content: zipped(a=content)}[ending]
    path = tmp_path / f"bad.fasta{ending}"
    path.write_bytes(pack(b">P1\nMA\nMJ\n"))
    assert refusal(path).startswith(f"{path}, line 3: P1: found 'J' at position 4 of 4; accepted are")


@pytest.mark.parametrize("ending", PACKED)
def test_no_archive_that_was_cut_off_gives_fewer_records(tmp_path, ending):
    path = tmp_path / f"cut.fasta{ending}"
    for length in range(len(PACKED[ending])):
        path.write_bytes(PACKED[ending][:length])
        message = refusal(path)
        assert message.startswith(str(path))
        assert message.endswith(WHOLE) or (length == 0 and "no sequences in it" in message)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_second_stream_of_an_archive_is_read_or_refused(tmp_path, pack):
    path = tmp_path / f"two.fasta{'.gz' if pack is gzip.compress else '.xz'}"
    one, other = pack(b">P1\nMA\n"), pack(b">P2\nK\n")
    path.write_bytes(one + other)
    assert dict(fasta.iterate_fasta(path)) == {"P1": "MA", "P2": "K"}
    path.write_bytes(one + bytes(20_000) + other)
    assert dict(fasta.iterate_fasta(path)) == {"P1": "MA", "P2": "K"}
    for damaged in (other[:-1], other[:5], other[:12] + b"?" + other[13:], other[:-12], b"junk"):
        path.write_bytes(one + damaged)
        assert refusal(path).endswith(WHOLE)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.gz", PACKED[".gz"][:-8], ", line 6: Compressed file ended before the end-of-stream marker was reached"),
        ("none.gz", b">P1\nMA\n", ", line 1: Not a gzipped file (b'>P')"),
        ("sum.gz", PACKED[".gz"][:-8] + bytes(4) + PACKED[".gz"][-4:], ", line 6: CRC check failed"),
        ("cut.xz", PACKED[".xz"][:-20], ", line 6: Compressed file ended before the end-of-stream marker was reached"),
        ("none.xz", FASTA.encode(), ", line 1: Input format not supported by decoder"),
        ("none.zip", b">P1\nMA\n", ": File is not a zip file"),
        ("empty.zip", zipped(), ": one file is expected inside, found 0"),
        ("two.zip", zipped(a=b">P1\nMA\n", b=b""), ": one file is expected inside, found 2"),
        ("sum.zip", PACKED[".zip"].replace(CHECKSUM, b"1234"), ", line 1: Bad CRC-32 for file 'a'"),
        ("name.zip", zipped(é=b"").replace("é".encode(), b"\xe9?"), ": 'utf-8' codec can't decode byte 0xe9"),
        ("locked.zip", LOCKED_ZIP, ": File 'a' is encrypted, password required for extraction"),
    ],
)
def test_a_damaged_archive_is_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}{message}")
    assert refusal(path).endswith(f"; {WHOLE}")


def test_where_a_long_archive_breaks_off_is_told(tmp_path):
    path = tmp_path / "cut.fasta.gz"
    text = "".join(f">P{number}\nMALWMRLL{'A' * (number % 70)}\n" for number in range(5_000))
    path.write_bytes(gzip.compress(text.encode())[:-100])
    found = re.match(rf"{re.escape(str(path))}, line (\d+): Compressed file ended", refusal(path))
    assert 9_000 < int(found[1]) <= 10_000


def test_a_damaged_archive_is_named_by_every_reader(folder):
    for key in ("terms", "sequences", "taxonomy", "ontology"):
        path = folder / "Train" / cafa.FILES[key]
        content = path.read_bytes()
        packed = path.with_name(path.name + ".gz")
        path.unlink()
        packed.write_bytes(gzip.compress(content)[:-9])
        with pytest.raises(ValueError, match=f"{packed.name}.*Compressed file ended before.*download it again"):
            load_cafa(folder)
        packed.write_bytes(gzip.compress(content))
    assert_is_the_made_up_data(load_cafa(folder))


def test_a_fasta_that_does_not_exist(tmp_path):
    path = tmp_path / "nowhere.fasta"
    assert refusal(path, FileNotFoundError) == f"{path}: there is no such file; check the name and the folder"


def test_a_folder_in_place_of_a_fasta(tmp_path):
    assert refusal(tmp_path, IsADirectoryError) == f"{tmp_path}: this is a folder; give the file in it"


def test_a_fasta_below_a_file(tmp_path):
    (tmp_path / "a.fasta").write_text(FASTA)
    path = tmp_path / "a.fasta/b.fasta"
    assert refusal(path, OSError) == f"{path}: Not a directory; check the name, the folder and the disk"


def test_a_fasta_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.fasta"
    path.write_text(FASTA)
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # root may read anything
        os.seteuid(65534)
    try:
        message = refusal(path, PermissionError)
    finally:
        os.seteuid(user)
    assert message == f"{path}: reading it is not allowed; allow it, for example with chmod u+r"


def test_a_member_of_a_zip_is_named_with_its_archive(tmp_path):
    (tmp_path / "all.zip").write_bytes(zipped(good=FASTA.encode(), bad=b">P1\nMJ\n", gz=PACKED[".gz"][:-8]))
    archive = zipfile.ZipFile(tmp_path / "all.zip")
    assert fasta.read_fasta(zipfile.Path(archive, "good"))["EntryID"].tolist() == ["P20536", "P01308"]
    assert refusal(zipfile.Path(archive, "bad")).startswith(f"{tmp_path}/all.zip/bad, line 2: P1: found 'J'")
    assert refusal(zipfile.Path(archive, "gz")).startswith(f"{tmp_path}/all.zip/gz, line 6: Compressed file ended")
    message = refusal(zipfile.Path(archive, "no"), FileNotFoundError)
    assert message == f"{tmp_path}/all.zip/no: there is no such file; check the name and the folder"


@pytest.fixture
def standard_input(monkeypatch):
    """Return a function that gives standard input its bytes; they cannot be read twice, as in a pipe."""

    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))

    return give


@pytest.mark.parametrize("content", [FASTA.encode(), PACKED[".gz"], PACKED[".xz"]], ids=["plain", "gzip", "xz"])
def test_standard_input(standard_input, content):
    standard_input(content)
    assert dict(fasta.iterate_fasta("-")) == {"P20536": "MNSVTVSHAPYTITYHDDWEPVMSQ", "P01308": "MALWMRLL"}
    assert not sys.stdin.buffer.closed
    assert refusal("-") == "standard input: no sequences in it; a FASTA file has >headings, each followed by residues"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b">P1\nMA\nJ\n", ", line 3: P1: found 'J' at position 3 of 3; accepted are"),
        (gzip.compress(b">P1\nMA\nJ\n"), ", line 3: P1: found 'J' at position 3 of 3; accepted are"),
        (PACKED[".gz"][:-8], ", line 6: Compressed file ended before the end-of-stream marker was reached; is the"),
        (PACKED[".zip"], ": a zip file cannot be read from a pipe; is the file whole?"),
    ],
)
def test_standard_input_that_is_refused(standard_input, content, message):
    standard_input(content)
    assert refusal("-").startswith(f"standard input{message}")


def test_no_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal("-", FileNotFoundError).startswith("standard input: there is no such file")


def test_standard_input_of_a_process():
    command = "from dlfb_helpers.proteins import fasta; print(fasta.read_fasta('-')['EntryID'].tolist())"
    done = subprocess.run([sys.executable, "-c", command], input=PACKED[".gz"], capture_output=True, timeout=60)
    assert (done.stdout.decode().strip(), done.returncode) == ("['P20536', 'P01308']", 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column EntryID, term, aspect"),
        ("EntryID\tterm\nP1\tGO:0003674\n", "line 1: no column aspect; found EntryID, term"),
        ("EntryID,term,aspect\nP1,GO:0003674,MFO\n", "no column EntryID, term, aspect; found EntryID,term,aspect"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\tMFO\nP1\t\tMFO\n", "line 3: the cell under term is empty"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\tMFO\nP1\tGO:367\tMFO\n", "row 2 .*term is 'GO:367'"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\tfunction\n", "row 1 .*aspect is 'function'"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\n", "every line needs 3 tab-separated cells"),
    ],
)
def test_bad_terms(tmp_path, text, message):
    (tmp_path / "bad.tsv").write_text(text)
    with pytest.raises(ValueError, match=rf"bad\.tsv.*{message}"):
        cafa.read_terms(tmp_path / "bad.tsv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EntryID\tspecies\nP1\tmouse\n", "no column taxonomyID"),
        ("EntryID\ttaxonomyID\nP1\tmouse\n", "taxonomyID is 'mouse'; a number such as 9606"),
        ("EntryID\ttaxonomyID\nP1\t9606\nP1\t9606\n", "P1 is there more than once"),
    ],
)
def test_bad_taxonomy(tmp_path, text, message):
    (tmp_path / "bad.tsv").write_text(text)
    with pytest.raises(ValueError, match=rf"bad\.tsv.*{message}"):
        cafa.read_taxonomy(tmp_path / "bad.tsv")


def test_cells_stay_text(tmp_path):
    (tmp_path / "terms.tsv").write_text("EntryID\tterm\taspect\nNA\tGO:0003674\tMFO\n0042\tGO:0003674\tMFO\n")
    assert cafa.read_terms(str(tmp_path / "terms.tsv"))["EntryID"].tolist() == ["NA", "0042"]
    assert isinstance(cafa.read_terms(tmp_path / "terms.tsv")["EntryID"].dtype, pd.StringDtype)
