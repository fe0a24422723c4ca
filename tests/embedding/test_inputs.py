"""What callers pass: any iterable of strings, each checked before anything is computed, and named by its id."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.embedding import mean as embeddings
from dlfb_helpers.embedding.article import get_mean_embeddings
from dlfb_helpers.embedding.inputs import check_count, check_ids, checked_sequences
from dlfb_helpers.embedding.masking import MaskPredictor
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.residues import residue_embeddings
from dlfb_helpers.embedding.runs import compute_missing, embed_proteins, store_settings
from dlfb_helpers.embedding.windows import window_plan, window_starts

LIST = ["MALWM", "MKV", "MALWM"]


@pytest.fixture(params=["mean", "kept", "dict", "article"])
def embed(request, tiny, tmp_path):
    """Each public function that takes sequences."""
    return {
        "mean": lambda sequences: mean_embeddings(sequences, tiny),
        "kept": lambda sequences: embed_proteins(sequences, tiny, cache=tmp_path),
        "dict": lambda sequences: compute_missing(sequences, tiny, cache=tmp_path),
        "article": lambda sequences: get_mean_embeddings(sequences, tiny.tokenizer, tiny.model),
    }[request.param]


@pytest.fixture
def no_computing(monkeypatch):
    def computed(*arguments, **options):
        raise AssertionError("something was computed")

    monkeypatch.setattr(embeddings, "_hidden", computed)


ITERABLES = {
    "a generator": lambda: (sequence for sequence in LIST),
    "a tuple": lambda: tuple(LIST),
    "an array": lambda: np.array(LIST),
    "an array of objects": lambda: np.array(LIST, dtype=object),
    "a Series": lambda: pd.Series(LIST),
    "a Series with repeated ids": lambda: pd.Series(LIST, index=["P1", "P1", "P2"]),
    "an Index": lambda: pd.Index(LIST),
    "a dict": lambda: dict(zip("abc", LIST)),
    "its values": lambda: dict(zip("abc", LIST)).values(),
    "map": lambda: map(str.upper, map(str.lower, LIST)),
}


@pytest.mark.parametrize("kind", ITERABLES)
def test_any_iterable_of_strings_is_taken(embed, kind):
    expected, found = embed(LIST), embed(ITERABLES[kind]())
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
    else:
        assert found.shape == (3, 16)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "wrong, message",
    [
        ("MALWM", r"sequences is one str, .*write a list: \[sequence\]"),
        (np.str_("MALWM"), r"write a list: \[sequence\]"),
        (b"MALWM", "sequences is one bytes"),
        (None, "of type NoneType; write a list of str"),
        (5, "of type int"),
        (np.array("MALWM"), "of type ndarray"),
        (Path("x.fasta"), "sequences is a path; read the file first: read_fasta"),
        (pd.DataFrame({"Sequence": LIST}), r"sequences is a table; .*table\['Sequence'\]"),
        (["MALWM", None], "sequence 1: a sequence must be a str, found NoneType"),
        (["MALWM", b"MAL"], "sequence 1: .*found bytes"),
        ([["MALWM"]], "sequence 0: .*found list"),
        (pd.Series(["MALWM", np.nan], index=["P1", "P2"]), "P2: .*found float"),
        ({"P1": "MALWM", "P2": 7}, "P2: .*found int"),
    ],
)
def test_what_is_no_list_of_strings_says_what_to_write(embed, no_computing, wrong, message):
    with pytest.raises(TypeError, match=message):
        embed(wrong)


@pytest.mark.parametrize("bad", ["MAL WM", "malwm", "MAL*", "", "MALJ", "MAL-"])
def test_a_bad_letter_is_named_by_its_id_before_anything_is_computed(embed, no_computing, bad, insulin):
    many = [insulin[:length] for length in range(1, 60)]
    with pytest.raises(ValueError, match="^sequence 59: "):
        embed([*many, bad])
    ids = [f"P{number}" for number in range(60)]
    for named in (pd.Series([*many, bad], index=ids), dict(zip(ids, [*many, bad]))):
        with pytest.raises(ValueError, match="^P59: "):
            embed(named)


@pytest.mark.parametrize("policy", ["windows", "Window", "", None, "errors"])
def test_a_misspelt_policy_is_told_though_all_proteins_are_short(tiny, tmp_path, no_computing, policy):
    for call in (
        lambda: mean_embeddings(["MALWM"], tiny, policy),
        lambda: mean_embeddings([], tiny, policy),
        lambda: embed_proteins(["MALWM"], tiny, policy, cache=tmp_path),
        lambda: compute_missing(["MALWM"], tiny, policy, cache=tmp_path),
        lambda: store_settings(tiny, policy),
        lambda: window_starts(5, policy),
        lambda: window_plan(["M"], policy),
        lambda: checked_sequences(["M"], policy),
    ):
        with pytest.raises(ValueError, match=f'long_proteins is {policy!r}; choose "window", "truncate" or'):
            call()


def test_a_protein_that_does_not_fit_is_named(tiny, tmp_path, no_computing):
    long = {"P1": "MALWM", "P2": "M" * 1023}
    for embed in (lambda: mean_embeddings(long, tiny, "error"), lambda: embed_proteins(long, tiny, "error", tmp_path)):
        with pytest.raises(ValueError, match="P2: a protein of 1023 residues is longer than 1022; use long_proteins"):
            embed()


@pytest.mark.parametrize("pooling", ["means", None, ["mean"], 3])
def test_a_misspelt_pooling_is_told(tiny, tmp_path, no_computing, pooling):
    for embed in (mean_embeddings, embed_proteins):
        with pytest.raises(ValueError, match="choose one of mean, max"):
            embed(["MALWM"], tiny, pooling=pooling)


def test_a_count_is_a_whole_number(tiny, no_computing):
    assert check_count("n", np.int64(3)) == 3
    for wrong in (0, -1):
        with pytest.raises(ValueError, match=f"max_tokens is {wrong}; it is 1 at least"):
            mean_embeddings(["MALWM"], tiny, max_tokens=wrong)
    for wrong in (2.5, "2", True):
        with pytest.raises(TypeError, match="write a whole number"):
            mean_embeddings(["MALWM"], tiny, max_tokens=wrong)


def test_one_protein_alone_is_checked_too(tiny, course_lm):
    with pytest.raises(TypeError, match="must be a str, found list"):
        residue_embeddings(["MALWM"], tiny)
    with pytest.raises(TypeError, match="named by a str or a Path.*of_model"):
        residue_embeddings("MALWM", tiny.model)
    with pytest.raises(TypeError, match="one str"):
        window_plan("MALWM")
    predictor = MaskPredictor(course_lm)
    for wrong, error in ((["MALWM"], TypeError), ("", ValueError), ("malwm", ValueError)):
        with pytest.raises(error):
            predictor.scan(wrong)
        with pytest.raises(error):
            predictor.predict(wrong, 0)
    with pytest.raises(TypeError, match="position is 1.5"):
        predictor.predict("MALWM", 1.5)
    with pytest.raises(ValueError, match="batch_size is 0"):
        predictor.scan("MALWM", 0)


def test_ids_that_repeat_are_named():
    check_ids(["P1", "P2"])
    with pytest.raises(ValueError, match="the id 'P1' is there 2 times, first in rows 0 and 2"):
        check_ids(["P1", "P2", "P1"])


def test_a_vector_that_is_not_finite_is_named_and_not_kept(tiny, tmp_path, monkeypatch):
    hidden = embeddings._hidden

    def broken(checkpoint, sequences):
        return hidden(checkpoint, sequences) * float("inf")

    monkeypatch.setattr(embeddings, "_hidden", broken)
    proteins = {"P1": "MALWM", "P2": "MKV"}
    for embed in (
        lambda: mean_embeddings(proteins, tiny),
        lambda: mean_embeddings(proteins, tiny, pooling="max"),
        lambda: embed_proteins(proteins, tiny, cache=tmp_path),
    ):
        with pytest.raises(ValueError, match="P[12]: checkpoint .* gives a vector with NaN or infinity"):
            embed()
    with pytest.raises(ValueError, match="NaN or infinity"):
        residue_embeddings("MALWM", tiny)
    assert not list(tmp_path.rglob("part-*"))


def test_each_case_of_a_folder_ends_in_one_line_of_the_command(tmp_path):
    """By the command line: exit status 2, nothing written, one line that names the folder."""
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter/adapter_config.json").write_text("{}")
    (tmp_path / "ok.fasta").write_text(">P1\nMALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKT\n")
    command = [sys.executable, "-m", "dlfb_helpers.cli.main", "embed", "ok.fasta", "-o", "x.parquet"]
    done = subprocess.run(
        [*command, "--checkpoint", "adapter"], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2 and done.stdout == "" and not (tmp_path / "x.parquet").exists()
    assert done.stderr.startswith("error: checkpoint 'adapter': ") and done.stderr.count("\n") == 1
