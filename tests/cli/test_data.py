"""The command `dlfb data`: what is in CAFA's files, fetched or there already."""

import hashlib
import io
import zipfile

import pytest

from dlfb_helpers.cli import data
from dlfb_helpers.cli.main import app


@pytest.fixture
def folder(tmp_path):
    """Two proteins as CAFA's files."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "train_sequences.fasta").write_text(">P1\nMALWMRLLPLLALLALWGPD\n>P2\nMKTAYIAKQRQISFVKSHFS\n")
    (folder / "train_terms.tsv").write_text("EntryID\tterm\taspect\nP1\tGO:0003674\tMFO\nP2\tGO:0003674\tMFO\n")
    (folder / "train_taxonomy.tsv").write_text("EntryID\ttaxonomyID\nP1\t9606\nP2\t9606\n")
    roots = {"GO:0003674": "molecular_function", "GO:0008150": "biological_process", "GO:0005575": "cellular_component"}
    terms = "".join(f"\n[Term]\nid: {term}\nname: {name}\nnamespace: {name}\n" for term, name in roots.items())
    (folder / "go-basic.obo").write_text(f"format-version: 1.2\ndata-version: releases/2026-01-01\n{terms}")
    return folder


@pytest.fixture
def archive(folder):
    """The same as a zip file, with names that would lie outside any folder that it was unpacked to."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as handle:
        for path in folder.iterdir():
            handle.write(path, f"../../{path.name}")
    return archive.getvalue()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(data, "PAUSE", 0.01)


def run(*arguments, status=0):
    with pytest.raises(SystemExit) as stop:
        app(["data", *map(str, arguments)])
    assert stop.value.code == status


def test_data_says_what_is_in_a_folder(folder, capsys):
    run(folder)
    said = capsys.readouterr().out
    assert "2 proteins of 1 species, most of 9606 (2)" in said and said.count("SHA-256") == 4
    assert "2 annotations in MFO: 2 proteins, 1 terms" in said and "0 annotations in BPO" in said
    assert "1 terms: 1 current, 0 renamed, 0 retired, 0 unknown" in said
    assert "2 annotated proteins: 0 without a sequence, 0 without a species" in said


def test_data_says_what_is_lost(folder, capsys):
    rows = [
        ("P1-2", "GO:0003674", "C", ""), ("P1", "GO:0003674", "F", "NOT"), ("P2", "GO:0008150", "P", ""),
        ("P3", "GO:7777777", "F", ""), ("P4", "GO:0003674", "F", ""), ("P5", "GO:0000009", "F", ""),
        ("P2", "GO:0000008", "F", ""),
    ]  # fmt: skip
    table = ["EntryID\tterm\taspect\tqualifier", *map("\t".join, rows)]
    (folder / "train_terms.tsv").write_text("\r\n".join(table))
    with (folder / "go-basic.obo").open("a") as obo:
        obo.write("\n[Term]\nid: GO:0000008\nname: x\nnamespace: molecular_function\nis_obsolete: true\n")
        obo.write("\n[Term]\nid: GO:0000009\nname: x\nnamespace: molecular_function\nis_obsolete: true\n")
        obo.write("replaced_by: GO:0003674\n")
    run(folder)
    said = capsys.readouterr()
    for line in (
        "1 rows that say NOT",
        "1 rows got the id of the sequence in place of an isoform's",
        "1 rows had another aspect than the ontology says",
        "5 annotations in MFO: 5 proteins, 4 terms",
        "5 terms: 2 current, 1 renamed, 1 retired, 1 unknown",
        "5 annotated proteins: 3 without a sequence, 3 without a species",
    ):
        assert f"\n{line}\n" in said.out
    warnings = [line for line in said.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 4 and "P1-2 were given to P1" in warnings[0] and "have no sequence" in warnings[1]
    assert "have no species in the taxonomy" in warnings[2] and "are not in the ontology" in warnings[3]


def test_data_chooses_evidence(folder, capsys):
    rows = ["EntryID\tterm\taspect\tevidence", "P1\tGO:0003674\tF\tIEA", "P2\tGO:0003674\tF\tIDA"]
    (folder / "train_terms.tsv").write_text("\n".join(rows))
    for evidence, count in (("experimental", 1), ("all", 2), ("IEA,IDA", 2), ("iea", 1)):
        run(folder, "--evidence", evidence)
        assert f"\n{count} annotations in MFO" in capsys.readouterr().out
    run(folder, "--evidence", "none", status=2)
    assert "evidence 'NONE' is no code of the Gene Ontology" in capsys.readouterr().err


def test_a_download_is_tried_again_and_verified(web, archive, tmp_path, capsys):
    web.answers["/cafa.zip"] = [503, (archive, 100), (archive, None)]
    out = tmp_path / "there" / "cafa.zip"
    run(f"{web.address}/cafa.zip", "-o", out, "--sha256", hashlib.sha256(archive).hexdigest())
    assert len(web.asked) == 3 and out.read_bytes() == archive
    assert "2 proteins" in capsys.readouterr().out
    assert [path.name for path in out.parent.iterdir()] == ["cafa.zip"]  # nothing was unpacked, nothing is left


@pytest.mark.parametrize(("answer", "status"), [(404, 2), (410, 2), (403, 1), (401, 1)])
def test_what_the_server_would_answer_again_is_not_asked_again(web, tmp_path, capsys, answer, status):
    web.answers["/cafa.zip"] = [answer]
    run(f"{web.address}/cafa.zip", "-o", tmp_path / "cafa.zip", "--sha256", "0" * 64, status=status)
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "tried" not in said and "/cafa.zip " in said
    assert len(web.asked) == 1 and list(tmp_path.iterdir()) == []


def test_a_download_that_is_too_large_is_not_tried_again(web, archive, tmp_path, capsys, monkeypatch):
    web.answers["/cafa.zip"] = [(archive, None)]
    monkeypatch.setattr(data.download_file, "__defaults__", (None, (5.0, 5.0), 100, 60.0))
    run(f"{web.address}/cafa.zip", "-o", tmp_path / "cafa.zip", "--sha256", "0" * 64, status=1)
    assert "it is larger than 100 bytes" in capsys.readouterr().err and len(web.asked) == 1


def test_a_download_of_something_else_is_refused_at_once(web, tmp_path, capsys):
    web.answers["/cafa.zip"] = [(b"something else", None)]
    run(f"{web.address}/cafa.zip", "-o", tmp_path / "cafa.zip", "--sha256", "0" * 64, status=2)
    assert "does not match the known hash" in capsys.readouterr().err and list(tmp_path.iterdir()) == []
    assert len(web.asked) == 1


@pytest.mark.parametrize("given", [("-o", "cafa.zip"), ("--sha256", "0" * 64)])
def test_an_address_needs_a_place_and_a_hash(capsys, given):
    run("http://127.0.0.1:9/cafa.zip", *given, status=2)
    assert "an address needs -o, where to keep the file, and --sha256" in capsys.readouterr().err


def test_a_download_that_fails_is_given_up(tmp_path, capsys):
    run("http://127.0.0.1:9/cafa.zip", "-o", tmp_path / "cafa.zip", "--sha256", "0" * 64, status=1)
    assert "tried 3 times" in capsys.readouterr().err and list(tmp_path.iterdir()) == []
