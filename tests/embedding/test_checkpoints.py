"""A checkpoint loads by name, folder or Hub id; what embeds needs nothing of the library."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from dlfb_helpers.embedding.checkpoints import Checkpoint, get_device, load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings


def test_course_checkpoint_is_an_esm2_8m(course):
    assert (course.width, course.max_residues, course.model.config.num_hidden_layers) == (320, 1022, 6)
    assert str(course).startswith("course: ESM-2, 6 layers, width 320, 7.4 M parameters")
    assert "tensor" not in repr(course)


def test_masked_lm_and_encoder_share_weights_and_digest(course, course_lm):
    assert course.digest == course_lm.digest
    assert torch.equal(
        course.encoder.embeddings.word_embeddings.weight, course_lm.encoder.embeddings.word_embeddings.weight
    )


def test_folder_checkpoint_loads(tiny_folder):
    tiny = load_checkpoint(str(tiny_folder))
    assert tiny.width == 16
    assert tiny.tokenizer.encode("MALWM") == [0, 20, 5, 4, 22, 20, 2]
    assert load_checkpoint(str(tiny_folder)).digest == tiny.digest


def test_hub_checkpoint_loads_from_the_hub_cache(tiny, hub_cache):
    loaded = load_checkpoint("course-tests/tiny-esm", masked_lm=True)
    assert loaded.digest == tiny.digest
    assert loaded.model.lm_head.dense.weight.shape == (16, 16)
    np.testing.assert_array_equal(mean_embeddings(["MALWM"], loaded), mean_embeddings(["MALWM"], tiny))


@pytest.mark.parametrize("name", ["course", "course-tests/tiny-esm"])
def test_embedding_imports_no_library_that_it_does_not_need(hub_cache, name):
    program = (
        "import sys; from dlfb_helpers.embedding.runs import embed_proteins; from dlfb_helpers.cli import embed;"
        f"vectors = embed_proteins(['MALWM', 'MAL'], {name!r}); assert vectors.shape[0] == 2;"
        "from dlfb_helpers.embedding import MaskPredictor;"
        f"assert MaskPredictor({name!r}).scan('MAL').shape == (3, 20);"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout.split()
    assert "torch" in loaded
    assert not {"transformers", "tokenizers", "jax", "flax", "tensorflow", "sklearn", "scipy"} & set(loaded)


def test_a_model_at_hand_is_a_checkpoint_too(tiny, proteins):
    own = Checkpoint.of_model(tiny.model, tiny.tokenizer, name="mine")
    assert (own.name, own.digest, own.model, own.masked_lm) == ("mine", tiny.digest, tiny.model, False)
    np.testing.assert_array_equal(mean_embeddings(proteins, own), mean_embeddings(proteins, tiny))


def test_tokens_are_the_tokenizers(course, proteins):
    sequences = [*proteins, "MBZXUO", "M-.A"]
    expected = [number for sequence in sequences for number in course.tokenizer(sequence)["input_ids"]]
    assert course.tokens(sequences).tolist() == expected
    assert course.tokens(sequences).dtype == np.int64
    with pytest.raises(ValueError, match="no token"):
        course.tokens(["MALJ"])


def test_a_gpus_precision_is_chosen_by_what_it_has(course, monkeypatch):
    on_gpu = Checkpoint(course.name, course.source, course.digest, course.contents, torch.device("cuda"))
    for has_bf16, precision in ((True, torch.bfloat16), (False, torch.float16)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda has_bf16=has_bf16: has_bf16)
        assert on_gpu.precision == precision
    assert course.precision == torch.float32
    on_gpu.masked_lm = True
    assert on_gpu.precision == torch.float32


def test_device_is_one_that_torch_has():
    assert get_device().type in {"cpu", "cuda", "mps"}
    assert torch.zeros(1, device=get_device()).item() == 0
