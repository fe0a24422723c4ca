"""The four files are found wherever they lie and refused, with a remedy, where they are broken."""

from __future__ import annotations

import gzip
import lzma
import shutil
import zipfile

import pytest

from dlfb_helpers.annotations import cafa
from dlfb_helpers.annotations.cafa import load_cafa, load_ontology
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


def test_an_archive_in_a_folder_is_opened_if_the_files_are_not_beside_it(folder, tmp_path):
    alone = tmp_path / "downloads"
    alone.mkdir()
    archive = shutil.make_archive(str(alone / "cafa-5-protein-function-prediction"), "zip", folder)
    (alone / "notes.txt").write_text("from the web site")
    assert_is_the_made_up_data(load_cafa(alone))
    shutil.copy(archive, folder)  # downloaded and unpacked: the archive is not looked at
    assert_is_the_made_up_data(load_cafa(folder))
    shutil.copy(archive, alone / "again.zip")
    with pytest.raises(
        ValueError, match="train_terms.tsv is there more than once .*cafa-5.*, .*again.zip|again.*cafa-5"
    ):
        load_cafa(alone)


def test_what_a_mac_leaves_beside_files_is_passed_over(folder):
    for place in (folder / "Train", folder / "__MACOSX"):
        place.mkdir(exist_ok=True)
        for name in FILES:
            (place / f"._{name}").write_bytes(b"\0\5\x16\7")
    assert_is_the_made_up_data(load_cafa(folder))
    assert_is_the_made_up_data(load_cafa(shutil.make_archive(str(folder), "zip", folder)))


def test_cafa3_by_its_own_names(tmp_path):
    """CAFA 3 has no heading, no taxonomy and other names."""
    rows = [line.replace("MFO", "F").replace("BPO", "P") for line in TERMS.splitlines()[1:]]
    (tmp_path / "uniprot_sprot_exp.txt").write_text("\r\n".join(rows))
    (tmp_path / "uniprot_sprot_exp.fasta").write_text(FASTA)
    (tmp_path / "go_cafa3.obo").write_text(OBO)
    assert_is_the_made_up_data(load_cafa(tmp_path))  # the headings of UniProt say which species it is


def test_species_that_nobody_names_are_unknown(folder):
    (folder / "Train/train_taxonomy.tsv").unlink()
    (folder / "Train/train_sequences.fasta").write_text(">P20536\nMA\n>P01308\nMK\n")
    with pytest.warns(UserWarning, match="no file says which species .*train_taxonomy.tsv.*: take all"):
        data = load_cafa(folder)
    assert data.taxonomy.empty and data.taxonomy.columns.tolist() == ["EntryID", "taxonomyID"]


def test_the_ontology_decides_the_aspect_and_what_the_file_says_is_counted(folder):
    wrong = TERMS.replace("GO:0005179\tMFO", "GO:0005179\tCCO").replace("GO:0008150\tBPO", "GO:0008150\tF")
    (folder / "Train/train_terms.tsv").write_text(wrong)
    data = load_cafa(folder)
    assert_is_the_made_up_data(data)
    assert data.changed == {"had another aspect than the ontology says": 2}


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match='neither a folder nor a zip file.*"course"'):
        load_cafa(tmp_path / "nowhere")


def test_a_damaged_archive_is_named_by_every_reader(folder):
    for name in FILES:
        path = folder / "Train" / name
        content = path.read_bytes()
        packed = path.with_name(path.name + ".gz")
        path.unlink()
        packed.write_bytes(gzip.compress(content)[:-9])
        with pytest.raises(ValueError, match=f"{packed.name}.*Compressed file ended before.*download it again"):
            load_cafa(folder)
        packed.write_bytes(gzip.compress(content))
    assert_is_the_made_up_data(load_cafa(folder))


@pytest.mark.parametrize("place", [b"Train/train_terms.tsv", b"PK\x01\x02", b"PK\x05\x06"])
def test_a_zip_file_with_a_damaged_directory_is_named(folder, tmp_path, place):
    path = tmp_path / "cafa.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in (folder / "Train").iterdir():
            archive.write(file, f"Train/{file.name}")
    content = bytearray(path.read_bytes())
    content[content.rindex(place) + 3] ^= 4
    path.write_bytes(content)
    with pytest.raises((ValueError, FileNotFoundError), match=r"cafa\.zip") as raised:
        load_cafa(path)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("place", ["course", "folder"])
def test_the_ontology_alone_is_that_of_all_files(place, folder):
    name = "course" if place == "course" else folder
    assert load_ontology(name) == load_cafa(name).ontology
