"""Tables of annotations are read as people have them; what says no, or rests on other evidence, is no positive."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from dlfb_helpers.annotations.terms import read_annotations, read_taxonomy, read_terms

ROWS = [("P20536", "GO:0003674", "MFO"), ("P01308", "GO:0005179", "MFO"), ("P01308", "GO:0008150", "BPO")]
HEADING = "EntryID\tterm\taspect\n"
TERMS = HEADING + "".join("\t".join(row) + "\n" for row in ROWS)
LETTERS = TERMS.replace("MFO", "F").replace("BPO", "P")


def write(folder, text, name="terms.tsv", encoding="utf-8"):
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def read(path, **options):
    return list(read_annotations(path, **options).rows.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "text",
    [
        TERMS,
        LETTERS,  # CAFA 6
        LETTERS.removeprefix(HEADING),  # CAFA 3
        TERMS.removeprefix(HEADING),
        "\ufeff" + TERMS,
        "\ufeff" + TERMS.removeprefix(HEADING),
        TERMS.replace("\n", "\r\n"),
        TERMS.replace("\n", "\r"),
        TERMS.rstrip("\n"),
        "\n\n" + TERMS.replace("\n", "\n\n"),
        "! what this is\n" + TERMS.replace("P01308\tGO:0005", "! more\nP01308\tGO:0005"),
        TERMS.replace(HEADING, '"EntryID"\t"term"\t"aspect"\n'),  # as pyarrow writes it
        "".join("\t".join(f'"{cell}"' for cell in line.split("\t")) + "\n" for line in TERMS.splitlines()),  # as R does
        TERMS.replace("\t", " \t ").replace("\n", " \n"),
        TERMS.replace("EntryID\tterm\taspect", "entryid\tTerm\tAspect"),
        "".join("\t".join(line.split("\t")[::-1]) + "\n" for line in TERMS.splitlines()),
        "".join("\t".join(line.split("\t")[::-1]) + "\n" for line in TERMS.splitlines()[1:]),
        TERMS.replace("aspect", "aspect\tsource").replace("MFO", 'MFO\tIt\'s a "new" one').replace("BPO", "BPO\t"),
        TERMS.replace("MFO", "molecular_function").replace("BPO", "BP"),
    ],
)
def test_tables_of_all_kinds(tmp_path, text):
    assert read(write(tmp_path, text)) == ROWS
    write(tmp_path, text, "terms.tsv.gz").write_bytes(gzip.compress(text.encode()))
    assert read(tmp_path / "terms.tsv.gz") == ROWS


def test_unicode_text_of_excel(tmp_path):
    assert read(write(tmp_path, TERMS, encoding="utf-16")) == ROWS


def test_a_table_that_does_not_say_the_aspect(tmp_path):
    bare = "".join(f"{protein}\t{term}\n" for protein, term, _ in ROWS)
    for text in (bare, "EntryID\tterm\n" + bare):
        assert read(write(tmp_path, text)) == [(protein, term, "") for protein, term, _ in ROWS]


def test_cells_stay_text(tmp_path):
    path = write(tmp_path, HEADING + "NA\tGO:0003674\tMFO\n0042\tGO:0003674\tMFO\nnull\tGO:0003674\tMFO\n")
    table = read_terms(str(path))
    assert table["EntryID"].tolist() == ["NA", "0042", "null"]
    assert all(isinstance(dtype, pd.StringDtype) for dtype in table.dtypes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column EntryID, term, aspect.*; found ;"),
        ("EntryID,term,aspect\nP1,GO:0003674,MFO\n", "line 1: no column .*; found EntryID,term,aspect; .*by tabs"),
        ("protein\tfunction\nP1\tGO:0003674\n", "line 1: no column .*; found protein, function"),
        (HEADING + "P1\tGO:0003674\tMFO\n\nP1\t\tMFO\n", "line 4: the cell under term is empty"),
        (HEADING + "\tGO:0003674\tMFO\n", "line 2: the cell under EntryID is empty"),
        ("! so\n" + HEADING + "P1\tGO:0003674\tMFO\nP1\tGO:367\tMFO\n", "line 4: term is 'GO:367'; an id such as"),
        (HEADING + "P1\tGO:0003674\tfunction\n", "line 2: aspect is 'function'; MFO, BPO or CCO is needed"),
        (HEADING + "P1\tGO:0003674\tMFO\nP1\tGO:0003674\n", "line 3: found 2 cells; every line needs 3"),
        ("P1\tGO:0003674\tF\nP1\tGO:0003674\tF\tx\n", "line 2: found 4 cells; every line needs 3"),
        ("P1\tGO:0003674\tF\nP1\tGO:0003674\tfunction\n", "line 2: aspect is 'function'"),
    ],
)
def test_bad_terms(tmp_path, text, message):
    with pytest.raises(ValueError, match=rf"bad\.tsv.*{message}"):
        read_terms(write(tmp_path, text, "bad.tsv"))


def test_rows_that_say_not_are_no_positives(tmp_path):
    qualifiers = [
        "enables",
        "NOT|enables",
        "",
        "not",
        "contributes_to",
        "enables|NOT",
        "is_active_in",
        "colocalizes_with",
    ]
    rows = "".join(f"P{n}\tGO:0003674\tMFO\t{text}\n" for n, text in enumerate(qualifiers))
    found = read_annotations(write(tmp_path, "EntryID\tterm\taspect\tqualifier\n" + rows))
    assert found.rows["EntryID"].tolist() == ["P0", "P2", "P4", "P6", "P7"]
    assert found.left_out == {"that say NOT": 3}


def gaf(*rows, version="2.2"):
    """Protein, qualifier, term, evidence, aspect, taxon."""
    lines = [
        "\t".join(["UniProtKB", protein, "SYM", qualifier, term, "PMID:1", code, "", aspect, "a 3\'-5\' \"thing", "",
                   "protein", taxon, "20200101", "UniProt", "", ""])
        for protein, qualifier, term, code, aspect, taxon in rows
    ]  # fmt: skip
    return f"!gaf-version: {version}\n!\n!date: today\n" + "\n".join(lines) + "\n"


GAF_ROWS = [
    ("P1", "enables", "GO:0003674", "IDA", "F", "taxon:9606"),
    ("P1", "NOT|enables", "GO:0005179", "IDA", "F", "taxon:9606"),
    ("P2", "involved_in", "GO:0008150", "IEA", "P", "taxon:10090|taxon:1280"),
    ("P2", "involved_in", "GO:0008150", "HDA", "P", "taxon:10090|taxon:1280"),
    ("P3", "part_of", "GO:0005575", "TAS", "C", "taxon:4932"),
    ("P3", "part_of", "GO:0005575", "ND", "C", "taxon:4932"),
]


@pytest.mark.parametrize("change", [
    lambda text: text,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.split("today\n")[1],  # no version said
    lambda text: text.replace("\t\t\n", "\n"),  # GAF 1.0 and whoever leaves out what is empty
    lambda text: text.replace("\t\t\n", "\n", 2),
    lambda text: text.replace("UniProtKB\tP3", "! the last\nUniProtKB\tP3"),
    lambda text: text.replace("2.2", "2.1").replace("NOT|enables", "NOT").replace("part_of", ""),
])  # fmt: skip
def test_gaf(tmp_path, change):
    found = read_annotations(write(tmp_path, change(gaf(*GAF_ROWS)), "goa_human.gaf"))
    assert list(found.rows.itertuples(index=False, name=None)) == [
        ("P1", "GO:0003674", "MFO"), ("P2", "GO:0008150", "BPO"), ("P3", "GO:0005575", "CCO"),
    ]  # fmt: skip
    assert found.left_out == {"that say NOT": 1, "of other evidence (IEA, ND)": 2}
    assert found.taxonomy.to_dict("list") == {"EntryID": ["P1", "P2", "P3"], "taxonomyID": [9606, 10090, 4932]}


def test_evidence_is_chosen(tmp_path):
    path = write(tmp_path, gaf(*GAF_ROWS))
    assert [row[0] for row in read(path, evidence=None)] == ["P1", "P2", "P2", "P3", "P3"]
    assert [row[0] for row in read(path, evidence=["IEA", "ND"])] == ["P2", "P3"]
    assert read(path, evidence=["IBA"]) == []
    with pytest.raises(ValueError, match="evidence 'IDB' is no code of the Gene Ontology; there are EXP, HDA"):
        read(path, evidence=["IDA", "IDB"])
    table = HEADING.replace("aspect", "aspect\tevidence") + "P1\tGO:0003674\tF\tIEA\nP2\tGO:0003674\tF\tida\n"
    assert read(write(tmp_path, table)) == [("P2", "GO:0003674", "MFO")]


GPAD = """!gpa-version: 1.1
UniProtKB\tP1\tenables\tGO:0003674\tPMID:1\tECO:0000314\t\t\t20200101\tUniProt\t\tgo_evidence=IDA|id=1
UniProtKB\tP1\tNOT|enables\tGO:0005179\tPMID:1\tECO:0000314\t\t\t20200101\tUniProt\t\tgo_evidence=IDA
UniProtKB\tP2\tinvolved_in\tGO:0008150\tPMID:1\tECO:0000501\t\t\t20200101\tUniProt\t\tgo_evidence=IEA
UniProtKB\tP2\tinvolved_in\tGO:0008150\tPMID:1\tECO:0007005\t\t\t20200101\tUniProt
UniProtKB\tP3\tpart_of\tGO:0005575\tPMID:1\tECO:0005543\t\t\t20200101\tUniProt\t\tgo_evidence=TAS
UniProtKB\tP4\tpart_of\tGO:0005575\tPMID:1\tECO:0005543\t\t\t20200101\tUniProt\t\t
"""
GPAD_2 = (
    GPAD.replace("gpa-version: 1.1", "gpad-version: 2.0")
    .replace("UniProtKB\t", "UniProtKB:")
    .replace("\tNOT|enables", "\tNOT\tRO:0002327")
    .replace("\tenables", "\t\tRO:0002327")
    .replace("\tinvolved_in", "\t\tRO:0002331")
    .replace("\tpart_of", "\t\tBFO:0000050")
    .replace("20200101", "2020-01-01")
)


@pytest.mark.parametrize(
    "text", [GPAD, GPAD_2, GPAD.split("1.1\n")[1], GPAD_2.split("2.0\n")[1], GPAD.replace("\n", "\r\n")]
)
def test_gpad(tmp_path, text):
    found = read_annotations(write(tmp_path, text))
    assert list(found.rows.itertuples(index=False, name=None)) == [
        ("P1", "GO:0003674", ""), ("P2", "GO:0008150", ""), ("P3", "GO:0005575", ""),
    ]  # fmt: skip
    assert found.left_out == {"that say NOT": 1, "of other evidence (IEA, ECO:0005543)": 2}
    assert found.taxonomy is None
    assert [row[0] for row in read(tmp_path / "terms.tsv", evidence=["ECO:0005543"])] == ["P3", "P4"]


@pytest.mark.parametrize(
    "text",
    ["A0A0C5B5G6\t9606\nA0JNW5\t10090\n", "EntryID\ttaxonomyID\nA0A0C5B5G6\t9606\nA0JNW5\t10090\n",
     "\ufeffA0A0C5B5G6\t9606\r\nA0JNW5\t10090", "EntryID\ttaxonomyID\nA0A0C5B5G6\t9606\nA0JNW5\t10090\nA0JNW5\t10090\n",
     "taxonomyID\tname\tEntryID\n9606\tman\tA0A0C5B5G6\n10090\tmouse\tA0JNW5\n"],
)  # fmt: skip
def test_taxonomy(tmp_path, text):
    table = read_taxonomy(write(tmp_path, text))
    assert table.to_dict("list") == {"EntryID": ["A0A0C5B5G6", "A0JNW5"], "taxonomyID": [9606, 10090]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EntryID\tspecies\nP1\tmouse\n", "no column EntryID, taxonomyID; found EntryID, species"),
        ("EntryID\ttaxonomyID\nP1\tmouse\n", "line 2: taxonomyID is 'mouse'; a number such as 9606"),
        ("EntryID\ttaxonomyID\nP1\t9606\nP1\t10090\n", "P1 is there more than once"),
    ],
)
def test_bad_taxonomy(tmp_path, text, message):
    with pytest.raises(ValueError, match=rf"bad\.tsv.*{message}"):
        read_taxonomy(write(tmp_path, text, "bad.tsv"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"EntryID\tterm\taspect\rt\nP1\tGO:0003674\tMFO\n", "line 2: found 1 cells; every line needs 3"),
        (b"P1\tGO:0003674\tF\nP2\xc6GO:0003674\tF\n", "line 2: byte 0xc6 is not UTF-8 text; save the file in UTF-8"),
        (
            b"P\x1b[31m1\tGO:0003674\tF\n",
            r"line 1: EntryID is 'P\\x1b\[31m1'; text without characters that cannot be seen",
        ),
        ("P1\tGO:000367٣\tF\n".encode(), "no column EntryID, term"),
        (b"P1\tGO:0003674\tF\nP2\tGO:\x1b000\tF\n", r"line 2: term is 'GO:\\x1b000'"),
        (b"x\x1b[31m\ty\n", r"found x\\x1b\[31m, y; the first line"),
        (
            b'"EntryID"\t"term"\t"aspect"\n"P1"\t"GO:0003674"\t"F%\n"P2"\t"GO:0003674"\t"F"\n"P\n3"\t"x"\t "F"\n',
            "cells",
        ),
        (GPAD_2.replace("UniProtKB:P3", "P3").encode(), "EntryID is 'P3'; a database and an id in it"),
    ],
)
def test_damage_is_named_and_shown_without_control_characters(tmp_path, content, message):
    (tmp_path / "bad.tsv").write_bytes(content)
    with pytest.raises(ValueError, match=rf"bad\.tsv.*{message}") as raised:
        read_annotations(tmp_path / "bad.tsv")
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("taxon", ["1" * 30, "٣", "²", "-1"])
def test_a_taxon_is_a_number_that_there_can_be(tmp_path, taxon):
    for rows in ("", "P2\t9606\n"):
        with pytest.raises(ValueError, match=r"bad\.tsv, line .*(a number such as 9606|no column EntryID)"):
            read_taxonomy(write(tmp_path, f"{rows}P1\t{taxon}\n", "bad.tsv"))
    gaf = f"UniProtKB\tP1\tS\t\tGO:0003674\tPMID:1\tIDA\t\tF\t\t\tprotein\ttaxon:{taxon}\t20200101\tUniProt\n"
    assert len(read_annotations(write(tmp_path, gaf)).taxonomy) == 0
