"""From annotation rows to a 0/1 table: every row that is dropped, added or renamed is accounted for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations import cafa
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.labels import label_table

ROOT, BINDING, PROTEIN_BINDING = "GO:0003674", "GO:0005488", "GO:0005515"
KINASE, ATP, RARE, PROCESS = "GO:0016301", "GO:0005524", "GO:0099999", "GO:0008150"
MERGED, RETIRED, UNKNOWN = "GO:0000007", "GO:0000005", "GO:7777777"


def made_up_data(extra_terms: list[tuple[str, str, str]] = ()) -> cafa.CafaData:
    """Eight human proteins, a mouse one, one without a taxon and one without a sequence."""
    aspects = dict.fromkeys([ROOT, BINDING, PROTEIN_BINDING, KINASE, ATP, RARE], "MFO") | {PROCESS: "BPO"}
    up = {BINDING: ROOT, PROTEIN_BINDING: BINDING, KINASE: ROOT, ATP: BINDING, RARE: ROOT}
    ontology = Ontology(
        names={term: f"name of {term}" for term in aspects},
        aspects=aspects,
        parents={term: frozenset([up[term]] if term in up else []) for term in aspects},
        alternatives={MERGED: KINASE},
        obsolete={RETIRED: "obsolete"},
        release="made up",
    )
    annotated = {
        "H1": [KINASE], "H2": [KINASE, ATP], "H3": [ATP], "H4": [PROTEIN_BINDING], "H5": [KINASE], "H6": [ATP, RARE],
        "H7": [KINASE], "H8": [ATP], "M1": [KINASE], "NOTAXON": [KINASE], "NOSEQ": [KINASE],
    }  # fmt: skip
    pairs = sorted(ontology.propagate((protein, term) for protein, terms in annotated.items() for term in terms))
    terms = pd.DataFrame([(p, t, aspects[t]) for p, t in pairs], columns=["EntryID", "term", "aspect"])
    more = pd.DataFrame([("H1", PROCESS, "BPO"), *extra_terms], columns=["EntryID", "term", "aspect"])
    lengths = {protein: 10 + number for number, protein in enumerate(annotated) if protein != "NOSEQ"} | {"H8": 600}
    sequences = pd.DataFrame({"EntryID": list(lengths), "Sequence": ["M" * n for n in lengths.values()]})
    sequences["Length"] = list(lengths.values())
    taxa = {protein: 10090 if protein == "M1" else 9606 for protein in annotated if protein != "NOTAXON"}
    taxonomy = pd.DataFrame({"EntryID": list(taxa), "taxonomyID": list(taxa.values())})
    return cafa.CafaData(pd.concat([terms, more], ignore_index=True), sequences, taxonomy, ontology, "made up")


def step(accounts: pd.DataFrame, name: str) -> pd.Series:
    return accounts.set_index("step").loc[name]


def test_table_of_made_up_data():
    proteins = label_table(made_up_data(), min_proteins=2)
    assert proteins.table.columns.tolist() == ["Sequence", "Length", ATP, KINASE]
    assert proteins.table[[ATP, KINASE]].to_dict("index") == {
        "H1": {ATP: 0, KINASE: 1}, "H2": {ATP: 1, KINASE: 1}, "H3": {ATP: 1, KINASE: 0}, "H5": {ATP: 0, KINASE: 1},
        "H6": {ATP: 1, KINASE: 0}, "H7": {ATP: 0, KINASE: 1},
    }  # fmt: skip
    assert (proteins.table.dtypes[[ATP, KINASE]] == np.uint8).all()
    assert proteins.table.index.name == "EntryID"
    assert proteins.terms.loc[ATP].tolist() == [f"name of {ATP}", 4, 3]
    assert proteins.generic["proteins"].to_dict() == {ROOT: 8, BINDING: 5, PROTEIN_BINDING: 1}
    assert proteins.generic.loc[BINDING, "share"] == 5 / 8


def test_accounts_add_up():
    accounts = label_table(made_up_data(), min_proteins=2).accounts
    counted = accounts[~accounts["step"].isin(["propagation", "one row a protein"])]
    assert (counted["rows before"] - counted["rows after"] == counted["dropped"]).all()
    assert (accounts["rows before"].to_numpy()[1:] == accounts["rows after"].to_numpy()[:-1]).all()
    dropped = accounts.set_index("step")["dropped"]
    assert dropped["taxonomy merged"] == 2  # NOTAXON is a kinase, and so has a molecular function
    assert dropped["species"] == 2
    assert dropped["aspect"] == 1
    assert dropped["sequences merged"] == 2
    assert dropped["generic terms"] == 8 + 5 + 1
    assert dropped["common terms"] == 1
    assert dropped["length"] == 1
    assert accounts["proteins"].iloc[-1] == 6 and accounts["terms"].iloc[-1] == 2
    assert (accounts["why"].iloc[1:] != "").all()


def test_other_ids_are_mapped_or_counted_never_lost():
    extra = [
        ("H3", MERGED, "MFO"),  # the primary id, and its root, follow from it
        ("H1", MERGED, "MFO"),  # there already as KINASE
        ("H2", RETIRED, "MFO"),
        ("H2", UNKNOWN, "MFO"),
        ("H2", UNKNOWN, "MFO"),
    ]
    proteins = label_table(made_up_data(extra), min_proteins=2)
    assert proteins.table.loc["H3", KINASE] == 1
    assert step(proteins.accounts, "duplicates")["dropped"] == 1
    assert step(proteins.accounts, "unknown ids")["dropped"] == 1
    assert step(proteins.accounts, "obsolete ids")["dropped"] == 1
    merged = step(proteins.accounts, "alternative ids")
    assert merged["dropped"] == 1 and merged["why"].startswith("2 rows took the primary id")


def test_terms_are_propagated_where_the_file_is_not():
    data = made_up_data()
    leaves = data.annotations[data.annotations["term"].isin([KINASE, ATP, RARE, PROTEIN_BINDING])]
    bare = cafa.CafaData(leaves, data.sequences, data.taxonomy, data.ontology, "bare")
    proteins = label_table(bare, min_proteins=2)
    pd.testing.assert_frame_equal(proteins.table, label_table(data, min_proteins=2).table)
    added = step(proteins.accounts, "propagation")
    assert added["rows after"] - added["rows before"] == 8 + 5 and "13 ancestors added" in added["why"]


def test_parameters_are_obeyed():
    data = made_up_data()
    assert label_table(data, taxon=10090, min_proteins=1).table.index.tolist() == ["M1"]
    assert label_table(data, aspect="BPO", min_proteins=1).table.columns[-1] == PROCESS
    assert "H8" in label_table(data, min_proteins=2, max_length=600).table.index
    assert ROOT in label_table(data, min_proteins=2, generic_terms=()).table.columns


def test_nothing_left_is_an_error():
    with pytest.raises(ValueError, match="no annotation is left of taxon 9606 and aspect CCO"):
        label_table(made_up_data(), aspect="CCO")
    with pytest.raises(ValueError, match="longer than 5 residues; raise max_length"):
        label_table(made_up_data(), min_proteins=2, max_length=5)


def test_course_data_give_the_numbers_of_the_course(labelled):
    assert step(labelled.accounts, "aspect")[["proteins", "terms"]].tolist() == [14_122, 4_079]
    assert step(labelled.accounts, "common terms")[["proteins", "terms"]].tolist() == [9_911, 292]
    assert step(labelled.accounts, "alternative ids")["dropped"] == 0
    assert step(labelled.accounts, "propagation")["why"].startswith("0 ancestors added")
    assert labelled.table.shape == (5_435, 2 + 292)
    assert labelled.table["Length"].max() <= 500
    assert labelled.table.filter(like="GO:").any(axis=1).all()
    assert labelled.terms["proteins"].min() >= 50
    assert labelled.generic["share"].round(2).tolist() == [1.0, 0.92, 0.87]
    assert labelled.table.loc["P01308", "GO:0048018"] == 1  # insulin is a receptor ligand
