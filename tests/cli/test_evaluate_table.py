"""`dlfb evaluate --predictions`: any table, any truth; what cannot be scored is said, what cannot be is refused."""

from __future__ import annotations

import gzip
import io

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from tests.cli.conftest import OBO

TRUTH = (
    "P1\tGO:0000102\nP1\tGO:0000201\nP2\tGO:0000104\nP3\tGO:0000103\nP3\tGO:0000104\nP4\tGO:0000102\n"
    "P4\tGO:0000999\nP5\tGO:0000102\n"
)  # fmt: skip
KNOWN = "P2\tGO:0000201\nP3\tGO:0000103\nP5\tGO:0000102\nP6\tGO:0000102\nP7\tGO:0000104\n"
MODEL = (
    "P1\tGO:0000102\t0.9\nP2\tGO:0000102\t0.4\nP2\tGO:0000104\t0.3\nP3\tGO:0000104\t0.8\n"
    "P9\tGO:0000102\t0.9\nP1\tGO:0000777\t0.5\nP1\tGO:0000998\t0.5\n"
)  # fmt: skip


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    obo = OBO.replace("id: GO:0000101\n", "id: GO:0000101\nalt_id: GO:0000777\n")
    for name, text in {"truth.tsv": TRUTH, "known.tsv": KNOWN, "model.tsv": MODEL, "go.obo": obo}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def table(text) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), sep="\t").set_index(["aspect", "knowledge", "over"])


COMMON = ("evaluate", "truth.tsv", "--predictions", "model.tsv", "--ontology", "go.obo")


def test_scores_by_hand_and_what_could_not_be_scored(dlfb, files, capsys):
    dlfb(*COMMON)
    said = capsys.readouterr()
    scores = table(said.out)
    assert list(scores.index[::2]) == [(aspect, "any", "whole ontology") for aspect in ("MFO", "BPO", "CCO")]
    row = scores.loc[("MFO", "any", "whole ontology")]
    # Up to 0.3: P1 and P3 are all right (3 and 4 terms with the root), of P2 4 of 5 terms; of P4 and P5 is nothing.
    assert (row["proteins"], row["precision"], row["recall"], row["coverage"]) == (5, 0.9333, 0.6, 0.6)
    assert (row["Fmax"], row["threshold"]) == (0.7304, 0.01)
    assert pd.isna(row["weighted Fmax"]) and pd.isna(row["Smin"])
    assert scores.loc[("CCO", "any", "whole ontology"), "proteins"] == 0
    said = said.err
    assert "truth.tsv: 8 annotations of 5 proteins read" in said
    retired, renamed = "left out, unknown or retired", "translated to the ids that they have"
    for line in (
        f"truth.tsv: 1 of 5 terms {retired} in releases/2001-02-03: GO:0000999, in 1 rows",
        f"model.tsv: 1 of 4 terms {renamed} in releases/2001-02-03: GO:0000777, in 1 rows",
        f"model.tsv: 1 of 4 terms {retired} in releases/2001-02-03: GO:0000998, in 1 rows",
    ):
        assert line in said
    assert (
        "6 predictions of 4 proteins; 1 of them have no annotation and are not scored; of 5 annotated ones 2 have"
        in said
    )
    assert "neither --ia nor --known: weighted Fmax and Smin" in said


def test_an_earlier_release_parts_the_proteins_and_gives_the_weights(dlfb, files, capsys):
    dlfb(*COMMON, "--known", "known.tsv", "-o", "scores.tsv.gz", "--picture", "curves.png")
    said = capsys.readouterr()
    scores = table(gzip.decompress((files / "scores.tsv.gz").read_bytes()).decode())
    proteins = scores["proteins"].xs("whole ontology", level="over")
    assert proteins[proteins > 0].to_dict() == {
        ("MFO", "none"): 2, ("MFO", "limited"): 1, ("MFO", "partial"): 1, ("BPO", "none"): 1,
    }  # fmt: skip
    assert "MFO: 1 of 5 annotated proteins have nothing new, and are not scored" in said.err and said.out == ""
    partial = scores.loc[("MFO", "partial", "whole ontology")]  # GO:0000104 alone is new of P3: 1 of 1
    assert (partial["Fmax"], partial["precision"], partial["weighted Fmax"], partial["Smin"]) == (1, 1, 1, 0)
    none = scores.loc[("MFO", "none", "whole ontology")]  # P1 and P4; of four known proteins two have GO:0000102
    assert (none["weighted recall"], none["remaining uncertainty"]) == (0.5, 0.5)
    assert plt.imread(files / "curves.png").shape == (1155, 675, 4)


@pytest.mark.parametrize("norm, recall", [("cafa", 0.4), ("pred", 1.0)])
def test_norms_and_weights_of_a_file_or_of_annotations(dlfb, files, capsys, norm, recall):
    (files / "IA.txt").write_text("GO:0000101\t0\nGO:0000102\t1\nGO:0000103\t1.0\nGO:0000104\t1\nGO:0000888\t2\n")
    (files / "model.tsv").write_text("P1\tGO:0000102\t0.9\nP3\tGO:0000104\t0.8\n")
    dlfb(*COMMON, "--ia", "IA.txt", "--norm", norm)
    said = capsys.readouterr()
    row = table(said.out).loc[("MFO", "any", "whole ontology")]
    assert (row["norm"], row["recall"], row["weighted recall"], row["weighted Fmax"]) == (
        norm, recall, recall, round(2 * recall / (1 + recall), 4),
    )  # fmt: skip
    assert "IA.txt: 1 of 5 terms are none of releases/2001-02-03, such as GO:0000888" in said.err
    dlfb(*COMMON, "--ia", "known.tsv", "--norm", norm)
    counted = table(capsys.readouterr().out).loc[("MFO", "any", "whole ontology")]
    assert counted["weighted recall"] == recall and counted["Smin"] > 0


def test_what_dlfb_predict_writes_is_judged_alike_in_both_forms(dlfb, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = load_cafa()
    some = data.annotations.loc[data.annotations["aspect"] == "MFO", "EntryID"].drop_duplicates()[::400]
    chosen = data.sequences[data.sequences["EntryID"].isin(some) & (data.sequences["Length"] < 400)]
    (tmp_path / "some.fasta").write_text("".join(f">{row.EntryID}\n{row.Sequence}\n" for row in chosen.itertuples()))
    truth = data.annotations[data.annotations["EntryID"].isin(chosen["EntryID"])]
    truth.to_csv("truth.tsv", sep="\t", index=False)
    dlfb("predict", "some.fasta", "-o", "ours.tsv", "--cafa", "cafa.tsv", "--minimum", "0.001", "--aspect", "MFO")
    capsys.readouterr()
    written = []
    for name in ("ours.tsv", "cafa.tsv"):
        dlfb("evaluate", "truth.tsv", "--predictions", name, "--ia", "truth.tsv")
        written.append(capsys.readouterr().out)
    assert written[0] == written[1]
    row = table(written[0]).loc[("MFO", "any", "whole ontology")]
    assert row["proteins"] == truth.loc[truth["aspect"] == "MFO", "EntryID"].nunique() > 10
    assert row["coverage"] > 0.5 and row["Fmax"] > 0.5  # most were trained on


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--predictions", "missing.tsv"], "missing.tsv: there is no such file"),
        (["--predictions", "truth.tsv"], "truth.tsv, line 1: no three columns protein, term and score"),
        (["--predictions", "model.tsv", "--ia", "go.obo"], "go.obo, line 1: no "),
        (["--predictions", "model.tsv", "--known", "model.obo"], "model.obo: there is no such file"),
        (["--predictions", "model.tsv", "--evidence", "XYZ"], "evidence 'XYZ' is no code"),
        (["--predictions", "model.tsv", "-o", "model.tsv"], "--out and --predictions are one file, model.tsv"),
        (["--predictions", "model.tsv", "-o", "scores.parquet"], "nothing is written as .parquet"),
        (["--predictions", "model.tsv", "--picture", "curves.jpg"], "nothing is written as .jpg; end the name in"),
        (["--predictions", "model.tsv", "--picture", "curves.png.gz"], "pictures are not written as .gz"),
        (["--predictions", "others.tsv"], "others.tsv: none of its 1 proteins is in truth.tsv; ids are such as Q1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_no_file(dlfb, files, capsys, arguments, message):
    (files / "others.tsv").write_text("Q1\tGO:0000102\t0.5\n")
    before = {path.name: path.read_bytes() for path in files.iterdir()}
    dlfb("evaluate", "truth.tsv", "--ontology", "go.obo", *arguments, status=2)
    said = capsys.readouterr()
    assert message in said.err.splitlines()[-1] and said.err.splitlines()[-1].startswith("error: ") and said.out == ""
    assert {path.name: path.read_bytes() for path in files.iterdir()} == before


@pytest.mark.parametrize(
    "arguments, wrong",
    [
        (["--known", "known.tsv"], "--known goes with --predictions"),
        (["--norm", "pred"], "--norm goes with --predictions"),
        (["-o", "x.tsv"], "--out goes with --predictions"),
        (["--predictions", "model.tsv", "--predictor", "course"], "--predictor goes with a predictor"),
        (["--predictions", "model.tsv", "--taxon", "all"], "--taxon goes with a predictor"),
    ],
)
def test_options_that_do_not_go_together_are_named(dlfb, files, capsys, arguments, wrong):
    dlfb("evaluate", "truth.tsv", *arguments, status=2)
    assert wrong in capsys.readouterr().err
