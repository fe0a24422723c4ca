"""Every row is accounted for, splits depend on nothing but proteins and seed, batches hold what the table holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations import cafa
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.batches import convert_to_tfds
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import split_proteins

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


@pytest.fixture(scope="module")
def labelled():
    return label_table(load_cafa("course"))


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


def test_split_of_the_course_data(labelled):
    split = split_proteins(labelled.table)
    ids = [entry for part in split.values() for entry in part]
    assert sorted(ids) == labelled.table.index.tolist()
    sizes = {name: len(part) / len(ids) for name, part in split.items()}
    assert sizes == pytest.approx({"train": 0.6, "valid": 0.2, "test": 0.2}, abs=0.002)
    sides = pd.Series({entry: name for name, part in split.items() for entry in part})
    per_sequence = sides.groupby(labelled.table["Sequence"]).nunique()
    assert labelled.table["Sequence"].duplicated().sum() >= 4  # the test would be empty otherwise
    assert (per_sequence == 1).all()


def calmodulins_and_others(number: int = 60) -> pd.DataFrame:
    """As in UniProt since 2018: three genes, three accessions, one sequence."""
    rows = {f"P{i:05d}": "M" + "ACDEFGHIKL"[i % 10] * (i + 1) for i in range(number)}
    rows |= dict.fromkeys(["P0DP23", "P0DP24", "P0DP25"], "MADQLTEEQIAEFKEAFSLFDKDGDGTITTKELGTVMRSLGQNPTEAELQDMINEVDAD")
    return pd.DataFrame({"Sequence": rows}).rename_axis("EntryID")


@pytest.mark.parametrize("seed", range(20))
def test_identical_sequences_never_lie_on_two_sides(seed):
    split = split_proteins(calmodulins_and_others(), seed=seed)
    calmodulins = {"P0DP23", "P0DP24", "P0DP25"}
    assert sorted(len(calmodulins & set(part)) for part in split.values()) == [0, 0, 3]


def test_split_does_not_depend_on_row_order_and_does_on_the_seed():
    table = calmodulins_and_others()
    shuffled = table.sample(frac=1, random_state=3)
    assert split_proteins(table) == split_proteins(shuffled)
    assert split_proteins(table, seed=1) != split_proteins(table, seed=2)


def test_nothing_depends_on_the_hash_seed():
    code = (
        "import sys; sys.path.insert(0, 'tests/dataset')\n"
        "from test_labels import calmodulins_and_others, label_table, made_up_data, split_proteins\n"
        "table = calmodulins_and_others()\n"
        "print(split_proteins(table.loc[list(set(table.index))]))\n"
        "print(label_table(made_up_data(), min_proteins=2).table.to_csv())\n"
        "print('order of a set:', list(set(table.index))[:5])\n"
    )
    outputs = []
    for hash_seed in ("0", "1", "2", "42", "4294967295"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": hash_seed}, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        outputs.append(done.stdout.split("order of a set:"))
    assert len({results for results, _ in outputs}) == 1
    assert len({order for _, order in outputs}) > 1  # the hash seed did change what sets do


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (calmodulins_and_others(), {"fractions": (0.6, 0.2, 0.3)}, "add up to 1"),
        (calmodulins_and_others(), {"fractions": (1.0, 0.2, -0.2)}, "three positive numbers"),
        (calmodulins_and_others(1), {}, "2 distinct sequences cannot be split"),
        (pd.concat([calmodulins_and_others(9)] * 2), {}, "is there twice"),
    ],
)
def test_bad_splits(table, options, message):
    with pytest.raises(ValueError, match=message):
        split_proteins(table, **options)


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    index = [f"P{i}" for i in range(10)]
    labels = pd.DataFrame(rng.integers(0, 2, (10, 2), dtype=np.uint8), index, ["GO:0000001", "GO:0000002"])
    vectors = pd.DataFrame(rng.normal(size=(10, 3)).astype(np.float32), index, ["ME:1", "ME:2", "ME:3"])
    return pd.concat([vectors, labels], axis=1)


def test_batches_in_order_once(table):
    batches = list(convert_to_tfds(table, batch_size=4).as_numpy_iterator())
    assert [len(batch["target"]) for batch in batches] == [4, 4, 2]
    assert {array.dtype for batch in batches for array in batch.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(np.concatenate([b["embedding"] for b in batches]), table.filter(like="ME:"))
    np.testing.assert_array_equal(np.concatenate([b["target"] for b in batches]), table.filter(like="GO:"))


def first_embeddings(table, number, **options):
    batches = convert_to_tfds(table, batch_size=5, is_training=True, **options).take(number).as_numpy_iterator()
    return np.concatenate([batch["embedding"] for batch in batches])


def test_training_batches_are_shuffled_repeated_and_seeded(table):
    rows = first_embeddings(table, 6, seed=7)
    assert rows.shape == (30, 3)  # three passes over ten rows, every batch full
    original = table.filter(like="ME:").to_numpy()
    for start in (0, 10, 20):  # each pass has every row once
        np.testing.assert_array_equal(np.sort(rows[start : start + 10], axis=0), np.sort(original, axis=0))
    assert not np.array_equal(rows[:10], original) and not np.array_equal(rows[:10], rows[10:20])
    np.testing.assert_array_equal(rows, first_embeddings(table, 6, seed=7))
    assert not np.array_equal(rows, first_embeddings(table, 6, seed=8))


def test_embeddings_and_labels_stay_together(table):
    pairs = {tuple(row[:3]): tuple(row[3:]) for row in table.to_numpy(np.float32)}
    for batch in convert_to_tfds(table, batch_size=5, is_training=True).take(4).as_numpy_iterator():
        for vector, labels in zip(batch["embedding"], batch["target"], strict=True):
            assert pairs[tuple(vector)] == tuple(labels)


@pytest.mark.parametrize("part", ["ME:", "GO:"])
def test_a_table_without_its_columns(table, part):
    with pytest.raises(ValueError, match=r"rows, ME: columns and GO: columns are all needed"):
        convert_to_tfds(table.drop(columns=table.filter(like=part).columns))
    with pytest.raises(ValueError, match=r"embedding \(0, 3\)"):
        convert_to_tfds(table.iloc[:0])
