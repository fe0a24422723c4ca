"""Information content by hand and as the ratio of counts; annotations that are not propagated are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.metrics.information import information_content, read_information

ROOT = "GO:0003674"


def ontology_of(parents: dict) -> Ontology:
    aspects = dict.fromkeys(parents, "MFO")
    return Ontology(dict.fromkeys(parents, "a name"), aspects, {term: frozenset(up) for term, up in parents.items()})


def test_information_content_by_hand():
    ontology = ontology_of({ROOT: [], "A": [ROOT], "B": [ROOT], "AB": ["A", "B"], "C": ["A"]})
    pairs = ontology.propagate([("P1", "AB"), ("P2", "A"), ("P2", "B"), ("P3", "A"), ("P4", ROOT)])
    content = information_content(pd.DataFrame(sorted(pairs), columns=["EntryID", "term"]), ontology)
    assert content[ROOT] == 0
    assert content["A"] == pytest.approx(-np.log2(3 / 4))
    assert content["B"] == pytest.approx(-np.log2(2 / 4))
    assert content["AB"] == pytest.approx(-np.log2(1 / 2))  # P1 and P2 have both parents
    assert np.isnan(content["C"])


def test_information_content_of_a_real_ontology_is_the_ratio_of_counts(course_data, training_rows):
    ontology = course_data.ontology
    content = information_content(training_rows, ontology)
    assert list(content.index) == list(ontology.names)
    table = pd.crosstab(training_rows["EntryID"], training_rows["term"]).astype(bool)
    has = dict(zip(table.columns, table.to_numpy().T))
    expected = {
        term: -np.log2(has[term].sum() / np.all([has[parent] for parent in ontology.parents[term]], axis=0).sum())
        for term in table.columns.difference([ROOT])
    }
    np.testing.assert_allclose(content[list(expected)], list(expected.values()), atol=1e-12)
    unseen = [term for term in ontology.names if ontology.parents[term] and term not in table]
    assert content[unseen].isna().all() and content.notna().sum() == len(expected) + 3  # the three roots
    twice = pd.concat([training_rows, training_rows.astype("category")])
    pd.testing.assert_series_equal(information_content(twice, ontology), content)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("P1", "A")], "P1 has A but not all of its parents GO:0003674; propagate"),
        ([("P1", ROOT), ("P1", "GO:1")], "GO:1 is not a primary id .* unknown"),
        ([], "no annotations"),
    ],
)
def test_annotations_that_are_not_propagated_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        information_content(pd.DataFrame(rows, columns=["EntryID", "term"]), ontology_of({ROOT: [], "A": [ROOT]}))


def test_information_is_read_from_cafas_file(tmp_path):
    path = tmp_path / "IA.txt"
    path.write_text("GO:0003674\t0.0\nGO:0000001\t2.75\nGO:0000002\t-0.0\n")
    content = read_information(path)
    assert content.to_dict() == {"GO:0003674": 0.0, "GO:0000001": 2.75, "GO:0000002": 0.0}
    assert content.index.name == "term"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("GO:0000001\t1\nGO:0000002\tinf\n", "line 2: content is 'inf'; a number of bits, 0 or more, is needed"),
        ("GO:0000001\t1\nGO:0000002\t-1\n", "line 2: content is '-1'"),
        ("GO:0000001\t1\nGO:0000002\tmuch\n", "line 2: content is 'much'"),
        ("GO:0000001\t1\nGO:0000001\t2\n", "line 2: GO:0000001 is there already"),
        ("P1\tGO:0000001\n", "line 1: no term and its information content"),
    ],
)
def test_a_file_of_another_form_is_refused_by_line(tmp_path, text, message):
    (tmp_path / "IA.txt").write_text(text)
    with pytest.raises(ValueError, match=f"IA.txt(, )?{message}"):
        read_information(tmp_path / "IA.txt")
