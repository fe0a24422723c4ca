"""The four files are found wherever they lie and refused, with a remedy, where they are broken."""

from __future__ import annotations

import gzip
import lzma
import shutil
import zipfile

import pandas as pd
import pytest

from dlfb_helpers.annotations import cafa
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.files import assets

FASTA = """>P20536 sp|P20536|UNG_VACCC Uracil-DNA glycosylase OS=Vaccinia virus OX=10249 GN=UNG PE=1 SV=1
MNSVTVSHAPYTITYHDDWEP
VMSQ
>P01308 sp|P01308|INS_HUMAN Insulin OS=Homo sapiens OX=9606 GN=INS PE=1 SV=1
MALWMRLL
"""
TERMS = "EntryID\tterm\taspect\nP20536\tGO:0003674\tMFO\nP01308\tGO:0005179\tMFO\nP01308\tGO:0008150\tBPO\n"
TAXONOMY = "EntryID\ttaxonomyID\nP20536\t10249\nP01308\t9606\n"
OBO = "".join(
    f"\n[Term]\nid: {term}\nname: {name}\nnamespace: {space}\n"
    for term, name, space in [
        ("GO:0003674", "molecular_function", "molecular_function"),
        ("GO:0005179", "hormone activity", "molecular_function"),
        ("GO:0008150", "biological_process", "biological_process"),
    ]
)
FILES = {"train_terms.tsv": TERMS, "train_sequences.fasta": FASTA, "train_taxonomy.tsv": TAXONOMY, "go-basic.obo": OBO}


@pytest.fixture
def folder(tmp_path):
    """CAFA 5 as it unpacks: the training files under Train/, others beside it."""
    train = tmp_path / "cafa5/Train"
    train.mkdir(parents=True)
    for name, text in FILES.items():
        (train / name).write_text(text)
    (tmp_path / "cafa5/Test (Targets)").mkdir()
    (tmp_path / "cafa5/Test (Targets)/testsuperset.fasta").write_text(">Q9\nMKV\n")
    (tmp_path / "cafa5/IA.txt").write_text("GO:0003674\t0.0\n")
    return tmp_path / "cafa5"


def assert_is_the_made_up_data(data: cafa.CafaData) -> None:
    assert data.sequences.to_dict("list") == {
        "EntryID": ["P20536", "P01308"],
        "Sequence": ["MNSVTVSHAPYTITYHDDWEPVMSQ", "MALWMRLL"],
        "Length": [25, 8],
    }
    assert list(data.annotations.itertuples(index=False, name=None)) == [
        ("P20536", "GO:0003674", "MFO"), ("P01308", "GO:0005179", "MFO"), ("P01308", "GO:0008150", "BPO"),
    ]  # fmt: skip
    assert data.taxonomy.set_index("EntryID")["taxonomyID"].to_dict() == {"P20536": 10249, "P01308": 9606}
    assert data.ontology.names["GO:0005179"] == "hormone activity"


def test_cafa5_folder(folder):
    data = load_cafa(folder)
    assert_is_the_made_up_data(data)
    assert "train_terms.tsv  SHA-256" in data.source


def test_cafa5_zip(folder):
    archive = shutil.make_archive(str(folder), "zip", folder)
    assert_is_the_made_up_data(load_cafa(archive))


@pytest.mark.parametrize("ending", [".gz", ".xz", ".zip"])
def test_compressed_members(folder, ending):
    for name in FILES:
        path = folder / "Train" / name
        content = path.read_bytes()
        path.unlink()
        if ending == ".zip":
            with zipfile.ZipFile(f"{path}.zip", "w") as archive:
                archive.writestr(name, content)
        else:
            pack = gzip.compress if ending == ".gz" else lzma.compress
            path.with_name(name + ending).write_bytes(pack(content))
    assert_is_the_made_up_data(load_cafa(folder))


def test_cafa6_variants(tmp_path):
    (tmp_path / "terms.tsv").write_text("EntryID\tterm\taspect\nP1\tGO:0003674\tF\nP1\tGO:0005575\tC\n")
    assert cafa.read_terms(tmp_path / "terms.tsv")["aspect"].tolist() == ["MFO", "CCO"]
    (tmp_path / "taxonomy.tsv").write_text("A0A0C5B5G6\t9606\nA0JNW5\t9606\n")
    assert cafa.read_taxonomy(tmp_path / "taxonomy.tsv")["EntryID"].tolist() == ["A0A0C5B5G6", "A0JNW5"]


def test_course_data_are_what_the_manifest_says():
    data = load_cafa("course")
    assert data.sequences["EntryID"].is_unique and data.sequences["Length"].min() > 0
    assert set(data.annotations["EntryID"]) == set(data.sequences["EntryID"]) == set(data.taxonomy["EntryID"])
    assert set(data.annotations["aspect"]) == {"MFO", "BPO", "CCO"}
    assert not data.annotations.duplicated().any()
    insulin = data.sequences.set_index("EntryID").loc["P01308"]
    assert insulin["Sequence"].startswith("MALWMRLL") and insulin["Length"] == 110
    assert data.ontology.release.removeprefix("releases/") in data.source and "the bundled course data" in data.source


def test_altered_course_data_are_refused(tmp_path, monkeypatch):
    shutil.copytree(assets.ASSETS / "course_data", tmp_path / "course_data")
    (tmp_path / "course_data/train_taxonomy.tsv.xz").write_bytes(lzma.compress(b"EntryID\ttaxonomyID\n"))
    monkeypatch.setattr(assets, "ASSETS", tmp_path)
    assets.bundled_folder.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"train_taxonomy.tsv.xz has been altered.*git checkout"):
            load_cafa("course")
    finally:
        assets.bundled_folder.cache_clear()


def test_a_missing_file_is_named(folder):
    (folder / "Train/go-basic.obo").unlink()
    with pytest.raises(FileNotFoundError, match="no go-basic.obo in it"):
        load_cafa(folder)


def test_a_file_that_is_there_twice_is_refused(folder):
    shutil.copy(folder / "Train/go-basic.obo", folder)
    with pytest.raises(ValueError, match="go-basic.obo is there more than once"):
        load_cafa(folder)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match='neither a folder nor a zip file.*"course"'):
        load_cafa(tmp_path / "nowhere")


def test_a_damaged_archive_is_named_by_every_reader(folder):
    for key in ("terms", "sequences", "taxonomy", "ontology"):
        path = folder / "Train" / cafa.FILES[key]
        content = path.read_bytes()
        packed = path.with_name(path.name + ".gz")
        path.unlink()
        packed.write_bytes(gzip.compress(content)[:-9])
        with pytest.raises(ValueError, match=f"{packed.name}.*Compressed file ended before.*download it again"):
            load_cafa(folder)
        packed.write_bytes(gzip.compress(content))
    assert_is_the_made_up_data(load_cafa(folder))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column EntryID, term, aspect"),
        ("EntryID\tterm\nP1\tGO:0003674\n", "line 1: no column aspect; found EntryID, term"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\tMFO\nP1\t\tMFO\n", "line 3: the cell under term is empty"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\tMFO\nP1\tGO:367\tMFO\n", "row 2 .*term is 'GO:367'"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\tfunction\n", "row 1 .*aspect is 'function'"),
        ("EntryID\tterm\taspect\nP1\tGO:0003674\n", "every line needs 3 tab-separated cells"),
    ],
)
def test_bad_terms(tmp_path, text, message):
    (tmp_path / "bad.tsv").write_text(text)
    with pytest.raises(ValueError, match=rf"bad\.tsv.*{message}"):
        cafa.read_terms(tmp_path / "bad.tsv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EntryID\tspecies\nP1\tmouse\n", "no column taxonomyID"),
        ("EntryID\ttaxonomyID\nP1\tmouse\n", "taxonomyID is 'mouse'; a number such as 9606"),
        ("EntryID\ttaxonomyID\nP1\t9606\nP1\t9606\n", "P1 is there more than once"),
    ],
)
def test_bad_taxonomy(tmp_path, text, message):
    (tmp_path / "bad.tsv").write_text(text)
    with pytest.raises(ValueError, match=rf"bad\.tsv.*{message}"):
        cafa.read_taxonomy(tmp_path / "bad.tsv")


def test_cells_stay_text(tmp_path):
    (tmp_path / "terms.tsv").write_text("EntryID\tterm\taspect\nNA\tGO:0003674\tMFO\n0042\tGO:0003674\tMFO\n")
    assert cafa.read_terms(str(tmp_path / "terms.tsv"))["EntryID"].tolist() == ["NA", "0042"]
    assert isinstance(cafa.read_terms(tmp_path / "terms.tsv")["EntryID"].dtype, pd.StringDtype)
