"""The parts that training starts from: every course protein, its own vector beside its own labels, once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.dataset.build import build_dataset, build_proteins, embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.esm2 import PackedEncoder
from dlfb_helpers.embedding.mean import mean_embeddings


@pytest.fixture(scope="module")
def parts(course, data):
    return build_proteins(course, data)


def test_parts_hold_every_protein_once(parts, course_table):
    assert list(parts) == ["train", "valid", "test"]
    assert sorted(entry for proteins in parts.values() for entry in proteins.ids) == course_table.index.tolist()
    assert {part: proteins.ids for part, proteins in parts.items()} == split_proteins(course_table)


def test_labels_and_sequences_stay_with_their_protein(parts, course_table):
    terms = course_table.columns[course_table.columns.str.startswith("GO:")]
    for proteins in parts.values():
        pd.testing.assert_frame_equal(proteins.targets, course_table.loc[proteins.ids, terms])
        assert proteins.sequences == course_table.loc[proteins.ids, "Sequence"].tolist()
        assert proteins.embeddings.shape == (len(proteins), 320) and proteins.embeddings.dtype == np.float32
        assert np.isfinite(proteins.embeddings).all()


def test_bundled_vectors_are_those_the_checkpoint_gives(parts, course_table, course):
    chosen = course_table[course_table["Length"] < 150].sample(12, random_state=0)
    vectors = pd.concat([pd.DataFrame(proteins.embeddings, proteins.ids) for proteins in parts.values()])
    computed = mean_embeddings(chosen["Sequence"].tolist(), course)
    np.testing.assert_allclose(vectors.loc[chosen.index].to_numpy(), computed, atol=1e-5)


def test_course_proteins_need_no_computing(course_table, course, monkeypatch):
    def no_computing(*arguments, **options):
        raise AssertionError("a course protein had to be embedded")

    monkeypatch.setattr(PackedEncoder, "__call__", no_computing)  # whoever asks for a vector ends there
    assert embed_labelled(course_table, course).embeddings.shape == (len(course_table), 320)
    with pytest.raises(AssertionError, match="had to be embedded"):  # another protein is computed
        embed_labelled(course_table.head(1).assign(Sequence="MALWMRLLPW"), course)


def test_another_checkpoint_is_computed(course_table, tiny_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path))
    few = course_table[course_table["Length"] < 80].head(5)
    tiny = load_checkpoint(str(tiny_folder), device="cpu")
    vectors = embed_labelled(few, tiny).embeddings
    np.testing.assert_allclose(vectors, mean_embeddings(few["Sequence"].tolist(), tiny), atol=1e-5)


def test_the_dataset_is_that_of_the_parts(parts):
    few = {part: proteins.take(proteins.ids[:40]) for part, proteins in parts.items()}
    datasets = build_dataset(few, seed=5)
    assert list(datasets) == ["train", "valid", "test"]
    for part in ("valid", "test"):
        (batch,) = datasets[part].batch(1000).as_numpy_iterator()
        np.testing.assert_array_equal(batch["embedding"], few[part].embeddings)
        np.testing.assert_array_equal(batch["target"], few[part].targets)
    drawn, again = (batch["embedding"] for batch in datasets["train"].batch(40).take(2).as_numpy_iterator())
    for rows in (drawn, again):  # the whole part is mixed, and every pass holds each protein
        np.testing.assert_array_equal(np.sort(rows, axis=0), np.sort(few["train"].embeddings, axis=0))
    assert not np.array_equal(drawn, again)
    (same,) = build_dataset(few, seed=5)["train"].batch(40).take(1).as_numpy_iterator()
    np.testing.assert_array_equal(drawn, same["embedding"])


def test_filters_the_seed_and_the_name_of_a_folder_go_through(data, course, monkeypatch):
    human = data.taxonomy.loc[data.taxonomy["taxonomyID"] == 9606, "EntryID"].sort_values()[::20]
    few = replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(human)])
    asked = []
    monkeypatch.setattr("dlfb_helpers.dataset.build.load_cafa", lambda name: asked.append(name) or few)
    parts = build_proteins(course, "some folder", seed=3, min_proteins=20, max_length=300)
    assert asked == ["some folder"]
    table = label_table(few, min_proteins=20, max_length=300).table
    assert {part: proteins.ids for part, proteins in parts.items()} == split_proteins(table, seed=3)
    assert all(len(sequence) <= 300 for proteins in parts.values() for sequence in proteins.sequences)
