"""Vectors come back as they were stored; what is damaged is named and computed again."""

import os
import resource
import subprocess
import sys
import time

import numpy as np
import pytest

from dlfb_helpers.embedding import store as store_module
from dlfb_helpers.embedding import store_index
from dlfb_helpers.embedding.runs import store_settings
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


def test_only_what_is_asked_for_is_read(tmp_path, vectors, monkeypatch):
    store = EmbeddingStore(SETTINGS, tmp_path)
    store.write(["a", "b"], vectors[:2])
    other = store.write(["c"], vectors[2:])
    read = []
    monkeypatch.setattr(EmbeddingStore, "_table", lambda self, path: read.append(path))
    store.read(["c", "none"])
    assert read == [other]
    store.read([])
    store.read(["none"])
    assert read == [other]
    monkeypatch.undo()
    assert store.read(["c", "none"]).keys() == {"c"}
    assert np.array_equal(store.read(["c"])["c"], vectors[2]) and store.read(["b", "c"]).keys() == {"b", "c"}


def test_many_files_are_found_by_an_index_that_may_be_old_damaged_or_not_writable(tmp_path, vectors, monkeypatch):
    store = EmbeddingStore(SETTINGS, tmp_path)
    keys = [sequence_key("M" * number) for number in range(60)]
    many = np.random.default_rng(1).normal(size=(60, 8)).astype(np.float32)
    index = store.folder / "index.npz"

    def found(some):
        return {key: vector.tolist() for key, vector in store.read(some).items()}

    def expected(places):
        return {keys[place]: many[place].tolist() for place in places}

    for place in range(40):
        store.write([keys[place]], many[place : place + 1])
    assert found(keys[3:5]) == expected([3, 4]) and index.is_file()  # the index is written
    scanned = []
    original = store_index._keys
    monkeypatch.setattr(store_index, "_keys", lambda path: scanned.append(path) or original(path))
    assert found(keys[3:5]) == expected([3, 4]) and not scanned  # and used
    gone = store.write([keys[40]], many[40:41])  # newer than the index
    assert found(keys[39:41]) == expected([39, 40]) and scanned == [gone]
    for place in range(41, 60):  # so many that the index is made anew
        store.write([keys[place]], many[place : place + 1])
    assert found(keys) == expected(range(60))
    scanned.clear()
    assert found(keys[:50]) == expected(range(50)) and not scanned
    gone.unlink()  # older than the index
    assert found(keys[39:42]) == expected([39, 41])
    for content in (b"", b"PK", index.read_bytes()[:-30], b"x" * 100):
        index.write_bytes(content)
        assert found([keys[7]]) == expected([7])
    index.unlink()
    index.mkdir()  # it cannot be written: no harm
    assert found([keys[7]]) == expected([7])


def test_a_damaged_file_is_named_though_its_keys_cannot_be_read(tmp_path, vectors):
    store = EmbeddingStore(SETTINGS, tmp_path)
    path = store.write(["a", "b", "c"], vectors)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.warns(UserWarning, match=f"{path.name} is damaged"):
        assert store.read(["z"]) == {}


def test_vectors_that_are_not_finite_are_neither_written_nor_read(tmp_path, vectors, monkeypatch):
    store = EmbeddingStore(SETTINGS, tmp_path)
    broken = vectors.copy()
    broken[1, 3] = np.nan
    with pytest.raises(ValueError, match="holds NaN or infinity, and is not kept"):
        store.write(["a", "b", "c"], broken)
    assert not tmp_path.exists() or not list(tmp_path.rglob("part-*"))
    monkeypatch.setattr(np, "isfinite", lambda values: np.ones(np.shape(values), bool))  # as older releases wrote
    store.write(["a", "b", "c"], broken)
    monkeypatch.undo()
    assert store.read().keys() == store.read(["a", "b", "c"]).keys() == {"a", "c"}


def test_a_large_write_is_several_files(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "ROWS_A_FILE", 4)
    many = np.arange(20, dtype=np.float32).reshape(10, 2)
    store = EmbeddingStore(SETTINGS, tmp_path)
    store.write([str(number) for number in range(10)], many)
    assert len(list(store.folder.glob("part-*"))) == 3
    assert np.array_equal(np.array(list(store.read(list("0123456789"))[key] for key in "0123456789")), many)


def test_files_that_are_kept_elsewhere_are_forgotten(tmp_path, vectors):
    begun = EmbeddingStore(SETTINGS, tmp_path).begun()
    begun.write(["a", "b"], vectors[:2])
    kept = begun.write(["c"], vectors[2:])
    begun.forget(["a", "b", "z"])
    assert list(begun.folder.glob("part-*")) == [kept]
    begun.forget(["c"])
    assert not begun.folder.exists()
    begun.forget(["c"])


def test_a_place_that_cannot_be_listed_is_a_warning(tmp_path, vectors, monkeypatch):
    store = EmbeddingStore(SETTINGS, tmp_path)
    store.write(["a", "b", "c"], vectors)

    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(store.folder), "read_bytes", refuse)
    with pytest.warns(UserWarning, match=r"part-.* cannot be read \(Permission denied\) and is left out"):
        assert store.read(["a"]) == {}
    monkeypatch.setattr(type(store.folder), "glob", refuse)
    with pytest.warns(UserWarning, match="cannot be read"):
        assert store.read(["a"]) == {}


LARGE = """
import os, psutil, resource, sys, time
import numpy as np
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.runs import embed_proteins, store_settings
from dlfb_helpers.embedding.store import EmbeddingStore
checkpoint = load_checkpoint(sys.argv[1], device="cpu")
embed_proteins(["MA"], checkpoint, cache="empty")
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
threads = psutil.Process().num_threads()
before, start = peak(), time.perf_counter()
embed_proteins([sys.argv[2]], checkpoint, cache=sys.argv[3])
print(peak() - before, time.perf_counter() - start, psutil.Process().num_threads() - threads)
"""


def test_a_large_store_costs_a_run_of_one_protein_little(tiny, tiny_folder, tmp_path):
    """100,000 vectors in files of 500: what is not needed is not read, and no thread is left that reads."""
    store = EmbeddingStore(store_settings(tiny), tmp_path)
    keys = [sequence_key(str(number)) for number in range(100_000)]
    for start in range(0, 100_000, 500):
        store.write(keys[start : start + 500], np.full((500, 16), start, np.float32))
    for sequence in ("MALWM", "MALWM"):  # the first makes the index
        command = [sys.executable, "-c", LARGE, str(tiny_folder), sequence, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        kilobytes, seconds, threads = map(float, done.stdout.split())
        assert not threads, "a reader's thread that is still there at the end of a program can abort it"
    assert kilobytes < 30_000 and seconds < 2, done.stdout
