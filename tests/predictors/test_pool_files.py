"""A pool comes back from its files as it was; files that are no pool are refused."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from safetensors.numpy import load, save

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.predictors import pool_files as files
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.pool_files import POOL_FILES, parse_pool, pool_files

FASTA, VECTORS = POOL_FILES
IDS = ["P1", "sp|P2|X", "with blanks in it", "Käthe\u2028\x85", "5"]


def packed(text: str) -> bytes:
    return pa.Codec("zstd").compress(text.encode(), asbytes=True)


def unpacked(content: bytes) -> str:
    return pa.input_stream(pa.py_buffer(content), compression="zstd").read().decode()


@pytest.fixture(scope="module")
def pool():
    chance = np.random.default_rng(0)
    proteins = Proteins.unlabelled(IDS, ["MKV", "A" * 300, "W", "ACDE", "UXO"], chance.normal(size=(5, 7)))
    return Pool.fit(proteins, 1.0, taxa=[9606, 0, 2_147_483_647, 10090, 7], genes=["INS", "", "β 2", "Ins2", ""])


@pytest.fixture
def contents(pool):
    return pool_files(pool)


def test_it_comes_back_as_it_was(pool, contents):
    assert tuple(contents) == POOL_FILES
    again = parse_pool(contents)
    assert again.ids == pool.ids and again.sequences == pool.sequences
    np.testing.assert_array_equal(again.taxa, pool.taxa)
    assert again.genes == pool.genes
    assert again.taxa.dtype == np.int32
    for one, other in zip(
        (*pool.rounded, *vars(pool.whitening).values()), (*again.rounded, *vars(again.whitening).values())
    ):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    np.testing.assert_array_equal(again.vectors, pool.vectors)


def test_the_sequences_are_a_file_that_others_read(contents):
    text = unpacked(contents[FASTA])
    assert text.startswith(">P1\t9606\tINS\nMKV\n>sp|P2|X\t0\t\n" + "A" * 300 + "\n")
    assert text.endswith(">5\t7\t\nUXO\n")


def refusal(contents):
    with pytest.raises(ValueError) as raised:
        parse_pool(contents)
    return str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (">5\t7\t\nUXO\n", "", "its proteins and their vectors do not fit: 4 ids"),
        (">5\t7\t\n", ">P1\t7\t\n", "do not fit"),
        ("\nUXO\n", "\n", "is not in capital letters"),
        ("\nUXO\n", "\nuxo\n", "is not in capital letters"),
        ("\nUXO\n", "\nUX*\n", "is not in capital letters"),
        ("\nUXO\n", "", "5 ids have 4 sequences"),
        ("\t9606\tINS\n", "\tman\tINS\n", "invalid literal"),
        ("\t9606\tINS\n", "\t\tINS\n", "invalid literal"),
        ("\t9606\tINS\n", " 9606\n", "is not an id, a taxon and a gene with tabs between them: '>P1 9606'"),
        ("\t9606\tINS\n", "\t2147483648\tINS\n", "its taxa are no numbers of the NCBI taxonomy"),
        ("\t9606\tINS\n", "\t-1\tINS\n", "its taxa are no numbers"),
    ],
)
def test_sequences_that_cannot_be_are_refused(contents, old, new, said):
    text = unpacked(contents[FASTA])
    assert text.count(old) == 1
    assert said in refusal(contents | {FASTA: packed(text.replace(old, new))})


def test_what_holds_no_protein_at_all_is_refused(contents):
    assert refusal(contents | {FASTA: packed("")})


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("codes", lambda array: array[:4], "do not fit"),
        ("codes", lambda array: array[:, :3], "do not fit"),
        ("codes", lambda array: array.astype(np.int8), "no bytes"),
        ("steps", lambda array: array[:5], "do not fit"),
        ("steps", lambda array: array * np.float32(np.nan), "not finite"),
        ("groups", lambda array: array[:4], "do not fit"),
        ("groups", lambda array: array + np.int32(5), "its groups are no numbers below that of its proteins"),
        ("groups", lambda array: array - np.int32(9), "its groups are no numbers"),
        ("groups", lambda array: array.astype(np.int64), "its groups are no numbers"),
        ("mean", lambda array: array[:5], "do not fit"),
        ("mean", lambda array: array + np.float32(np.inf), "not finite"),
        ("matrix", lambda array: array[:, :5], "do not fit"),
        ("matrix", lambda array: array * np.float32(np.nan), "not finite"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(contents, name, change, said):
    tensors = load(contents[VECTORS])
    tensors[name] = np.ascontiguousarray(change(tensors[name]))
    assert said in refusal(contents | {VECTORS: save(tensors)})


@pytest.mark.parametrize("name", ["codes", "steps", "groups", "mean", "matrix"])
def test_a_missing_array_is_named(contents, name):
    tensors = {key: value for key, value in load(contents[VECTORS]).items() if key != name}
    with pytest.raises(KeyError, match=name):
        parse_pool(contents | {VECTORS: save(tensors)})


def test_what_is_cut_off_or_unpacks_to_too_much_is_refused(contents, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FASTA", 100)
    assert "unpack to more than 100 bytes" in refusal(contents)
    for damaged in (contents[FASTA][:-20], b"no archive" * 9):
        with pytest.raises(OSError):
            parse_pool(contents | {FASTA: damaged})
