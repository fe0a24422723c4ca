"""Packings by how they begin, whatever the name says; archives with what systems add; and no end to the memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import tracemalloc
import zipfile

import pyarrow as pa
import pytest

from dlfb_helpers.files import unpacking
from dlfb_helpers.files.packed import as_path, clear_errors, opened
from dlfb_helpers.files.unpacking import own_members

CONTENT = b">P1\nMALWMRLL\n>P2\nMNSVTVSHAPYTITYHDDWEP\n"
PACKERS = {
    "": bytes,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
    ".zst": lambda content: pa.compress(content, codec="zstd", asbytes=True),
    ".zip": lambda content: zipped(("a", content)),
}


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def read(path) -> bytes:
    path = as_path(path)
    with opened(path) as handle, clear_errors(path):
        return handle.read()


def refusal(path) -> str:
    with pytest.raises(ValueError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("named", PACKERS)
@pytest.mark.parametrize("packed", PACKERS)
def test_a_wrong_ending_does_not_matter(tmp_path, named, packed):
    path = tmp_path / f"p.fasta{named}"
    path.write_bytes(PACKERS[packed](CONTENT))
    assert read(path) == CONTENT


@pytest.mark.parametrize("outer", [".gz", ".xz", ".bz2", ".zst", ".zip"])
@pytest.mark.parametrize("inner", [".gz", ".xz", ".bz2", ".zst"])
def test_what_is_packed_twice_is_read(tmp_path, outer, inner):
    path = tmp_path / f"p.fasta{inner}{outer}"
    path.write_bytes(PACKERS[outer](PACKERS[inner](CONTENT)))
    assert read(path) == CONTENT


def test_what_is_packed_without_end_is_refused(tmp_path):
    path, content = tmp_path / "p.gz", CONTENT
    for _ in range(4):
        content = gzip.compress(content)
    path.write_bytes(content)
    assert refusal(path) == f"{path}: it is packed more than 3 times; unpack it first"


JUNK = [
    "d/", "__MACOSX/", "__MACOSX/._p.fasta", "__MACOSX/d/._p.fasta", "._p.fasta", "d/._p.fasta", ".DS_Store",
    "d/.DS_Store", "Thumbs.db", "d/desktop.ini",
]  # fmt: skip


@pytest.mark.parametrize("name", ["p.fasta", "d/p.fasta", "d/e/p.fasta", "Ünicode.fasta"])
def test_folders_and_what_systems_add_are_passed_over(tmp_path, name):
    path = tmp_path / "p.zip"
    for content in (CONTENT, gzip.compress(CONTENT)):
        path.write_bytes(
            zipped(*((junk, b"" if junk.endswith("/") else b"\0\5\x16\7") for junk in JUNK), (name, content))
        )
        assert read(path) == CONTENT


def test_own_members():
    assert own_members([*JUNK, "p.fasta", ".hidden", "d/q"]) == ["p.fasta", ".hidden", "d/q"]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ([], "found 0; unpack it and give one file"),
        (JUNK[:3], "found 0; unpack it and give one file"),
        (["a", "d/b"], "found 2: a, d/b; unpack it and give one file"),
        (["a\x1b[2J", "b"], r"found 2: a\x1b[2J, b; unpack it"),
        ([f"member{number}" for number in range(1000)], "found 1000: member0, member1"),
    ],
)
def test_another_number_of_files_is_told_with_their_names(tmp_path, members, found):
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(*((name, b"") for name in members)))
    assert refusal(path).startswith(f"{path}: one file is expected inside, {found}") and len(refusal(path)) < 400


def test_a_folder_with_one_file_is_that_file(tmp_path):
    for name in (".DS_Store", "._p.zip", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"\0")
    (tmp_path / "p.zip").write_bytes(PACKERS[".zip"](CONTENT))
    assert read(tmp_path) == read(str(tmp_path)) == CONTENT
    (tmp_path / "another").write_bytes(b"")
    with pytest.raises(IsADirectoryError, match="this is a folder; give the file in it"):
        read(tmp_path)


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("p.fasta")
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "packing"),
    [
        (tarred(), "tar"),
        (gzip.compress(tarred()), "tar"),
        (lzma.compress(CONTENT, lzma.FORMAT_ALONE), "lzma"),
        (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(50), "7z"),
        (b"Rar!\x1a\x07\x01\0" + bytes(50), "rar"),
        (b"\x1f\x9d\x90" + bytes(50), "compress (.Z)"),
        (b"LZIP\1" + bytes(50), "lzip"),
        (b"\4\x22\x4d\x18d@" + bytes(50), "lz4"),
    ],
    ids=["tar", "tar.gz", "lzma", "7z", "rar", "Z", "lz", "lz4"],
)
def test_a_packing_that_is_not_read_is_named(tmp_path, content, packing):
    path = tmp_path / "p.fasta"
    path.write_bytes(content)
    assert refusal(path) == f"{path}: this is packed with {packing}, which is not read; unpack it first"


def bomb(ending: str) -> bytes:
    """300 MB of zeros in as few bytes as the packing can."""
    block = bytes(10_000_000)
    if ending == ".zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("p.fasta", "w") as member:
            for _ in range(30):
                member.write(block)
        return buffer.getvalue()
    return PACKERS[ending](block) * 30


@pytest.mark.parametrize("ending", [".gz", ".xz", ".bz2", ".zst", ".zip"])
def test_what_unpacks_to_far_more_is_refused_before_it_fills_the_memory(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(unpacking, "LEAST_LIMIT", 20_000_000)
    path = tmp_path / f"bomb{ending}"
    path.write_bytes(bomb(ending))
    message = f"{path}: it unpacks to more than 200 times its size, as no data do; if that is right, unpack it first"
    tracemalloc.start()
    try:
        assert refusal(path) == message
        assert tracemalloc.get_traced_memory()[1] < 80_000_000
    finally:
        tracemalloc.stop()
    if ending == ".zip":
        with pytest.raises(ValueError, match="200 times its size"):
            read(zipfile.Path(zipfile.ZipFile(path), "p.fasta"))
    else:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(path.read_bytes()))))
        assert refusal("-").startswith("standard input: it unpacks to more than 200 times")


@pytest.mark.parametrize("ending", [".gz", ".xz", ".bz2", ".zst", ".zip"])
def test_data_are_not_taken_for_a_bomb(tmp_path, ending, monkeypatch):
    """A protein and its 5,000 single substitutions, the most repetitive of real files."""
    monkeypatch.setattr(unpacking, "LEAST_LIMIT", 100_000)
    protein = "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQ"
    letters = "ACDEFGHIKLMNPQRSTVWY"
    content = "".join(
        f">{position}{letter}\n{protein[:position]}{letter}{protein[position + 1 :]}\n"
        for position in range(len(protein)) for letter in letters
    ).encode()  # fmt: skip
    path = tmp_path / f"p{ending}"
    path.write_bytes(PACKERS[ending](content))
    assert read(path) == content
