"""Bundled assets are what was shipped."""

import json

import pytest

from dlfb_helpers.files import assets


@pytest.mark.parametrize("name", sorted(path.name for path in assets.ASSETS.iterdir() if path.is_dir()))
def test_every_bundled_file_is_in_a_manifest_and_unaltered(name):
    folder = assets.bundled_folder(name)
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - {"manifest.json"} == set(manifest["files"])


def test_what_is_missing_is_named_with_the_remedy():
    with pytest.raises(FileNotFoundError, match="manifest.json is missing; restore it with `git checkout"):
        assets.bundled_folder("nothing")


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path))
    assert assets.cache_folder() == tmp_path
    monkeypatch.delenv("DLFB_CACHE")
    assert assets.cache_folder().name == "dlfb_helpers"


def test_where_the_shared_cache_cannot_be_written_ones_own_is(monkeypatch, tmp_path):
    (tmp_path / "file").touch()  # nothing can be made below a file
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path / "file" / "shared"))
    monkeypatch.setattr(assets.platformdirs, "user_cache_path", lambda name: tmp_path / name)
    assert assets.cache_folders() == [tmp_path / "file" / "shared", tmp_path / "dlfb_helpers"]
    assert assets.cache_folder("embeddings") == tmp_path / "dlfb_helpers" / "embeddings"
    monkeypatch.setattr(assets.platformdirs, "user_cache_path", lambda name: tmp_path / "file" / name)
    assert assets.cache_folder() == tmp_path / "file" / "shared"  # none can: the first is named in what is said of it
