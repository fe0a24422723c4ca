"""A protein's vector is the mean of its own residues, whatever stands beside it in a batch."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from dlfb_helpers.embedding import mean as embeddings
from dlfb_helpers.embedding.checkpoints import Checkpoint
from dlfb_helpers.embedding.esm2 import PackedEncoder
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.residues import residue_embeddings
from dlfb_helpers.embedding.windows import window_starts


class HalfPrecision(Checkpoint):
    """Computes on the CPU as it would on a GPU."""

    precision = torch.bfloat16


def test_vector_is_the_mean_over_residues_alone(course, insulin):
    tokens = course.tokenizer(insulin, return_tensors="pt")
    with torch.inference_mode():
        hidden = course.encoder(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state[0]
    assert hidden.shape == (112, 320)
    expected = hidden[1:111].mean(0).numpy()  # neither <cls> nor <eos>
    np.testing.assert_allclose(mean_embeddings([insulin], course)[0], expected, atol=1e-5)
    np.testing.assert_allclose(residue_embeddings(insulin, course).mean(0), expected, atol=1e-5)


def test_vector_is_the_same_alone_shuffled_or_beside_a_500_mer(course, proteins):
    together = mean_embeddings(proteins, course)
    assert together.shape == (6, 320) and together.dtype == np.float32
    alone = np.concatenate([mean_embeddings([sequence], course) for sequence in proteins])
    order = np.random.default_rng(1).permutation(len(proteins))
    shuffled = mean_embeddings([proteins[i] for i in order], course)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(shuffled, together[order], atol=1e-5)


def test_averaging_padding_would_fail_that_test(course, insulin):
    """The trap that chapter 5 shows: a mean over all tokens of a padded batch moves with the batch."""
    tokens = course.tokenizer(["MALWM", (insulin * 5)[:500]], padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = course.encoder(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state
    assert np.abs(hidden[0].mean(0).numpy() - mean_embeddings(["MALWM"], course)[0]).max() > 0.1


def test_half_precision_keeps_the_direction(course, proteins, monkeypatch):
    exact = mean_embeddings(proteins, course)
    monkeypatch.setattr(PackedEncoder, "_one_by_one", PackedEncoder._side_by_side)
    half = HalfPrecision(course.name, course.source, course.digest, course.contents, course.device)
    rough = mean_embeddings(proteins, half)
    cosine = (exact * rough).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(rough, axis=1)
    assert (cosine >= 0.9999).all()
    assert np.abs(exact - rough).max() > 1e-4  # it was another precision


def test_batches_keep_within_the_budget_and_lose_nothing():
    lengths = np.random.default_rng(2).integers(3, 700, size=300).tolist()
    batches = list(embeddings.batches_by_tokens(lengths, budget=2048))
    assert sorted(index for batch in batches for index in batch) == list(range(300))
    padded = [len(batch) * max(lengths[i] for i in batch) for batch in batches]
    assert max(padded) <= 2048
    assert sum(lengths) / sum(padded) > 0.95  # sorted by length: little padding
    # One sequence over the budget is a batch of its own.
    assert list(embeddings.batches_by_tokens([900, 10, 10], budget=100)) == [[0], [1, 2]]


def test_a_long_protein_is_the_residue_mean_of_its_windows(tiny, insulin):
    long = (insulin * 11)[:1200]
    hidden = np.zeros((1200, 16))
    covered = np.zeros(1200)
    for start in window_starts(1200):
        hidden[start : start + 1022] += residue_embeddings(long[start : start + 1022], tiny)
        covered[start : start + 1022] += 1
    expected = (hidden / covered[:, None]).mean(0)
    np.testing.assert_allclose(mean_embeddings([long], tiny)[0], expected, atol=1e-5)


def test_what_fits_is_the_checkpoints_to_say(tiny, insulin, monkeypatch):
    monkeypatch.setattr(Checkpoint, "max_residues", 50)
    found = mean_embeddings([insulin], tiny, long_proteins="truncate")
    np.testing.assert_allclose(found, mean_embeddings([insulin[:50]], tiny), atol=1e-5)
    with pytest.raises(ValueError, match="110 residues is longer than 50"):
        residue_embeddings(insulin, tiny)


def test_truncation_and_refusal_are_choices(tiny, insulin):
    long = (insulin * 11)[:1200]
    truncated = mean_embeddings([long], tiny, long_proteins="truncate")
    np.testing.assert_allclose(truncated, mean_embeddings([long[:1022]], tiny), atol=1e-5)
    with pytest.raises(ValueError, match="1200 residues is longer than 1022"):
        mean_embeddings([long], tiny, long_proteins="error")


def test_running_out_of_memory_halves_the_batch(tiny, proteins, monkeypatch):
    expected = mean_embeddings(proteins, tiny)
    run, sizes = embeddings._hidden, []

    def small_device(checkpoint, sequences):
        sizes.append(len(sequences))
        if len(sequences) > 2:
            raise torch.OutOfMemoryError("injected")
        return run(checkpoint, sequences)

    monkeypatch.setattr(embeddings, "_hidden", small_device)
    np.testing.assert_allclose(mean_embeddings(proteins, tiny, max_tokens=4096), expected, atol=1e-5)
    assert max(sizes) == 6 and sizes.count(6) == 1


def test_a_single_protein_too_large_for_the_device_is_an_error(tiny, monkeypatch):
    def no_memory(checkpoint, sequences):
        raise torch.OutOfMemoryError("injected")

    monkeypatch.setattr(embeddings, "_hidden", no_memory)
    with pytest.raises(torch.OutOfMemoryError, match="injected"):
        mean_embeddings(["MALWM", "MAL"], tiny)


@pytest.mark.parametrize("bad", ["MAL WM", "malwm", "MAL*", "", "MALJ"])
def test_a_letter_the_model_does_not_know_names_the_sequence(tiny, bad):
    with pytest.raises(ValueError, match="sequence 1"):
        mean_embeddings(["MALWM", bad], tiny)


def test_no_sequences_give_no_rows(tiny):
    assert mean_embeddings([], tiny).shape == (0, 16)


def test_one_thread_or_several_give_the_same_and_the_threads_come_back(course, proteins):
    cores = torch.get_num_threads()
    several = mean_embeddings(proteins, course, max_tokens=256)
    assert torch.get_num_threads() == cores
    torch.set_num_threads(1)
    try:
        one = mean_embeddings(proteins, course, max_tokens=256)
    finally:
        torch.set_num_threads(cores)
    np.testing.assert_allclose(several, one, atol=1e-5)


def test_titin_embeds_in_bounded_memory():
    """34,350 residues, the longest human protein: memory grows by what one batch needs, not by what titin would."""
    program = (
        "import resource, numpy as np, torch; torch.set_num_threads(2);"
        "from dlfb_helpers.annotations.cafa import load_cafa;"
        "from dlfb_helpers.embedding.checkpoints import load_checkpoint;"
        "from dlfb_helpers.embedding.mean import mean_embeddings as embed;"
        "text = ''.join(load_cafa().sequences['Sequence'].head(200))[:34350]; assert len(text) == 34350;"
        "course = load_checkpoint('course', device='cpu'); embed([text[:1022]] * 4, course);"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; vector = embed([text], course);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, np.isfinite(vector).all())"
    )
    grown, finite = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert finite == "True" and int(grown) < 200_000  # KiB; one matrix of all pairs of residues would take 4.7 GB
