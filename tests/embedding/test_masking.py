"""Masked residues: probabilities are probabilities, positions are checked, scores say what they claim."""

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import EsmConfig, EsmForMaskedLM

from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.masking import MaskPredictor, pseudo_perplexity, substitution_scores, true_probabilities
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS


@pytest.fixture(scope="module")
def predictor(course_lm):
    return MaskPredictor(course_lm)


@pytest.fixture(scope="module")
def scan(predictor, insulin):
    return predictor.scan(insulin[24:54])


def test_probabilities_are_those_of_the_masked_token(predictor, course_lm, insulin):
    probabilities = predictor.predict(insulin, 29)
    assert probabilities.shape == (33,)
    assert probabilities.sum() == pytest.approx(1, abs=1e-5)
    tokenizer = course_lm.tokenizer
    assert list(probabilities.index) == tokenizer.convert_ids_to_tokens(list(range(33)))
    assert tokenizer.convert_ids_to_tokens(tokenizer.encode(insulin)[30]) == "L" == insulin[29]
    np.testing.assert_allclose(probabilities, by_the_library(course_lm, insulin, 29), atol=1e-5)


def by_the_library(checkpoint, sequence, position):
    """Probabilities (33,) at one hidden position, from the library's own model."""
    tokens = torch.tensor([checkpoint.tokenizer.encode(sequence)])
    tokens[0, position + 1] = checkpoint.tokenizer.mask_token_id
    with torch.inference_mode():
        return checkpoint.model(tokens).logits[0, position + 1].softmax(-1).numpy()


def test_a_head_with_a_table_of_words_of_its_own_is_kept(tiny, tmp_path, insulin):
    torch.manual_seed(3)
    config = EsmConfig(**{**tiny.contents.config, "tie_word_embeddings": False})
    EsmForMaskedLM(config).save_pretrained(tmp_path)
    tiny.tokenizer.save_pretrained(tmp_path)
    own = load_checkpoint(tmp_path, masked_lm=True, device="cpu")
    found = MaskPredictor(own).predict(insulin, 29)
    np.testing.assert_allclose(found, by_the_library(own, insulin, 29), atol=1e-6)
    assert not torch.equal(own.model.lm_head.decoder.weight, own.encoder.get_input_embeddings().weight)


def test_a_head_that_is_trained_further_is_asked_as_it_is_now(tiny_folder, insulin):
    checkpoint = load_checkpoint(tiny_folder, masked_lm=True, device="cpu")
    predictor = MaskPredictor(checkpoint)
    before = predictor.predict(insulin, 29)
    with torch.no_grad():
        checkpoint.model.lm_head.bias.add_(torch.linspace(0, 3, 33))
    after = predictor.predict(insulin, 29)
    np.testing.assert_allclose(after, by_the_library(checkpoint, insulin, 29), atol=1e-6)
    assert np.abs(after - before).max() > 0.01


def test_a_model_in_half_precision_answers_too(tiny, tiny_folder, insulin):
    half = EsmForMaskedLM.from_pretrained(tiny_folder, dtype=torch.bfloat16)
    found = MaskPredictor(Checkpoint.of_model(half, tiny.tokenizer)).predict(insulin, 29)
    exact = MaskPredictor(load_checkpoint(tiny_folder, masked_lm=True, device="cpu")).predict(insulin, 29)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, exact, atol=1e-3)


@pytest.mark.parametrize("position", [-1, 110, 1000])
def test_position_outside_the_protein_is_an_error(predictor, position, insulin):
    with pytest.raises(ValueError, match=f"position {position} is outside the sequence: choose 0 to 109"):
        predictor.predict(insulin, position)


def test_a_checkpoint_without_the_head_is_an_error(course):
    with pytest.raises(ValueError, match="course was loaded without the head .* masked_lm=True"):
        MaskPredictor(course)


def test_bad_letter_is_an_error(predictor):
    with pytest.raises(ValueError, match="found '\\*' at position 4"):
        predictor.predict("MAL*", 0)


def test_prediction_does_not_see_the_hidden_residue(predictor, insulin):
    other = insulin[:29] + "W" + insulin[30:]
    np.testing.assert_allclose(predictor.predict(insulin, 29), predictor.predict(other, 29), atol=1e-6)


def test_scan_is_the_prediction_at_every_position(predictor, scan, insulin):
    chain = insulin[24:54]
    assert scan.shape == (30, 20) and tuple(scan.columns) == AMINO_ACIDS
    for position in (0, 15, 29):
        expected = predictor.predict(chain, position)[list(AMINO_ACIDS)]
        np.testing.assert_allclose(scan.iloc[position], expected, atol=1e-5)
    np.testing.assert_allclose(predictor.scan(chain, batch_size=7), scan, atol=1e-5)


def test_a_long_protein_is_seen_through_a_window_around_the_position(predictor, insulin):
    long = insulin * 12
    assert len(long) == 1320
    in_window = predictor.predict(long[298:], 1319 - 298)
    np.testing.assert_allclose(predictor.predict(long, 1319), in_window, atol=1e-5)


def test_the_window_is_as_long_as_the_checkpoint_says(predictor, insulin, monkeypatch):
    in_window = predictor.predict(insulin[30:70], 20)
    monkeypatch.setattr(Checkpoint, "max_residues", 40)
    np.testing.assert_allclose(predictor.predict(insulin, 50), in_window, atol=1e-5)


def test_pseudo_perplexity_by_hand():
    scan = pd.DataFrame([[0.5, 0.25], [0.125, 0.5]], columns=["L", "A"])
    assert true_probabilities(scan, "LA").tolist() == [0.5, 0.5]
    assert pseudo_perplexity(scan, "LA") == pytest.approx(2.0)
    assert pseudo_perplexity(scan, "AL") == pytest.approx(32**0.5)


def test_the_model_prefers_insulin_to_its_shuffled_residues(predictor, insulin):
    start = insulin[:54]  # signal peptide and B chain
    shuffled = "".join(np.random.default_rng(0).permutation(list(start)))
    assert pseudo_perplexity(predictor.scan(start), start) < pseudo_perplexity(predictor.scan(shuffled), shuffled)


def test_substitution_scores_are_log_odds(scan, insulin):
    chain = insulin[24:54]
    scores = substitution_scores(scan, chain)
    assert scores.shape == (30, 20)
    np.testing.assert_allclose([scores.loc[i, residue] for i, residue in enumerate(chain)], 0, atol=1e-6)
    expected = np.log(scan.loc[3, "W"] / scan.loc[3, chain[3]])
    assert scores.loc[3, "W"] == pytest.approx(expected, abs=1e-6)
