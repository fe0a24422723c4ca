"""Tables of predictions as text: what is written is read back, by programs, spreadsheets and CAFA's evaluators."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.predictors.writing import CAFA_TERMS, cafa_tsv, spreadsheet_csv, tsv

ROWS = pd.DataFrame({
    "protein": ["P1", "P1", "P2"], "term": ["GO:1", "GO:2", "GO:1"], "name": ["one", "two", "one"],
    "probability": [0.98765, 0.0004, 0.0006], "claimed": [True, False, False], "implied": [False, True, False],
    "nearest": ["Q1", "Q1", ""], "identity": [0.456, 0.456, np.nan], "evalue": [1.234e-50, 1.234e-50, np.nan],
    "seen": ["similar", "similar", "nothing similar"], "process_probability": [0.5, np.nan, 0.5],
})  # fmt: skip


def test_rows_as_text_read_back():
    text = tsv(ROWS)
    assert text.splitlines()[1] == "P1\tGO:1\tone\t0.988\tyes\tno\tQ1\t0.46\t1.2e-50\tsimilar\t0.500"
    assert text.splitlines()[3] == "P2\tGO:1\tone\t0.001\tno\tno\t\t\t\tnothing similar\t0.500"
    back = pd.read_csv(io.StringIO(text), sep="\t", keep_default_na=False)
    assert back.columns.tolist() == ROWS.columns.tolist() and back["implied"].tolist() == ["no", "yes", "no"]
    assert text.split("\n", 1)[1] == tsv(ROWS, heading=False)


@pytest.mark.parametrize("cell", ["a\tb", "a\nb", "a\rb"])
def test_what_would_break_a_table_is_refused_by_name(cell):
    with pytest.raises(ValueError, match=r"'a\\[tnr]b' holds a tab or a line break.*rename it"):
        tsv(ROWS.assign(name=cell))
    with pytest.raises(ValueError, match=r"'a\\[tnr]b' holds a tab or a line break"):
        cafa_tsv([pd.DataFrame([[0.5]], [cell], ["GO:1"])])


def test_a_spreadsheet_runs_nothing():
    table = pd.DataFrame({"protein": ["=1+1", "P,2"], "slim": ["@x", 'say "x"'], "probability": [0.5, 0.25]})
    text = spreadsheet_csv(table)
    assert text.splitlines()[1] == "'=1+1,'@x,0.500"
    assert pd.read_csv(io.StringIO(text))["protein"].tolist() == ["'=1+1", "P,2"]
    assert text.split("\n", 1)[1] == spreadsheet_csv(table, heading=False)


def test_cafa_gets_a_proteins_most_probable_terms_of_all_aspects():
    function = pd.DataFrame([[0.5, 0.98765], [0.0009, 0.001]], ["P1", "P2"], ["GO:1", "GO:2"])
    process = pd.DataFrame([[0.75], [1.0]], ["P1", "P2"], ["GO:3"])
    assert cafa_tsv([function, process]) == (
        "P1\tGO:2\t0.988\nP1\tGO:3\t0.750\nP1\tGO:1\t0.500\nP2\tGO:3\t1.000\nP2\tGO:2\t0.001\n"
    )


def test_cafa_gets_no_more_terms_than_it_takes():
    scores = np.random.default_rng(0).uniform(0.01, 1, (2, CAFA_TERMS + 100)).astype(np.float32)
    names = [f"GO:{number:07}" for number in range(scores.shape[1])]
    text = cafa_tsv([pd.DataFrame(scores[:, :900], list("ab"), names[:900]),
                     pd.DataFrame(scores[:, 900:], list("ab"), names[900:])])  # fmt: skip
    lines = pd.read_csv(io.StringIO(text), sep="\t", header=None)
    assert lines.groupby(0)[1].nunique().tolist() == [CAFA_TERMS] * 2
    for row, (_, of_one) in zip(scores, lines.groupby(0)):
        assert of_one[2].min() >= np.sort(row)[100] - 5.01e-4  # the hundred least probable are left out
