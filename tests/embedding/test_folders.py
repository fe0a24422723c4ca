"""A folder that is no checkpoint ends in one line that names it, what it is and what to do; nothing in it is run."""

import json
import re
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.folders import original_weights


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A copy of the tiny checkpoint, to be changed."""
    return shutil.copytree(tiny_folder, tmp_path / "copy")


def configure(folder, **settings):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | settings))


def refused(folder):
    """Return what loading says: one line that names the folder."""
    with pytest.raises(ValueError, match=folder.name) as told:
        load_checkpoint(str(folder), device="cpu")
    assert "\n" not in str(told.value) and len(str(told.value)) < 700
    return str(told.value)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123\n"


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "vocab.txt"])
def test_a_pointer_file_a_web_page_and_an_empty_file_are_named(folder, file):
    for content, message in [
        (POINTER, f"{file} is a pointer of Git LFS, not the file; run `git lfs pull`"),
        (b"\n<!DOCTYPE html><html>Sign in", f"{file} is a page of the web"),
        (b"", f"{file} is empty; take the file again"),
    ]:
        (folder / file).write_bytes(content)
        assert message in refused(folder)


def test_a_link_to_nothing_is_named(folder):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to(folder / "blobs")
    assert "model.safetensors is a link to a file that is not there" in refused(folder)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.5, 0.99])
def test_weights_cut_off_anywhere_are_named(folder, share):
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: int(len(content) * share)])
    assert "its weights cannot be read (cut off or damaged" in refused(folder)


@pytest.mark.parametrize("layers", [1, 3])
def test_other_layers_than_the_config_says_are_named(folder, layers):
    configure(folder, num_hidden_layers=layers)
    assert f"config.json says that the model has {layers} layers, but the weights hold 2" in refused(folder)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"quantization_config": {"load_in_8bit": True}}, "it is quantised; take the checkpoint that it was made from"),
        ({"model_type": "ESMplusplus", "auto_map": {"AutoModel": "m.M"}}, "code of its own .*never run"),
        ({"auto_map": {"AutoConfig": "m.C", "AutoModel": "m.M"}}, "code of its own .*never run"),
        ({"model_type": "t5"}, "of type 't5': a T5, such as ProtT5; the course needs an ESM model: take an ESM-2"),
        ({"model_type": "bert"}, "such as ProtBert"),
        ({"model_type": None}, "of type None"),
        ({"hidden_size": 15}, "2 attention heads for a width of 15"),
        ({"num_hidden_layers": "2"}, "num_hidden_layers is '2'"),
    ],
)
def test_a_config_of_another_kind_says_which(folder, settings, message):
    configure(folder, **settings)
    assert re.search(message, refused(folder))


def test_custom_code_is_neither_run_nor_asked_for(folder, monkeypatch):
    (folder / "m.py").write_text("open('ran', 'w')")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("builtins.input", lambda *text: pytest.fail("asked"))
    configure(folder, auto_map={"AutoConfig": "m.C", "AutoModelForTokenClassification": "m.M"})
    assert load_checkpoint(str(folder), masked_lm=True, device="cpu").width == 16  # an ESM-2 with another's head
    configure(folder, model_type="mine", auto_map={"AutoConfig": "m.C", "AutoModel": "m.M"})
    assert "never run" in refused(folder)
    assert not (folder / "ran").exists()


def test_quantised_weights_are_named_though_the_config_says_nothing(folder):
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if name.endswith("query.weight"))
    tensors[name] = tensors[name].to(torch.int8)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    assert f"it is quantised ({name} is of type I8)" in refused(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("masked_lm, part", [(False, "value.weight"), (True, "lm_head.dense")])
def test_weights_that_are_not_finite_are_named(folder, value, masked_lm, part):
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if part in name)
    tensors[name].view(-1)[3] = value
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=f"copy': its weights are not finite, .*{part}.* holds NaN or infinity; take"):
        load_checkpoint(str(folder), masked_lm, "cpu")


@pytest.mark.parametrize(
    "file, message",
    [
        ("pytorch_model.bin", "pytorch_model.bin are pickles"),
        ("pytorch_model-00001-of-00002.bin", "are pickles"),
        ("tf_model.h5", "are TensorFlow's"),
        ("flax_model.msgpack", "are Flax's"),
        ("model.gguf", "are quantised"),
        ("model-00001-of-00002.safetensors", "no model.safetensors.index.json"),
        ("notes.md", "it has no model.safetensors"),
    ],
)
def test_weights_of_another_format_are_named(folder, file, message):
    (folder / "model.safetensors").rename(folder / file)
    assert message in refused(folder)


def test_a_lacking_part_of_the_weights_is_named(folder):
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"a": "model-00001-of-00001.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "model-00001-of-00001.safetensors, a part of the weights, is not there" in refused(folder)
    (folder / "model.safetensors.index.json").write_text("[]")
    assert "its weights cannot be read" in refused(folder)


@pytest.mark.parametrize(
    "content", ["L\nA", "<cls>\n<eos>\nA", "\n".join(["<cls>", "<eos>", *"ACDEFGHIKLMNPQRSTVWYX"] * 2)]
)
def test_a_vocabulary_of_another_model_is_named(folder, content):
    (folder / "vocab.txt").write_text(content)
    assert "vocab.txt" in refused(folder)


def test_an_adapter_without_its_base_says_how_to_merge_them(tmp_path):
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "facebook/esm2_t6_8M_UR50D"}')
    message = refused(tmp_path)
    assert "an adapter (LoRA) alone" in message and "(facebook/esm2_t6_8M_UR50D)" in message
    assert "merge_and_unload()" in message
    (tmp_path / "adapter_config.json").write_text("{")
    assert "an adapter (LoRA) alone" in refused(tmp_path)


@pytest.mark.parametrize(
    "file, remedy",
    [
        ("esm2_t33_650M_UR50D.pt", "facebook/esm2_t33_650M_UR50D on"),
        ("esm2_t6_8M_UR50D-contact-regression.pt", "facebook/esm2_t6_8M_UR50D on"),
        ("esm1b_t33_650M_UR50S.pt", "facebook/esm1b_t33_650M_UR50S on"),
        ("esm1v_t33_650M_UR90S_1.pt", "facebook/esm1v_t33_650M_UR90S_1 on"),
        ("esm2_t48_15B_UR50D.pt", "facebook/esm2_t48_15B_UR50D on"),
        ("esmc_300m_2024_12_v0.pth", "of model_type esmc"),
        ("best.pt", "no checkpoint in Hugging Face format"),
    ],
)
def test_files_of_other_packages_say_what_to_take(tmp_path, file, remedy):
    assert remedy in original_weights(file)
    (tmp_path / file).write_bytes(b"PK")
    assert file in refused(tmp_path) and remedy in refused(tmp_path)
    with pytest.raises(ValueError, match="is a file: "):
        load_checkpoint(str(tmp_path / file))


def test_a_folder_above_or_below_the_checkpoint_says_so(folder, tmp_path):
    assert f"name {folder}" in refused(tmp_path)
    with pytest.raises(ValueError, match="name the folder that it lies in"):
        load_checkpoint(folder / "model.safetensors")
    (tmp_path / "empty").mkdir()
    assert "the folder is empty" in refused(tmp_path / "empty")
