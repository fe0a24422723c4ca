from __future__ import annotations

import numpy as np
import pytest

from dlfb_helpers.proteins import alphabet as aa


def test_alphabet_is_in_the_articles_order_and_complete():
    assert "".join(aa.AMINO_ACIDS) == "RHKDESTNQGPCAVILMFYW"
    assert sorted(aa.AMINO_ACIDS) == list("ACDEFGHIKLMNPQRSTVWY")
    assert aa.AMINO_ACID_TO_INDEX["R"] == 0 and aa.AMINO_ACID_TO_INDEX["W"] == 19
    assert set(aa.AMINO_ACID_NAMES) == set(aa.AMINO_ACIDS)


def test_groups_hold_each_of_the_33_tokens_once():
    tokens = [token for members in aa.GROUPS.values() for token in members]
    assert len(tokens) == len(set(tokens)) == 33
    assert set(aa.AMINO_ACIDS) | set(aa.OTHER_RESIDUES) <= set(tokens)
    assert "".join(aa.GROUPS["hydrophobic"]) == "AFILMVWY"
    assert aa.residue_group("K") == "positive" and aa.residue_group("<pad>") == "special tokens"


@pytest.mark.parametrize("token", ["j", "J", "", "k", "<bos>"])
def test_unknown_token_has_no_group(token):
    with pytest.raises(ValueError, match="neither a residue letter"):
        aa.residue_group(token)


def test_worked_example_of_the_article():
    assert aa.sequence_to_indices("MALWM") == [16, 12, 15, 19, 16]
    encoded = np.asarray(aa.one_hot("MALWM"))
    assert encoded.shape == (5, 20) and encoded.dtype == np.float32
    assert encoded.argmax(axis=1).tolist() == [16, 12, 15, 19, 16]
    assert encoded.sum(axis=1).tolist() == [1.0] * 5 and set(np.unique(encoded)) == {0.0, 1.0}


def test_one_hot_can_be_read_back():
    sequence = "".join(aa.AMINO_ACIDS) * 3
    assert "".join(aa.AMINO_ACIDS[i] for i in np.asarray(aa.one_hot(sequence)).argmax(axis=1)) == sequence


def test_check_sequence_returns_what_esm2_can_read_unchanged():
    sequence = "".join(aa.AMINO_ACIDS) + "BZXUO"
    assert aa.check_sequence(sequence) is sequence


@pytest.mark.parametrize(
    ("sequence", "found", "remedy"),
    [
        ("MALJM", "'J' at position 4 of 5", "write X where the residue is unknown"),
        ("MAlWM", "'l' at position 3 of 5", "upper"),
        ("MAL WM", "' ' at position 4 of 6", "join"),
        ("MALWM\n", "at position 6 of 6", "join"),
        ("MALWM*", "'*' at position 6 of 6", "rstrip"),
        ("MA-LWM", "'-' at position 3 of 6", "gaps"),
        ("MA.LWM", "'.' at position 3 of 6", "gaps"),
        ("MÅLWM", "'Å' at position 2 of 5", "accepted are"),
        ("", "empty", "at least one residue"),
    ],
)
def test_bad_letters_are_named_with_record_position_and_remedy(sequence, found, remedy):
    with pytest.raises(ValueError) as error:
        aa.check_sequence(sequence, name="P01308")
    assert str(error.value).startswith("P01308: ")
    assert found in str(error.value) and remedy in str(error.value)


def test_a_sequence_must_be_text():
    with pytest.raises(TypeError, match="P01308: a sequence must be a str, found list"):
        aa.check_sequence(["M", "A"], name="P01308")


def test_ambiguous_residues_have_no_one_hot_column():
    with pytest.raises(ValueError, match="'U' at position 3 of 4 stands for selenocysteine"):
        aa.one_hot("MAUW")
