"""A predictor's answer as rows: every protein there, the most probable first, and what each rests on."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.predictors import table as tables
from dlfb_helpers.predictors.table import cafa_tsv, prediction_tables, tsv


@pytest.fixture(scope="module")
def sequences(course_table, small):
    """A protein that was trained on, three that were not, and one that resembles nothing."""
    new = course_table.drop(index=small.mixture.known.ids)["Sequence"].head(3)
    known = pd.Series(small.mixture.known.sequences[:1], ["trained"])
    return pd.concat([known, new, pd.Series({"odd": "MWPWPHWPHWCCHWPMMWPHC"})])


@pytest.fixture(scope="module")
def rows(small, sequences):
    return pd.concat(prediction_tables(small, sequences, minimum=0.1), ignore_index=True)


def test_rows_are_the_probabilities_from_the_minimum_up_and_each_proteins_highest(small, sequences, rows):
    probabilities = small.predict(sequences)
    assert rows["protein"].drop_duplicates().tolist() == sequences.index.tolist()
    listed = (probabilities >= 0.1) | probabilities.eq(probabilities.max(axis=1), axis=0)
    assert len(rows) == listed.to_numpy().sum()
    for row in rows.itertuples():
        assert row.probability == pytest.approx(probabilities.at[row.protein, row.term], abs=1e-6)
        assert row.name == small.names[row.term]
    for _, of_one in rows.groupby("protein"):
        assert of_one["probability"].is_monotonic_decreasing
    high = pd.concat(prediction_tables(small, sequences, minimum=1.0))
    assert high["protein"].drop_duplicates().tolist() == sequences.index.tolist()  # nobody is missing


def test_what_a_more_specific_term_implies_is_marked(data, rows):
    """Both terms are listed then, since the one below is as probable."""
    for _, of_one in rows.groupby("protein"):
        probability = of_one.set_index("term")["probability"]
        for row in of_one.itertuples():
            below = [term for term in probability.index if row.term in data.ontology.ancestors(term)]
            assert row.implied == (probability[below].max() >= row.probability if below else False)
    assert rows["implied"].any() and not rows["implied"].all()


def test_each_row_says_what_it_rests_on(small, rows):
    seen = rows.drop_duplicates("protein").set_index("protein")
    assert seen.at["trained", "seen"] == "itself" and seen.at["trained", "identity"] == 1
    assert seen.at["trained", "nearest"] == small.mixture.known.ids[0]
    labels = small.mixture.known.targets.iloc[0]
    functions = set(seen.at["trained", "nearest_functions"].split("; "))
    assert functions and functions <= {small.names[term] for term in labels.index[labels == 1]}
    assert seen.at["odd", "seen"] == "nothing similar"


def test_some_at_a_time_make_the_same_rows(small, sequences, rows, monkeypatch):
    monkeypatch.setattr(tables, "PROTEINS_AT_ONCE", 2)
    pieces = list(prediction_tables(small, sequences, minimum=0.1))
    assert [piece["protein"].nunique() for piece in pieces] == [2, 2, 1]
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), rows, atol=1e-6)
    assert list(prediction_tables(small, sequences[:0])) == []


ROWS = pd.DataFrame({
    "protein": ["P1", "P1", "P2"], "term": ["GO:1", "GO:2", "GO:1"], "name": ["one", "two", "one"],
    "probability": [0.98765, 0.0004, 0.0006], "implied": [False, True, False], "nearest": ["Q1", "Q1", ""],
    "identity": [0.456, 0.456, np.nan], "seen": ["similar", "similar", "nothing similar"],
    "nearest_functions": ["a; b", "a; b", ""],
})  # fmt: skip


def test_rows_as_text_read_back():
    text = tsv(ROWS)
    assert text.splitlines()[1] == "P1\tGO:1\tone\t0.988\tno\tQ1\t0.46\tsimilar\ta; b"
    assert text.splitlines()[3] == "P2\tGO:1\tone\t0.001\tno\t\t\tnothing similar\t"
    back = pd.read_csv(io.StringIO(text), sep="\t", keep_default_na=False)
    assert back.columns.tolist() == ROWS.columns.tolist() and back["implied"].tolist() == ["no", "yes", "no"]
    assert text.split("\n", 1)[1] == tsv(ROWS, heading=False)


def test_cafa_gets_no_heading_and_no_probability_of_0():
    assert cafa_tsv(ROWS) == "P1\tGO:1\t0.988\nP2\tGO:1\t0.001\n"
