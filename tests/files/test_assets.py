"""Bundled assets are what was shipped."""

import json
import zipfile

import pytest

from dlfb_helpers.files import assets


@pytest.fixture
def asset(tmp_path):
    (tmp_path / "terms.tsv").write_text("EntryID\tterm\taspect\n")
    entry = {"sha256": assets.sha256(tmp_path / "terms.tsv")}
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"terms.tsv": entry}}))
    return tmp_path


@pytest.mark.parametrize("name", sorted(path.name for path in assets.ASSETS.iterdir() if path.is_dir()))
def test_every_bundled_file_is_in_a_manifest_and_unaltered(name):
    folder = assets.bundled_folder(name)
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - {"manifest.json"} == set(manifest["files"])


def test_altered_asset_is_named(asset):
    (asset / "terms.tsv").write_text("altered")
    with pytest.raises(ValueError, match="terms.tsv has been altered .* restore it"):
        assets.verify(asset)


def test_missing_asset_is_named(asset):
    (asset / "terms.tsv").unlink()
    with pytest.raises(FileNotFoundError, match="terms.tsv is missing; restore it"):
        assets.verify(asset)


def test_missing_manifest_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="manifest.json is missing"):
        assets.verify(tmp_path)


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path))
    assert assets.cache_folder() == tmp_path
    monkeypatch.delenv("DLFB_CACHE")
    assert assets.cache_folder().name == "dlfb_helpers"


def test_the_hash_of_a_member_of_a_zip_is_that_of_the_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"content")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "plain", "member")
        assert assets.sha256(zipfile.Path(archive, "member")) == assets.sha256(tmp_path / "plain")
