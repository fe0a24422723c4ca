"""A protein's vector is the mean of its own residues, whatever stands beside it in a batch."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from dlfb_helpers.embedding import checkpoints, windows
from dlfb_helpers.embedding import mean as embeddings
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.esm2 import PackedEncoder
from dlfb_helpers.embedding.mean import mean_embeddings, residue_embeddings
from dlfb_helpers.embedding.windows import window_plan

INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)
SEQUENCES = [INSULIN, "MALWM", "M", INSULIN[::-1], (INSULIN * 5)[:500], INSULIN[24:54]]


class HalfPrecision(checkpoints.Checkpoint):
    """Computes on the CPU as it would on a GPU."""

    precision = torch.bfloat16


@pytest.fixture(scope="module")
def tiny(tiny_folder):
    return load_checkpoint(str(tiny_folder), device="cpu")


def test_vector_is_the_mean_over_residues_alone(course):
    tokens = course.tokenizer(INSULIN, return_tensors="pt")
    with torch.inference_mode():
        hidden = course.encoder(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state[0]
    assert hidden.shape == (112, 320)
    expected = hidden[1:111].mean(0).numpy()  # neither <cls> nor <eos>
    np.testing.assert_allclose(mean_embeddings([INSULIN], course)[0], expected, atol=1e-5)
    np.testing.assert_allclose(residue_embeddings(INSULIN, course).mean(0), expected, atol=1e-5)


def test_vector_is_the_same_alone_shuffled_or_beside_a_500_mer(course):
    together = mean_embeddings(SEQUENCES, course)
    assert together.shape == (6, 320) and together.dtype == np.float32
    alone = np.concatenate([mean_embeddings([sequence], course) for sequence in SEQUENCES])
    order = np.random.default_rng(1).permutation(len(SEQUENCES))
    shuffled = mean_embeddings([SEQUENCES[i] for i in order], course)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(shuffled, together[order], atol=1e-5)


def test_averaging_padding_would_fail_that_test(course):
    """The trap that chapter 5 shows: a mean over all tokens of a padded batch moves with the batch."""
    tokens = course.tokenizer(["MALWM", (INSULIN * 5)[:500]], padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = course.encoder(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state
    assert np.abs(hidden[0].mean(0).numpy() - mean_embeddings(["MALWM"], course)[0]).max() > 0.1


def test_half_precision_keeps_the_direction(course, monkeypatch):
    exact = mean_embeddings(SEQUENCES, course)
    monkeypatch.setattr(PackedEncoder, "_one_by_one", PackedEncoder._side_by_side)
    half = HalfPrecision(course.name, course.digest, course.tokenizer, course.model, course.device)
    rough = mean_embeddings(SEQUENCES, half)
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


def test_one_sequence_over_the_budget_is_a_batch_of_its_own():
    assert list(embeddings.batches_by_tokens([900, 10, 10], budget=100)) == [[0], [1, 2]]


@pytest.mark.parametrize("length, count", [(1, 1), (1022, 1), (1023, 2), (1788, 2), (1789, 3), (34350, 45)])
def test_windows_cover_every_residue_and_overlap(length, count):
    starts = windows.window_starts(length)
    assert len(starts) == count
    assert starts[0] == 0 and starts[-1] == max(0, length - 1022)
    steps = np.diff(starts)
    assert (steps <= 1022 - 256).all() and (steps > 0).all()


def test_a_long_protein_is_the_residue_mean_of_its_windows(tiny):
    long = (INSULIN * 11)[:1200]
    hidden = np.zeros((1200, 16))
    covered = np.zeros(1200)
    for start in windows.window_starts(1200):
        hidden[start : start + 1022] += residue_embeddings(long[start : start + 1022], tiny)
        covered[start : start + 1022] += 1
    expected = (hidden / covered[:, None]).mean(0)
    np.testing.assert_allclose(mean_embeddings([long], tiny)[0], expected, atol=1e-5)


def test_truncation_and_refusal_are_choices(tiny):
    long = (INSULIN * 11)[:1200]
    truncated = mean_embeddings([long], tiny, long_proteins="truncate")
    np.testing.assert_allclose(truncated, mean_embeddings([long[:1022]], tiny), atol=1e-5)
    with pytest.raises(ValueError, match="1200 residues is longer than 1022"):
        mean_embeddings([long], tiny, long_proteins="error")
    with pytest.raises(ValueError, match="choose"):
        mean_embeddings([long], tiny, long_proteins="wndow")


def test_the_plan_records_what_is_done_with_each_protein():
    plan = window_plan(["M" * 10, "M" * 1200], "window")
    assert plan.to_numpy().tolist() == [[10, 1, 10], [1200, 2, 1200]]
    assert window_plan(["M" * 1200], "truncate").to_numpy().tolist() == [[1200, 1, 1022]]


def test_running_out_of_memory_halves_the_batch(tiny, monkeypatch):
    expected = mean_embeddings(SEQUENCES, tiny)
    run, sizes = embeddings._hidden, []

    def small_device(checkpoint, sequences):
        sizes.append(len(sequences))
        if len(sequences) > 2:
            raise torch.OutOfMemoryError("injected")
        return run(checkpoint, sequences)

    monkeypatch.setattr(embeddings, "_hidden", small_device)
    np.testing.assert_allclose(mean_embeddings(SEQUENCES, tiny, max_tokens=4096), expected, atol=1e-5)
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


def test_one_thread_or_several_give_the_same_and_the_threads_come_back(course):
    cores = torch.get_num_threads()
    several = mean_embeddings(SEQUENCES, course, max_tokens=256)
    assert torch.get_num_threads() == cores
    torch.set_num_threads(1)
    try:
        one = mean_embeddings(SEQUENCES, course, max_tokens=256)
    finally:
        torch.set_num_threads(cores)
    np.testing.assert_allclose(several, one, atol=1e-5)


def test_titin_embeds_in_bounded_memory(course):
    """34,350 residues, the longest human protein: memory grows by what one batch needs, not by what titin would."""
    program = (
        "import resource, numpy as np, torch; torch.set_num_threads(2);"
        "from dlfb_helpers.annotations import cafa; from dlfb_helpers.embedding import checkpoints;"
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
