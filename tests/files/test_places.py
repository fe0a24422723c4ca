"""Where people want things written: nothing is destroyed, and what cannot be is said before any work."""

import gzip
import lzma
import os

import pytest

from dlfb_helpers.files.places import check_outputs, ending, opened_output


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "proteins.fasta"
    path.write_text(">P1\nMALWM\n")
    return path


def ways_to_name(path):
    link, hard = path.with_name("link.fasta"), path.with_name("hard.fasta")
    link.symlink_to(path)
    os.link(path, hard)
    return [path, path.parent / "." / path.name, path.parent / "x" / ".." / path.name, link, hard]


def test_an_output_that_is_the_input_is_refused_however_it_is_named(fasta):
    (fasta.parent / "x").mkdir()
    for path in ways_to_name(fasta):
        with pytest.raises(ValueError, match="--out and the FASTA file are one file.*it would be lost; name another"):
            check_outputs({"--out": path}, {"the FASTA file": fasta})
    assert fasta.read_text() == ">P1\nMALWM\n"


def test_two_outputs_may_not_be_one_file_even_before_it_is_there(tmp_path):
    with pytest.raises(ValueError, match="--cafa and --out are one file"):
        check_outputs({"--out": tmp_path / "x.tsv", "--cafa": tmp_path / "." / "x.tsv", "--html": None}, {})
    check_outputs({"--out": tmp_path / "x.tsv", "--cafa": tmp_path / "y.tsv", "--html": None}, {"FASTA": "-"})
    check_outputs({"--out": "/dev/null", "--cafa": "/dev/null"}, {})
    check_outputs({"--out": "-", "--cafa": "-"}, {"FASTA": "-"})


def test_a_place_that_cannot_be_is_refused_and_a_missing_folder_is_made(tmp_path, fasta):
    with pytest.raises(ValueError, match="this is a folder; name a file in it"):
        check_outputs({"--out": tmp_path}, {})
    with pytest.raises(OSError, match="its folder cannot be made, name another"):
        check_outputs({"--out": fasta / "below" / "x.tsv"}, {})
    check_outputs({"--out": tmp_path / "new" / "folder" / "x.tsv"}, {})
    assert (tmp_path / "new" / "folder").is_dir()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x.tsv", (".tsv", "")), ("x.CSV", (".csv", "")), ("x.tsv.gz", (".tsv", ".gz")), ("x.csv.xz", (".csv", ".xz")),
        ("functions", (".tsv", "")), ("functions.gz", (".tsv", ".gz")), ("-", (".tsv", "")),
        ("/dev/null", (".tsv", "")), (".hidden", (".tsv", "")),
    ],
)  # fmt: skip
def test_endings_are_heeded(name, expected):
    assert ending(name, (".tsv", ".csv"), ".tsv") == expected


@pytest.mark.parametrize("name", ["x.parquet", "x.xlsx", "x.npy", "x.json.gz", "x.h5", "protein.v2"])
def test_an_ending_that_is_not_written_is_refused(name):
    with pytest.raises(ValueError, match=r"nothing is written as \..*; end the name in one of .csv, .tsv"):
        ending(name, (".tsv", ".csv"), ".tsv")


def test_what_is_packed_is_packed_whole_and_the_same_each_time(tmp_path):
    rows = b"P1\tGO:0003674\t0.5\n" * 1000
    for compression, unpack in ((".gz", gzip.decompress), (".xz", lzma.decompress), ("", bytes)):
        written = []
        for number in range(2):
            path = tmp_path / f"{number}.tsv{compression}"
            with opened_output(path, compression) as handle:
                handle.write(rows)
            written.append(path.read_bytes())
        assert unpack(written[0]) == rows and written[0] == written[1]
