"""`dlfb embed`, FASTA in, Parquet out: in the file's order, with what was done to each protein; shards agree."""

import gzip
import json
import re
import shutil

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.cli.main import app
from dlfb_helpers.embedding import runs as embedding_runs
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.residues import each_residue_embeddings
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


@pytest.mark.parametrize("ending", [".parquet", ".h5", ".npz"])
def test_residues_of_a_layer_are_written_in_the_files_order(fasta, proteins, tiny_folder, tmp_path, ending, capsys):
    out = tmp_path / f"residues{ending}"
    run(fasta, "-o", out, "--checkpoint", tiny_folder, "--residues", "--layer", "-2")
    assert "0.0 min left" in capsys.readouterr().err
    sequences = dict(zip(proteins["EntryID"], proteins["Sequence"]))
    expected = dict(each_residue_embeddings(sequences, load_checkpoint(str(tiny_folder), device="cpu").at_layer(1)))
    if ending == ".parquet":
        table = pq.read_table(out)
        assert json.loads(table.schema.metadata[b"dlfb"])["layer"] == 1
        assert "".join(table["residue"].to_pylist()) == "".join(sequences.values())
        ids, rows = np.array(table["EntryID"].to_pylist()), np.array(table["vector"].to_pylist())
        assert list(dict.fromkeys(ids)) == list(sequences)
        found = {entry: rows[ids == entry] for entry in sequences}
    elif ending == ".h5":
        with h5py.File(out) as file:
            assert file.attrs["layer"] == 1 and file.attrs["checkpoint"] == str(tiny_folder)
            found = {entry: file[entry][()] for entry in file}
    else:
        found = dict(np.load(out))
    assert found.keys() == expected.keys()
    for entry, vectors in expected.items():
        np.testing.assert_allclose(found[entry], vectors, atol=1e-5)


@pytest.mark.parametrize("ending", [".parquet", ".h5", ".npz", ".npy"])
def test_means_of_a_layer_are_the_same_in_every_format(fasta, proteins, tiny_folder, tmp_path, ending):
    out = tmp_path / f"vectors{ending}"
    run(fasta, "-o", out, "--checkpoint", tiny_folder, "--cache", tmp_path / "cache", "--layer", "0")
    expected = mean_embeddings(proteins["Sequence"], load_checkpoint(str(tiny_folder), device="cpu").at_layer(0))
    if ending == ".parquet":
        table = pq.read_table(out)
        assert json.loads(table.schema.metadata[b"dlfb"])["layer"] == "0"
        found = np.array(table["vector"].to_pylist())
    elif ending == ".h5":
        with h5py.File(out) as file:
            found = np.array([file[entry][()] for entry in proteins["EntryID"]])
    elif ending == ".npz":
        arrays = np.load(out)
        found = np.array([arrays[entry] for entry in proteins["EntryID"]])
    else:
        found = np.load(out)
        assert (tmp_path / "vectors.ids.txt").read_text().splitlines() == proteins["EntryID"].tolist()
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["missing.fasta", "-o", "out.parquet"], "missing.fasta"),
        (
            ["{fasta}", "-o", "out.parquet", "--long-proteins", "error"],
            "proteins.fasta: {long} has 1,.* residues, longer",
        ),
        (["{fasta}", "-o", "out.parquet", "--layer", "3"], "no layer 3; they go from 0, .* to 2, or .* to -3"),
        (["{fasta}", "-o", "out.parquet", "--layer", "-4", "--residues"], "no layer -4; .*"),
        (["{fasta}", "-o", "out.npy", "--residues"], "out.npy: .* no one array; end the name in .npz"),
        (["{fasta}", "-o", "out.h5.gz"], "out.h5.gz: vectors are not written as .gz"),
        (["{fasta}", "-o", "out.csv"], "out.csv: nothing is written as .csv; end the name in one of .h5, .npy, .*"),
    ],
)
def test_an_error_is_one_line_and_no_file(
    fasta, proteins, tiny_folder, tmp_path, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    filled = [argument.format(fasta=fasta) for argument in arguments]
    cache = [] if "--residues" in filled else ["--cache", tmp_path / "cache"]
    run(*filled, "--checkpoint", tiny_folder, *cache, status=2)
    said = capsys.readouterr().err
    assert re.fullmatch("error: .*" + message.format(long=proteins["EntryID"].iloc[-1]) + ".*\n", said)
    assert not list(tmp_path.glob("out*"))
    assert not (tmp_path / "cache").exists()  # nothing was computed before the error was found


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-o", "a", "--shard", "1/2"],
        ["--shard", "3/2"],
        ["--shard", "half"],
        ["--shard", "1/2", "--residues"],
        ["-o", "r.h5", "--residues", "--cache", "c"],
    ],
)
def test_wrong_arguments_are_refused(fasta, arguments, capsys):
    run(fasta, *arguments, status=2)
    assert "shard" in capsys.readouterr().err
