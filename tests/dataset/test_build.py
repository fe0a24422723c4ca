"""The tables that training starts from: every course protein, its own vector beside its own labels, once."""

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.build import add_embeddings, build_dataset
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding import mean as embeddings
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings


@pytest.fixture(scope="module")
def proteins():
    return label_table(load_cafa()).table


@pytest.fixture(scope="module")
def splits(course):
    return build_dataset(course)


def test_splits_hold_every_protein_once(splits, proteins):
    assert list(splits) == ["train", "valid", "test"]
    assert sorted(entry for table in splits.values() for entry in table.index) == proteins.index.tolist()
    assert {name: table.index.tolist() for name, table in splits.items()} == split_proteins(proteins)


def test_columns_are_the_embedding_then_the_labels(splits, proteins):
    terms = proteins.columns[proteins.columns.str.startswith("GO:")].tolist()
    for table in splits.values():
        assert table.columns.tolist() == [f"ME:{i}" for i in range(1, 321)] + terms
        assert (table.dtypes.iloc[:320] == np.float32).all()
        assert np.isfinite(table.to_numpy()).all()


def test_labels_stay_with_their_protein(splits, proteins):
    for table in splits.values():
        labels = table.filter(like="GO:")
        pd.testing.assert_frame_equal(labels, proteins.loc[table.index, labels.columns])


def test_bundled_vectors_are_those_the_checkpoint_gives(splits, proteins, course):
    table = pd.concat(splits.values())
    chosen = proteins[proteins["Length"] < 150].sample(12, random_state=0)
    computed = mean_embeddings(chosen["Sequence"].tolist(), course)
    np.testing.assert_allclose(table.filter(like="ME:").loc[chosen.index].to_numpy(), computed, atol=1e-5)


def test_course_proteins_need_no_computing(proteins, course, monkeypatch):
    def no_computing(*arguments):
        raise AssertionError("a course protein had to be embedded")

    monkeypatch.setattr(embeddings, "mean_embeddings", no_computing)
    assert add_embeddings(proteins, course).shape == (len(proteins), 320 + proteins.filter(like="GO:").shape[1])


def test_another_checkpoint_is_computed(proteins, tiny_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path))
    few = proteins[proteins["Length"] < 80].head(5)
    tiny = load_checkpoint(str(tiny_folder), device="cpu")
    vectors = add_embeddings(few, tiny).filter(like="ME:")
    np.testing.assert_allclose(vectors.to_numpy(), mean_embeddings(few["Sequence"].tolist(), tiny), atol=1e-5)
