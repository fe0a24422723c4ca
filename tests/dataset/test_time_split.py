"""The split in time: nothing of 2022 on the early side, nobody with a function of 2019 on the late side."""

from dataclasses import replace

import pytest

from dlfb_helpers.annotations import cafa
from dlfb_helpers.annotations.ontology import ROOTS
from dlfb_helpers.dataset.labels import GENERIC_TERMS
from dlfb_helpers.dataset.time_split import RELEASES, release, split_by_time
from dlfb_helpers.files.assets import bundled_folder


@pytest.fixture(scope="module")
def split(data):
    return split_by_time(data)


@pytest.fixture(scope="module")
def before():
    return cafa.read_terms(bundled_folder("terms_2019") / "train_terms.tsv.xz")


def test_counts(split):
    assert [len(split.train), len(split.valid), len(split.test)] == [3884, 973, 393]
    assert split.knowledge.value_counts().to_dict() == {"limited": 246, "none": 147}
    first, *left_out, test, _ = split.counts.values()
    assert first - sum(left_out) == test == 393


def test_test_proteins_had_no_molecular_function(split, before):
    had = set(before.loc[before["aspect"] == "MFO", "EntryID"])
    assert not had & set(split.test.index)
    any_aspect = split.test.index.isin(before["EntryID"])
    assert (any_aspect == (split.knowledge == "limited")).all()
    assert (split.test.drop(columns="Sequence").sum(axis=1) > 0).all()


def test_early_labels_are_those_of_2019(data, split, before):
    entry = split.train.index[0]
    known = {data.ontology.canonical(term) for term in before.loc[before["EntryID"] == entry, "term"]}
    expected = {term for _, term in data.ontology.propagate((entry, term) for term in known)}
    labelled = set(split.train.columns[split.train.loc[entry].eq(1)])
    assert labelled == expected & set(split.train.columns)
    assert split.early.annotations["EntryID"].nunique() == before["EntryID"].nunique()


def test_identical_sequences_lie_in_one_part(split):
    parts = [set(table["Sequence"]) for table in (split.train, split.valid, split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts))


def test_the_order_of_the_rows_does_not_matter(data, split):
    shuffled = replace(data, annotations=data.annotations.sample(frac=1, random_state=0))
    again = split_by_time(shuffled)
    assert again.test.equals(split.test)
    assert again.train.equals(split.train)


def test_another_ontology_is_refused(data):
    obsolete = replace(data.ontology, parents={}, aspects={}, names={}, alternatives={}, obsolete=frozenset())
    with pytest.raises(ValueError, match="are no primary ids of release"):
        split_by_time(replace(data, ontology=obsolete))


@pytest.mark.parametrize(("max_length", "first", "gained"), [(500, 239, 469), (40_000, 400, 986)])
def test_what_2024_added_to_2022(data, max_length, first, gained):
    filters = {"generic_terms": (*GENERIC_TERMS, *ROOTS.values()), "max_length": max_length}
    split = split_by_time(data, learnt=2022, judged=2024, first="term", **filters)
    assert (len(split.test), len(split.gained)) == (first, gained)
    assert split.train.shape[1] - 1 == 292 and split.early is data
    some, terms = split.gained.index[:50], split.gained.columns.drop("Sequence")
    had = data.annotations[data.annotations["EntryID"].isin(some)].groupby("EntryID")["term"].agg(set)
    for entry in some:
        new = set(terms[split.gained.loc[entry, terms].eq(1)])
        assert new and not new & had[entry]  # the course's annotations are propagated
    assert not {*split.test.index} & {*split.train.index, *split.valid.index, *split.gained.index}
    if max_length == 500:
        stricter = split_by_time(data, learnt=2022, judged=2024, **filters)
        assert set(stricter.test.index) < set(split.test.index)


def test_releases_speak_of_the_same_terms_and_proteins(data):
    human = set(data.taxonomy.loc[data.taxonomy["taxonomyID"] == 9606, "EntryID"])
    for year in RELEASES:
        terms = release(data, year).annotations
        assert {data.ontology.status(term) for term in set(terms["term"])} == {"primary"}
        assert set(terms["EntryID"]) <= human or year == 2022
    assert release(data, 2022) is data
    with pytest.raises(ValueError, match="no release of 2023; choose one of 2019, 2022, 2024"):
        release(data, 2023)
    with pytest.raises(ValueError, match='choose "function" or "term"'):
        split_by_time(data, first="label")
