"""What was computed once is not computed again, and an interrupted run resumes."""

import json
import subprocess
import sys

import numpy as np
import pytest

from dlfb_helpers import checkpoints, embedding_runs
from dlfb_helpers.embedding_runs import embed_proteins
from dlfb_helpers.embeddings import get_mean_embeddings

INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)
SEQUENCES = [INSULIN, "MALWM", "M", INSULIN[::-1], (INSULIN * 5)[:500], INSULIN[24:54]]


@pytest.fixture(scope="module")
def tiny(tiny_folder):
    return checkpoints.load(str(tiny_folder), device="cpu")


def test_no_sequences_give_no_rows(tiny, tmp_path):
    assert embed_proteins([], tiny, cache=tmp_path).shape == (0, 16)


def test_the_cache_gives_the_same_vectors_without_computing(tiny, tmp_path, monkeypatch):
    calls = []
    first = embed_proteins([*SEQUENCES, INSULIN], tiny, cache=tmp_path, progress=lambda *done: calls.append(done))
    np.testing.assert_allclose(first[:6], get_mean_embeddings(SEQUENCES, tiny), atol=1e-5)
    assert np.array_equal(first[0], first[6])
    residues = sum(map(len, SEQUENCES))
    assert calls == [(residues, residues)]  # the repeated insulin was computed once

    def no_computing(*arguments):
        raise AssertionError("computed again")

    monkeypatch.setattr(embedding_runs, "get_mean_embeddings", no_computing)
    assert np.array_equal(embed_proteins([*SEQUENCES, INSULIN], tiny, cache=tmp_path), first)


def test_an_interrupted_run_resumes(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding_runs, "RESIDUES_A_PART", 120)

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_proteins(SEQUENCES, tiny, cache=tmp_path, progress=interrupt)
    left = []
    resumed = embed_proteins(SEQUENCES, tiny, cache=tmp_path, progress=lambda done, total: left.append(total))
    assert 0 < left[0] < sum(map(len, SEQUENCES))
    np.testing.assert_allclose(resumed, get_mean_embeddings(SEQUENCES, tiny), atol=1e-5)


def test_another_checkpoint_or_policy_does_not_hit_the_cache(tiny, course, tmp_path):
    embed_proteins(["MALWM"], tiny, cache=tmp_path)
    embed_proteins(["MALWM"], tiny, "truncate", cache=tmp_path)
    assert embed_proteins(["MALWM"], course, cache=tmp_path).shape == (1, 320)
    assert len(list(tmp_path.iterdir())) == 3


# One process loads the model and forks, so that each of the 20 tries costs a fraction of a second. The children use one
# thread: OpenMP's threads do not survive a fork.
KILLER = """
import json, os, pathlib, random, signal, sys, time, warnings
import torch
torch.set_num_threads(1)
from dlfb_helpers import cafa, checkpoints, embedding_runs
checkpoint = checkpoints.load(sys.argv[1], device="cpu")
sequences = cafa.load().sequences.query("Length < 200")["Sequence"].head(150).tolist()
embedding_runs.RESIDUES_A_PART = 1_000
def run(folder, seen=None):
    report = lambda done, total: seen and os.write(seen, b".")
    child = os.fork()
    if child == 0:
        embedding_runs.embed_proteins(sequences, checkpoint, cache=folder, progress=report)
        os._exit(0)
    return child
def parts(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("part-*.parquet")}
whole, killed = pathlib.Path(sys.argv[2], "whole"), pathlib.Path(sys.argv[2], "killed")
start = time.monotonic()
os.waitpid(run(whole), 0)
duration, chance, kept, ended = time.monotonic() - start, random.Random(4), 0, 0
for _ in range(20):
    reader, writer = os.pipe()
    before = len(parts(killed))
    child = run(killed, writer)
    os.close(writer)
    time.sleep(chance.uniform(0, duration / 4))
    os.kill(child, signal.SIGKILL)
    ended += os.waitpid(child, 0)[1] == signal.SIGKILL
    reported = len(os.read(reader, 10_000))
    kept += len(parts(killed)) >= before + reported
os.waitpid(run(killed), 0)
print(json.dumps([len(parts(whole)), kept, ended, parts(whole) == parts(killed)]))
"""


def test_killed_twenty_times_it_keeps_every_part_and_ends_the_same_byte_for_byte(tiny_folder, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLER, str(tiny_folder), str(tmp_path)], capture_output=True, text=True, check=True
    )
    parts, kept, ended, same = json.loads(done.stdout.splitlines()[-1])
    assert parts > 10  # enough for a kill to fall between and inside of them
    assert kept == 20  # whatever had been reported was on disk: at most the part in work was lost
    assert ended >= 5  # that many were killed at work, the others had finished
    assert same


def test_two_processes_may_write_at_once(tiny_folder, tmp_path):
    program = (
        "import sys; from dlfb_helpers import checkpoints, embedding_runs; embedding_runs.RESIDUES_A_PART = 120;"
        f"embedding_runs.embed_proteins({SEQUENCES!r}, checkpoints.load(sys.argv[1], device='cpu'), cache=sys.argv[2])"
    ).replace("cache=sys.argv[2]", "cache=__import__('pathlib').Path(sys.argv[2])")
    both = [subprocess.Popen([sys.executable, "-c", program, str(tiny_folder), str(tmp_path)]) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    left = []
    tiny = checkpoints.load(str(tiny_folder), device="cpu")
    found = embed_proteins(SEQUENCES, tiny, cache=tmp_path, progress=lambda *done: left.append(done))
    assert left == []  # nothing was missing
    np.testing.assert_allclose(found, get_mean_embeddings(SEQUENCES, tiny), atol=1e-5)
