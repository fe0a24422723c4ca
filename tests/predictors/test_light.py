"""Light predictors: what is rounded, and that nothing is aligned."""

from __future__ import annotations

import numpy as np
import pytest

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor
from dlfb_helpers.predictors.light import WIDTH, Bytes, load_light, narrowed, predict_light


def test_a_table_in_bytes_is_within_half_a_step():
    table = np.random.default_rng(0).normal(size=(50, 7)).astype(np.float32) * np.float32([1, 2, 0.1, 5, 1, 1, 0])
    rounded = Bytes.of(table)
    assert rounded.codes.dtype == np.int8 and rounded.steps.dtype == np.float32
    assert (np.abs(rounded.values() - table) <= rounded.steps * 0.5001).all()
    assert (np.abs(rounded.codes).max(axis=0) == [127] * 6 + [0]).all()
    again = Bytes.of(rounded.values())
    np.testing.assert_array_equal(again.codes, rounded.codes)


def test_a_narrow_pool_has_the_last_axes_of_the_whole():
    pool = load_predictor().pool
    narrow = narrowed(pool)
    codes = np.stack([pool.rounded.codes >> 4, pool.rounded.codes & 15], axis=2).reshape(len(pool), -1)
    kept = np.stack([narrow.rounded.codes >> 4, narrow.rounded.codes & 15], axis=2).reshape(len(pool), -1)
    np.testing.assert_array_equal(kept, codes[:, -WIDTH:])
    whole = pool.vectors[:100, -WIDTH:]
    np.testing.assert_allclose(
        narrow.vectors[:100], whole / np.linalg.norm(whole, axis=1, keepdims=True), rtol=0, atol=1e-6
    )
    assert narrow.whitening.matrix.shape == (320, WIDTH)


@pytest.mark.parametrize("name", BUNDLED)
def test_what_is_light_predicts_much_as_the_whole(name):
    predictor, light = load_predictor(name), load_light(name)
    rows = np.random.default_rng(1).choice(len(predictor.pool), 8, replace=False)
    sequences = [predictor.pool.sequences[row][5:205] for row in rows]  # none that is known
    proteins = light.embed(sequences)
    whole, found = predictor.from_embeddings(proteins), predict_light(light, proteins)
    assert found.columns.tolist() == whole.columns.tolist() and found.shape == whole.shape
    assert 0 < np.abs(found - whole).to_numpy().mean() < 0.02
    below, above = np.nonzero(light.ancestors)
    assert (found.to_numpy()[:, below] <= found.to_numpy()[:, above]).all()


def test_a_known_sequence_has_what_is_known_of_it():
    light = load_light()
    row = light.base.labels.rows[10]
    proteins = light.embed([light.pool.sequences[row]])
    known = light.base.labels.labels[[row]].toarray()[0] > 0
    assert (predict_light(light, proteins).to_numpy()[0, known] == 1).all() and known.any()


def test_nothing_is_aligned(monkeypatch):
    light = load_light()
    monkeypatch.setattr("dlfb_helpers.predictors.pool.Search", None)  # would be called
    sequences = ["MKTAYIAKQRQISFVKSHFSRQ"]
    proteins = Proteins.unlabelled(["a"], sequences, np.ones((1, 320), np.float32))
    assert predict_light(light, proteins).shape == (1, len(light.names))


def test_only_bundled_predictors_are_made_light():
    with pytest.raises(ValueError, match="there is no bundled predictor 'nowhere'; choose one of course"):
        load_light("nowhere")
