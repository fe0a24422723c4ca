"""The article's calls mean what they say: the mean of a protein's own residues, whatever stands beside it."""

import numpy as np
import pandas as pd
import pytest
import torch

from dlfb_helpers.embedding.article import get_mean_embeddings, get_sequence_embeddings
from dlfb_helpers.embedding.mean import mean_embeddings


def test_the_mean_is_the_fast_ones_alone_shuffled_and_beside_a_500_mer(course, proteins):
    expected = mean_embeddings(proteins, course)
    together = get_mean_embeddings(proteins, course.tokenizer, course.model)
    assert together.shape == (6, 320) and together.dtype == np.float32
    np.testing.assert_allclose(together, expected, atol=1e-5)
    for index, sequence in enumerate(proteins):
        alone = get_mean_embeddings([sequence], course.tokenizer, course.model)
        np.testing.assert_allclose(alone[0], expected[index], atol=1e-5)
    order = np.random.default_rng(1).permutation(len(proteins))
    shuffled = get_mean_embeddings([proteins[place] for place in order], course.tokenizer, course.model)
    np.testing.assert_allclose(shuffled, expected[order], atol=1e-5)


def test_a_head_makes_no_difference_and_padding_may_stand_before(course, course_lm, proteins):
    expected = mean_embeddings(proteins, course)
    np.testing.assert_allclose(get_mean_embeddings(proteins, course_lm.tokenizer, course_lm.model), expected, atol=1e-5)
    tokenizer = type(course.tokenizer).from_pretrained(course.source, padding_side="left")
    np.testing.assert_allclose(get_mean_embeddings(proteins, tokenizer, course.model), expected, atol=1e-5)


def test_a_protein_that_does_not_fit_is_taken_in_windows(tiny, insulin):
    sequences = ["MALWM", (insulin * 11)[:1200]]
    found = get_mean_embeddings(sequences, tiny.tokenizer, tiny.model)
    np.testing.assert_allclose(found, mean_embeddings(sequences, tiny), atol=1e-5)


def test_a_model_in_training_is_put_back_as_it_was(tiny, proteins):
    tiny.model.train()
    try:
        found = get_mean_embeddings(proteins, tiny.tokenizer, tiny.model, device="cpu")
        assert tiny.model.training
    finally:
        tiny.model.eval()
    np.testing.assert_allclose(found, mean_embeddings(proteins, tiny), atol=1e-5)
    assert next(tiny.model.parameters()).requires_grad and torch.is_grad_enabled()


@pytest.mark.parametrize(
    "sequences, error, message",
    [("MALWM", TypeError, r"write a list: \[sequence\]"), (["MALWM", "MAL*"], ValueError, "sequence 1: found")],
)
def test_what_cannot_be_embedded_is_told_before_anything_is_computed(tiny, sequences, error, message):
    with pytest.raises(error, match=message):
        get_mean_embeddings(sequences, tiny.tokenizer, None if error is TypeError else tiny.model)


def test_a_table_keeps_its_index_and_columns(tiny, proteins):
    table = pd.DataFrame({"Sequence": proteins, "Length": list(map(len, proteins))}, index=list("fedcba"))
    before = table.copy()
    found = get_sequence_embeddings(table, tiny.tokenizer, tiny.model, batch_size=4)
    assert found.columns.tolist() == ["Sequence", "Length", *(f"ME:{number}" for number in range(1, 17))]
    pd.testing.assert_frame_equal(found[["Sequence", "Length"]], before)
    pd.testing.assert_frame_equal(table, before)
    vectors = found.filter(like="ME:")
    assert (vectors.dtypes == np.float32).all()
    np.testing.assert_allclose(vectors, mean_embeddings(proteins, tiny), atol=1e-5)
    assert get_sequence_embeddings(table[:0], tiny.tokenizer, tiny.model).shape == (0, 18)


def test_a_table_that_cannot_be_embedded_says_why(tiny):
    with pytest.raises(ValueError, match="no column Sequence; found EntryID"):
        get_sequence_embeddings(pd.DataFrame({"EntryID": ["P1"]}), tiny.tokenizer, tiny.model)
    table = pd.DataFrame({"Sequence": ["MALWM", "MAL*"]})
    with pytest.raises(ValueError, match="sequence 1: found"):
        get_sequence_embeddings(table, tiny.tokenizer, tiny.model, batch_size=1)
    with pytest.raises(ValueError, match="batch_size is 0"):
        get_sequence_embeddings(table, tiny.tokenizer, tiny.model, batch_size=0)
