"""Bundled vectors are those that the checkpoint gives, and are not taken for those of other weights."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding import bundled
from dlfb_helpers.embedding.bundled import bundled_vectors
from dlfb_helpers.embedding.runs import embed_proteins
from dlfb_helpers.files.assets import bundled_folder

INSULIN = "P01308"


@pytest.fixture(scope="module")
def sequences():
    table = load_cafa().sequences.set_index("EntryID")["Sequence"]
    return [table[INSULIN], table["P68871"], table[INSULIN]]


def test_they_are_what_embedding_gives_in_the_order_of_the_sequences(sequences, course):
    vectors = bundled_vectors(sequences)
    assert vectors.shape == (3, 320) and vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, embed_proteins(sequences, course))
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])


@pytest.mark.parametrize("others", [["MALWMRLLPLLALLALWGPD"], []], ids=["one of them is new", "there are none"])
def test_where_one_is_missing_there_are_none(sequences, others):
    assert bundled_vectors([*others, *sequences[: len(others)]]) is None


def test_a_bad_sequence_is_named():
    with pytest.raises(ValueError, match="sequence 1"):
        bundled_vectors(["MALWM", "MAL WM"])


def test_other_weights_have_none(sequences, tmp_path, monkeypatch):
    checkpoint = shutil.copytree(bundled_folder("checkpoint"), tmp_path / "checkpoint")
    weights = load_file(checkpoint / "model.safetensors")
    monkeypatch.setattr(
        bundled, "bundled_folder", lambda name: checkpoint if name == "checkpoint" else bundled_folder(name)
    )
    assert bundled_vectors(sequences) is not None
    head = weights | {"lm_head.bias": weights["lm_head.bias"] + 1}  # no part of the encoder
    save_file(head, checkpoint / "model.safetensors")
    assert bundled_vectors(sequences) is not None
    name = "esm.encoder.layer.3.output.dense.bias"
    weights[name][7] = np.nextafter(weights[name][7], weights[name].dtype.type(1))
    save_file(weights, checkpoint / "model.safetensors")
    assert bundled_vectors(sequences) is None
