"""Vectors in files: what other programs read of them is what was put in, and a fault leaves nothing behind."""

import json
import zipfile

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest

from dlfb_helpers.embedding import formats
from dlfb_helpers.embedding.formats import check_format, ids_beside, opened_vectors, write_array

PROTEINS = {"P1": "MALWM", "sp|Ö 1/2-4": "MKV", "a.b": "M" * 7}
SETTINGS = {"checkpoint": "course", "layer": 6}


@pytest.fixture
def vectors():
    random = np.random.default_rng(0)
    return {entry: random.random((len(sequence), 4), dtype=np.float32) for entry, sequence in PROTEINS.items()}


def write(path, kind, vectors):
    with opened_vectors(path, kind, SETTINGS) as put:
        for entry, sequence in PROTEINS.items():
            if entry in vectors:
                put(entry, sequence, vectors[entry])


def test_parquet_has_a_row_a_residue_in_groups(vectors, tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "ROWS_A_GROUP", 6)
    write(tmp_path / "r.parquet", ".parquet", vectors)
    file = pq.ParquetFile(tmp_path / "r.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [8, 7]
    table = file.read()
    assert table.column_names == ["EntryID", "position", "residue", "vector"]
    assert table["EntryID"].to_pylist() == [entry for entry, sequence in PROTEINS.items() for _ in sequence]
    assert table["position"].to_pylist() == [1, 2, 3, 4, 5, 1, 2, 3, 1, 2, 3, 4, 5, 6, 7]
    assert "".join(table["residue"].to_pylist()) == "".join(PROTEINS.values())
    np.testing.assert_array_equal(
        np.array(table["vector"].to_pylist(), np.float32), np.concatenate([*vectors.values()])
    )
    assert json.loads(table.schema.metadata[b"dlfb"]) == SETTINGS


def test_hdf5_has_a_dataset_a_protein(vectors, tmp_path):
    del vectors["sp|Ö 1/2-4"]
    write(tmp_path / "v.h5", ".h5", vectors)
    with h5py.File(tmp_path / "v.h5") as file:
        assert sorted(file) == ["P1", "a.b"] and dict(file.attrs) == SETTINGS
        for entry in file:
            assert file[entry].dtype == np.float32
            np.testing.assert_array_equal(file[entry][()], vectors[entry])


def test_npz_has_an_array_a_protein_and_the_same_bytes_each_time(vectors, tmp_path):
    write(tmp_path / "v.npz", ".npz", vectors)
    with np.load(tmp_path / "v.npz", allow_pickle=False) as arrays:
        assert arrays.files == list(PROTEINS)
        for entry in arrays.files:
            np.testing.assert_array_equal(arrays[entry], vectors[entry])
    with zipfile.ZipFile(tmp_path / "v.npz") as archive:
        assert json.loads(archive.comment) == SETTINGS and archive.testzip() is None
    write(tmp_path / "again.npz", ".npz", vectors)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "v.npz").read_bytes()


def test_npy_is_one_array_with_ids_beside_it(tmp_path):
    rows = np.random.default_rng(1).random((3, 4))
    write_array(tmp_path / "v.npy", list(PROTEINS), rows)
    found = np.load(tmp_path / "v.npy", allow_pickle=False)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, rows.astype(np.float32))
    assert ids_beside(tmp_path / "v.npy").name == "v.ids.txt"
    assert (tmp_path / "v.ids.txt").read_text(encoding="utf-8").splitlines() == list(PROTEINS)


@pytest.mark.parametrize("kind", [".parquet", ".h5", ".npz"])
def test_a_fault_half_way_leaves_the_older_file(kind, vectors, tmp_path):
    path = tmp_path / f"v{kind}"
    path.write_bytes(b"older")
    with pytest.raises(RuntimeError, match="injected"), opened_vectors(path, kind, SETTINGS) as put:
        put("P1", PROTEINS["P1"], vectors["P1"])
        raise RuntimeError("injected")
    assert path.read_bytes() == b"older" and [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "kind, residues, entry, message",
    [
        (".npy", True, "P1", "no one array; end the name in .npz"),
        (".h5", False, "P1/2-4", "'P1/2-4' cannot be a name"),
        (".h5", True, ".", "'.' cannot be a name"),
        (".npz", False, "P1.npy", "'P1.npy' cannot be a name"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path, kind, residues, entry, message):
    with pytest.raises(ValueError, match=f"v{kind}: .*{message}"):
        check_format(tmp_path / f"v{kind}", kind, ["P0", entry], residues)
    check_format(tmp_path / "v.parquet", ".parquet", ["P0", entry], residues)
