"""A search finds what an alignment with all would, with the same bits; the same alone, together and in any order."""

from __future__ import annotations

import os

import numpy as np
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.predictors.whitening import Whitening, unit_length
from dlfb_helpers.proteins import search as searches
from dlfb_helpers.proteins.alignment import cross_bits
from dlfb_helpers.proteins.search import LETTERS, WORD, Search

AMINO_ACIDS = [*"ACDEFGHIKLMNPQRSTVWY"]


@pytest.fixture(scope="module")
def real():
    """Proteins of the course and their whitened vectors: 600 to search among, 40 that search."""
    proteins = embed_labelled(
        label_table(load_cafa()).table.query("Sequence.str.len() < 250").sample(640, random_state=3)
    )
    vectors = unit_length(Whitening.fit(proteins.embeddings, 1.0)(proteins.embeddings)).astype(np.float32)
    return proteins.sequences[:600], vectors[:600], proteins.sequences[600:], vectors[600:]


@pytest.fixture(scope="module")
def exact(real):
    references, _, queries, _ = real
    return {limit: cross_bits(queries, references, limit) for limit in (10.0, 1e-3)}


@pytest.fixture
def short(monkeypatch):
    """Lists so short that six hundred proteins are many."""
    monkeypatch.setattr(searches, "SHORTLIST", 60)
    monkeypatch.setattr(searches, "ROUNDS", 3)
    monkeypatch.setattr(searches, "PATIENCE", 2)


def run(real, queries=slice(None), **options):
    references, vectors, texts, theirs = real
    return Search(references, vectors)(texts[queries], theirs[queries] @ vectors.T, **options).toarray()


def test_in_a_small_set_all_are_aligned(real, exact):
    found = run(real)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, exact[10.0])
    np.testing.assert_array_equal(run(real, max_evalue=1e-3), exact[1e-3])


def test_in_a_large_set_what_is_found_has_its_bits_and_relatives_are_found(real, exact, short):
    found = run(real)
    listed = found > 0
    np.testing.assert_array_equal(found[listed], exact[10.0][listed])
    related = exact[1e-3] > 0
    assert related.sum() >= 30 and listed[related].mean() > 0.95
    assert 0.1 < listed.sum() / (exact[10.0] > 0).sum() < 0.9  # but not all that chance aligns


def test_no_more_are_aligned_than_stand_on_the_list(real, short, monkeypatch):
    counts = []
    scores_with = searches.scores_with

    def counting(query, database, places):
        counts.append(len(places))
        return scores_with(query, database, places)

    monkeypatch.setattr(searches, "scores_with", counting)
    found = run(real, max_evalue=1e-3) > 0
    assert set(counts) == {60} and 80 < len(counts) < 120  # a third round for those that it may help
    monkeypatch.setattr(searches, "ROUNDS", 2)
    counts.clear()
    assert (run(real, max_evalue=1e-3) > 0).sum() < found.sum() and len(counts) == 80
    monkeypatch.setattr(searches, "PATIENCE", 1)
    monkeypatch.setattr(searches, "BEST", 1)
    counts.clear()
    assert (run(real, max_evalue=1e-3) > 0).sum() < found.sum() and 40 < len(counts) < 80


def test_a_protein_finds_the_same_alone_and_in_any_order(real, short, monkeypatch):
    together = run(real)
    np.testing.assert_allclose(run(real, slice(None, None, -1))[::-1], together, atol=1e-6)
    for place in (0, 17, 39):
        np.testing.assert_allclose(run(real, slice(place, place + 1))[0], together[place], atol=1e-6)
    for count in (1, 2, 7):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        np.testing.assert_array_equal(run(real), together)
    monkeypatch.setattr(searches, "BLOCK", 7)
    monkeypatch.setattr(searches, "AT_ONCE", 3)
    np.testing.assert_array_equal(run(real), together)


def protein(chance, size=80):
    return "".join(chance.choice(AMINO_ACIDS, size))


def diverged(text, chance):
    """Every fourth residue is one that seldom replaces it: alike to an alignment, without five in a row."""
    letters = list(text)
    for place in range(0, len(text), 4):
        alike = next(group for group in LETTERS if text[place] in group)
        letters[place] = chance.choice([letter for letter in AMINO_ACIDS if letter not in alike])
    return "".join(letters)


@pytest.fixture
def made():
    """A hundred unrelated proteins with unrelated vectors."""
    chance = np.random.default_rng(0)
    vectors = unit_length(chance.normal(size=(100, 16))).astype(np.float32)
    return [protein(chance) for _ in range(100)], vectors, chance


def test_each_way_onto_the_list_finds_its_relative(made, monkeypatch):
    """By words alone, by embedding alone, and by the embedding of what was found."""
    monkeypatch.setattr(searches, "SHORTLIST", 3)
    references, vectors, chance = made
    query, vector = protein(chance), unit_length(chance.normal(size=(1, 16))).astype(np.float32)
    order = np.argsort(vectors @ vector[0])  # the first are those that are least like the query
    by_words, by_lead, by_embedding = order[0], order[1], order[-1]
    far = Search(references, vectors)([query], vector @ vectors.T, 1e-3).toarray()
    assert not far.any()
    references[by_words] = protein(chance, 30) + query[20:45] + protein(chance, 30)
    references[by_embedding] = references[by_lead] = diverged(query, chance)
    vectors[by_lead] = unit_length(vectors[[by_words]] + 0.1 * vectors[[by_lead]])[0]
    search = Search(references, vectors)
    found = search([query], vector @ vectors.T, 1e-3).toarray()[0]
    assert set(np.flatnonzero(found)) == {by_words, by_embedding, by_lead}
    np.testing.assert_array_equal(
        found[[by_words, by_embedding]], cross_bits([query], references)[0, [by_words, by_embedding]]
    )
    words = search.shared_words([query])[0]
    assert words.argmax() == by_words and not {by_embedding, by_lead} & set(np.argsort(-words)[:3])
    monkeypatch.setattr(searches, "LEADS", 0)
    assert set(np.flatnonzero(search([query], vector @ vectors.T, 1e-3).toarray()[0])) == {by_words, by_embedding}


def test_words_are_counted_as_by_hand(made, monkeypatch):
    references, vectors, chance = made
    references[3] = references[3][:20] + "CWCWCWCW" + references[3][20:] + "CWCWX"
    references[4] = "MKV"
    queries = ["CWCWCWCW", "AXAAA" + references[5][10:30], "WWWW", "X" * 30, references[6]]
    group = {letter: number for number, letters in enumerate(LETTERS) for letter in letters}
    letters = [group[letter] for text in references for letter in text if letter in group]
    rarity = -np.log(np.bincount(letters) / len(letters))

    def words(text):
        found = [tuple(map(group.get, text[start : start + WORD])) for start in range(len(text) - WORD + 1)]
        return [word for word in found if None not in word]

    expected = [
        [sum(rarity[list(word)].sum() ** 2 for word in words(text) if word in set(words(query))) for text in references]
        for query in queries
    ]
    lengths = np.array([len(text) for text in references])
    for row in expected:
        by_chance = np.mean(row) * lengths / lengths.mean()
        if by_chance.any():
            row[:] = (row - by_chance) / by_chance**0.5
            row[:] = row / np.std(row)
    for block in (4096, 9):
        monkeypatch.setattr(searches, "BLOCK", block)
        found = Search(references, vectors).shared_words(queries)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found[0, 3] > 1 and not found[2:4].any() and found[4].argmax() == 6


def test_letters_that_replace_each_other_are_one(made):
    references, vectors, _ = made
    references[8] += "KKDES"
    assert sorted("".join(LETTERS)) == sorted(AMINO_ACIDS)
    found = Search(references, vectors).shared_words(["KKDES", "RREDT", "RREDA"])
    assert found[0, 8] > 0 == found[2, 8]
    np.testing.assert_array_equal(found[0], found[1])


def test_odd_queries(made, monkeypatch):
    monkeypatch.setattr(searches, "SHORTLIST", 5)
    references, vectors, _ = made
    search, cosines = Search(references, vectors), np.zeros((2, 100), np.float32)
    assert search([], cosines[:0]).shape == (0, 100)
    assert search(["MK", "XXXXXXXX"], cosines, 1e-3).nnz == 0
    np.testing.assert_array_equal(search(["U" * 9, references[0]], cosines, 1e-3).toarray()[1].nonzero()[0], [0])
    for text in ("", "mkv", "MK*"):
        with pytest.raises(ValueError, match="not in capital letters alone"):
            search([text], cosines[:1])


def test_twins_are_all_found_and_score_alike(made, monkeypatch):
    monkeypatch.setattr(searches, "SHORTLIST", 5)
    references, vectors, _ = made
    references[9] = references[70] = references[50]
    vectors[9] = vectors[70] = vectors[50]
    found = Search(references, vectors)([references[50]], vectors[50:51] @ vectors.T, 1e-3).toarray()[0]
    assert found[9] == found[50] == found[70] > 100


@pytest.fixture
def listed(monkeypatch):
    """What is aligned, round by round."""
    rounds = []
    scores_with = searches.scores_with

    def noting(query, database, places):
        rounds.append(sorted(places.tolist()))
        return scores_with(query, database, places)

    monkeypatch.setattr(searches, "scores_with", noting)
    monkeypatch.setattr(searches, "SHORTLIST", 4)
    return rounds


@pytest.mark.parametrize("related", [False, True])
def test_one_stands_for_its_group_until_it_aligns(made, listed, related):
    """The ten most like the query are a group: one of them is on the first list, the others follow if it aligns."""
    references, vectors, chance = made
    query, vector = protein(chance), unit_length(chance.normal(size=(1, 16))).astype(np.float32)
    cosines = vector @ vectors.T
    group = np.argsort(-cosines[0])[:10]
    cosines[0, group] += 1
    if related:
        for row in group:
            references[row] = diverged(query, chance)
    groups = np.arange(100)
    groups[group] = group[0]
    found = Search(references, vectors, groups)([query], cosines, 1e-3).toarray()[0] > 0
    assert len(set(listed[0]) & set(group)) == 1
    assert set(np.flatnonzero(found)) == (set(group) if related else set())
    assert len(set(listed[1]) & set(group)) == (4 if related else 1)  # they stand back, but not behind everything


def test_rounds_go_on_while_they_bring_one_of_the_best(made, listed, monkeypatch):
    references, vectors, chance = made
    query, vector = protein(chance), unit_length(chance.normal(size=(1, 16))).astype(np.float32)
    cosines = vector @ vectors.T
    cosines[0, :40], cosines[0, 40:] = np.arange(40, 0, -1), -1
    for row in range(20):
        references[row] = query[row:]  # less and less of it, in rounds of four
    monkeypatch.setattr(searches, "LEADS", 0)
    search = Search(references, vectors)
    search([query], cosines, 1e-3)
    assert len(listed) == 5 + searches.PATIENCE
    monkeypatch.setattr(searches, "BEST", 8)
    listed.clear()
    search([query], cosines, 1e-3)
    assert len(listed) == 2 + searches.PATIENCE
