"""A manifest lists what is there, and a damaged one, or one that leads elsewhere, is named with its remedy."""

import json
import os
import zipfile

import numpy as np
import pytest

from dlfb_helpers.files.manifest import read_verified, sha256, verify, write_manifest

FILES = {"facts.json": b"{}", "weights.bin": bytes(range(256))}
REMEDY = "take it again"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    write_manifest(folder, what="a test")
    return folder


def with_entry(folder, name, **entry):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = entry or manifest["files"].pop("weights.bin")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def refusal(folder, error=ValueError):
    with pytest.raises(error, match=REMEDY) as raised:
        read_verified(folder, FILES, REMEDY)
    assert str(folder) in str(raised.value)
    return str(raised.value)


def test_what_is_verified_is_what_is_returned(folder):
    assert read_verified(folder, FILES, REMEDY) == FILES
    assert verify(folder, REMEDY)["what"] == "a test"


def test_an_altered_a_missing_and_a_linked_file(folder, tmp_path):
    weights = folder / "weights.bin"
    weights.write_bytes(b"others")
    assert "weights.bin has been altered (SHA-256" in refusal(folder)
    weights.rename(tmp_path / "weights.bin")
    assert "weights.bin is missing" in refusal(folder, FileNotFoundError)
    weights.symlink_to(tmp_path / "weights.bin")
    assert "weights.bin is a link" in refusal(folder)
    weights.unlink()
    weights.mkdir()
    refusal(folder)


def test_verify_names_an_altered_and_a_missing_file(folder):
    (folder / "weights.bin").write_bytes(b"others")
    with pytest.raises(ValueError, match=f"weights.bin has been altered .*; {REMEDY}"):
        verify(folder, REMEDY)
    (folder / "weights.bin").unlink()
    with pytest.raises(FileNotFoundError, match=f"weights.bin is missing; {REMEDY}"):
        verify(folder, REMEDY)


def test_the_hash_of_a_member_of_a_zip_is_that_of_the_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"content")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "plain", "member")
        assert sha256(zipfile.Path(archive, "member")) == sha256(tmp_path / "plain")


def test_no_more_and_no_less_than_the_files_of_such_a_folder(folder):
    (folder / "more.bin").write_bytes(b"")
    assert read_verified(folder, FILES, REMEDY) == FILES  # it is not read, so it does no harm
    write_manifest(folder)
    assert "lists more.bin" in refusal(folder)
    (folder / "more.bin").unlink()
    (folder / "weights.bin").unlink()
    write_manifest(folder)
    assert "does not list weights.bin" in refusal(folder)


@pytest.mark.parametrize("name", ["../weights.bin", "/etc/passwd", "a/../../b", "..", "a\\b", "a\nb", ""])
def test_a_place_outside_the_folder_is_refused(folder, name):
    with_entry(folder, name)
    for reader in (lambda: verify(folder, REMEDY), lambda: read_verified(folder, FILES, REMEDY)):
        with pytest.raises(ValueError, match="a place outside its folder; take it again"):
            reader()


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{}", b'{"files": []}', b'{"files": {"a": 1}}', b'{"files": {"a": {}}}', b"\xff\xfe",
     b"{" * 9999, b'{"files": {"a": {"sha256": "xyz"}}}', b'{"files": {"a": {"sha256": "00"}}}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_manifest_is_named(folder, content):
    (folder / "manifest.json").write_bytes(content)
    assert "manifest.json is damaged" in refusal(folder)


def test_every_flipped_bit_of_a_manifest_is_named_or_harmless_text(folder):
    path = folder / "manifest.json"
    whole = path.read_bytes()
    named = 0
    for bit in np.random.default_rng(0).choice(8 * len(whole), 300, replace=False):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        try:
            assert read_verified(folder, FILES, REMEDY) == FILES  # in the description, in white space, in a size
        except (ValueError, FileNotFoundError) as error:
            named += 1
            assert str(folder) in str(error) and REMEDY in str(error)
    assert named > 150


def test_the_folder_that_was_opened_is_read_to_the_end(folder, tmp_path, monkeypatch):
    """Another takes its name half-way: what comes back is all of the first one."""
    other = tmp_path / "other"
    other.mkdir()
    for name in FILES:
        (other / name).write_bytes(b"of the other one")
    write_manifest(other)
    opened = os.open

    def exchange_first(path, *arguments, **keywords):
        if path == "weights.bin":
            folder.rename(tmp_path / "gone")
            other.rename(folder)
        return opened(path, *arguments, **keywords)

    monkeypatch.setattr(os, "open", exchange_first)
    assert read_verified(folder, FILES, REMEDY) == FILES
