"""The command `dlfb`: data where they belong, errors in a line, nothing half-written, and no network."""

import gzip
import io
import re
import resource
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.cli import check as checks
from dlfb_helpers.cli.main import app
from dlfb_helpers.predictors import table as prediction_table
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.results import load_predictions


def run(*arguments, status=0):
    with pytest.raises(SystemExit) as stop:
        app([str(argument) for argument in arguments])
    assert stop.value.code == status


@pytest.fixture(scope="module")
def proteins():
    """Six test proteins of chapter 9, and one that nobody has seen."""
    ids = load_predictions("random").index[:6]
    sequences = load_cafa().sequences.set_index("EntryID")["Sequence"][ids]
    return pd.concat([sequences, pd.Series({"new": "MWPWPHWPHWCCHWPMMWPHC"})])


@pytest.fixture
def fasta(proteins, tmp_path):
    path = tmp_path / "proteins.fasta"
    path.write_text("".join(f">{entry} some words\n{text}\n" for entry, text in proteins.items()))
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path_factory.mktemp("cache")))


def read(path):
    return pd.read_csv(path, sep="\t", keep_default_na=False)


def test_predict_writes_what_the_predictor_says(fasta, proteins, tmp_path, capsys):
    out, cafa_file = tmp_path / "out.tsv", tmp_path / "deep" / "cafa.tsv"
    run("predict", fasta, "-o", out, "--cafa", cafa_file, "--minimum", "0.1")
    said = capsys.readouterr()
    assert said.out == "" and "7 proteins; in training: " in said.err
    table, trained = read(out), load_predictor()
    evidence = ["nearest", "identity", "seen", "nearest_functions"]
    assert list(table.columns) == ["protein", "term", "name", "probability", "implied", *evidence]
    assert table["protein"].drop_duplicates().tolist() == proteins.index.tolist()  # all of them, in the file's order
    probabilities = trained.predict(proteins)
    for row in table.itertuples():
        assert row.probability == pytest.approx(probabilities.at[row.protein, row.term], abs=5.01e-4)
        assert row.name == trained.names[row.term]
    listed = (probabilities >= 0.1) | probabilities.eq(probabilities.max(axis=1), axis=0)
    assert len(table) == listed.to_numpy().sum()
    for _, rows in table.groupby("protein"):
        assert rows["probability"].is_monotonic_decreasing
    assert set(table.loc[table["protein"] == "new", "seen"]) == {"nothing similar"}
    submission = pd.read_csv(cafa_file, sep="\t", header=None)
    assert submission[0].tolist() == table["protein"].tolist() and submission[1].tolist() == table["term"].tolist()
    assert submission[2].between(0.001, 1).all()


def test_predictions_are_chapter_9s(proteins):
    """Alone, together and backwards, through the same code that the command uses."""
    trained, ids = load_predictor(), proteins.index[:6]
    expected = trained.calibration(load_predictions("random").loc[ids])
    for some in (proteins[:6], proteins[:6][::-1], proteins[2:3]):
        tables = pd.concat(prediction_table.prediction_tables(trained, some, minimum=0.0))
        wide = tables.pivot(index="protein", columns="term", values="probability")
        wanted = pd.DataFrame(expected, index=ids, columns=list(trained.names)).loc[some.index, wide.columns]
        np.testing.assert_allclose(wide.loc[some.index], wanted, atol=1e-5)


def test_a_few_proteins_at_a_time_make_the_same_table(fasta, tmp_path, monkeypatch):
    run("predict", fasta, "-o", tmp_path / "at_once.tsv", "--html", tmp_path / "at_once.html")
    monkeypatch.setattr(prediction_table, "PROTEINS_AT_ONCE", 2)
    run("predict", fasta, "-o", tmp_path / "in_parts.tsv", "--html", tmp_path / "in_parts.html")
    for ending in ("tsv", "html"):
        one, other = ((tmp_path / f"{name}.{ending}").read_text() for name in ("at_once", "in_parts"))
        assert one == other


def test_standard_input_goes_to_standard_output(fasta, tmp_path, capsys, monkeypatch):
    run("predict", fasta, "-o", tmp_path / "out.tsv")
    capsys.readouterr()
    for content in (fasta.read_bytes(), gzip.compress(fasta.read_bytes())):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        run("predict", "-")
        assert capsys.readouterr().out == (tmp_path / "out.tsv").read_text()


@pytest.mark.parametrize(
    "content, message",
    [
        (">a\nMKT*\n", r"line 2.*'\*'.*--clean"),
        (">a\nMKT\n>a\nMKV\n", "a: the id is there more than once"),
        ("", "no sequences"),
    ],
)
def test_an_error_is_one_line_and_leaves_nothing(tmp_path, capsys, content, message):
    path = tmp_path / "bad.fasta"
    path.write_text(content)
    outputs = "-o", tmp_path / "o.tsv", "--html", tmp_path / "o.html", "--cafa", tmp_path / "c.tsv"
    run("predict", path, *outputs, status=2)
    said = capsys.readouterr()
    assert re.fullmatch(f"error: .*bad.fasta.*{message}.*\n", said.err) and said.out == ""
    assert [file.name for file in tmp_path.iterdir()] == ["bad.fasta"]


def test_an_interruption_leaves_nothing_and_says_so(fasta, tmp_path, capsys, monkeypatch):
    def interrupted(*arguments):
        yield from list(tables(*arguments))[:1]
        raise KeyboardInterrupt

    tables = prediction_table.prediction_tables
    monkeypatch.setattr("dlfb_helpers.cli.predict.prediction_tables", interrupted)
    run("predict", fasta, "-o", tmp_path / "out.tsv", "--html", tmp_path / "out.html", status=130)
    assert "interrupted" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["proteins.fasta"]


def test_a_file_that_the_system_lets_grow_no_further_is_named_and_removed(fasta, tmp_path, capsys):
    """A write that fails half-way for real, as on a full disk: the kernel refuses what is beyond 50 kB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        run("predict", fasta, "-o", tmp_path / "out.tsv", "--minimum", "0", status=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(r"error: .*out\.tsv: File too large; free some space or name another folder", said)
    assert [file.name for file in tmp_path.iterdir()] == ["proteins.fasta"]


@pytest.mark.parametrize("arguments", [["--minimum", "2"], ["--predictor", "nowhere"]])
def test_wrong_choices_are_named(fasta, tmp_path, capsys, arguments):
    run("predict", fasta, "-o", tmp_path / "out.tsv", *arguments, status=2)
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "out.tsv").exists()


def test_a_fresh_process_without_a_network_predicts(fasta, tmp_path):
    block = (
        "import socket\n"
        "def refuse(*arguments): raise AssertionError('the network was asked for')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from dlfb_helpers.cli.main import main; main()"
    )
    command = [sys.executable, "-c", block, "predict", str(fasta), "-o", str(tmp_path / "out.tsv")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert read(tmp_path / "out.tsv")["protein"].nunique() == 7


def test_help_has_examples_and_no_command_is_a_usage_error(capsys):
    run("--help")
    said = capsys.readouterr().out
    assert all(name in said for name in ("predict", "embed", "train", "evaluate", "check", "data", "course"))
    for command in ("predict", "embed", "train", "evaluate", "data"):
        run(command, "--help")
        assert f"\n  dlfb {command} " in capsys.readouterr().out
    run("course", "--help")
    assert "--chapters" in capsys.readouterr().out
    run("foretell", status=2)


def test_check_says_what_is_there_and_what_is_wrong(capsys, monkeypatch):
    run("check")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(checks.CHECKS) and all(line.startswith("[OK]   ") for line in lines)
    monkeypatch.setitem(checks.CHECKS, "device", lambda: 1 / 0)
    run("check", status=1)
    assert "[FAIL] device: division by zero" in capsys.readouterr().out


def test_check_names_a_package_of_a_wrong_release(monkeypatch):
    monkeypatch.setattr(checks, "requires", lambda name: ["numpy>=99", 'ray>=1; extra == "ray"'])
    with pytest.raises(RuntimeError, match="numpy>=99 is needed, 2"):
        checks.CHECKS["packages"]()
