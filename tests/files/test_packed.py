"""Plain bytes come out of files as people have them; what is damaged, or cannot be opened, is named with a remedy."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import subprocess
import sys
import zipfile
import zlib

import pyarrow as pa
import pytest

from dlfb_helpers.files.packed import as_path, clear_errors, opened

CONTENT = b">P1\nMALWMRLL\n>P2\nMNSVTVSHAPYTITYHDDWEP\n"
WHOLE = "; is the file whole? download it again, or pack it again, one file in an archive"


def read(path) -> bytes:
    path = as_path(path)
    with opened(path) as handle, clear_errors(path):
        return handle.read()


def refusal(path, kind: type[Exception] = ValueError) -> str:
    """Return what is said when a file is refused."""
    with pytest.raises(kind) as caught:
        read(path)
    assert type(caught.value) is kind
    return str(caught.value)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


PACKED = {
    ".gz": gzip.compress(CONTENT, mtime=0),
    ".xz": lzma.compress(CONTENT),
    ".bz2": bz2.compress(CONTENT),
    ".zst": zstd(CONTENT),
    ".zip": zipped(a=CONTENT),
}
CHECKSUM = zlib.crc32(CONTENT).to_bytes(4, "little")
LOCKED_ZIP = re.sub(rb"(PK\x01\x02....)\0\0", rb"\1" + b"\x01\0", PACKED[".zip"])


@pytest.mark.parametrize("ending", ["", *PACKED])
def test_what_a_file_holds_is_found_by_its_ending_or_its_first_bytes(tmp_path, ending):
    for name in (f"named.fasta{ending}", "unnamed.fasta"):
        (tmp_path / name).write_bytes(PACKED.get(ending, CONTENT))
        assert read(tmp_path / name) == read(str(tmp_path / name)) == CONTENT


@pytest.mark.parametrize("ending", PACKED)
def test_no_archive_that_was_cut_off_gives_fewer_bytes(tmp_path, ending):
    path = tmp_path / f"cut{ending}"
    for length in range(1, len(PACKED[ending])):
        path.write_bytes(PACKED[ending][:length])
        message = refusal(path)
        assert message.startswith(f"{path}: ") and message.endswith(WHOLE)


@pytest.mark.parametrize(
    ("ending", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress), (".zst", zstd)]
)
def test_a_second_stream_of_an_archive_is_read_or_refused(tmp_path, ending, pack):
    path = tmp_path / f"two{ending}"
    one, other = pack(b"one"), pack(b"other")
    for between in (b"", bytes(20_000)) if ending != ".zst" else (b"",):
        path.write_bytes(one + between + other)
        assert read(path) == b"oneother"
    damage = other[:12] + b"?" + other[13:] if ending != ".zst" else b"?" + other[1:]  # it has no checksum here
    for damaged in (other[:-1], other[:5], damage, other[:-12] or b"?", b"junk"):
        path.write_bytes(one + damaged)
        assert refusal(path).endswith(WHOLE)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.gz", PACKED[".gz"][:-8], "Compressed file ended before the end-of-stream marker was reached"),
        ("none.gz", b"\0P1\nMA\n", "Not a gzipped file (b'\\x00P')"),
        ("sum.gz", PACKED[".gz"][:-8] + bytes(4) + PACKED[".gz"][-4:], "CRC check failed"),
        ("cut.xz", PACKED[".xz"][:-20], "Compressed file ended before the end-of-stream marker was reached"),
        ("cut.bz2", PACKED[".bz2"][:-20], "Compressed file ended before the end-of-stream marker was reached"),
        ("cut.zst", PACKED[".zst"][:-5], "Truncated compressed stream"),
        ("none.xz", b"\0" + CONTENT, "Input format not supported by decoder"),
        ("none.bz2", b"\0" + CONTENT, "Invalid data stream"),
        ("none.zst", b"\0" + CONTENT, "ZSTD decompress failed: Unknown frame descriptor"),
        ("none.zip", b"\0P1\nMA\n", "File is not a zip file"),
        ("sum.zip", PACKED[".zip"].replace(CHECKSUM, b"1234"), "Bad CRC-32 for file 'a'"),
        ("name.zip", zipped(é=b"").replace("é".encode(), b"\xe9?"), "'utf-8' codec can't decode byte 0xe9"),
        ("locked.zip", LOCKED_ZIP, "File 'a' is encrypted, password required for extraction"),
    ],
)
def test_a_damaged_archive_is_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}: {message}")
    assert refusal(path).endswith(WHOLE)


def test_a_file_that_does_not_exist(tmp_path):
    path = tmp_path / "nowhere"
    assert refusal(path, FileNotFoundError) == f"{path}: there is no such file; check the name and the folder"


def test_a_folder_in_place_of_a_file(tmp_path):
    assert refusal(tmp_path, IsADirectoryError) == f"{tmp_path}: this is a folder; give the file in it"


def test_a_file_below_a_file(tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    path = tmp_path / "a/b"
    assert refusal(path, OSError) == f"{path}: Not a directory; check the name, the folder and the disk"


def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(CONTENT)
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
    (tmp_path / "all.zip").write_bytes(zipped(good=CONTENT, gz=PACKED[".gz"][:-8]))
    archive = zipfile.ZipFile(tmp_path / "all.zip")
    assert read(zipfile.Path(archive, "good")) == CONTENT
    assert refusal(zipfile.Path(archive, "gz")).startswith(f"{tmp_path}/all.zip/gz: Compressed file ended")
    message = refusal(zipfile.Path(archive, "no"), FileNotFoundError)
    assert message == f"{tmp_path}/all.zip/no: there is no such file; check the name and the folder"


@pytest.fixture
def standard_input(monkeypatch):
    """Return a function that gives standard input its bytes; they cannot be read twice, as in a pipe."""

    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))

    return give


@pytest.mark.parametrize("ending", ["", ".gz", ".xz", ".bz2", ".zst"])
def test_standard_input(standard_input, ending):
    standard_input(PACKED.get(ending, CONTENT))
    assert read("-") == CONTENT
    assert not sys.stdin.buffer.closed
    assert read("-") == b""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PACKED[".gz"][:-8], "Compressed file ended before the end-of-stream marker was reached; is the"),
        (PACKED[".zip"], "a zip file cannot be read from a pipe, or from within another packed file; unpack it first"),
    ],
)
def test_standard_input_that_is_refused(standard_input, content, message):
    standard_input(content)
    assert refusal("-").startswith(f"standard input: {message}")


def test_no_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal("-", FileNotFoundError).startswith("standard input: there is no such file")


def test_standard_input_of_a_process():
    command = (
        "from dlfb_helpers.files.packed import as_path, opened\n"
        "with opened(as_path('-')) as handle:\n"
        "    print(len(handle.read()))"
    )
    done = subprocess.run([sys.executable, "-c", command], input=PACKED[".gz"], capture_output=True, timeout=60)
    assert (done.stdout.decode().strip(), done.returncode) == (str(len(CONTENT)), 0)
