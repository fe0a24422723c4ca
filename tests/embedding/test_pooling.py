"""One vector from many: by name or by a function of one's own, the same in any batch and in windows."""

import numpy as np
import pytest

from dlfb_helpers.embedding import mean as embeddings
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.pooling import POOLINGS, pooling_function, pooling_name, stitched
from dlfb_helpers.embedding.residues import residue_embeddings
from dlfb_helpers.embedding.windows import Window, window_starts

TOKENS = np.array([[9, 9], [1, 5], [2, 1], [6, 3], [8, 8]], dtype=np.float32)  # <cls>, three residues, <eos>


@pytest.mark.parametrize(
    "name, expected", [("mean", [3, 3]), ("max", [6, 5]), ("median", [2, 3]), ("first_token", [9, 9])]
)
def test_each_pools_what_it_says(name, expected):
    assert POOLINGS[name](TOKENS).tolist() == expected
    assert pooling_function(name) is POOLINGS[name] and pooling_name(POOLINGS[name]) == name


def test_windows_become_one_protein():
    first, second = Window(0, "MA", np.ones(2), 0), Window(0, "AL", np.ones(2), 1)
    found = stitched([first, second], [TOKENS[:4], TOKENS[1:]])
    # Where both show a residue, the mean; <cls> and <eos> are the means of the windows' own.
    assert found.tolist() == [[5, 7], [1, 5], [2, 1], [6, 3], [7, 5.5]]
    assert found.dtype == np.float32


@pytest.mark.parametrize("name", POOLINGS)
def test_a_vector_is_the_same_alone_or_beside_others(course, proteins, name):
    together = mean_embeddings(proteins, course, pooling=name)
    alone = [mean_embeddings([sequence], course, pooling=name)[0] for sequence in proteins]
    assert together.dtype == np.float32 and together.shape == (6, 320)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_residues_are_pooled_as_they_are_embedded(course, insulin):
    residues = residue_embeddings(insulin, course)
    for name, expected in (("max", residues.max(axis=0)), ("median", np.median(residues, axis=0))):
        np.testing.assert_allclose(mean_embeddings([insulin], course, pooling=name)[0], expected, atol=1e-5)


def test_a_function_of_ones_own_pools_too_and_the_mean_is_the_fast_one(course, proteins, insulin, monkeypatch):
    def own(tokens):
        return tokens[1:-1].mean(axis=0)

    monkeypatch.setattr(embeddings, "BATCHES_AT_ONCE", 1)  # a long protein's windows lie in several groups
    sequences = [*proteins, (insulin * 30)[:3000]]
    found = mean_embeddings(sequences, course, pooling=own, max_tokens=1100)
    np.testing.assert_allclose(found, mean_embeddings(sequences, course), atol=1e-5)
    assert pooling_name(own) is None


def test_a_long_protein_is_pooled_over_all_of_its_windows(tiny, insulin):
    long = (insulin * 11)[:1200]
    residues, times = np.zeros((1200, 16)), np.zeros((1200, 1))
    for start in window_starts(1200):
        residues[start : start + 1022] += residue_embeddings(long[start : start + 1022], tiny)
        times[start : start + 1022] += 1
    found = mean_embeddings([long], tiny, pooling="max")
    np.testing.assert_allclose(found[0], (residues / times).max(axis=0), atol=1e-5)
    truncated = mean_embeddings([long], tiny, "truncate", pooling="max")
    np.testing.assert_allclose(truncated, mean_embeddings([long[:1022]], tiny, pooling="max"), atol=1e-5)


def test_a_vector_may_be_longer_and_what_is_none_is_an_error(tiny, proteins):
    both = mean_embeddings(proteins, tiny, pooling=lambda tokens: np.r_[tokens[1:-1].min(0), tokens[1:-1].max(0)])
    assert both.shape == (6, 32)
    for wrong in (lambda tokens: tokens, lambda tokens: tokens.mean(), lambda tokens: tokens[:, 0]):
        with pytest.raises(ValueError, match=r"gave the shape .*; return one vector a protein"):
            mean_embeddings(proteins, tiny, pooling=wrong)
    with pytest.raises(ValueError, match="pooling is 'maen'; choose one of mean, max, median, first_token"):
        mean_embeddings(proteins, tiny, pooling="maen")
    assert mean_embeddings([], tiny, pooling="max").shape == (0, 16)
