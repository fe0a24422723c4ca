"""Predictions in CAFA's form and in that of `dlfb predict`; what is neither is refused by file and line."""

import gzip

import pytest

from dlfb_helpers.annotations.predictions import read_predictions

CAFA = "P1\tGO:0000001\t0.07\nP1\tGO:0000002\t1\nP|2 x\tGO:0000001\t1e-3\n"
OURS = (
    "protein\tterm\tname\tprobability\timplied\tnearest\n"
    "P1\tGO:0000001\tbinding \"tight\"\t0.070\tno\tP9\nP2\tGO:0000002\tx\t0.500\tyes\t\n"
)  # fmt: skip


def write(tmp_path, text):
    path = tmp_path / "model.tsv"
    path.write_text(text)
    return path


def test_cafas_three_columns_keep_every_digit(tmp_path):
    rows = read_predictions(write(tmp_path, CAFA))
    assert rows["EntryID"].tolist() == ["P1", "P1", "P|2 x"] and rows["score"].tolist() == [0.07, 1.0, 0.001]
    assert rows["term"].tolist() == ["GO:0000001", "GO:0000002", "GO:0000001"]
    packed = tmp_path / "model.tsv.gz"
    packed.write_bytes(gzip.compress(CAFA.replace("\n", "\r\n").encode()))
    assert read_predictions(packed).equals(rows)


@pytest.mark.parametrize("heading", ["protein\tterm\tname\tprobability", "EntryID\tTerm\tname\tScore"])
def test_a_heading_says_where_the_columns_are(tmp_path, heading):
    text = OURS.replace("protein\tterm\tname\tprobability", heading)
    rows = read_predictions(write(tmp_path, text))
    assert rows["EntryID"].tolist() == ["P1", "P2"] and rows["score"].tolist() == [0.07, 0.5]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "line 1: no three columns"),
        ("AUTHOR\tme\tx\n" + CAFA, "line 1: no three columns protein, term and score, .* found AUTHOR, me, x"),
        (CAFA.replace("\t", " "), "line 1: no three columns .* separated by tabs"),
        (CAFA + "P3\tGO:3\t0.5\n", "line 4: term is 'GO:3'; an id such as GO:0003674"),
        (CAFA + "P3\tGO:0000003\t1.2\n", "line 4: score is '1.2'; a number from 0 to 1"),
        (CAFA + "P3\tGO:0000003\t-0.1\n", "line 4: score is '-0.1'"),
        (CAFA + "P3\tGO:0000003\tnan\n", "line 4: score is 'nan'"),
        (CAFA + "P3\tGO:0000003\t1_0\n", "line 4: score is '1_0'"),
        (CAFA + "P3\tGO:0000003\tlikely\n", "line 4: score is 'likely'"),
        (CAFA + "P3\tGO:0000003\n", "line 4: found 2 cells"),
        (CAFA + "\tGO:0000003\t0.5\n", "line 4: the cell under EntryID is empty"),
        ("protein\tterm\tname\nP1\tGO:0000001\tx\n", "line 1: no three columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_predictions_is_refused_by_line(tmp_path, text, message):
    with pytest.raises(ValueError, match=f"model.tsv, {message}"):
        read_predictions(write(tmp_path, text))
