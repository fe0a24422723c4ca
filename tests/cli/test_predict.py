"""What ``dlfb predict`` and ``dlfb embed`` do with FASTA files as people have them: repaired, left out or refused."""

from __future__ import annotations

import gzip

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dlfb_helpers.cli import reporting
from dlfb_helpers.cli.main import app
from dlfb_helpers.embedding import runs

INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)
DNA = "ATGGCCCTGTGGATGCGCCTCCTGCCCCTGCTGGCGCTGCTGGCC" * 3


def run(*arguments, status=0):
    with pytest.raises(SystemExit) as stop:
        app([str(argument) for argument in arguments])
    assert stop.value.code == status


@pytest.fixture(autouse=True)
def own_place(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.chdir(tmp_path)


def write(text: str | bytes) -> str:
    with open("a.fasta", "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return "a.fasta"


@pytest.fixture(params=["predict", "embed"])
def command(request, tiny_folder):
    """Return a function that runs a command on a file and returns what it wrote, and the ids in it."""

    def start(*arguments, status=0) -> list[str]:
        if request.param == "predict":
            run("predict", *arguments, "-o", "out.tsv", status=status)
            read = lambda: pd.read_csv("out.tsv", sep="\t")["protein"].drop_duplicates().tolist()  # noqa: E731
        else:
            run(
                "embed", *arguments, "-o", "out.parquet", "--checkpoint", tiny_folder, "--cache", "cache", status=status
            )
            read = lambda: pq.read_table("out.parquet")["EntryID"].to_pylist()  # noqa: E731
        return [] if status else read()

    return start


MIXED = f">low\n{INSULIN.lower()}\n>odd\nMAL(W)M\n>sp|P01308|INS_HUMAN x\n{INSULIN}\n>dna\n{DNA}\n"


def test_records_are_repaired_and_left_out_by_name(command, capsys):
    assert command(write(MIXED), "--clean", "--skip-bad") == ["low", "P01308"]
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    assert said == [
        "warning: a.fasta, line 1: low: repaired: lower case (110)",
        "warning: a.fasta, line 4: left out: odd: found '(' at position 4 of 7",
        "warning: a.fasta, line 7: left out: dna: nucleotides, 135 of its 135 letters are A, C, G, T, U or N",
        "warning: a.fasta: in all 2 read, 1 repaired, 2 left out",
    ]


@pytest.mark.parametrize(("options", "bad"), [([], 3), (["--clean"], 2)])
def test_all_bad_records_are_named_before_anything_is_computed(command, capsys, monkeypatch, tmp_path, options, bad):
    monkeypatch.setattr(runs, "mean_embeddings", lambda *arguments, **options: pytest.fail("computed"))
    command(write(MIXED), *options, status=2)
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert said.out == "" and len(lines) == 1 + bad
    assert lines[0].startswith(f"error: a.fasta: {bad} of 4 records cannot be read; ")
    assert ("--clean repairs 1 of them" in lines[0]) == (not options) and "--skip-bad goes on" in lines[0]
    assert [line.split(": ")[1] for line in lines[1:]] == ["low", "odd", "dna"][-bad:]
    assert [path.name for path in tmp_path.iterdir()] == ["a.fasta"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f">A\n{DNA}\n", "a.fasta, line 1: A: nucleotides, "),
        (f">A\n{DNA[:60]}\n", "a.fasta: most of it, 60 of 60 letters, looks like nucleotides; "),
        (f">protein 1\n{INSULIN}\n>protein 2\n{INSULIN[1:]}\n", "it is the first word of the heading; join the words"),
        ("<html>", "this looks like a web page's format"),
        (f">A\n{INSULIN}*\n", "stop at an end; --clean repairs it"),
        (f">{'A' * 5_000}\n(\n", "line 2: AAAAAAAA"),
        (f">A\x1b]0;title\x07\n{INSULIN}\n", r"the id 'A\x1b]0;title\x07' has characters that cannot be seen"),
        (f">A\n{INSULIN}\x1b\n", r"found '\x1b' at position 111"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(command, capsys, tmp_path, content, said):
    command(write(content), status=2)
    error = capsys.readouterr().err
    assert error.startswith("error: a.fasta") and said in error
    assert error.count("\n") == 1 and error[:-1].isprintable() and len(error) < 500
    assert [path.name for path in tmp_path.iterdir()] == ["a.fasta"]


@pytest.mark.parametrize(
    ("content", "ids", "warning"),
    [
        (f">A M\xfcller\n{INSULIN}\n".encode("latin-1"), ["A"], "byte 0xfc in the description is not UTF-8 text"),
        (f">A\n{INSULIN}\n>A\n{INSULIN}\n", ["A"], "line 3: A: the same id and sequence as at line 1; read once"),
        (f">A\n{INSULIN}\n>B\n{DNA[:50]}\n", ["A", "B"], "line 3: B: 50 of its 50 letters are A, C, G, T, U or N"),
        (">A\n" + "X" * 40, ["A"], "40 of its 40 residues are X"),
        (f">pdb|4HHB|A\n{INSULIN[:20]}\n>pdb|4HHB|B\n{INSULIN[20:]}\n", ["pdb|4HHB|A", "pdb|4HHB|B"], ""),
    ],
)
def test_what_is_worth_a_warning_is_read(command, capsys, content, ids, warning):
    assert command(write(content)) == ids
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    assert len(said) == bool(warning) and warning in "".join(said)


def test_standard_input_is_repaired(command, capsys, monkeypatch):
    class Input:
        buffer = open(write(gzip.compress(f">A\n{INSULIN.lower()}\n".encode())), "rb")

    monkeypatch.setattr("sys.stdin", Input)
    assert command("-", "--clean") == ["A"]
    assert "warning: standard input, line 1: A: repaired: lower case (110)" in capsys.readouterr().err


def test_a_file_name_does_not_steer_the_terminal(command, capsys):
    command("none\x1b[2J.fasta", status=2)
    assert r"none\x1b[2J.fasta" in capsys.readouterr().err


def test_what_nobody_thought_of_is_one_line_too(capsys):
    with pytest.raises(reporting.typer.Exit) as stop, reporting.reported():
        {}["key"]  # noqa: B018
    assert stop.value.exit_code == 1
    assert capsys.readouterr().err == "error: KeyError: 'key'; this is a mistake in dlfb, please report it\n"
