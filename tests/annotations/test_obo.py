"""The graph that is read is the one in the file; what is no Gene Ontology is refused by name."""

from __future__ import annotations

import gzip
import lzma

import pytest

from dlfb_helpers.annotations.obo import read_obo
from dlfb_helpers.annotations.ontology import ROOTS, Ontology
from dlfb_helpers.files.assets import bundled_folder

OBO = """format-version: 1.2
data-version: releases/2001-02-03
ontology: go

[Term]
id: GO:0003674
name: molecular_function
namespace: molecular_function

[Term]
id: GO:0005488
name: binding
namespace: molecular_function
alt_id: GO:0005489
is_a: GO:0003674 ! molecular_function

[Term]
id: GO:0005515
name: protein binding
namespace: molecular_function
def: "Binding to a protein." [GOC:go_curators]
alt_id: GO:0001948
alt_id: GO:0045308
is_a: GO:0005488 {source="test"} ! binding
relationship: regulates GO:0016301 ! kinase activity
relationship: part_of GO:0008150 ! biological_process

[Term]
id: GO:0016301
name: kinase activity
namespace: molecular_function
is_a: GO:0003674 ! molecular_function
is_a: GO:7777777 ! not in this file

[Term]
id: GO:0019901
name: kinase part
namespace: molecular_function
is_a: GO:0005515 ! protein binding
relationship: part_of GO:0016301 {source="test"} ! kinase activity

[Term]
id: GO:0008150
name: biological_process
namespace: biological_process

[Term]
id: GO:0000005
name: obsolete chaperone
namespace: molecular_function
is_obsolete: true

[Term]
id: GO:0000006
name: obsolete glue
namespace: molecular_function
is_obsolete: true
replaced_by: GO:0005488 ! binding

[Term]
id: GO:0000007
name: obsolete binding of kinases
namespace: molecular_function
is_obsolete: true
replaced_by: GO:0005488
replaced_by: GO:0016301

[Term]
id: CHEBI:1
name: water
namespace: chebi

[Typedef]
id: part_of
name: part of
namespace: external
"""


@pytest.mark.parametrize(("ending", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)])
def test_all_that_is_used_of_a_file_plain_or_compressed(tmp_path, ending, pack):
    path = tmp_path / f"go.obo{ending}"
    path.write_bytes(pack(OBO.encode()))
    assert read_obo(path) == read_obo(str(path)) == Ontology(
        names={
            "GO:0003674": "molecular_function", "GO:0005488": "binding", "GO:0005515": "protein binding",
            "GO:0016301": "kinase activity", "GO:0019901": "kinase part", "GO:0008150": "biological_process",
        },
        aspects={
            "GO:0003674": "MFO", "GO:0005488": "MFO", "GO:0005515": "MFO", "GO:0016301": "MFO", "GO:0019901": "MFO",
            "GO:0008150": "BPO",
        },
        parents={
            "GO:0003674": frozenset(),
            "GO:0005488": frozenset({"GO:0003674"}),
            "GO:0005515": frozenset({"GO:0005488"}),  # neither what it regulates nor a term of another aspect
            "GO:0016301": frozenset({"GO:0003674"}),
            "GO:0019901": frozenset({"GO:0005515", "GO:0016301"}),
            "GO:0008150": frozenset(),
        },
        alternatives={
            "GO:0005489": "GO:0005488", "GO:0001948": "GO:0005515", "GO:0045308": "GO:0005515",
            "GO:0000006": "GO:0005488",
        },
        obsolete={"GO:0000005": "obsolete chaperone", "GO:0000007": "obsolete binding of kinases"},
        release="releases/2001-02-03",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no term of the Gene Ontology in it; an OBO file such as go-basic.obo is needed"),
        (b"[Term]\nid: DO:1\nname: disease\nnamespace: disease\n", "no term of the Gene Ontology in it"),
        (b"[Term]\nnamespace: molecular_function\n", r"a \[Term\] has no id; is the file whole"),
        (b"[Term]\nid: GO:0003674\nnamespace: molecular_function\n", "GO:0003674 has no name; is the file whole"),
        (b">P1\nMALWMRLL\n", "Tag-value pair parsing failed for: >P1; an OBO file such as go-basic.obo is needed"),
        (b"name: \xe9\n", "can't decode byte 0xe9"),
    ],
)
def test_what_is_no_gene_ontology_is_refused(tmp_path, content, message):
    (tmp_path / "other.obo").write_bytes(content)
    with pytest.raises(ValueError, match=f"other.obo: .*{message}"):
        read_obo(tmp_path / "other.obo")


def test_a_damaged_or_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="go.obo: there is no such file"):
        read_obo(tmp_path / "go.obo")
    (tmp_path / "go.obo.gz").write_bytes(gzip.compress(OBO.encode())[:-9])
    with pytest.raises(ValueError, match="go.obo.gz: Compressed file ended before .*download it again"):
        read_obo(tmp_path / "go.obo.gz")


def test_each_line_of_the_bundled_ontology_is_read_and_each_aspect_has_one_root():
    path = bundled_folder("course_data") / "go-basic.obo.xz"
    text, ontology = lzma.decompress(path.read_bytes()).decode(), read_obo(path)
    assert len(ontology.names) == text.count("[Term]") - text.count("is_obsolete: true") == 43_558
    assert sum(map(len, ontology.parents.values())) == text.count("\nis_a: ") + text.count("\nrelationship: part_of ")
    assert {term for term, parents in ontology.parents.items() if not parents} == set(ROOTS.values())
    assert "GO:0003674" in ontology.ancestors("GO:0004672")
    assert ontology.release == "releases/2022-07-01"
