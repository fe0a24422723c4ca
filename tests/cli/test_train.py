"""The command `dlfb train`: what was lost is said, small sets and several species will do, errors take a line."""

from __future__ import annotations

import pandas as pd
import pytest

from dlfb_helpers.cli.choices import parse_taxa
from dlfb_helpers.predictors.folder import load_predictor
from tests.cli.conftest import write_made_up


def rows(out):
    return dict(line.split("\t") for line in out.splitlines())


def test_train_evaluate_and_predict_agree(course_folder, dlfb, tmp_path, capsys):
    dlfb("train", course_folder, "-o", tmp_path / "own", "--min-proteins", "20", "--quick")
    said = capsys.readouterr()
    told = rows(said.out)
    assert " annotations read; " in said.err and "rows left out (term of fewer than 20 proteins); left: " in said.err
    dlfb("evaluate", course_folder, "--predictor", tmp_path / "own")
    measured = rows(capsys.readouterr().out)
    auprc, count = next((value, name) for name, value in told.items() if "auPRC" in name)
    # Test proteins are those that it was not trained on.
    assert f"over {measured['proteins']} proteins" in count and int(measured["left out"]) > 200
    assert auprc.startswith(f"{float(measured['auPRC']):.2f} (") and float(measured["auPRC"]) > 0.2
    assert told["test Fmax"] == f"{float(measured['Fmax']):.2f}"
    (tmp_path / "proteins.fasta").write_text(">some\nMALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKT\n")
    dlfb("predict", tmp_path / "proteins.fasta", "-o", tmp_path / "out.tsv", "--predictor", tmp_path / "own")
    assert set(pd.read_csv(tmp_path / "out.tsv", sep="\t")["term"]) <= set(load_predictor(tmp_path / "own").names)


def test_another_aspect_is_learnt_without_its_root(dlfb, tmp_path):
    rows = [(f"P{number}", f"GO:000020{1 + number % 2}", "P") for number in range(40)]
    folder = write_made_up(tmp_path / "in", rows=pd.DataFrame(rows, columns=["EntryID", "term", "aspect"]))
    dlfb("train", folder, "-o", tmp_path / "out", "--aspect", "BPO", "--min-proteins", "5", "--quick")
    trained = load_predictor(tmp_path / "out")
    assert trained.facts["aspect"] == "BPO" and set(trained.names) == {"GO:0000201", "GO:0000202"}


def test_species_and_lengths_are_chosen(dlfb, tmp_path, capsys):
    folder = write_made_up(tmp_path / "in", 45, taxa=(9606, 10090, 7))
    options = ["--taxon", "9606,10090", "--max-length", "60"]
    dlfb("train", folder, "-o", tmp_path / "out", "--min-proteins", "5", "--quick", *options)
    assert "rows left out (taxon other than 9606, 10090)" in capsys.readouterr().err
    trained = load_predictor(tmp_path / "out")
    assert "of taxa 9606, 10090 with at most 60 residues" in trained.facts["annotations"]
    assert trained.facts["max_length"] == 60
    assert max(map(len, trained.pool.sequences)) <= 60


def test_what_was_lost_is_said_loudly(dlfb, tmp_path, capsys):
    folder = write_made_up(tmp_path / "in", 60)
    terms = pd.read_csv(folder / "train_terms.tsv", sep="\t")
    isoforms = terms.assign(EntryID=terms["EntryID"].where(terms.index % 4 == 0, terms["EntryID"] + "-2"))
    unknown = terms.head(20).assign(term="GO:7777777")
    table = pd.concat([isoforms.assign(aspect="C"), unknown])
    write_made_up(folder, 60, rows=table)
    dlfb("train", folder, "-o", tmp_path / "out", "--min-proteins", "5", "--quick")
    said = capsys.readouterr().err
    assert "warning: 90 annotations of 60 ids such as P0-2 were given to P0, whose sequence is there" in said
    assert "warning: 1 of 4 terms, such as GO:7777777, with 20 of 140 rows, are not in the ontology" in said
    assert "140 annotations read; 90 rows got the id of the sequence" in said
    assert "120 rows had another aspect than the ontology says" in said
    assert "10 rows left out (the same annotation a second time)" in said
    assert "10 rows left out (id not in this release of the ontology)" in said
    assert "Warning" not in said and "left: 60 proteins with 4 terms" in said


@pytest.mark.parametrize(
    ("proteins", "options", "message"),
    [
        (8, [], "8 different sequences are too few .* at least 10 are needed"),
        (40, ["--taxon", "10090"], "the last 80 rows went at .species.: .* 10090; the taxa with most .* are 9606"),
        (40, ["--aspect", "BPO"], "all 8 proteins to choose with have all 1 terms, so that there is nothing to"),
        (40, ["--min-proteins", "50"], "term of fewer than 50 proteins; the most frequent one has 40"),
        (40, ["--max-length", "9"], "all 40 proteins are longer than 9 residues; raise max_length"),
        (40, ["--aspect", "CCO"], "the last 80 rows went at .aspect.: aspect other than CCO"),
        (40, ["--evidence", "GUESS"], "evidence 'GUESS' is no code of the Gene Ontology; there are EXP, "),
    ],
)  # fmt: skip
def test_too_little_is_said_in_a_line_and_nothing_is_embedded(dlfb, tmp_path, capsys, proteins, options, message):
    folder = write_made_up(tmp_path / "in", proteins)
    dlfb("train", folder, "-o", tmp_path / "out", "--min-proteins", "2", "--quick", *options, status=2)
    lines = capsys.readouterr().err.splitlines()
    assert pd.Series(lines[-1:]).str.fullmatch(f"error: .*{message}.*").all()
    assert not any("residues, " in line for line in lines) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [["mouse"], ["9606,"], ["all,9606"], ["9606", "all"], ["-1"], [""], ["9606.5"]])
def test_taxa_are_numbers_or_all(dlfb, tmp_path, capsys, words):
    options = [part for word in words for part in ("--taxon", word)]
    dlfb("train", "course", "-o", tmp_path / "out", *options, status=2)
    said = capsys.readouterr().err
    assert "no number of the NCBI taxonomy; write" in said and "Traceback" not in said


def test_taxa_that_can_be_read():
    assert parse_taxa(["9606"]) == [9606] and parse_taxa(["9606, 10090", "7,9606"]) == [9606, 10090, 7]
    assert parse_taxa(["all"]) is None


def test_annotations_of_the_gene_ontologys_own_format(dlfb, tmp_path, capsys):
    """A GAF beside sequences and an ontology: it knows the species, and evidence can be chosen."""
    folder = write_made_up(tmp_path / "in")
    terms = pd.read_csv(folder / "train_terms.tsv", sep="\t")
    lines = [
        f"UniProtKB\t{row.EntryID}\tS\t{'NOT|enables' if number % 10 == 0 else 'enables'}\t{row.term}\tPMID:1\t"
        f"{'IDA' if number % 3 else 'IEA'}\t\t{row.aspect}\t\t\tprotein\ttaxon:9606\t20200101\tUniProt"
        for number, row in enumerate(terms.itertuples())
    ]
    (folder / "goa_human.gaf").write_text("!gaf-version: 2.2\n" + "\n".join(lines) + "\n")
    (folder / "train_terms.tsv").unlink()
    (folder / "train_taxonomy.tsv").unlink()
    dlfb("train", folder, "-o", tmp_path / "out", "--min-proteins", "5", "--quick")
    said = capsys.readouterr().err
    assert "80 annotations read; 8 rows that say NOT; 24 rows of other evidence (IEA); " in said
    dlfb("train", folder, "-o", tmp_path / "every", "--evidence", "all", status=2)
    assert "IEA" not in capsys.readouterr().err
