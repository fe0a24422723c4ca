"""Vectors come back as they were stored; what is damaged is named and computed again."""

import os
import resource
import time

import numpy as np
import pytest

from dlfb_helpers.embedding.store import EmbeddingStore
from dlfb_helpers.proteins.fasta import sequence_key

SETTINGS = {"checkpoint": "0" * 64, "pooling": "mean"}


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)


def test_vectors_survive_bit_for_bit(tmp_path, vectors):
    EmbeddingStore(SETTINGS, tmp_path).write(["a", "b", "c"], vectors)
    found = EmbeddingStore(SETTINGS, tmp_path).read()
    assert list(found) == ["a", "b", "c"]
    assert np.array_equal(np.array(list(found.values())), vectors)
    assert found["a"].dtype == np.float32


def test_other_settings_see_nothing(tmp_path, vectors):
    EmbeddingStore(SETTINGS, tmp_path).write(["a", "b", "c"], vectors)
    assert EmbeddingStore(SETTINGS | {"pooling": "cls"}, tmp_path).read() == {}


def test_the_same_vectors_twice_is_one_file(tmp_path, vectors):
    store = EmbeddingStore(SETTINGS, tmp_path)
    assert store.write(["a", "b", "c"], vectors) == store.write(["a", "b", "c"], vectors)
    assert len(list(store.folder.glob("part-*"))) == 1


@pytest.mark.parametrize("damage", [b"", b"not parquet"])
def test_a_damaged_file_is_named_and_removed(tmp_path, vectors, damage):
    store = EmbeddingStore(SETTINGS, tmp_path)
    path = store.write(["a", "b", "c"], vectors)
    store.write(["d"], vectors[:1])
    path.write_bytes(path.read_bytes()[:-20] + damage)
    with pytest.warns(UserWarning, match=f"{path.name} is damaged"):
        assert list(store.read()) == ["d"]
    assert not path.exists()


def test_an_unfinished_write_is_not_read(tmp_path, vectors):
    store = EmbeddingStore(SETTINGS, tmp_path)
    path = store.write(["a", "b", "c"], vectors)
    path.rename(path.with_name(f".{path.name}.1.partial"))
    assert store.read() == {}


def test_settings_are_written_beside_the_vectors(tmp_path, vectors):
    path = EmbeddingStore(SETTINGS, tmp_path).write(["a", "b", "c"], vectors)
    assert '"pooling": "mean"' in path.with_name("settings.json").read_text()


def test_an_empty_store_reads_as_empty_and_leaves_no_folder(tmp_path):
    assert EmbeddingStore(SETTINGS, tmp_path).read() == {}
    assert list(tmp_path.iterdir()) == []


def test_keys_depend_on_the_sequence_alone():
    assert sequence_key("MALWM") == sequence_key("MAL" + "WM")
    assert sequence_key("MALWM") != sequence_key("MALWN")


def test_what_a_killed_writer_left_is_removed_but_not_a_live_ones(tmp_path, vectors):
    store = EmbeddingStore(SETTINGS, tmp_path)
    written = store.write(["a", "b", "c"], vectors)
    old, live = (written.with_name(f".part-{name}.partial") for name in ("old", "live"))
    for path in (old, live):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    assert len(store.read()) == 3
    assert not old.exists() and live.exists()


def test_a_full_disk_is_named_and_nothing_is_left(tmp_path, vectors, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device; free some space.*settings.json"):
        EmbeddingStore(SETTINGS, tmp_path).write(["a", "b", "c"], vectors)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_does_not_fit_is_named_and_nothing_of_it_is_left(tmp_path, vectors):
    store = EmbeddingStore(SETTINGS, tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400, limits[1]))  # settings.json fits, the vectors do not: a real error
    try:
        with pytest.raises(OSError, match=r"free some space or name another folder: .*part-\w+\.parquet"):
            store.write(["a", "b", "c"], vectors)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in store.folder.iterdir()] == ["settings.json"]
    assert store.read() == {}


def test_a_folder_that_cannot_be_made_is_named(tmp_path, vectors):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match="name another folder.*file/"):
        EmbeddingStore(SETTINGS, tmp_path / "file").write(["a", "b", "c"], vectors)


def test_a_file_that_another_reader_removed_is_passed_over(tmp_path, vectors):
    store = EmbeddingStore(SETTINGS, tmp_path)
    store.write(["d"], vectors[:1])
    (store.folder / "part-gone.parquet").symlink_to(tmp_path / "gone")  # listed, and no longer there to be read
    assert list(store.read()) == ["d"]
