"""`dlfb embed`, FASTA in, Parquet out: in the file's order, with what was done to each protein; shards agree."""

import gzip
import json
import re
import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.cli.main import app
from dlfb_helpers.embedding import runs as embedding_runs
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.proteins.fasta import sequence_key


@pytest.fixture(scope="module")
def proteins():
    """Thirty real proteins, one of them long."""
    table = load_cafa().sequences
    return pd.concat([table[table["Length"] < 200].head(29), table[table["Length"].between(1_100, 1_300)].head(1)])


@pytest.fixture
def fasta(proteins, tmp_path):
    path = tmp_path / "proteins.fasta"
    path.write_text("".join(f">{row.EntryID}\n{row.Sequence}\n" for row in proteins.itertuples()))
    return path


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    monkeypatch.setattr(embedding_runs, "RESIDUES_A_FILE", 500)


def run(*arguments, status=0):
    with pytest.raises(SystemExit) as stop:
        app(["embed", *map(str, arguments)])
    assert stop.value.code == status


def test_rows_are_the_files_and_say_what_was_done(fasta, proteins, tiny_folder, tmp_path, capsys):
    out = tmp_path / "vectors.parquet"
    run(fasta, "-o", out, "--checkpoint", tiny_folder, "--cache", tmp_path / "cache")
    table = pq.read_table(out)
    assert table["EntryID"].to_pylist() == proteins["EntryID"].tolist()
    assert table["key"].to_pylist() == [sequence_key(sequence) for sequence in proteins["Sequence"]]
    assert table["policy"].to_pylist() == ["whole"] * 29 + ["window"]
    assert table["windows"].to_pylist() == [1] * 29 + [2]
    assert table["residues_used"].to_pylist() == proteins["Length"].tolist()
    tiny = load_checkpoint(str(tiny_folder), device="cpu")
    settings = json.loads(table.schema.metadata[b"dlfb"])
    assert settings["checkpoint"] == tiny.digest and settings["precision"] == "float32"
    expected = mean_embeddings(proteins["Sequence"].tolist(), tiny)
    np.testing.assert_allclose(np.array(table["vector"].to_pylist()), expected, atol=1e-5)
    said = capsys.readouterr()
    assert said.out == "" and "residues, " in said.err and "0.0 min left" in said.err


def test_shards_together_are_one_run_byte_for_byte(fasta, tiny_folder, tmp_path, capsys):
    common = [fasta, "--checkpoint", tiny_folder, "--cache"]
    for shard in ("3/3", "1/3", "2/3"):
        run(*common, tmp_path / "shards", "--shard", shard)
    shares = len(capsys.readouterr().err.splitlines())
    run(*common, tmp_path / "shards", "-o", tmp_path / "merged.parquet")
    assert capsys.readouterr().err == ""  # nothing was left to compute
    run(*common, tmp_path / "one", "-o", tmp_path / "one.parquet")
    assert shares == len(capsys.readouterr().err.splitlines()) > 3
    assert (tmp_path / "merged.parquet").read_bytes() == (tmp_path / "one.parquet").read_bytes()


def test_shards_without_a_shared_folder_are_merged_by_copying(fasta, tiny_folder, tmp_path, capsys):
    common = [fasta, "--checkpoint", tiny_folder, "--cache"]
    for shard in ("1/2", "2/2"):
        own = tmp_path / shard.replace("/", "of")
        run(*common, own, "--shard", shard)
        shutil.copytree(own, tmp_path / "together", dirs_exist_ok=True)
    capsys.readouterr()
    run(*common, tmp_path / "together", "-o", tmp_path / "merged.parquet")
    assert capsys.readouterr().err == ""  # nothing was left to compute
    run(*common, tmp_path / "one", "-o", tmp_path / "one.parquet")
    assert (tmp_path / "merged.parquet").read_bytes() == (tmp_path / "one.parquet").read_bytes()


def test_truncation_is_recorded_and_gz_is_read(proteins, tiny_folder, tmp_path):
    path, out = tmp_path / "proteins.fasta.gz", tmp_path / "vectors.parquet"
    path.write_bytes(gzip.compress(f">long\n{proteins['Sequence'].iloc[-1]}\n".encode()))
    run(path, "-o", out, "--checkpoint", tiny_folder, "--cache", tmp_path / "c", "--long-proteins", "truncate")
    row = pq.read_table(out).drop_columns("vector").to_pylist()[0]
    assert (row["policy"], row["residues_used"], row["windows"]) == ("truncate", 1022, 1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["missing.fasta", "-o", "out.parquet"], "missing.fasta"),
        (
            ["{fasta}", "-o", "out.parquet", "--long-proteins", "error"],
            "proteins.fasta: {long} has 1,.* residues, longer",
        ),
    ],
)
def test_an_error_is_one_line_and_no_file(
    fasta, proteins, tiny_folder, tmp_path, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    filled = [argument.format(fasta=fasta) for argument in arguments]
    run(*filled, "--checkpoint", tiny_folder, "--cache", tmp_path / "cache", status=2)
    said = capsys.readouterr().err
    assert re.fullmatch("error: .*" + message.format(long=proteins["EntryID"].iloc[-1]) + ".*\n", said)
    assert not (tmp_path / "out.parquet").exists()
    assert not (tmp_path / "cache").exists()  # nothing was computed before the error was found


@pytest.mark.parametrize("arguments", [[], ["-o", "a", "--shard", "1/2"], ["--shard", "3/2"], ["--shard", "half"]])
def test_wrong_arguments_are_refused(fasta, arguments, capsys):
    run(fasta, *arguments, status=2)
    assert "shard" in capsys.readouterr().err
