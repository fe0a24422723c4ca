"""A bit that flips on a disk is named in one line, or lies in text that means nothing; manifests have their own."""

import random
import shutil

import numpy as np
import pytest

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.store import EmbeddingStore
from dlfb_helpers.files import assets
from dlfb_helpers.files.manifest import MANIFEST
from dlfb_helpers.predictors.folder import load_predictor, save_predictor
from dlfb_helpers.predictors.place import FILES
from recipes.fuzz.damage import flip
from recipes.fuzz.predictors import tiny_predictor


def flipped(path, times, seed=0):
    """Flip a bit of a file, another each time, and put it right in the end."""
    whole, chance = path.read_bytes(), random.Random(seed)
    for _ in range(times):
        path.write_bytes(flip(whole, chance))
        yield
    path.write_bytes(whole)


@pytest.mark.parametrize("name", FILES)
def test_of_a_predictor_each_is_named(tmp_path, name):
    folder = save_predictor(tiny_predictor(), tmp_path / "predictor")
    for _ in flipped(folder / name, 10):
        with pytest.raises(ValueError, match=f"{name} has been altered .*train it anew") as raised:
            load_predictor(folder)
        assert str(raised.value).isprintable()
    load_predictor(folder)


@pytest.mark.parametrize("name", ["checkpoint", "course_data", "embeddings"])
def test_of_a_bundled_folder_each_is_named(tmp_path, monkeypatch, name):
    folder = shutil.copytree(assets.ASSETS / name, tmp_path / name)
    monkeypatch.setattr(assets, "ASSETS", tmp_path)
    bundled_folder = assets.bundled_folder.__wrapped__  # which remembers nothing
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    chance = random.Random(1)
    for path in chance.choices(files, k=12):
        for _ in flipped(path, 1, chance.random()):
            with pytest.raises(ValueError, match=f"{path.name} has been altered .*git checkout") as raised:
                bundled_folder(name)
            assert str(raised.value).isprintable()
    assert bundled_folder(name) == folder


def test_of_a_checkpoints_weights_each_is_named_or_gives_another_digest_or_is_harmless(tiny_folder, tmp_path):
    folder = shutil.copytree(tiny_folder, tmp_path / "tiny")
    proteins = ["MALWMRLLPLLALLALWGPDPAAA", "MK"]
    tiny = load_checkpoint(folder, device="cpu")
    vectors, outcomes = mean_embeddings(proteins, tiny), []
    for _ in flipped(folder / "model.safetensors", 20):
        try:
            found = load_checkpoint(folder, device="cpu")
        except ValueError as error:
            assert str(error).startswith(f"checkpoint {str(folder)!r}") and str(error).isprintable()
            outcomes.append("named")
            continue
        if found.digest == tiny.digest:  # in the header's text, or in the head, which embeds nothing
            np.testing.assert_array_equal(mean_embeddings(proteins, found), vectors)
        outcomes.append("harmless" if found.digest == tiny.digest else "another digest")  # no predictor takes it
    assert {"named", "another digest"} <= set(outcomes)


@pytest.mark.parametrize("name", ["config.json", "vocab.txt"])
def test_of_a_checkpoints_texts_each_is_named_or_read_as_text(tiny_folder, tmp_path, name):
    folder = shutil.copytree(tiny_folder, tmp_path / "tiny")
    named = 0
    for _ in flipped(folder / name, 12):
        try:
            found = mean_embeddings(["MALWM"], load_checkpoint(folder, device="cpu"))
            assert np.isfinite(found).all()
        except ValueError as error:
            assert str(folder) in str(error) and str(error).isprintable()
            named += 1
    assert named >= 2


def test_of_stored_vectors_each_is_named_and_they_are_computed_again(tmp_path):
    store = EmbeddingStore({"a": "test"}, tmp_path)
    path = store.write([f"{number:064x}" for number in range(20)], np.random.default_rng(0).normal(size=(20, 8)))
    for _ in flipped(path, 15):
        with pytest.warns(UserWarning, match=f"{path.name} is damaged and was removed; its vectors will be computed"):
            assert store.read() == {}
        assert not path.exists()
    assert len(store.read()) == 20
