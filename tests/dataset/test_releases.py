"""Labels of data of every kind: other releases, several species, isoforms, wrong aspects, rows that say no."""

from __future__ import annotations

import lzma
from dataclasses import replace

import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix, specific_terms
from dlfb_helpers.dataset.accounts import in_short
from dlfb_helpers.dataset.labels import label_table, taxon_name
from dlfb_helpers.files.assets import bundled_folder

KINASE = "GO:0016301"


@pytest.fixture(scope="module")
def some(data, course_table):
    """The course's data with the annotations of 300 labelled proteins and of all other species."""
    ids = set(course_table.sample(300, random_state=0).index)
    ids |= set(data.taxonomy.loc[data.taxonomy["taxonomyID"] != 9606, "EntryID"])
    return replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(ids)])


def step(labelled, name):
    return labelled.accounts.set_index("step").loc[name]


def same_table(one, other):
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.terms, other.terms)


def test_most_specific_annotations_give_the_same_labels(some):
    """As CAFA 6 has them."""
    functions = some.annotations[some.annotations["aspect"] == "MFO"]
    terms = sorted(functions["term"].unique())
    table = pd.crosstab(functions["EntryID"], functions["term"])[terms].clip(upper=1)
    specific = specific_terms(table.to_numpy(), ancestor_matrix(terms, some.ontology))
    rows = pd.DataFrame(specific, table.index, table.columns).stack()
    bare = rows[rows].reset_index()[["EntryID", "term"]].assign(aspect="MFO")
    assert len(bare) < len(functions) / 3
    labelled = label_table(replace(some, annotations=bare), min_proteins=20)
    same_table(labelled, label_table(some, min_proteins=20))
    assert "ancestors added that the file lacked" in in_short(labelled.accounts)


def test_several_species_or_all(some):
    both = label_table(some, [10090, 10116], min_proteins=20)
    mouse, rat = (label_table(some, taxon, min_proteins=1) for taxon in (10090, 10116))
    assert set(both.table.index) <= set(mouse.table.index) | set(rat.table.index)
    assert set(both.table.index) & set(mouse.table.index) and set(both.table.index) & set(rat.table.index)
    every, taxa = label_table(some, None, min_proteins=20), sorted(some.taxonomy["taxonomyID"].unique())
    same_table(every, label_table(some, taxa, min_proteins=20))
    assert len(every.table) > 800 and "species" not in every.accounts["step"].tolist()
    nobody = replace(some, taxonomy=some.taxonomy.head(0))
    same_table(every, label_table(nobody, None, min_proteins=20))
    names = [taxon_name(taxon) for taxon in (9606, [9606], [9606, 10090], None)]
    assert names == ["taxon 9606", "taxon 9606", "taxa 9606, 10090", "all species"]


def test_terms_that_are_asked_for(some):
    asked = label_table(some, terms=[KINASE, "GO:0005488", "GO:9999999"])
    assert asked.table.columns.tolist() == ["Sequence", "Length", "GO:0005488", KINASE]
    common = label_table(some, min_proteins=1, generic_terms=()).table
    pd.testing.assert_series_equal(asked.table[KINASE], common.loc[asked.table.index, KINASE])
    assert step(asked, "common terms")["why"] == "term other than the 3 that are asked for"


def test_the_ontology_decides_the_aspect_whatever_the_column_says(some):
    wrong = some.annotations.assign(aspect=some.annotations["aspect"].mask(some.annotations["term"] == KINASE, "CCO"))
    labelled = label_table(replace(some, annotations=wrong), min_proteins=20)
    same_table(labelled, label_table(some, min_proteins=20))
    assert "; " in step(labelled, "aspect")["why"] and "otherwise than the ontology" in step(labelled, "aspect")["why"]


def test_an_empty_column_of_aspects_is_filled_and_no_disagreement(tmp_path, some):
    write(tmp_path, some, some.annotations[["EntryID", "term"]])
    found = load_cafa(tmp_path)
    assert found.changed == {}
    same_table(label_table(found, min_proteins=20), label_table(some, min_proteins=20))


def write(folder, data, annotations):
    """Write CAFA's files."""
    annotations.to_csv(folder / "train_terms.tsv", sep="\t", index=False)
    data.taxonomy.to_csv(folder / "train_taxonomy.tsv", sep="\t", index=False, header=False)
    used = data.sequences[data.sequences["EntryID"].isin(annotations["EntryID"].str.replace("-2", ""))]
    fasta = "".join(f">sp|{row.EntryID}|X_HUMAN\n{row.Sequence}\n" for row in used.itertuples())
    (folder / "train_sequences.fasta").write_text(fasta)
    (folder / "go-basic.obo").write_bytes(
        lzma.decompress((bundled_folder("course_data") / "go-basic.obo.xz").read_bytes())
    )


def test_isoforms_denials_and_duplicates_are_counted(tmp_path, some):
    rows = some.annotations.assign(qualifier="")
    isoforms = rows.sample(frac=0.4, random_state=1)["EntryID"].unique()
    renamed = rows.assign(EntryID=rows["EntryID"].where(~rows["EntryID"].isin(isoforms), rows["EntryID"] + "-2"))
    denied = rows.head(50).assign(qualifier="NOT|enables")
    write(tmp_path, some, pd.concat([renamed, denied, renamed.tail(7)]))
    with pytest.warns(UserWarning, match="-2 were given to .*, whose sequence is there"):
        found = load_cafa(tmp_path)
    labelled = label_table(found, min_proteins=20)
    same_table(labelled, label_table(some, min_proteins=20))
    said = in_short(labelled.accounts)
    assert f"{len(rows) + 57:,} annotations read; 50 rows that say NOT; " in said
    assert (
        f"{int(rows['EntryID'].isin(isoforms).sum() + renamed.tail(7)['EntryID'].str.endswith('-2').sum()):,} rows got"
        in said
    )
    assert "7 rows left out (the same annotation a second time)" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"taxon": 4932}, r'went at "species": taxon other than 4932; the taxa with most proteins are 9606 \([\d,]+\)'),
        (
            {"min_proteins": 10**6},
            r'went at "common terms": term of fewer than 1000000 proteins; the most frequent one has',
        ),
        ({"terms": ["GO:9999999"]}, r'went at "common terms": term other than the 1 that are asked for'),
        ({"max_length": 3}, r"proteins are longer than 3 residues; raise max_length"),
    ],
)
def test_where_everything_went_is_said_in_a_line(some, options, message):
    with pytest.raises(ValueError, match=message) as error:
        label_table(some, **options)
    assert "\n" not in str(error.value)
    with pytest.raises(ValueError, match=r"no annotation is left of taxon \d+ .*; the file has none"):
        label_table(replace(some, annotations=some.annotations.head(0)), **options)
