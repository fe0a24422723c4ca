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
    assert "2 proteins of 1 species" in said and "2 annotations in MFO" in said and said.count("SHA-256") == 4


def test_a_download_is_tried_again_and_verified(web, archive, tmp_path, capsys):
    web.answers["/cafa.zip"] = [503, (archive, 100), (archive, None)]
    out = tmp_path / "there" / "cafa.zip"
    run(f"{web.address}/cafa.zip", "-o", out, "--sha256", hashlib.sha256(archive).hexdigest())
    assert len(web.asked) == 3 and out.read_bytes() == archive
    assert "2 proteins" in capsys.readouterr().out
    assert [path.name for path in out.parent.iterdir()] == ["cafa.zip"]  # nothing was unpacked, nothing is left


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
