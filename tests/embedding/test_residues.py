"""A vector a residue, of any layer: the library's numbers, whose mean is the protein's vector, in bounded memory."""

import numpy as np
import pytest
import torch

from dlfb_helpers.embedding import residues
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.residues import each_residue_embeddings, residue_embeddings
from dlfb_helpers.embedding.runs import embed_proteins, store_settings
from dlfb_helpers.embedding.windows import window_starts


def by_the_library(checkpoint, sequence):
    """All hidden layers of a protein's residues, from what enters the first."""
    tokens = checkpoint.tokenizer(sequence, return_tensors="pt")
    with torch.inference_mode():
        return [
            layer[0, 1:-1].numpy() for layer in checkpoint.encoder(**tokens, output_hidden_states=True).hidden_states
        ]


@pytest.mark.parametrize("policy", ["window", "truncate"])
def test_the_mean_over_a_proteins_residues_is_its_vector(tiny, proteins, insulin, policy):
    proteins = {f"P{number}": sequence for number, sequence in enumerate([*proteins, (insulin * 21)[:2300]])}
    found = dict(each_residue_embeddings(proteins, tiny, policy))
    assert list(found) == list(proteins)
    lengths = [len(sequence) for sequence in proteins.values()]
    assert [len(vectors) for vectors in found.values()] == [
        min(n, 1022) if policy == "truncate" else n for n in lengths
    ]
    means = [vectors.mean(axis=0) for vectors in found.values()]
    np.testing.assert_allclose(means, mean_embeddings(proteins, tiny, policy), atol=1e-5)


def test_a_residue_in_several_windows_has_their_mean(tiny, insulin):
    long = (insulin * 21)[:2300]
    sums, times = np.zeros((2300, 16)), np.zeros((2300, 1))
    for start in window_starts(2300):
        sums[start : start + 1022] += by_the_library(tiny, long[start : start + 1022])[-1]
        times[start : start + 1022] += 1
    assert times.max() == 2
    np.testing.assert_allclose(next(each_residue_embeddings([long], tiny))[1], sums / times, atol=1e-5)


def test_proteins_come_in_their_order_whatever_is_computed_at_once(tiny, proteins, monkeypatch):
    whole = [vectors for _, vectors in each_residue_embeddings(proteins, tiny)]
    computed = []
    monkeypatch.setattr(
        residues, "each_embedding", lambda *given: computed.append(sum(map(len, given[1]))) or each_embedding(*given)
    )
    monkeypatch.setattr(residues, "RESIDUES_AT_ONCE", 150)
    some = list(each_residue_embeddings(proteins, tiny))
    assert [place for place, _ in some] == list(range(len(proteins)))
    for (_, vectors), expected in zip(some, whole, strict=True):
        np.testing.assert_allclose(vectors, expected, atol=1e-5)
    assert computed == [116, 110, 500, 30]  # whole proteins, together no more than 150 unless one alone is longer


each_embedding = residues.each_embedding


@pytest.mark.parametrize("layer", range(7))
def test_each_layer_is_the_librarys(course, insulin, layer):
    expected = by_the_library(course, insulin)
    assert len(expected) == 7
    np.testing.assert_allclose(
        residue_embeddings(insulin, course.at_layer(layer)), expected[layer], atol=1e-5, rtol=1e-6
    )
    np.testing.assert_allclose(
        residue_embeddings(insulin, course.at_layer(layer - 7)), expected[layer], atol=1e-5, rtol=1e-6
    )
    mean = mean_embeddings([insulin], course.at_layer(layer))[0]
    np.testing.assert_allclose(mean, expected[layer].mean(axis=0), atol=1e-5, rtol=1e-6)


def test_layers_are_kept_apart_and_the_last_is_the_default(tiny, tmp_path):
    last = embed_proteins(["MALWM"], tiny, cache=tmp_path)
    first = embed_proteins(["MALWM"], tiny.at_layer(1), cache=tmp_path)
    assert np.abs(last - first).max() > 0.1
    np.testing.assert_array_equal(embed_proteins(["MALWM"], tiny.at_layer(1), cache=tmp_path), first)
    np.testing.assert_array_equal(embed_proteins(["MALWM"], tiny.at_layer(-1), cache=tmp_path), last)
    assert len(list(tmp_path.iterdir())) == 2
    assert store_settings(tiny.at_layer(2)) == store_settings(tiny) and tiny.layer is None
    assert store_settings(tiny.at_layer(-3))["layer"] == "0"


@pytest.mark.parametrize("layer, error", [(3, ValueError), (-4, ValueError), (1.0, TypeError), (True, TypeError)])
def test_a_layer_that_is_not_there_is_refused(tiny, layer, error):
    with pytest.raises(error, match="to 2, or from -1, the last, to -3" if error is ValueError else "whole number"):
        tiny.at_layer(layer)


def test_what_cannot_be_embedded_is_named_before_anything_is_computed(tiny, monkeypatch):
    monkeypatch.setattr(residues, "each_embedding", lambda *given: pytest.fail("something was computed"))
    with pytest.raises(ValueError, match="P2"):
        next(each_residue_embeddings({"P1": "MALWM", "P2": "MAL*"}, tiny))
    with pytest.raises(ValueError, match="P2: a protein of 1100 residues is longer than 1022"):
        next(each_residue_embeddings({"P1": "MALWM", "P2": "M" * 1100}, tiny, "error"))
