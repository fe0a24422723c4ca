"""Damaged files of every format: a few of those that `make fuzz` tries by the ten thousand."""

from __future__ import annotations

import time
from functools import partial

import pytest

from dlfb_helpers.proteins import fasta
from recipes.fuzz import __main__ as command
from recipes.fuzz import loop
from recipes.fuzz.loop import Case, fuzz, refused
from recipes.fuzz.packing import xxh64

FEW = {"fasta": 300, "tables": 300, "obo": 150, "archives": 300, "predictors": 100, "checkpoints": 40}


@pytest.mark.parametrize("name", command.FORMATS)
def test_damaged_files_are_read_rightly_or_refused(name, monkeypatch):
    monkeypatch.setattr(loop, "LIMIT", 60.0)  # other tests run beside it
    counts = fuzz(command.FORMATS[name][0], FEW[name], seed=1)
    assert counts.total() == FEW[name]
    assert any("read" in kind for kind in counts) and any("re" in kind and "read" not in kind for kind in counts)


def test_the_shares_make_up_a_hundred():
    assert sum(share for _, share in command.FORMATS.values()) == 100


def test_an_input_that_fails_is_printed(monkeypatch):
    monkeypatch.setattr(fasta, "read_fasta", lambda path, **options: {}["no such key"])
    with pytest.raises(SystemExit, match=r"(?s)fasta failed: .*KeyError is no clear error: 'no such key'"):
        command.main(["--inputs", "1", "--formats", "fasta"])


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (partial(time.sleep, 5), "HangError: it takes longer than 0.1 seconds"),
        (partial(int, "x"), "ValueError: invalid literal"),
        (partial(refused, KeyError("x"), "a.tsv"), "KeyError is no clear error"),
        (partial(refused, ValueError("it is wrong"), "a.tsv"), "does not begin with a.tsv"),
        (partial(refused, ValueError("a.tsv: \x1b"), "a.tsv"), "control characters"),
    ],
)
def test_neither_a_hang_nor_an_unclear_error_goes_unnoticed(monkeypatch, act, said):
    monkeypatch.setattr(loop, "LIMIT", 0.1)
    with pytest.raises(AssertionError, match=f"(?s)input 0 of seed 3, a table: .*{said}.*b'content'"):
        fuzz(lambda rng, folder: iter([Case("a table", b"content", act)]), 1, seed=3)


def test_checksums_are_those_of_the_specification():
    assert (xxh64(b""), xxh64(b"abc")) == (0xEF46DB3751D8E999, 0x44BC2CF5AD770999)
