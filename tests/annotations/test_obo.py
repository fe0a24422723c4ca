"""The graph that is read is the one in the file; what is no Gene Ontology is refused by name."""

from __future__ import annotations

import gzip
import lzma
import re
from dataclasses import replace

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
        (b">P1\nMALWMRLL\n", "found '>P1'; an OBO file such as go-basic.obo is needed"),
        (b"name: \xe9\n", "can't decode byte 0xe9"),
    ],
)
def test_what_is_no_gene_ontology_is_refused(tmp_path, content, message):
    (tmp_path / "other.obo").write_bytes(content)
    with pytest.raises(ValueError, match=f"other.obo.*: .*{message}"):
        read_obo(tmp_path / "other.obo")


def test_a_term_without_a_name_is_shown_without_control_characters(tmp_path):
    (tmp_path / "go.obo").write_text("[Term]\nid: GO:1\x1b[31m\nnamespace: molecular_function\n")
    with pytest.raises(ValueError, match=r"go.obo: GO:1\\x1b\[31m has no name"):
        read_obo(tmp_path / "go.obo")


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


def head(*stanzas: str) -> str:
    """An ontology of a root, "acting", and what is given."""
    given = ["id: GO:0003674\nname: molecular_function", "id: GO:0000101\nname: acting\nis_a: GO:0003674", *stanzas]
    terms = (f"[Term]\n{stanza}\nnamespace: molecular_function\n" for stanza in given)
    return "format-version: 1.2\ndata-version: releases/2001-02-03\n\n" + "\n".join(terms)


def read(folder, text, encoding="utf-8"):
    (folder / "go.obo").write_bytes(text.encode(encoding))
    return read_obo(folder / "go.obo")


def test_what_means_nothing_changes_nothing(tmp_path):
    plain = read(tmp_path, OBO)
    assert plain.names["GO:0019901"] == "kinase part"
    changed = {
        "other line ends": OBO.replace("\n", "\r\n"),
        "byte order mark": "\ufeff" + OBO,
        "no blank lines": OBO.replace("\n\n", "\n"),
        "more blank lines": OBO.replace("\n", "\n \n\t\n"),
        "comments without a space": re.sub(r"(is_a: \S+).*", r"\1!as it is", OBO),
        "comments after everything": re.sub(r"(?m)^((?!def)\S+: .*\S)$", r"\1 ! as it is", OBO),
        "modifiers": re.sub(r"((?:is_a|alt_id|namespace|id): \S+).*", r'\1 {source="a!b"} ! c', OBO),
        "lines of comment": OBO.replace("[Term]", "! what now comes is\n[Term]").replace("\nid:", "\n!\nid:"),
        "comment behind the stanza's name": OBO.replace("[Term]", "[Term] ! one more"),
        "spaces": re.sub(r"(?m)^(\w+): +", r"  \1 :\t ", OBO).replace("part_of GO", "part_of \t GO"),
        "spaces at the end": re.sub(r"(?m)$", "  \t", OBO),
        "spaces in a stanza's name": OBO.replace("[Term]", " [ Term ]"),
        "other words for true": OBO.replace("is_obsolete: true", "is_obsolete: TRUE"),
        "no head": OBO.split("ontology: go\n")[1],
        "stanzas that are no terms": OBO + "\n[Instance]\nwhatever this is\n[Annotation]\nid: GO:0003674\n",
    }
    for what, text in changed.items():
        assert text != OBO
        found = read(tmp_path, text)
        assert replace(found, release=plain.release) == plain, what
        assert found.release == plain.release or what == "no head"


def test_a_name_may_hold_what_elsewhere_is_a_comment(tmp_path):
    names = {
        r"a \! b \{c\}, d\:e": "a ! b {c}, d:e",
        "f! g {h} ! i": "f! g",
        "3'-5' [NAD(P)+]: x": "3'-5' [NAD(P)+]: x",
    }
    for written, meant in names.items():
        assert read(tmp_path, head(f"id: GO:0000102\nname: {written}")).names["GO:0000102"] == meant


def test_ids_lead_to_the_term_that_stands_now(tmp_path):
    found = read(
        tmp_path,
        head(
            "id: GO:0000001\nname: a\nis_obsolete: true\nreplaced_by: GO:0000002",
            "id: GO:0000002\nname: b\nis_obsolete: true\nreplaced_by: GO:0000003\nalt_id: GO:0000009",
            "id: GO:0000003\nname: c\nis_obsolete: true\nreplaced_by: GO:0000199 ! that was",
            "id: GO:0000102\nname: d\nis_a: GO:0000101\nalt_id: GO:0000199\nalt_id: GO:0000103",
            "id: GO:0000103\nname: given up\nis_obsolete: true",
            "id: GO:0000104\nname: below an id that was given up\nis_a: GO:0000199",
            "id: GO:0000201\nname: round\nis_obsolete: true\nreplaced_by: GO:0000202",
            "id: GO:0000202\nname: and round\nis_obsolete: true\nreplaced_by: GO:0000201",
            "id: GO:0000301\nname: nothing\nis_obsolete: true\nalt_id: GO:0000302\nconsider: GO:0000102",
            "id: GO:0000401\nname: nowhere\nis_obsolete: true\nreplaced_by: GO:0000999",
        ),
    )
    towards = ("GO:0000001", "GO:0000002", "GO:0000003", "GO:0000009", "GO:0000199", "GO:0000103")
    assert found.alternatives == dict.fromkeys(towards, "GO:0000102")
    assert found.obsolete == {
        "GO:0000201": "round", "GO:0000202": "and round", "GO:0000301": "nothing", "GO:0000302": "nothing",
        "GO:0000401": "nowhere",
    }  # fmt: skip
    assert found.parents["GO:0000104"] == {"GO:0000102"}


@pytest.mark.parametrize(
    ("stanzas", "cycle", "parents"),
    [
        (
            ["1\nis_a: GO:0000101\nrelationship: part_of GO:0000002", "2\nis_a: GO:0000001"],
            r"GO:0000001 part_of GO:0000002 is left out",
            {"GO:0000001": {"GO:0000101"}, "GO:0000002": {"GO:0000001"}},
        ),
        (["1\nis_a: GO:0000101\nis_a: GO:0000001"], "GO:0000001 is_a GO:0000001", {"GO:0000001": {"GO:0000101"}}),
        (
            ["1\nis_a: GO:0000003", "2\nis_a: GO:0000001", "3\nis_a: GO:0000002\nis_a: GO:0000101"],
            "GO:000000. is_a GO:000000. is_a GO:000000. is_a GO:000000. ",
            None,
        ),
        (
            ["1\nis_a: GO:0000101\nrelationship: part_of GO:0000003", "2\nis_a: GO:0000001",
             "3\nis_a: GO:0000101\nrelationship: part_of GO:0000002"],
            "part_of GO:000000. is left out",
            None,
        ),
        (["1\nis_a: GO:0000005", "5\nalt_id: GO:0000009\nis_a: GO:0000001", "6\nis_a: GO:0000009"], "is_a", None),
    ],
)  # fmt: skip
def test_a_cycle_is_cut_open_and_named(tmp_path, stanzas, cycle, parents):
    text = head(*(f"name: x\nid: GO:000000{stanza}" for stanza in stanzas))
    with pytest.warns(UserWarning, match=f"go.obo: a cycle of terms above themselves: .*{cycle}"):
        found = read(tmp_path, text)
    for term in found.names:
        assert term not in found.ancestors(term)  # and it comes to an end
    if parents:
        assert {term: found.parents[term] for term in parents} == parents
    assert found.propagate([("P1", "GO:0000001")]) >= {("P1", "GO:0000001")}


def test_several_cycles_are_all_named(tmp_path):
    pairs = [(f"GO:000000{n}", f"GO:000000{n + 1}") for n in (1, 3, 5, 7)]  # as many as a release had
    stanzas = [f"id: {a}\nname: x\nis_a: GO:0000101\nrelationship: part_of {b}" for a, b in pairs]
    stanzas += [f"id: {b}\nname: x\nis_a: {a}" for a, b in pairs]
    with pytest.warns(UserWarning, match="4 cycles .*GO:0000001 part_of .*GO:0000007 part_of GO:0000008 is left out"):
        found = read(tmp_path, head(*stanzas))
    assert all(found.ancestors(b) == {a, "GO:0000101", "GO:0003674"} for a, b in pairs)


def test_parents_that_are_not_in_the_file_are_told(tmp_path):
    with pytest.warns(UserWarning, match="go.obo: 1 terms .*such as GO:0000001 below GO:7777777; is it whole"):
        read(tmp_path, head("id: GO:0000001\nname: x\nis_a: GO:7777777"))


@pytest.mark.parametrize(
    ("stanza", "message"),
    [
        ("id: GO:0000001\nname: x\nis_a:", "line 18: found 'is_a:'"),
        ("id: GO:0000001\nname: x\nrelationship: part_of", "line 18: found 'relationship: part_of'"),
        ("id: GO:0000001\nname: x\nid: GO:0000002\nname: y", r"line 15: a \[Term\] has 2 ids"),
        ("name: x", r"line 15: a \[Term\] has no id"),
        ("id: GO:0000001\nname: x\nis_a GO:0000101", "line 18: found 'is_a GO:0000101'"),
        ("id: GO:0000001\nname:", "GO:0000001 has no name"),
    ],
)
def test_a_bad_stanza_names_file_and_line(tmp_path, stanza, message):
    with pytest.raises(ValueError, match=f"go.obo.*{message}"):
        read(tmp_path, head(stanza))


def test_a_deep_ontology_is_no_trouble(tmp_path):
    chain = [f"id: GO:{n:07}\nname: x\nis_a: GO:{n - 1:07}" for n in range(102, 3000)]
    assert len(read(tmp_path, head(*chain)).ancestors("GO:0002999")) == 2899
