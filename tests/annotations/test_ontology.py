"""The graph that is read is the one in the file; propagation climbs is_a and part_of inside an aspect only."""

from __future__ import annotations

import gzip
import io
import lzma
from itertools import islice

import obonet
import pytest

from dlfb_helpers.annotations.ontology import ASPECTS, ROOTS, Ontology
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
relationship: part_of GO:0016301 ! kinase activity

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
replaced_by: GO:0005488

[Typedef]
id: part_of
name: part of
namespace: external
"""


@pytest.fixture
def ontology():
    return Ontology.read(io.StringIO(OBO))


def test_terms_names_aspects_and_release(ontology):
    assert ontology.names["GO:0005515"] == "protein binding"
    assert ontology.aspects["GO:0008150"] == "BPO"
    assert ontology.release == "releases/2001-02-03"
    assert len(ontology.names) == 6


def test_parents_are_is_a_and_part_of_inside_the_aspect(ontology):
    assert ontology.parents["GO:0005515"] == {"GO:0005488"}
    assert ontology.parents["GO:0019901"] == {"GO:0005515", "GO:0016301"}


@pytest.mark.parametrize(
    ("term", "primary", "status"),
    [
        ("GO:0005515", "GO:0005515", "primary"),
        ("GO:0001948", "GO:0005515", "alternative"),
        ("GO:0000006", "GO:0005488", "alternative"),
        ("GO:0000005", None, "obsolete"),
        ("GO:9999999", None, "unknown"),
    ],
)
def test_every_id_has_a_status(ontology, term, primary, status):
    assert ontology.canonical(term) == primary
    assert ontology.status(term) == status


def test_ancestors(ontology):
    assert ontology.ancestors("GO:0019901") == {"GO:0005515", "GO:0005488", "GO:0003674", "GO:0016301"}
    assert ontology.ancestors("GO:0003674") == frozenset()
    with pytest.raises(KeyError, match="GO:0001948 is not a primary id .* alternative"):
        ontology.ancestors("GO:0001948")


def test_propagation_adds_every_ancestor_once_and_nothing_else(ontology):
    full = ontology.propagate([("P1", "GO:0005515"), ("P1", "GO:0005488"), ("P2", "GO:0008150")])
    assert full == {
        ("P1", "GO:0005515"), ("P1", "GO:0005488"), ("P1", "GO:0003674"), ("P2", "GO:0008150"),
    }  # fmt: skip
    assert ontology.propagate(full) == full


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
def test_files_plain_and_compressed(tmp_path, ontology, ending):
    pack = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}[ending]
    (tmp_path / f"go.obo{ending}").write_bytes(pack(OBO.encode()))
    assert Ontology.read(tmp_path / f"go.obo{ending}") == ontology


def test_a_file_without_go_terms_is_refused(tmp_path):
    (tmp_path / "other.obo").write_text("[Term]\nid: DO:1\nname: disease\nnamespace: disease\n")
    with pytest.raises(ValueError, match="other.obo: no term of the Gene Ontology"):
        Ontology.read(tmp_path / "other.obo")
    with pytest.raises(ValueError, match="no id or no name"):
        Ontology.read(io.StringIO("[Term]\nnamespace: molecular_function\n"))


def test_agrees_with_obonet_on_the_bundled_ontology():
    with lzma.open(bundled_folder("course_data") / "go-basic.obo.xz", "rt") as handle:
        text = "".join(islice(handle, 40_000))
    text = text[: text.rindex("[Term]")]
    graph = obonet.read_obo(io.StringIO(text), ignore_obsolete=False)
    described = {term: data for term, data in graph.nodes(data=True) if "namespace" in data}
    kept = {term for term, data in described.items() if data.get("is_obsolete") != "true"}
    ontology = Ontology.read(io.StringIO(text))
    assert ontology.names == {term: described[term]["name"] for term in kept}
    assert ontology.aspects == {term: ASPECTS[described[term]["namespace"]] for term in kept}
    assert set(ontology.obsolete) == set(described) - kept
    assert ontology.alternatives == {other: term for term in kept for other in described[term].get("alt_id", [])}
    edges = {
        (child, parent)
        for child, parent, kind in graph.edges(keys=True)
        if kind in ("is_a", "part_of") and child in kept and parent in kept
    }
    assert {(child, parent) for child in kept for parent in ontology.parents[child]} == edges
    assert len(edges) > 3000


def test_each_aspect_of_the_bundled_ontology_has_one_root():
    ontology = Ontology.read(bundled_folder("course_data") / "go-basic.obo.xz")
    roots = {term for term, parents in ontology.parents.items() if not parents}
    assert roots == set(ROOTS.values())
    assert "GO:0003674" in ontology.ancestors("GO:0004672")
    assert ontology.release.endswith("2022-07-01")
