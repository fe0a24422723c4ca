"""The library's tokenizer and model: those of ESM-2, from safetensors, or an error that says which and why not."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import EsmModel

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.files.assets import ASSETS


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A copy of the tiny checkpoint, to be changed."""
    return shutil.copytree(tiny_folder, tmp_path / "copy")


def test_course_tokenizer_matches_esm2(course):
    assert len(course.tokenizer) == 33
    assert course.tokenizer.encode("MALWM") == [0, 20, 5, 4, 22, 20, 2]
    first = ["<cls>", "<pad>", "<eos>", "<unk>", "L", "A", "G", "V", "S", "E"]
    assert course.tokenizer.convert_ids_to_tokens(range(10)) == first
    assert course.tokenizer.mask_token_id == 32


def test_fused_gelu_computes_what_the_library_computes(course, insulin):
    stock = EsmModel.from_pretrained(
        ASSETS / "checkpoint", dtype=torch.float32, add_pooling_layer=False, attn_implementation="eager"
    ).eval()
    tokens = torch.tensor([course.tokenizer.encode(insulin)])
    with torch.inference_mode():
        expected = stock(tokens, torch.ones_like(tokens)).last_hidden_state
        found = course.encoder(tokens, torch.ones_like(tokens)).last_hidden_state
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-5)


def test_other_model_type_is_an_error(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(ValueError, match="of type 'bert'"):
        load_checkpoint(str(tmp_path))


@pytest.mark.parametrize("masked_lm", [False, True])
def test_pickled_weights_are_refused(folder, masked_lm):
    (folder / "model.safetensors").unlink()
    torch.save({"esm.embeddings.word_embeddings.weight": torch.zeros(33, 16)}, folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
        load_checkpoint(str(folder), masked_lm)


@pytest.mark.parametrize("masked_lm, lost", [(False, "layer.1.output"), (True, "lm_head.dense")])
def test_missing_tensors_are_an_error(folder, masked_lm, lost):
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if lost not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=rf"lacks \d+ tensors, the first is .*{lost}"):
        load_checkpoint(str(folder), masked_lm)


@pytest.mark.parametrize(
    "file, message",
    [
        ("config.json", "the folder cannot be read as a checkpoint"),
        ("model.safetensors", "its weights cannot be read .*; take the file again"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_the_checkpoint(folder, file, message):
    (folder / file).write_text("{")
    with pytest.raises(ValueError, match=f"copy': {message}"):
        load_checkpoint(str(folder))


def test_a_folder_without_vocabulary_is_an_error(folder):
    (folder / "vocab.txt").unlink()
    with pytest.raises(ValueError, match="copy': the folder holds no vocab.txt; save the tokenizer"):
        load_checkpoint(str(folder))
