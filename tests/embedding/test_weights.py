"""Whatever changes a weight is seen: new vectors, another digest, other keys of the cache."""

import numpy as np
import pytest
import torch
from transformers import EsmForMaskedLM

from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.residues import residue_embeddings
from dlfb_helpers.embedding.runs import embed_proteins, store_settings


def step(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    model(torch.tensor([[0, 20, 5, 2]])).last_hidden_state.square().sum().backward()
    optimizer.step()


def past_autograd(model):
    model.encoder.layer[0].attention.self.query.weight.data[0, 0] += 1


def anew(model):
    weight = model.encoder.layer[1].output.dense.weight
    weight.data = weight.data * 2


def from_a_state(model):
    model.load_state_dict({name: tensor * 1.5 for name, tensor in model.state_dict().items()})


@pytest.mark.parametrize("change", [step, past_autograd, anew, from_a_state])
@pytest.mark.parametrize("own", [True, False])
def test_a_model_that_is_trained_further_gives_its_new_vectors_and_keys(tiny_folder, tmp_path, change, own):
    checkpoint = load_checkpoint(tiny_folder, device="cpu")
    if own:
        checkpoint = Checkpoint.of_model(checkpoint.model, checkpoint.tokenizer)
    assert not checkpoint.model.training
    before, settings = embed_proteins(["MALWM"], checkpoint, cache=tmp_path), store_settings(checkpoint)
    change(checkpoint.model)
    after = embed_proteins(["MALWM"], checkpoint, cache=tmp_path)
    expected = Checkpoint.of_model(checkpoint.model, checkpoint.tokenizer)
    np.testing.assert_array_equal(after, mean_embeddings(["MALWM"], expected))
    np.testing.assert_allclose(residue_embeddings("MALWM", checkpoint).mean(0), after[0], atol=1e-5)
    assert np.abs(after - before).max() > 1e-6
    assert store_settings(checkpoint)["checkpoint"] == expected.digest != settings["checkpoint"]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_model_that_has_not_changed_is_not_read_again(tiny_folder):
    checkpoint = load_checkpoint(tiny_folder, masked_lm=True, device="cpu")
    packed = checkpoint.packed
    assert checkpoint.refresh().packed is packed


def test_a_model_whose_weights_become_nan_is_refused(tiny_folder):
    checkpoint = load_checkpoint(tiny_folder, device="cpu")
    checkpoint.model.encoder.layer[0].output.dense.weight.data[0, 0] = float("nan")
    with pytest.raises(ValueError, match="weights are not finite, encoder.layer.0.output.dense.weight"):
        mean_embeddings(["MALWM"], checkpoint)
    with pytest.raises(ValueError, match="not finite"):
        Checkpoint.of_model(checkpoint.model, checkpoint.tokenizer)


def test_what_is_no_esm_or_in_half_precision(tiny, tiny_folder):
    half = EsmForMaskedLM.from_pretrained(tiny_folder, dtype=torch.bfloat16)
    assert Checkpoint.of_model(half, tiny.tokenizer).contents.tensors["embeddings.word_embeddings.weight"].dtype == (
        torch.float32
    )
    with pytest.raises(ValueError, match="Linear is no ESM of the transformers library"):
        Checkpoint.of_model(torch.nn.Linear(2, 2), tiny.tokenizer)
