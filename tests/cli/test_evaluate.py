"""The command `dlfb evaluate`: other releases are scored, and it is said what of them could not be."""

from __future__ import annotations

import lzma

import pytest

from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.results import load_results
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
    dlfb("evaluate", write_cafa(tmp_path, load_predictor().mixture.known.targets.index[:20]), status=2)
    assert "the predictor was trained on all 20" in capsys.readouterr().err


def test_the_bundled_predictor_is_as_good_as_the_results_file_says(dlfb, capsys):
    dlfb("evaluate", "course")
    measured = rows(capsys.readouterr().out)
    split = load_results()["splits"]["random"]
    mixture = split["predictors"]["mixture"]
    assert float(measured["auPRC"]) == pytest.approx(mixture["auprc"]["mean"], abs=1e-3)
    assert float(measured["Fmax"]) == pytest.approx(mixture["fmax"], abs=2e-3)
    error = split["calibration"]["logit scaling"]["ece from 0.05"]
    assert float(measured["calibration error"]) == pytest.approx(error, abs=1e-3)
    assert int(measured["proteins"]) == split["proteins"]["test"]
    assert measured["terms renamed"] == measured["terms gone"] == "0"


def test_terms_that_another_release_has_retired_are_counted_and_the_others_scored(dlfb, tmp_path, capsys):
    """As in the release of CAFA 5, with 400 of the course's proteins."""
    bundled = load_predictor()
    folder = write_cafa(tmp_path, [*load_results_ids()[:300], *bundled.mixture.known.ids[:100]])
    obo = lzma.decompress((bundled_folder("course_data") / "go-basic.obo.xz").read_bytes()).decode()
    stanzas = obo.split("\n\n")
    for number, stanza in enumerate(stanzas):
        if "\nid: GO:0008022\n" in stanza or "\nid: GO:0047485\n" in stanza:
            kept = [line for line in stanza.split("\n") if line.split(":")[0] in ("[Term]", "id", "name", "namespace")]
            stanzas[number] = "\n".join([*kept, "is_obsolete: true"])
    (folder / "go-basic.obo.xz").unlink()
    (folder / "go-basic.obo").write_text("\n\n".join(stanzas).replace("releases/2022-07-01", "releases/2023-01-01"))
    dlfb("evaluate", folder)
    said = capsys.readouterr()
    measured = rows(said.out)
    assert (measured["terms"], measured["terms gone"], measured["terms renamed"]) == ("290", "2", "0")
    assert "in releases/2023-01-01: 2 are gone and were not scored (GO:0008022, GO:0047485)" in said.err
    assert "rows left out (retired, no replacement)" in said.err
    assert int(measured["left out"]) >= 90 and float(measured["auPRC"]) > 0.5


def load_results_ids():
    from dlfb_helpers.predictors.results import load_predictions

    return load_predictions("random").index


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
