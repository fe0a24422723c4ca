"""What was computed once is not computed again, and an interrupted run resumes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from dlfb_helpers.embedding import mean as embeddings
from dlfb_helpers.embedding import runs as embedding_runs
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.pooling import POOLINGS
from dlfb_helpers.embedding.runs import compute_missing, embed_proteins, store_settings
from dlfb_helpers.embedding.store import EmbeddingStore
from dlfb_helpers.files import assets
from dlfb_helpers.files.assets import bundled_folder


def test_no_sequences_give_no_rows(tiny, tmp_path):
    assert embed_proteins([], tiny, cache=tmp_path).shape == (0, 16)


def test_the_cache_gives_the_same_vectors_without_computing(tiny, proteins, insulin, tmp_path, monkeypatch):
    calls = []
    first = embed_proteins([*proteins, insulin], tiny, cache=tmp_path, progress=lambda *done: calls.append(done))
    np.testing.assert_allclose(first[:6], mean_embeddings(proteins, tiny), atol=1e-5)
    assert np.array_equal(first[0], first[6])
    residues = sum(map(len, proteins))
    assert calls == [(residues, residues)]  # the repeated insulin was computed once

    def no_computing(*arguments, **options):
        raise AssertionError("computed again")

    monkeypatch.setattr(embedding_runs, "each_embedding", no_computing)
    assert np.array_equal(embed_proteins([*proteins, insulin], tiny, cache=tmp_path), first)


def test_an_interrupted_run_resumes(tiny, proteins, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding_runs, "RESIDUES_A_FILE", 120)

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_proteins(proteins, tiny, cache=tmp_path, progress=interrupt)
    left = []
    resumed = embed_proteins(proteins, tiny, cache=tmp_path, progress=lambda done, total: left.append(total))
    assert 0 < left[0] < sum(map(len, proteins))
    np.testing.assert_allclose(resumed, mean_embeddings(proteins, tiny), atol=1e-5)


def test_another_checkpoint_policy_or_pooling_does_not_hit_the_cache(tiny, course, tmp_path):
    mean = embed_proteins(["MALWM"], tiny, cache=tmp_path)
    embed_proteins(["MALWM"], tiny, "truncate", cache=tmp_path)
    assert embed_proteins(["MALWM"], course, cache=tmp_path).shape == (1, 320)
    largest = embed_proteins(["MALWM"], tiny, cache=tmp_path, pooling="max")
    assert (largest > mean).all() and len(list(tmp_path.iterdir())) == 4
    np.testing.assert_array_equal(embed_proteins(["MALWM"], tiny, cache=tmp_path, pooling=POOLINGS["max"]), largest)
    assert len(list(tmp_path.rglob("part-*"))) == 4  # a function that has a name is that name


def test_a_pooling_of_ones_own_is_computed_and_not_kept(tiny, proteins, tmp_path):
    def smallest(tokens):
        return tokens[1:-1].min(axis=0)

    found = embed_proteins(proteins, tiny, cache=tmp_path, pooling=smallest)
    np.testing.assert_array_equal(found, mean_embeddings(proteins, tiny, pooling=smallest))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="not stored; use mean_embeddings"):
        compute_missing(proteins, tiny, cache=tmp_path, pooling=smallest)


# One process loads the model and forks, so that each of the 20 tries costs a fraction of a second. The children use one
# thread: OpenMP's threads do not survive a fork. They say through a pipe when a file has been written.
FORKS = """
import json, os, pathlib, random, signal, sys, time
import torch
torch.set_num_threads(1)
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding import mean as embeddings
from dlfb_helpers.embedding import runs as embedding_runs
from dlfb_helpers.embedding.checkpoints import load_checkpoint
checkpoint = load_checkpoint(sys.argv[1], device="cpu")
sequences = load_cafa().sequences.query("Length < 200")["Sequence"].head(150).tolist()
embedding_runs.RESIDUES_A_FILE = 300
whole, killed, both = (pathlib.Path(sys.argv[2], name) for name in ("whole", "killed", "both"))
def start(folder, pipe):
    child = os.fork()
    if child == 0:
        embedding_runs.embed_proteins(sequences, checkpoint, cache=folder, progress=lambda *done: os.write(pipe, b"."))
        os._exit(0)
    return child
def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("part-*.parquet")}
reader, writer = os.pipe()
began = time.monotonic()
ends = [os.waitpid(start(whole, writer), 0)[1]]
seconds_a_file = (time.monotonic() - began) / len(files(whole))
chance, kept, at_work = random.Random(4), 0, 0
for _ in range(20):
    before, (reader, writer) = len(files(killed)), os.pipe()
    child = start(killed, writer)
    os.close(writer)
    reported = sum(len(os.read(reader, 1)) for _ in range(chance.randrange(3)))
    time.sleep(chance.uniform(0, 2 * seconds_a_file))
    os.kill(child, signal.SIGKILL)
    at_work += os.waitpid(child, 0)[1] == signal.SIGKILL
    reported += len(os.read(reader, 1000))
    kept += len(files(killed)) >= before + reported
unfinished = len(files(killed)) < len(files(whole))
reader, writer = os.pipe()
ends += [os.waitpid(start(killed, writer), 0)[1]]
ends += [os.waitpid(child, 0)[1] for child in [start(both, writer), start(both, writer)]]
print(json.dumps({
    "files": len(files(whole)), "kept": kept, "at work": at_work, "unfinished": unfinished, "ends": ends,
    "killed is whole": files(killed) == files(whole), "both is whole": files(both) == files(whole),
}))
"""


@pytest.fixture(scope="module")
def forks(tiny_folder, tmp_path_factory):
    command = [sys.executable, "-c", FORKS, str(tiny_folder), str(tmp_path_factory.mktemp("forks"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    return json.loads(done.stdout.splitlines()[-1])


def test_killed_twenty_times_it_keeps_every_file_and_ends_the_same_byte_for_byte(forks):
    assert forks["files"] > 50
    assert forks["at work"] >= 18  # of 20: SIGKILL met a child that had not finished
    assert forks["unfinished"]  # after the last kill there was work left
    assert forks["kept"] == 20  # what had been reported was on disk: at most the file in work was lost
    assert forks["ends"] == [0, 0, 0, 0]
    assert forks["killed is whole"]


def test_two_processes_that_write_at_once_leave_the_files_of_one(forks):
    assert forks["both is whole"]


def test_a_damaged_file_is_named_and_rebuilt_byte_for_byte(tiny, proteins, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding_runs, "RESIDUES_A_FILE", 40)
    vectors = embed_proteins(proteins, tiny, cache=tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("part-*")}
    assert len(before) > 2
    damaged = sorted(before)[1]
    damaged.write_bytes(before[damaged][:-1])
    with pytest.warns(UserWarning, match=f"{damaged.name} is damaged"):
        assert np.array_equal(embed_proteins(proteins, tiny, cache=tmp_path), vectors)
    assert {path: path.read_bytes() for path in tmp_path.rglob("part-*")} == before


def test_shards_write_the_files_of_one_run_and_a_wrong_one_is_refused(tiny, proteins, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding_runs, "RESIDUES_A_FILE", 40)
    compute_missing(proteins, tiny, cache=tmp_path / "one")
    for number in (2, 1):
        compute_missing(proteins, tiny, cache=tmp_path / "two", shard=(number, 2))
    one, two = (sorted(p.name for p in (tmp_path / name).rglob("part-*")) for name in ("one", "two"))
    assert one == two and len(one) > 2
    for shard in ((0, 2), (3, 2), (1, 0)):
        with pytest.raises(ValueError, match=f"no shard {shard[0]} of {shard[1]}"):
            compute_missing(proteins, tiny, cache=tmp_path, shard=shard)


def test_the_settings_are_those_of_the_bundled_vectors(course):
    assert EmbeddingStore(store_settings(course), bundled_folder("embeddings")).folder.is_dir()
    assert store_settings(course) == {
        "checkpoint": course.digest,
        "layer": "last",
        "pooling": "mean of residues",
        "precision": "float32",
        "long proteins": "window 1022/256",
    }
    others = store_settings(course, "truncate", "median")
    assert (others["pooling"], others["long proteins"]) == ("median", "truncate 1022/256")


def test_a_file_that_takes_long_is_kept_in_parts_and_ends_the_same_byte_for_byte(tiny, proteins, tmp_path, monkeypatch):
    def files(name):
        return {path.name: path.read_bytes() for path in (tmp_path / name).rglob("part-*")}

    monkeypatch.setitem(embedding_runs.each_embedding.__globals__["TOKENS_A_BATCH"], "cpu", 100)
    whole = embed_proteins(proteins, tiny, cache=tmp_path / "whole")
    monkeypatch.setattr(embedding_runs, "SECONDS_A_PART", 0)
    told = []

    def interrupt(done, total):
        told.append((done, total))
        raise KeyboardInterrupt

    computed = []
    hidden = embeddings._hidden
    monkeypatch.setattr(embeddings, "_hidden", lambda *given: computed.extend(given[1]) or hidden(*given))
    left = sum(map(len, proteins))
    for _ in range(2):  # each gets further by a protein at least
        with pytest.raises(KeyboardInterrupt):
            embed_proteins(proteins, tiny, cache=tmp_path / "killed", progress=interrupt)
    assert told[0][0] < told[1][0] < left == told[0][1]
    assert len(files("killed")) == 2
    computed.clear()
    np.testing.assert_array_equal(embed_proteins(proteins, tiny, cache=tmp_path / "killed"), whole)
    assert sum(map(len, computed)) < left  # not all of it anew
    assert files("killed") == files("whole") and len(files("whole")) == 1
    assert not list(tmp_path.rglob("begun"))


@pytest.mark.parametrize("place", ["file", "/proc/nowhere"])
def test_a_cache_that_cannot_be_written_is_a_warning(tiny, proteins, tmp_path, place):
    (tmp_path / "file").write_text("no folder")
    cache = tmp_path / place
    with pytest.warns(UserWarning, match="computed, but cannot be kept for the next run.*another cache folder") as told:
        found = embed_proteins(proteins, tiny, cache=cache)
    assert len(told) == 1
    np.testing.assert_array_equal(found, mean_embeddings(proteins, tiny))
    with pytest.raises(OSError, match=place):  # of a shard nothing would be left
        compute_missing(proteins, tiny, cache=cache, shard=(1, 2))


@pytest.fixture
def somebody(monkeypatch):
    """A folder that a class shares, and a home: within it, we are an account that may write to the latter alone."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    for name in ("shared", "home"):
        (place / name).mkdir()
    user = os.geteuid()
    if user == 0:  # root may write anywhere
        os.chown(place / "home", 65534, 65534)
    monkeypatch.setattr(assets.platformdirs, "user_cache_path", lambda name: place / "home" / name)
    monkeypatch.setenv("DLFB_CACHE", str(place / "shared"))

    @contextmanager
    def somebody():
        if user == 0:
            os.seteuid(65534)
        else:
            for folder in [place / "shared", *(place / "shared").rglob("*")]:
                folder.chmod(0o555 if folder.is_dir() else 0o444)
        try:
            yield place
        finally:
            os.seteuid(user)
            for folder in [place / "shared", *(place / "shared").rglob("*")]:
                folder.chmod(0o755)

    yield somebody
    shutil.rmtree(place)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.filterwarnings("error")
def test_a_cache_of_a_class_is_read_by_all_and_written_by_each_for_themselves(tiny, proteins, somebody, monkeypatch):
    first = embed_proteins(proteins[:3], tiny)  # the teacher's
    with somebody() as place:
        done = []
        found = embed_proteins(proteins, tiny, progress=lambda *counts: done.append(counts))
        assert done == [(sum(map(len, proteins[3:])),) * 2]  # the first three were read
        assert list((place / "home/dlfb_helpers/embeddings").rglob("part-*.parquet"))
        assert len(list((place / "shared/embeddings").rglob("part-*.parquet"))) == 1
        monkeypatch.setattr(embedding_runs, "each_embedding", lambda *given, **more: 1 / 0)
        np.testing.assert_array_equal(embed_proteins(proteins, tiny), found)  # from both
    np.testing.assert_array_equal(found[:3], first)


def test_what_is_known_is_only_what_was_asked_for(tiny, proteins, tmp_path):
    embed_proteins(proteins, tiny, cache=tmp_path)
    assert len(compute_missing(proteins[:1], tiny, cache=str(tmp_path))) == 1
