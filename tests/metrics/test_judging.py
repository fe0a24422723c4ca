"""Any table of predictions is scored as `cafaeval` scores it, aspect by aspect and by what was known before."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from cafaeval.evaluation import cafa_eval

from dlfb_helpers.annotations.cafa import read_terms
from dlfb_helpers.annotations.ontology import ASPECTS, ROOTS, Ontology
from dlfb_helpers.annotations.propagation import propagated
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.metrics import judging
from dlfb_helpers.metrics.benchmark import benchmarks
from dlfb_helpers.metrics.information import information_content
from dlfb_helpers.metrics.judging import PREDICTED, WHOLE, judge
from dlfb_helpers.predictors.results import load_predictions

NAMESPACES = {aspect: name for name, aspect in ASPECTS.items()}
FOUND = {"Fmax": ("f", "f"), "weighted Fmax": ("f_w", "f_w"), "Smin": ("s_w", "s_w")}


@pytest.fixture(scope="module")
def release_2019(course_data):
    return propagated(read_terms(bundled_folder("terms_2019") / "train_terms.tsv.xz"), course_data.ontology)


@pytest.fixture(scope="module")
def weights(course_data, release_2019):
    return information_content(release_2019, course_data.ontology)


@pytest.fixture(scope="module")
def predictions(course_data):
    """Of the bundled results the functions of some proteins; of their processes and places noise around the truth."""
    table = load_predictions("time")
    table = table.loc[table.index[:250]]
    rows = table.stack().rename("score").rename_axis(["EntryID", "term"]).reset_index()
    rows = rows[rows["score"] >= 0.001].assign(score=rows["score"].astype(float).round(3))
    random = np.random.default_rng(0)
    true = course_data.annotations
    true = true[true["EntryID"].isin(table.index[20:]) & (true["aspect"] != "MFO")]
    others = true.assign(term=random.permutation(true["term"].to_numpy()))
    made = pd.concat([true, others])[["EntryID", "term"]].assign(score=lambda rows: random.random(len(rows)).round(2))
    return pd.concat([rows, made], ignore_index=True)


@pytest.fixture(scope="module")
def truth(course_data, predictions):
    """What is known in 2022 of those proteins, and of some that nothing is predicted of."""
    rows, ids = course_data.annotations, course_data.sequences["EntryID"]
    return propagated(rows[rows["EntryID"].isin([*predictions["EntryID"].unique(), *ids[::200]])], course_data.ontology)


def by_cafaeval(folder, labels: pd.DataFrame, predictions: pd.DataFrame, ontology: Ontology, weights, norm):
    """Write the files that the evaluator reads, and let it score them: its curves, by aspect."""
    used = set(labels["term"]) | set(predictions["term"])
    used |= {above for term in used for above in ontology.ancestors(term)}
    stanzas = [
        f"[Term]\nid: {term}\nname: x\nnamespace: {NAMESPACES[ontology.aspects[term]]}\n"
        + "".join(f"is_a: {above} ! x\n" for above in sorted(ontology.parents[term]))
        for term in sorted(used)
    ]
    (folder / "predictions").mkdir()
    (folder / "go.obo").write_text("format-version: 1.2\n\n" + "\n".join(stanzas))
    options = {"sep": "\t", "header": False, "index": False}
    labels[["EntryID", "term"]].to_csv(folder / "truth.tsv", **options)
    predictions[["EntryID", "term", "score"]].to_csv(folder / "predictions" / "model.tsv", **options)
    weights.dropna().to_csv(folder / "ia.tsv", sep="\t", header=False)
    paths = (str(folder / name) for name in ("go.obo", "predictions", "truth.tsv"))
    curves, _ = cafa_eval(*paths, ia=str(folder / "ia.tsv"), norm=norm, n_cpu=1)
    return {ASPECTS[name]: rows.droplevel("ns") for name, rows in curves.droplevel("filename").groupby(level="ns")}


def assert_equal(found: judging.Judged, theirs: pd.DataFrame):
    row, curve, weighted = found.row(), found.curve, found.weighted
    np.testing.assert_array_equal(curve.index[curve["predictions"] > 0], theirs.index)
    assert row["Fmax"] == pytest.approx(theirs["f"].max(), abs=1e-6)
    assert row["threshold"] == theirs["f"].idxmax()
    assert row["weighted Fmax"] == pytest.approx(theirs["f_w"].max(), abs=1e-6)
    assert row["weighted threshold"] == theirs["f_w"].idxmax()
    covered = theirs[theirs["cov_w"] > 0]
    assert row["Smin"] == pytest.approx(covered["s_w"].min(), abs=1e-6)
    for ours, suffix in ((curve, ""), (weighted, "_w")):
        ours, there = ours.loc[covered.index], covered
        for column, name in {
            "coverage": "cov",
            "precision": "pr",
            "recall": "rc",
            "f": "f",
            "ru": "ru",
            "mi": "mi",
        }.items():
            np.testing.assert_allclose(ours[column], there[name + suffix], rtol=0, atol=1e-9, err_msg=name + suffix)


@pytest.mark.parametrize("norm", ["cafa", "pred"])
@pytest.mark.parametrize("kind", ["any", "none", "limited"])
def test_equal_to_cafaeval_on_real_predictions(
    course_data, truth, release_2019, predictions, weights, kind, norm, tmp_path, monkeypatch
):
    monkeypatch.setattr(judging, "CELLS_AT_ONCE", 100_000)  # several blocks
    chosen = [each for each in benchmarks(truth, None if kind == "any" else release_2019) if each.knowledge == kind]
    assert [each.aspect for each in chosen] == ["MFO", "BPO", "CCO"]
    labels = pd.concat([each.labels for each in chosen])
    theirs = by_cafaeval(tmp_path, labels, predictions, course_data.ontology, weights, norm)
    assert theirs.keys() == {"MFO", "BPO", "CCO"}
    for each in chosen:
        found = judge(each, predictions, course_data.ontology, weights, norm)[0]
        assert (found.over, found.proteins) == (WHOLE, each.labels["EntryID"].nunique())
        assert_equal(found, theirs[each.aspect])
