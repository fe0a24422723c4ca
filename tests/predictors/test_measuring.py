"""What is measured is what the metrics say, on proteins that were not learnt from, also in another release's terms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibration import expected_calibration_error
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors import measuring
from dlfb_helpers.predictors.measuring import card_rows, evaluate_predictor, measure


def test_what_is_measured():
    random = np.random.default_rng(0)
    targets = pd.DataFrame((random.random((80, 12)) < 0.2).astype(int))
    probabilities = pd.DataFrame(np.clip(0.3 * targets + random.random((80, 12)) * 0.7, 0, 1))
    found = measure(targets, probabilities)
    assert (found["proteins"], found["terms"]) == (80, 12)
    assert found["auPRC"] == pytest.approx(np.nanmean(average_precision(targets, probabilities.to_numpy())))
    assert found["low"] < found["auPRC"] < found["high"]
    assert found["Fmax"] == fmax(targets, probabilities.to_numpy()).f
    assert found["calibration error"] == expected_calibration_error(targets, probabilities, minimum=0.05)
    rows = card_rows(found | {"proteins": 1234, "auPRC": 0.456, "low": 0.4, "high": 0.5, "Fmax": 0.333})
    assert rows["test auPRC over 1,234 proteins"] == "0.46 (0.40 to 0.50)" and rows["test Fmax"] == "0.33"
    assert rows["calibration error of pairs from 0.05"] == f"{found['calibration error']:.3f}"


@pytest.fixture(scope="module")
def others(data, course_table, small):
    """The course's data with the annotations of 150 proteins that the small predictor does not know."""
    some = course_table.drop(small.pool.ids).sample(150, random_state=1).index
    return replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(some)])


@pytest.fixture(scope="module")
def expected(others, small):
    return evaluate_predictor(small, others)


def test_a_predictor_is_not_evaluated_on_what_it_learnt(data, small, monkeypatch):
    known = data.annotations["EntryID"].isin(small.pool.ids)
    only = replace(data, annotations=data.annotations[known])
    monkeypatch.setattr(measuring, "load_cafa", lambda folder: only)
    with pytest.raises(ValueError, match="a folder: the predictor was trained on all .* of its proteins"):
        evaluate_predictor(small, "a folder")


def test_the_release_of_training_needs_no_translation(others, small, expected):
    assert (expected["terms renamed"], expected["terms gone"], expected["terms"]) == (0, 0, len(small.names))
    table = label_table(others, min_proteins=1).table.reindex(columns=["Sequence", *small.names], fill_value=0)
    targets = table.drop(columns="Sequence")[table.drop(columns="Sequence").any(axis=1)]
    assert expected | measure(targets, small.predict(table.loc[targets.index, "Sequence"])) == expected


def another_release(ontology: Ontology, renamed: dict[str, str], retired: list[str]) -> Ontology:
    """The ontology with other ids for some terms, and without others."""

    def now(ids):
        return frozenset(renamed.get(term, term) for term in ids if term not in retired)

    parents = {term: set(above) for term, above in ontology.parents.items()}
    for gone in retired:  # what lay below it lies below what is above it
        for above in parents.values():
            if gone in above:
                above.remove(gone)
                above |= parents[gone]
    merged: dict[str, set[str]] = {}
    for term, above in parents.items():
        if term not in retired:
            new = renamed.get(term, term)
            merged.setdefault(new, set()).update(now(above) - {new})
    kept = {renamed.get(term, term): term for term in parents if term not in retired}
    return Ontology(
        names={new: ontology.names[term] for new, term in kept.items()},
        aspects={new: ontology.aspects[term] for new, term in kept.items()},
        parents={term: frozenset(above) for term, above in merged.items()},
        alternatives=dict(renamed),
        obsolete={term: ontology.names[term] for term in retired},
        release="releases/2099-01-01",
    )


def test_renamed_terms_are_translated_and_scored_as_before(others, small, expected):
    terms = list(small.names)[:3]
    renamed = {term: f"GO:900000{number}" for number, term in enumerate(terms)}
    told = []
    later = replace(others, ontology=another_release(others.ontology, renamed, []))
    found = evaluate_predictor(small, later, report=told.append)
    assert found == expected | {"terms renamed": 3}
    assert told[1] == (
        f"of the predictor's {len(small.names)} terms, in releases/2099-01-01: 3 have other ids and were translated "
        f"({terms[0]} is GO:9000000, {terms[1]} is GO:9000001, {terms[2]} is GO:9000002)"
    )


def test_terms_that_are_gone_are_counted_and_the_others_scored(others, small, expected):
    gone = list(small.names)[-5:]
    told = []
    later = replace(others, ontology=another_release(others.ontology, {}, gone))
    found = evaluate_predictor(small, later, report=told.append)
    assert (found["terms"], found["terms gone"]) == (expected["terms"] - 5, 5)
    assert found["proteins"] <= expected["proteins"]
    assert "5 are gone and were not scored (" in told[1] and "retired, no replacement" in told[0]


def test_terms_that_were_merged_are_one(others, small, expected):
    """A term into its parent, which nobody's labels or probabilities contradict."""
    below, above = next(
        (term, parent) for term in small.names for parent in others.ontology.parents[term] if parent in small.names
    )
    found = evaluate_predictor(small, replace(others, ontology=another_release(others.ontology, {below: above}, [])))
    assert (found["terms"], found["terms renamed"]) == (expected["terms"] - 1, 1)
    assert found["auPRC"] == pytest.approx(expected["auPRC"], abs=0.03)


def test_an_ontology_without_any_of_the_terms_is_refused(others, small):
    other = replace(others, ontology=another_release(others.ontology, {}, list(small.names)))
    with pytest.raises(ValueError, match="none of the [0-9]+ terms is in the ontology of release .*2099-01-01.*whole"):
        evaluate_predictor(small, other)


def test_lengths_and_species_are_those_that_are_asked_for(others, small, expected):
    shorter = evaluate_predictor(small, others, max_length=300)
    assert shorter["proteins"] < expected["proteins"]
    trained_on_short = replace(small, facts={**small.facts, "max_length": 300})
    assert evaluate_predictor(trained_on_short, others) == shorter
    assert evaluate_predictor(small, others, taxon=None) == evaluate_predictor(small, others, [9606, 10090]) == expected
    with pytest.raises(ValueError, match='the last .* rows went at "species": taxon other than 10090'):
        evaluate_predictor(small, others, taxon=10090)
