"""What was computed once is not computed again, and an interrupted run resumes."""

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
