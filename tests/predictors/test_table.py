"""Predictors' answers as rows: every protein there, the most probable first, and what each rests on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.slim import generic_slim
from dlfb_helpers.predictors import together
from dlfb_helpers.predictors.evidence import COLUMNS
from dlfb_helpers.predictors.table import NAMED, claims, prediction_tables, summaries
from dlfb_helpers.predictors.together import Answer, Terms, answers


@pytest.fixture(scope="module")
def sequences(course_table, small):
    """A protein that was trained on, three that were not, and one that resembles nothing."""
    new = course_table.drop(index=small.pool.ids)["Sequence"].head(3)
    known = pd.Series(small.pool.sequences[:1], ["trained"])
    return pd.concat([known, new, pd.Series({"odd": "MWPWPHWPHWCCHWPMMWPHC"})])


@pytest.fixture(scope="module")
def both(small):
    """The same predictor as if it were of another aspect, too, and had another threshold there."""
    return [replace(small, facts=small.facts | {"aspect": "CCO"}, threshold=0.6), small]


@pytest.fixture(scope="module")
def rows(both, sequences):
    return pd.concat(prediction_tables(both, sequences, minimum=0.1), ignore_index=True)


def test_the_columns_are_those_that_the_page_and_the_files_are_made_of(rows):
    first = ["protein", "aspect", "term", "name", "probability", "claimed", "implied", "slim"]
    assert rows.columns.tolist() == [*first, *COLUMNS, "nearest_functions"]
    assert rows["claimed"].dtype == rows["implied"].dtype == bool and (rows["slim"] != "").any()


def test_rows_are_the_probabilities_from_the_minimum_up_and_each_proteins_highest(small, sequences, rows):
    probabilities = small.predict(sequences)
    assert rows["protein"].drop_duplicates().tolist() == sequences.index.tolist()
    assert rows.drop_duplicates(["protein", "aspect"])["aspect"].tolist() == ["MFO", "CCO"] * len(sequences)
    listed = (probabilities >= 0.1) | probabilities.eq(probabilities.max(axis=1), axis=0)
    assert len(rows) == 2 * listed.to_numpy().sum()
    for row in rows.itertuples():
        assert row.probability == pytest.approx(probabilities.at[row.protein, row.term], abs=1e-6)
        assert row.name == small.names[row.term]
    for _, of_one in rows.groupby(["protein", "aspect"]):
        assert of_one["probability"].is_monotonic_decreasing
    high = pd.concat(prediction_tables(small, sequences, minimum=1.0))
    assert high["protein"].drop_duplicates().tolist() == sequences.index.tolist()  # nobody is missing


def test_what_is_at_least_the_aspects_threshold_is_claimed(rows):
    threshold = rows["aspect"].map({"MFO": 0.3, "CCO": 0.6})
    assert rows["claimed"].tolist() == (rows["probability"] >= threshold).tolist()
    assert set(rows.loc[rows["probability"].between(0.35, 0.55), "claimed"]) == {True, False}


def test_what_a_more_specific_term_implies_is_marked(data, rows):
    """Both terms are listed then, since the one below is as probable."""
    for _, of_one in rows.groupby(["protein", "aspect"]):
        probability = of_one.set_index("term")["probability"]
        for row in of_one.itertuples():
            below = [term for term in probability.index if row.term in data.ontology.ancestors(term)]
            assert row.implied == (probability[below].max() >= row.probability if below else False)
    assert rows["implied"].any() and not rows["implied"].all()


def test_each_row_is_read_under_slim_terms_that_it_lies_below_or_is(data, rows):
    named = {name: term for term, name in generic_slim().items()}
    for row in rows.itertuples():
        slim = {named[name] for name in row.slim.split("; ") if name}
        above = data.ontology.ancestors(row.term) | {row.term}
        assert slim <= above and bool(slim) == bool(above & generic_slim().keys())


def test_each_row_says_what_it_rests_on(small, rows):
    seen = rows.drop_duplicates("protein").set_index("protein")
    assert seen.at["trained", "seen"] == "itself"
    assert seen.at["trained", "identity"] == seen.at["trained", "coverage"] == 1 and seen.at["trained", "evalue"] < 1e-9
    assert seen.at["trained", "nearest"] == small.pool.ids[0]
    labels = np.array(list(small.names))[small.base.labels.labels[[0]].toarray()[0] == 1]
    functions = set(seen.at["trained", "nearest_functions"].split("; "))
    assert functions and functions <= {small.names[term] for term in labels}


def test_where_nothing_similar_was_seen_no_neighbour_is_paraded(rows):
    odd = rows[rows["seen"] == "nothing similar"]
    assert "odd" in set(odd["protein"]) and odd[["identity", "coverage", "evalue"]].isna().all(axis=None)
    assert set(odd["nearest"]) == set(odd["nearest_functions"]) == {""}
    assert (rows.loc[rows["seen"] != "nothing similar", ["nearest", "nearest_functions"]] != "").all(axis=None)


def test_some_at_a_time_make_the_same_rows(both, sequences, rows, monkeypatch):
    monkeypatch.setattr(together, "PROTEINS_AT_ONCE", 2)
    pieces = list(prediction_tables(both, sequences, minimum=0.1))
    assert [piece["protein"].nunique() for piece in pieces] == [2, 2, 1]
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), rows, atol=1e-6)
    assert list(prediction_tables(both, sequences[:0])) == []


def test_a_summary_names_the_most_specific_claims_and_how_sure_the_surest_is(both, sequences, rows):
    (answer,) = answers(both, sequences)
    pd.testing.assert_frame_equal(claims(answer, 0.1), rows, atol=1e-6)
    short = summaries(answer).set_index("protein")
    assert short.index.tolist() == sequences.index.tolist()
    assert [name for name in short if not name.endswith("probability")] == [
        "function", "component", "nearest", "nearest_name", "identity", "seen",
    ]  # fmt: skip
    for (protein, aspect), of_one in rows[rows["claimed"]].groupby(["protein", "aspect"]):
        kind = {"MFO": "function", "CCO": "component"}[aspect]
        below = answer[aspect].terms.parents()
        claimed = set(of_one["term"])
        specific = of_one[~of_one["term"].isin({above for term in claimed for above in below[term]})]
        names = specific["name"].tolist()
        more = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
        assert short.at[protein, kind].split("; ") == names[:NAMED] + more
        assert short.at[protein, f"{kind}_probability"] == pytest.approx(specific["probability"].max(), abs=1e-6)
    nothing = short.index.difference(rows.loc[rows["claimed"] & (rows["aspect"] == "CCO"), "protein"])
    assert len(nothing) and (short.loc[nothing, "component"] == "").all()
    assert short.loc[nothing, "component_probability"].isna().all()
    assert short.at["odd", "seen"] == "nothing similar" and short.at["odd", "nearest"] == ""


def test_a_summary_counts_what_it_does_not_name_and_takes_the_nearest_protein_of_any_aspect():
    terms = [f"GO:{number:07}" for number in range(8)]
    flat = Terms({term: f"name {term}" for term in terms}, np.zeros((8, 8), dtype=bool), pd.Index(terms))
    probabilities = pd.DataFrame([np.linspace(0.9, 0.2, 8)], ["P1"], terms)

    def evidence(*row):
        return pd.DataFrame([row], ["P1"], COLUMNS)

    function = Answer(flat, probabilities, evidence("far", "human far", "9606", 0.4, 0.9, 1e-9, "similar"), {}, 0.25)
    process = Answer(flat, probabilities, evidence("near", "near", "", 0.8, 0.9, 1e-50, "similar"), {}, 0.95)
    itself = Answer(flat, probabilities, evidence("P1", "mouse P1", "10090", 1.0, 1.0, 1e-40, "itself"), {}, 0.95)
    (short,) = summaries({"MFO": function, "BPO": process}).to_dict("records")
    assert short["function"].split("; ") == [f"name {term}" for term in terms[:5]] + ["and 2 more"]
    assert short["function_probability"] == pytest.approx(0.9) and short["process"] == ""
    assert (short["nearest"], short["identity"], short["seen"]) == ("near", 0.8, "similar")
    assert short["nearest_name"] == "near"
    (short,) = summaries({"MFO": function, "BPO": process, "CCO": itself}).to_dict("records")
    assert (short["nearest"], short["identity"], short["seen"]) == ("P1", 1.0, "itself")
