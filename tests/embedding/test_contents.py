"""A checkpoint's files are read without the library, to the bit as the library reads them, or left to it."""

import json
import re
import shutil

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.contents import NEEDED, read_contents
from dlfb_helpers.embedding.library import contents_of, read_model
from dlfb_helpers.embedding.weights import weights_digest
from dlfb_helpers.files.assets import ASSETS

COURSE_DIGEST = "9ecc88731b19bf5d7f9ade1861f4f07c623ea63db3e1803239afd2093c31936f"


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A copy of the tiny checkpoint, to be changed."""
    return shutil.copytree(tiny_folder, tmp_path / "copy")


def test_course_files_use_the_names_other_tools_expect():
    with safe_open(ASSETS / "checkpoint/model.safetensors", "pt") as file:
        names = set(file.keys())
    assert not [name for name in names if name.endswith(("gamma", "beta")) or "*" in name]
    assert "esm.encoder.layer.0.attention.self.rotary_embeddings.inv_freq" in names
    assert "lm_head.dense.weight" in names


def test_what_is_read_is_what_the_library_reads(course, course_lm):
    found = read_contents(course.source)
    for checkpoint in (course, course_lm):
        expected = contents_of(checkpoint.model, checkpoint.tokenizer)
        assert found.vocabulary == expected.vocabulary
        assert found.tensors.keys() == expected.tensors.keys()
        assert all(torch.equal(tensor, expected.tensors[name]) for name, tensor in found.tensors.items())
        assert all(found.config[name] == expected.config[name] for name in {*NEEDED, "hidden_size", "vocab_size"})


def test_the_digest_is_the_one_that_predictors_have_stored(course):
    assert course.digest == weights_digest(course.contents.tensors) == COURSE_DIGEST


def test_weights_in_several_files_are_the_same_weights(tiny, tmp_path):
    model = read_model("tiny", tiny.source, masked_lm=True)
    model.save_pretrained(tmp_path, max_shard_size="10kB")
    shutil.copy(f"{tiny.source}/vocab.txt", tmp_path)
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert weights_digest(read_contents(str(tmp_path)).tensors) == tiny.digest


def test_an_encoder_saved_without_a_head_is_the_same_encoder(tiny, tmp_path):
    tiny.encoder.save_pretrained(tmp_path)
    shutil.copy(f"{tiny.source}/vocab.txt", tmp_path)
    assert weights_digest(read_contents(str(tmp_path)).tensors) == tiny.digest


@pytest.mark.parametrize("norm", [("weight", "bias"), ("gamma", "beta")])
def test_both_names_of_a_norms_tensors_are_known(tiny, folder, norm):
    tensors = load_file(folder / "model.safetensors")
    for old, new in zip(("gamma", "beta"), norm):
        tensors = {re.sub(rf"\.{old}$", f".{new}", name): tensor for name, tensor in tensors.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    assert weights_digest(read_contents(str(folder)).tensors) == tiny.digest


def test_a_config_that_leaves_out_a_default_is_left_to_the_library(tiny, folder):
    config = json.loads((folder / "config.json").read_text())
    del config["max_position_embeddings"]
    (folder / "config.json").write_text(json.dumps(config))
    assert read_contents(str(folder)) is None
    loaded = load_checkpoint(str(folder))
    assert (loaded.digest, loaded.max_residues) == (tiny.digest, 1022)


@pytest.mark.parametrize("file", ["vocab.txt", "config.json", "model.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[1]"])
def test_what_is_missing_or_damaged_is_left_to_the_library(folder, file, content):
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    assert (read_contents(str(folder)) is None) == (file != "vocab.txt" or content is None)
