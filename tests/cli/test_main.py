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
from dlfb_helpers.predictors import together
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor
from dlfb_helpers.predictors.results import load_predictions


def run(*arguments, status=0):
    with pytest.raises(SystemExit) as stop:
        app([str(argument) for argument in arguments])
    assert stop.value.code == status


@pytest.fixture(scope="module")
def proteins():
    """Six proteins of the course, and one that nobody has seen."""
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


COLUMNS = ["protein", "aspect", "term", "name", "probability", "claimed", "implied", "slim", "nearest", "nearest_name",
           "taxon", "identity", "coverage", "evalue", "seen", "nearest_functions"]  # fmt: skip


def test_predict_writes_what_the_three_predictors_say(fasta, proteins, tmp_path, capsys):
    out = tmp_path / "deep" / "out.tsv"
    run("predict", fasta, "-o", out, "--minimum", "0.1")
    said = capsys.readouterr()
    assert said.out == "" and "7 proteins; in training: " in said.err
    table = read(out)
    assert list(table.columns) == COLUMNS
    assert table["protein"].drop_duplicates().tolist() == proteins.index.tolist()  # all of them, in the file's order
    for name, (aspect, rows) in zip(BUNDLED, table.groupby("aspect", sort=False)):
        trained = load_predictor(name)
        assert trained.facts["aspect"] == aspect
        probabilities = trained.predict(proteins)
        for row in rows.itertuples():
            assert row.probability == pytest.approx(probabilities.at[row.protein, row.term], abs=5.01e-4)
            assert row.name == trained.names[row.term]
            assert row.claimed == ("yes" if probabilities.at[row.protein, row.term] >= trained.threshold else "no")
        listed = (probabilities >= 0.1) | probabilities.eq(probabilities.max(axis=1), axis=0)
        assert len(rows) == listed.to_numpy().sum()
        for _, of_one in rows.groupby("protein"):
            assert of_one["probability"].is_monotonic_decreasing
    assert (table.loc[table["protein"] == "new", ["seen", "nearest"]] == ["nothing similar", ""]).all(axis=None)


def test_cafas_file_has_its_own_floor(fasta, proteins, tmp_path):
    run("predict", fasta, "-o", tmp_path / "out.tsv", "--cafa", tmp_path / "cafa.tsv", "--minimum", "0.9")
    submission = pd.read_csv(tmp_path / "cafa.tsv", sep="\t", header=None, names=["protein", "term", "score"])
    assert submission["protein"].drop_duplicates().tolist() == proteins.index.tolist()
    probabilities = pd.concat([load_predictor(name).predict(proteins) for name in BUNDLED], axis=1)
    expected = (probabilities >= 0.001).sum(axis=1).clip(upper=1500)  # as many terms as CAFA takes of a protein
    assert len(submission) == expected.sum() > 10 * len(read(tmp_path / "out.tsv"))
    for row in submission.itertuples():
        assert row.score == pytest.approx(probabilities.at[row.protein, row.term], abs=5.01e-4)
    assert submission["score"].between(0.001, 1).all()


def test_a_summary_is_a_line_a_protein(fasta, proteins, tmp_path):
    run("predict", fasta, "-o", tmp_path / "out.tsv", "--summary", tmp_path / "short.csv", "--minimum", "0")
    short, table = pd.read_csv(tmp_path / "short.csv", keep_default_na=False), read(tmp_path / "out.tsv")
    kinds = ["function", "process", "component"]
    assert list(short.columns) == ["protein", *(f"{kind}{end}" for kind in kinds for end in ("", "_probability")),
                                   "nearest", "nearest_name", "identity", "seen"]  # fmt: skip
    assert short["protein"].tolist() == proteins.index.tolist()
    for row in short.to_dict("records"):
        for kind, aspect in zip(kinds, ("MFO", "BPO", "CCO")):
            claims = table[(table["protein"] == row["protein"]) & (table["aspect"] == aspect)]
            claimed = claims[claims["claimed"] == "yes"]
            named = [name for name in row[kind].split("; ") if name and not name.endswith(" more")]
            assert set(named) <= set(claimed["name"]) and bool(named) == bool(len(claimed))
            assert row[f"{kind}_probability"] in {
                "",
                *claimed["probability"].map("{:.3f}".format),
                *claimed["probability"],
            }
    assert short.iloc[-1]["seen"] == "nothing similar"


@pytest.mark.parametrize(
    ("options", "aspects"),
    [
        (["--aspect", "CCO"], ["CCO"]),
        (["--aspect", "cco, MFO"], ["MFO", "CCO"]),
        (["--predictor", "course-BPO"], ["BPO"]),
        (["--predictor", "course-CCO", "--predictor", "course"], ["MFO", "CCO"]),
    ],
)
def test_aspects_are_chosen_by_name_or_by_predictor(fasta, tmp_path, options, aspects):
    run("predict", fasta, "-o", tmp_path / "all.tsv")
    run("predict", fasta, "-o", tmp_path / "some.tsv", *options)
    every, some = read(tmp_path / "all.tsv"), read(tmp_path / "some.tsv")
    assert some["aspect"].unique().tolist() == aspects
    expected = every[every["aspect"].isin(aspects)].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, expected, atol=1.01e-3)  # a last digit may be rounded otherwise


def test_predictions_are_the_same_alone_together_and_backwards(proteins):
    """Through the same code that the command uses."""
    trained = load_predictor()
    expected = trained.predict(proteins)
    for some in (proteins[::-1], proteins[2:3], proteins[-1:]):
        tables = pd.concat(prediction_table.prediction_tables(trained, some, minimum=0.0))
        wide = tables.pivot(index="protein", columns="term", values="probability")
        wanted = expected.loc[some.index, wide.columns]
        np.testing.assert_allclose(wide.loc[some.index], wanted, atol=1e-5)


def test_a_few_proteins_at_a_time_make_the_same_table(fasta, proteins, tmp_path, monkeypatch):
    names = {"-o": "tsv", "--html": "html", "--cafa": "txt", "--summary": "csv"}

    def predict(name):
        run("predict", fasta, *(word for option, end in names.items() for word in (option, tmp_path / f"{name}.{end}")))

    predict("at_once")
    monkeypatch.setattr(together, "PROTEINS_AT_ONCE", 2)
    predict("in_parts")
    pages = [(tmp_path / f"{name}.html").read_text() for name in ("at_once", "in_parts")]
    shown = [re.findall('<th scope="row">(.*?)</th>', page) for page in pages]  # the page is written in as many parts
    assert shown[0] == shown[1] == proteins.index.tolist()
    for ending in ("tsv", "txt", "csv"):
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
    run("predict", path, *outputs, "--summary", tmp_path / "s.tsv", status=2)
    said = capsys.readouterr()
    assert re.fullmatch(f"error: .*bad.fasta.*{message}.*\n", said.err) and said.out == ""
    assert [file.name for file in tmp_path.iterdir()] == ["bad.fasta"]


def test_an_interruption_leaves_nothing_and_says_so(fasta, tmp_path, capsys, monkeypatch):
    def interrupted(*arguments):
        yield from list(answers(*arguments))[:1]
        raise KeyboardInterrupt

    answers = together.answers
    monkeypatch.setattr("dlfb_helpers.cli.predict.answers", interrupted)
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--minimum", "2"], "error: --minimum is 2.0; probabilities lie between 0 and 1"),
        (["--predictor", "nowhere"], "error: nowhere: there is no such folder"),
        (["--predictor", "course", "--predictor", "course"], "error: 2 predictors are of the aspect MFO; give one"),
        (["--aspect", "XYZ"], "'XYZ' is none of MFO, BPO and CCO"),
        (["--aspect", "MFO", "--predictor", "course"], "--predictor brings its own aspect"),
        (["--summary", "short.xlsx"], "error: short.xlsx: nothing is written as .xlsx"),
        (["--summary", "{out}"], "error: --summary and --out are one file"),
    ],
)
def test_wrong_choices_are_named(fasta, tmp_path, capsys, arguments, said):
    out = tmp_path / "out.tsv"
    run("predict", fasta, "-o", out, *(str(word).format(out=out) for word in arguments), status=2)
    printed = re.sub(r"[│╭╮╰╯─\s]+", " ", capsys.readouterr().err)  # typer draws a box around its own errors
    assert said in printed and "Traceback" not in printed
    assert [file.name for file in tmp_path.iterdir()] == ["proteins.fasta"]


def test_other_species_are_a_warning(proteins, tmp_path, capsys):
    headings = ["Q1 OS=Escherichia coli (strain K12) OX=83333 GN=x", "Q2 OS=Homo sapiens OX=9606 GN=x", "Q3 of nobody"]
    path = tmp_path / "some.fasta"
    path.write_text("".join(f">{heading}\n{text}\n" for heading, text in zip(headings, proteins)))
    run("predict", path, "-o", tmp_path / "out.tsv", "--aspect", "CCO")
    said = [line for line in capsys.readouterr().err.splitlines() if "species" in line]
    assert len(said) == 1 and said[0].startswith("warning: 1 of 3 proteins are of species far from those that ")
    assert "Escherichia coli (strain K12) (1)" in said[0] and "9606, 10090, 10116" in said[0]


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
    names = ("predict", "embed", "train", "evaluate", "check", "data", "course", "progress")
    assert all(name in said for name in names)
    for command in ("predict", "embed", "train", "evaluate", "data", "progress"):
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


def test_check_names_every_package_that_is_missing(monkeypatch):
    words = ["no-such-thing>=1", "numpy", "another-cpu>=2", 'elsewhere; sys_platform == "none"']
    monkeypatch.setattr(checks, "requires", lambda name: words)
    with pytest.raises(RuntimeError) as said:
        checks.CHECKS["packages"]()
    assert str(said.value).startswith("no-such-thing>=1 is needed, and missing; another-cpu>=2 is needed, and missing;")


def test_the_build_with_cuda_does_what_the_one_without_does(monkeypatch):
    monkeypatch.setattr(checks, "requires", lambda name: ["numpy-cpu>=2"])
    assert checks.CHECKS["packages"]() == "1 packages"


def test_check_tries_the_cache_and_one_that_cannot_be_written_is_no_failure(monkeypatch, tmp_path):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path / "new"))
    assert checks.CHECKS["cache"]().startswith(f"{tmp_path / 'new'} is written")
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").touch()
    monkeypatch.setattr(checks, "cache_folders", lambda: [tmp_path / "file" / "shared"])
    assert "cannot be written: what is computed is computed again" in checks.CHECKS["cache"]()
    monkeypatch.setattr(checks, "cache_folders", lambda: [tmp_path / "file" / "shared", tmp_path / "own"])
    assert checks.CHECKS["cache"]() == f"{tmp_path / 'own'} is written, {tmp_path / 'file' / 'shared'} is read"
