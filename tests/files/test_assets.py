"""Bundled assets are what was shipped; what is written is written whole."""

import json
import shutil

import pytest

from dlfb_helpers.files import assets as bundled
from dlfb_helpers.files import atomic


@pytest.fixture
def asset(tmp_path):
    (tmp_path / "terms.tsv").write_text("EntryID\tterm\taspect\n")
    entry = {"sha256": bundled.sha256(tmp_path / "terms.tsv")}
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"terms.tsv": entry}}))
    return tmp_path


@pytest.mark.parametrize("name", sorted(path.name for path in bundled.ASSETS.iterdir() if path.is_dir()))
def test_every_bundled_file_is_in_a_manifest_and_unaltered(name):
    folder = bundled.bundled_folder(name)
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - {"manifest.json"} == set(manifest["files"])


def test_altered_asset_is_named(asset):
    (asset / "terms.tsv").write_text("altered")
    with pytest.raises(ValueError, match="terms.tsv has been altered .* restore it"):
        bundled.verify(asset)


def test_missing_asset_is_named(asset):
    (asset / "terms.tsv").unlink()
    with pytest.raises(FileNotFoundError, match="terms.tsv is missing; restore it"):
        bundled.verify(asset)


def test_missing_manifest_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="manifest.json is missing"):
        bundled.verify(tmp_path)


def test_altered_copy_of_the_checkpoint_is_refused(tmp_path, monkeypatch):
    shutil.copytree(bundled.ASSETS / "checkpoint", tmp_path / "checkpoint")
    with open(tmp_path / "checkpoint/model.safetensors", "r+b") as file:
        file.seek(100_000)
        file.write(b"\0\1\2\3")
    with pytest.raises(ValueError, match="model.safetensors has been altered"):
        bundled.verify(tmp_path / "checkpoint")


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path))
    assert bundled.cache_folder() == tmp_path
    monkeypatch.delenv("DLFB_CACHE")
    assert bundled.cache_folder().name == "dlfb_helpers"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "value.bin"
    atomic.write_atomically(path, b"old")
    with pytest.raises(TypeError):
        atomic.write_atomically(path, "not bytes")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["value.bin"]
