"""The command `dlfb evaluate`: other releases are scored, and it is said what of them could not be."""

from __future__ import annotations

import re

import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from tests.cli.conftest import OBO, write_cafa, write_made_up


def rows(out):
    return dict(line.split("\t") for line in out.splitlines())


@pytest.fixture(scope="module")
def own(dlfb, tmp_path_factory):
    """A predictor of made-up proteins."""
    folder = tmp_path_factory.mktemp("own")
    dlfb("train", write_made_up(folder / "in", 60), "-o", folder / "out", "--min-proteins", "5", "--quick")
    return folder / "out"


def test_a_predictor_is_not_measured_on_what_it_learnt(dlfb, tmp_path, capsys):
    dlfb("evaluate", write_cafa(tmp_path, label_table(load_cafa()).table.index[:20]), status=2)
    assert re.search("the predictor was trained on all (19|20) of its proteins", capsys.readouterr().err)


RETIRED = OBO.replace("releases/2001-02-03", "releases/2023-01-01").replace(
    "name: polishing stone\nnamespace: molecular_function\nis_a: GO:0000103",
    "name: polishing stone\nnamespace: molecular_function\nis_obsolete: true",
)


def test_terms_that_another_release_has_retired_are_counted_and_the_others_scored(dlfb, own, tmp_path, capsys):
    dlfb("evaluate", write_made_up(tmp_path / "later", 90, obo=RETIRED), "--predictor", own)
    said = capsys.readouterr()
    measured = rows(said.out)
    assert (measured["terms"], measured["terms gone"], measured["terms renamed"]) == ("3", "1", "0")
    assert "in releases/2023-01-01: 1 are gone and were not scored (GO:0000104)" in said.err
    assert "45 rows left out (retired, no replacement)" in said.err  # every second protein has no other function
    assert int(measured["left out"]) + int(measured["proteins"]) == 45
    assert int(measured["left out"]) >= 20 and float(measured["auPRC"]) > 0.7


MERGED = OBO.replace("releases/2001-02-03", "releases/2099-01-01").replace(
    "id: GO:0000102\nname: acting on wood", "id: GO:0000777\nalt_id: GO:0000102\nname: acting on wood"
)


def test_renamed_terms_are_translated(dlfb, own, tmp_path, capsys):
    folder = write_made_up(tmp_path / "later", 90, obo=MERGED)
    terms = (folder / "train_terms.tsv").read_text().replace("GO:0000102", "GO:0000777")
    (folder / "train_terms.tsv").write_text(terms)
    dlfb("evaluate", folder, "--predictor", own)
    said = capsys.readouterr()
    measured = rows(said.out)
    assert (measured["terms"], measured["terms renamed"], measured["terms gone"]) == ("4", "1", "0")
    assert "1 have other ids and were translated (GO:0000102 is GO:0000777)" in said.err
    assert float(measured["auPRC"]) > 0.7


def test_an_ontology_that_knows_none_of_the_terms_is_named(dlfb, own, tmp_path, capsys):
    folder = write_made_up(tmp_path / "other", 20, obo=OBO.replace("GO:00001", "GO:00009"))
    dlfb("evaluate", folder, "--predictor", own, status=2)
    said = capsys.readouterr().err.splitlines()
    assert "none of the 4 terms is in the ontology of release releases/2001-02-03" in said[-1]
    assert said[0].startswith("warning: 2 of 3 terms, such as GO:0000102, with 20 of 40 rows, are not in the ontology")


def test_a_cycle_a_cut_ontology_and_no_sequences_are_said(dlfb, own, tmp_path, capsys):
    cycle = "\n[Term]\nid: GO:0000401\nname: x\nnamespace: cellular_component\nis_a: GO:0000402\n"
    cycle += (
        cycle.replace("401", "x")
        .replace("402", "401")
        .replace("x\nname", "402\nname")
        .replace("is_a:", "relationship: part_of")
    )
    folder = write_made_up(tmp_path / "cycle", 90, obo=OBO + cycle)
    dlfb("evaluate", folder, "--predictor", own)
    assert "warning: " in (said := capsys.readouterr().err) and "a cycle of terms above themselves: GO:00004" in said
    cut = OBO[: OBO.index("\n[Term]\nid: GO:0000104")]
    dlfb("evaluate", write_made_up(tmp_path / "cut", 90, obo=cut), "--predictor", own)
    assert (
        "are not in the ontology of release releases/2001-02-03, which has 4: is its file whole"
        in capsys.readouterr().err
    )
    folder = write_made_up(tmp_path / "ids", 90)
    fasta = (folder / "train_sequences.fasta").read_text()
    (folder / "train_sequences.fasta").write_text(fasta.replace("|P", "|Q"))
    dlfb("evaluate", folder, "--predictor", own, status=2)
    said = capsys.readouterr().err
    assert "warning: 90 of 90 annotated proteins, such as P0, have no sequence, where ids are such as Q0" in said
    assert 'went at "sequences merged": protein without a sequence' in said.splitlines()[-1]
