"""Checkpoints load by name, folder or Hub id, from safetensors, or say why not."""

import json
import shutil

import numpy as np
import pytest
import torch

from dlfb_helpers.embedding import checkpoints
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.files import assets as bundled


def test_course_checkpoint_is_an_esm2_8m(course):
    assert (course.width, course.model.config.num_hidden_layers) == (320, 6)
    assert len(course.tokenizer) == 33
    assert str(course).startswith("course: ESM-2, 6 layers, width 320, 7.")


def test_course_tokenizer_matches_esm2(course):
    assert course.tokenizer.encode("MALWM") == [0, 20, 5, 4, 22, 20, 2]
    first = ["<cls>", "<pad>", "<eos>", "<unk>", "L", "A", "G", "V", "S", "E"]
    assert course.tokenizer.convert_ids_to_tokens(range(10)) == first
    assert course.tokenizer.mask_token_id == 32


def test_course_files_use_the_names_other_tools_expect():
    from safetensors import safe_open

    with safe_open(bundled.ASSETS / "checkpoint/model.safetensors", "pt") as file:
        names = set(file.keys())
    assert not [name for name in names if name.endswith(("gamma", "beta")) or "*" in name]
    assert "esm.encoder.layer.0.attention.self.rotary_embeddings.inv_freq" in names
    assert "lm_head.dense.weight" in names


def test_masked_lm_and_encoder_share_weights_and_digest(course, course_lm):
    assert course.digest == course_lm.digest
    assert torch.equal(
        course.encoder.embeddings.word_embeddings.weight, course_lm.encoder.embeddings.word_embeddings.weight
    )


def test_fused_gelu_computes_what_the_library_computes(course):
    from transformers import EsmModel

    stock = EsmModel.from_pretrained(
        bundled.ASSETS / "checkpoint", dtype=torch.float32, add_pooling_layer=False, attn_implementation="eager"
    ).eval()
    tokens = torch.tensor([course.tokenizer.encode("MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKT")])
    with torch.inference_mode():
        expected = stock(tokens, torch.ones_like(tokens)).last_hidden_state
        found = course.encoder(tokens, torch.ones_like(tokens)).last_hidden_state
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-5)


def test_folder_checkpoint_loads(tiny_folder):
    tiny = load_checkpoint(str(tiny_folder))
    assert tiny.width == 16
    assert tiny.tokenizer.encode("MALWM") == [0, 20, 5, 4, 22, 20, 2]
    assert load_checkpoint(str(tiny_folder)).digest == tiny.digest


def test_hub_checkpoint_loads_from_the_hub_cache(tiny_folder, hub_cache):
    tiny = load_checkpoint("course-tests/tiny-esm", masked_lm=True)
    assert tiny.digest == load_checkpoint(str(tiny_folder)).digest
    assert tiny.model.lm_head.dense.weight.shape == (16, 16)


def test_unreachable_hub_names_the_offline_choices(hub_cache):
    with pytest.raises(ConnectionError, match=r"esm2_t6_8M_UR50D.*Without a network use checkpoint=\"course\""):
        load_checkpoint("facebook/esm2_t6_8M_UR50D")


def test_unknown_name_is_an_error():
    with pytest.raises(ValueError, match="unknown checkpoint 'esm2'"):
        load_checkpoint("esm2")


def test_folder_without_config_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="holds no config.json"):
        load_checkpoint(str(tmp_path))


def test_other_model_type_is_an_error(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(ValueError, match="of type 'bert'"):
        load_checkpoint(str(tmp_path))


def test_pickled_weights_are_refused(tiny_folder, tmp_path):
    folder = tmp_path / "pickled"
    shutil.copytree(tiny_folder, folder)
    (folder / "model.safetensors").unlink()
    torch.save({"esm.embeddings.word_embeddings.weight": torch.zeros(33, 16)}, folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
        load_checkpoint(str(folder))


def test_missing_tensors_are_an_error(tiny_folder, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "incomplete"
    shutil.copytree(tiny_folder, folder)
    tensors = load_file(folder / "model.safetensors")
    kept = {name: t for name, t in tensors.items() if "layer.1.output" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"lacks \d+ tensors, the first is .*layer\.1\.output"):
        load_checkpoint(str(folder))


def test_device_is_one_that_torch_has():
    assert checkpoints.get_device().type in {"cpu", "cuda", "mps"}
    assert torch.zeros(1, device=checkpoints.get_device()).item() == 0
