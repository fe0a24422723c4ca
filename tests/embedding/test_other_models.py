"""ESM-1b, ESM-1v and ESM C are checkpoints too: the library's own forward pass, with their own limits."""

import numpy as np
import pytest
import torch
from transformers import EsmcConfig, EsmcForMaskedLM, EsmConfig, EsmcTokenizer, EsmForMaskedLM

from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.library import LibraryEncoder
from dlfb_helpers.embedding.masking import MaskPredictor
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.residues import residue_embeddings
from dlfb_helpers.embedding.runs import embed_proteins


def esm_1(norm_first):
    config = EsmConfig(
        vocab_size=33, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        pad_token_id=1, mask_token_id=32, max_position_embeddings=1026, position_embedding_type="absolute",
        token_dropout=True, emb_layer_norm_before=norm_first,
    )  # fmt: skip
    return EsmForMaskedLM(config)


def esm_c():
    config = EsmcConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )  # fmt: skip
    return EsmcForMaskedLM(config)


MODELS = {"ESM-1b": lambda: esm_1(True), "ESM-1v": lambda: esm_1(False), "ESM C": esm_c}


@pytest.fixture(params=MODELS)
def model(request, course, tmp_path):
    """Name, model, tokenizer, and the folder in which both are saved."""
    torch.manual_seed(2)
    made = MODELS[request.param]().eval()
    tokenizer = EsmcTokenizer() if request.param == "ESM C" else course.tokenizer
    made.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    return request.param, made, tokenizer, tmp_path / "model"


def test_it_gives_the_librarys_vectors_whatever_stands_beside_a_protein(model, proteins, tmp_path):
    name, made, tokenizer, folder = model
    checkpoint = load_checkpoint(folder, device="cpu")
    assert isinstance(checkpoint.packed, LibraryEncoder)
    assert checkpoint.max_residues == (2046 if name == "ESM C" else 1022)
    assert str(checkpoint).startswith(f"{folder}: {name[:5].rstrip('b')}, 2 layers, width 16")
    expected = []
    for sequence in proteins:
        with torch.inference_mode():
            tokens = tokenizer(sequence, return_tensors="pt")
            hidden = made.base_model(tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state
        expected.append(hidden[0, 1:-1].mean(0).numpy())
    found = embed_proteins(proteins, checkpoint, cache=tmp_path / "cache")
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(mean_embeddings(proteins, checkpoint, max_tokens=100), expected, atol=1e-5)
    np.testing.assert_allclose(residue_embeddings(proteins[0], checkpoint).mean(0), expected[0], atol=1e-5)
    with torch.inference_mode():
        tokens = tokenizer(proteins[0], return_tensors="pt")
        layers = made.base_model(**tokens, output_hidden_states=True).hidden_states
    for layer in (0, 1, 2):
        expected_here = layers[layer][0, 1:-1].numpy()
        np.testing.assert_allclose(
            residue_embeddings(proteins[0], checkpoint.at_layer(layer)), expected_here, atol=1e-5
        )
    own = Checkpoint.of_model(made, tokenizer)
    assert own.digest == checkpoint.digest
    np.testing.assert_allclose(mean_embeddings(proteins, own), expected, atol=1e-5)


def test_a_protein_that_is_too_long_is_taken_in_windows(model, insulin):
    checkpoint = load_checkpoint(model[3], device="cpu")
    long = (insulin * 30)[: checkpoint.max_residues + 100]
    assert np.isfinite(mean_embeddings([long], checkpoint)).all()
    with pytest.raises(ValueError, match=f"longer than {checkpoint.max_residues}"):
        mean_embeddings([long], checkpoint, "error")


def test_masked_residues_work_too(model, insulin):
    checkpoint = load_checkpoint(model[3], masked_lm=True, device="cpu")
    scan = MaskPredictor(checkpoint).scan(insulin[:8])
    assert scan.shape == (8, 20) and (scan.sum(axis=1) <= 1 + 1e-5).all()
    half = MaskPredictor(Checkpoint.of_model(model[1].to(torch.bfloat16), model[2])).scan(insulin[:8])
    np.testing.assert_allclose(half, scan, atol=1e-3)


def test_weights_that_change_give_new_vectors(model):
    checkpoint = load_checkpoint(model[3], device="cpu")
    before, digest = mean_embeddings(["MALWM"], checkpoint), checkpoint.digest
    with torch.no_grad():
        checkpoint.encoder.get_input_embeddings().weight.mul_(torch.linspace(0.5, 2, 16))
    assert np.abs(mean_embeddings(["MALWM"], checkpoint) - before).max() > 1e-4
    assert checkpoint.digest != digest


def test_esm_c_needs_no_saved_tokenizer(tmp_path):
    torch.manual_seed(2)
    esm_c().save_pretrained(tmp_path)
    assert load_checkpoint(tmp_path, device="cpu").tokens(["MA"]).tolist() == [0, 20, 5, 2]
