"""What ``dlfb predict`` and ``dlfb embed`` do with files as people have them: read, repaired or refused."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dlfb_helpers.cli import reporting
from dlfb_helpers.cli.main import app
from dlfb_helpers.embedding import runs
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.predictors.folder import load_predictor

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


def retired(obo: str, *terms: str, into: str = "") -> str:
    """An ontology's text in which terms are no longer in use: merged into another, or gone."""
    stanzas = obo.split("\n\n")
    kept = [stanza for stanza in stanzas if not any(f"\nid: {term}\n" in f"\n{stanza}\n" for term in terms)]
    more = "".join(f"alt_id: {term}\n" for term in terms) if into else ""
    return "\n\n".join(kept).replace(f"\nid: {into}\n", f"\nid: {into}\n{more}")


@pytest.fixture(scope="module")
def course_obo():
    with lzma.open(bundled_folder("course_data") / "go-basic.obo.xz", "rt", encoding="utf-8") as lines:
        return lines.read().replace("releases/2022-07-01", "releases/later")


@pytest.fixture
def bundled():
    return load_predictor("course")


def predicted(*options: str, minimum: float = 0) -> pd.DataFrame:
    run("predict", write(f">P01308\n{INSULIN}\n"), "-o", "out.tsv", "--minimum", minimum, "--aspect", "MFO", *options)
    return pd.read_csv("out.tsv", sep="\t", keep_default_na=False)


def test_a_release_that_says_the_same_changes_nothing(course_obo, capsys):
    own = predicted()
    Path("go.obo").write_text(course_obo, encoding="utf-8")
    pd.testing.assert_frame_equal(predicted("--ontology", "go.obo"), own)
    assert "terms" not in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["", ".gz", ".bz2"])
def test_predictions_take_the_ids_and_names_of_another_release(course_obo, bundled, capsys, ending):
    own = predicted().set_index("term")
    leaves = [term for term, below in zip(bundled.names, bundled.ancestors.T) if not below.any()]
    leaves = [term for term in leaves if own.at[term, "probability"] >= 0.01]  # probable enough for CAFA's file
    gone, renamed = leaves[:2], leaves[2]
    text = retired(retired(course_obo, *gone), renamed, into="GO:0140299")  # no term of the predictor
    text = text.replace(f"\nname: {bundled.names[leaves[3]]}\n", "\nname: of another name\n")
    pack = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress}[ending]
    Path(f"go.obo{ending}").write_bytes(pack(text.encode()))
    table = predicted("--ontology", f"go.obo{ending}", "--cafa", "cafa.tsv", "--html", "page.html").set_index("term")
    assert len(table) == len(own) - 2 and set(gone).isdisjoint(table.index) and renamed not in table.index
    assert table.loc["GO:0140299", "probability"] == own.loc[renamed, "probability"]
    assert table.loc["GO:0140299", "name"] == "small molecule sensor activity" != own.loc[renamed, "name"]
    assert table.loc[leaves[3], "name"] == "of another name"
    said = capsys.readouterr().err
    assert f"in releases/later: 1 have other ids and were translated ({renamed} is GO:0140299)" in said
    assert f"2 are gone and were left out ({', '.join(gone)})" in said
    assert "\tGO:0140299\t" in Path("cafa.tsv").read_text() and f"\t{gone[0]}\t" not in Path("cafa.tsv").read_text()
    page = Path("page.html").read_text(encoding="utf-8")
    assert f"{len(own) - 2} terms of the Gene Ontology (releases/later)" in page


def test_predictions_obey_the_other_release(course_obo, bundled):
    own = predicted().set_index("term")["probability"]
    root = own.index[own.argmax()]
    low = next(term for term in own.index[::-1] if f"\nid: {term}\n" in course_obo)
    # The most probable term comes to lie below the least probable one, which is then at least as probable.
    text = course_obo.replace(f"\nid: {root}\n", f"\nid: {root}\nis_a: {low}\n")
    Path("go.obo").write_text(text, encoding="utf-8")
    table = predicted("--ontology", "go.obo").set_index("term")
    assert own[low] < own[root] == table.loc[low, "probability"] and table.loc[low, "implied"] == "yes"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "go.obo: there is no such file"),
        ("", "no term of the Gene Ontology in it"),
        ("<html>not found</html>", "an OBO file such as go-basic.obo is needed"),
        (
            "[Term]\nid: GO:0000001\nname: x\nnamespace: molecular_function\n",
            " terms is in the ontology of release",
        ),
        ("[Term]\nname: x\n", "has no id; is the file whole?"),
    ],
)
def test_an_ontology_that_cannot_be_is_refused_in_a_line(capsys, content, said):
    if content is not None:
        Path("go.obo").write_text(content)
    run("predict", write(f">P1\n{INSULIN}\n"), "-o", "out.tsv", "--ontology", "go.obo", status=2)
    printed = capsys.readouterr().err
    assert said in printed and printed.count("\n") == 1 and not Path("out.tsv").exists()


def test_the_ontology_is_not_written_over(capsys):
    Path("go.obo").write_text("[Term]\n")
    run("predict", write(f">P1\n{INSULIN}\n"), "--html", "./go.obo", "--ontology", "go.obo", status=2)
    assert "--html and the ontology are one file" in capsys.readouterr().err
