"""Packed sequences give what the library's padded ones give, and no protein sees another."""

import pytest
import torch
from transformers import EsmConfig, EsmModel

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding.checkpoints import Checkpoint
from dlfb_helpers.embedding.esm2 import BLOCK, PackedEncoder
from dlfb_helpers.embedding.tensors import tensor_shapes


@pytest.fixture(scope="module")
def sequences():
    """Real proteins from one residue to five hundred, some of lengths at the edge of a block."""
    table = load_cafa().sequences["Sequence"]
    lengths = [BLOCK - 3, BLOCK - 2, BLOCK - 1, 2 * BLOCK - 2, 100, 350, 500]
    return ["M", *(next(s for s in table if len(s) >= length)[:length] for length in lengths)]


@pytest.fixture(params=["one by one", "side by side"])
def attention(request, monkeypatch):
    """As a CPU does it, and as a GPU does: both must hold everywhere."""
    if request.param == "side by side":
        monkeypatch.setattr(PackedEncoder, "_one_by_one", PackedEncoder._side_by_side)


def by_the_library(model, tokenizer, sequences):
    tokens = tokenizer(sequences, padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = model(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state
    return torch.cat([row[: len(sequence) + 2] for row, sequence in zip(hidden, sequences)])


def packed(checkpoint, sequences):
    tokens = torch.from_numpy(checkpoint.tokens(sequences))
    with torch.inference_mode():
        return checkpoint.packed(tokens, [len(sequence) + 2 for sequence in sequences])


def test_it_is_the_librarys_model(course, sequences, attention):
    expected = by_the_library(course.encoder, course.tokenizer, sequences)
    found = packed(course, sequences)
    assert found.dtype == torch.float32 and found.shape == expected.shape
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("layers, width, heads", [(3, 48, 2), (2, 40, 20)])
def test_other_sizes_work_too(course, sequences, attention, layers, width, heads):
    torch.manual_seed(1)
    config = EsmConfig(
        vocab_size=33, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=96,
        pad_token_id=1, mask_token_id=32, max_position_embeddings=1026, position_embedding_type="rotary",
        token_dropout=layers == 3, attn_implementation="sdpa", rope_theta=500.0 * layers,
    )  # fmt: skip
    model = EsmModel(config, add_pooling_layer=False).eval()
    expected = by_the_library(model, course.tokenizer, sequences)
    checkpoint = Checkpoint.of_model(model, course.tokenizer)
    torch.testing.assert_close(packed(checkpoint, sequences), expected, atol=1e-5, rtol=1e-5)
    assert {name: tensor.shape for name, tensor in checkpoint.contents.tensors.items()} == tensor_shapes(vars(config))


@pytest.mark.parametrize("dropout", [True, False])
def test_hidden_tokens_are_the_librarys(course, tiny, sequences, attention, dropout):
    model = EsmModel(EsmConfig(**{**tiny.contents.config, "token_dropout": dropout}), add_pooling_layer=False).eval()
    checkpoint, mask = Checkpoint.of_model(model, course.tokenizer), course.tokenizer.mask_token_id
    lengths = [len(sequence) + 2 for sequence in sequences]
    parts = list(torch.from_numpy(checkpoint.tokens(sequences)).split(lengths))
    for part in parts:
        part[1:-1:7] = mask
    masks = [int((part == mask).sum()) for part in parts]
    with torch.inference_mode():
        found = checkpoint.packed(torch.cat(parts), lengths, masks=masks)
        expected = torch.cat([model(part[None]).last_hidden_state[0] for part in parts])
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_no_protein_sees_another(course, sequences, attention):
    together = packed(course, sequences)
    start = 0
    for sequence in sequences:
        alone = packed(course, [sequence])
        torch.testing.assert_close(together[start : start + len(alone)], alone, atol=1e-5, rtol=1e-5)
        start += len(alone)


def test_an_older_esm_is_refused(tiny):
    config = {"position_embedding_type": "absolute"}
    with pytest.raises(ValueError, match="no ESM-2"):
        PackedEncoder(tiny.contents.tensors, config)
