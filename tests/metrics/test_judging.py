"""Any table of predictions is scored as `cafaeval` scores it, aspect by aspect and by what was known before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from cafaeval.evaluation import cafa_eval

from dlfb_helpers.annotations.cafa import read_terms
from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from dlfb_helpers.annotations.propagation import propagated
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.metrics import judging
from dlfb_helpers.metrics.benchmark import Benchmark, benchmarks
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


SMALL = Ontology(
    names=dict.fromkeys("RABCDX", "a name"),
    aspects=dict.fromkeys("RABCD", "MFO") | {"X": "BPO"},
    parents={
        term: frozenset(above) for term, above in {"R": "", "A": "R", "B": "R", "C": "AB", "D": "A", "X": ""}.items()
    },
)


def small_benchmark(labels: str, known: str = "", aspect: str = "MFO") -> Benchmark:
    """As in "P1 A, P2 C": labels are propagated."""

    def table(text):
        pairs = [part.split() for part in text.split(",") if part]
        return pd.DataFrame(sorted(SMALL.propagate(pairs)), columns=["EntryID", "term"])

    return Benchmark(aspect, "any", table(labels), table(known))


def small_predictions(text: str) -> pd.DataFrame:
    table = pd.DataFrame([part.split() for part in text.split(",")], columns=["EntryID", "term", "score"])
    return table.astype({"score": float})


def test_scores_rise_the_larger_of_two_counts_and_other_proteins_do_not():
    # P1: C, A, B and R at 0.5, all right; P2: nothing predicted; P9 is nobody's.
    predictions = small_predictions("P1 C 0.5,P1 C 0.3,P9 D 0.9,P1 X 0.9")
    whole, predicted = judge(
        small_benchmark("P1 C,P2 D"), predictions, SMALL, pd.Series({"R": 0.0, "A": 1.0, "C": 3.0})
    )
    assert (whole.over, whole.terms, whole.proteins) == (WHOLE, 5, 2)
    row = whole.row()
    assert (row["precision"], row["recall"], row["coverage"], row["Fmax"]) == (1.0, 0.5, 0.5, pytest.approx(2 / 3))
    assert whole.curve["predictions"].loc[:0.495].eq(4).all() and whole.curve["predictions"].loc[0.505:].eq(0).all()
    assert (row["Smin"], row["remaining uncertainty"], row["misinformation"]) == (0.5, 0.5, 0.0)  # A of P2, of two
    # C and D are predicted, of any protein; both proteins have one of them.
    assert (predicted.over, predicted.terms, predicted.proteins) == (PREDICTED, 2, 2)
    assert predicted.row()["weighted recall"] == 0.5


def test_what_was_known_is_neither_right_nor_wrong():
    benchmark = small_benchmark("P1 C", known="P1 D")
    new = benchmark._replace(labels=benchmark.labels[~benchmark.labels["term"].isin(["A", "R"])])
    whole = judge(new, small_predictions("P1 D 0.9,P1 B 0.5"), SMALL)[0]
    assert whole.curve["predictions"].loc[0.505:0.89].eq(0).all()  # D, A and R were known
    row = whole.row()
    assert (row["precision"], row["recall"]) == (1.0, 0.5)  # B of B and C
    assert whole.weighted is None and np.isnan(row["weighted Fmax"]) and np.isnan(row["Smin"])


def test_where_there_is_nothing_there_are_no_numbers():
    none = judge(small_benchmark("", aspect="BPO"), small_predictions("P1 A 0.5"), SMALL, pd.Series({"A": 1.0}))
    assert [(each.terms, each.proteins, each.curve) for each in none] == [(0, 0, None)] * 2
    assert np.isnan([none[0].row()[name] for name in ("Fmax", "threshold", "coverage", "Smin")]).all()
    unpredicted = judge(small_benchmark("P1 A"), small_predictions("P9 X 0.5"), SMALL, pd.Series({"A": 1.0}))
    row = unpredicted[0].row()
    assert np.isnan(row["Fmax"]) and np.isnan(row["Smin threshold"]) and (row["coverage"], row["Smin"]) == (0, 1)
    weightless = judge(small_benchmark("P1 A"), small_predictions("P1 A 0.5"), SMALL, pd.Series({"X": 1.0}))[0]
    assert weightless.weighted is None and weightless.row()["Fmax"] == 1
    with pytest.raises(ValueError, match="norm is 'gt'; choose one of cafa, pred"):
        judge(small_benchmark("P1 A"), small_predictions("P1 A 0.5"), SMALL, norm="gt")


@pytest.mark.parametrize("cells", [1, 7, 10**6])
def test_numbers_do_not_depend_on_blocks_or_on_the_order_of_rows(cells, monkeypatch):
    random = np.random.default_rng(4)
    ids = [f"P{number}" for number in range(30)]
    benchmark = small_benchmark(",".join(f"{entry} {random.choice([*'ABCD'])}" for entry in ids))
    predictions = pd.DataFrame({"EntryID": random.choice(ids, 80), "term": random.choice([*"ABCD"], 80)})
    predictions["score"] = random.random(80).round(2)
    weights = pd.Series({"A": 1.0, "B": 0.5, "C": 2.0, "D": 3.0})
    expected = judge(benchmark, predictions, SMALL, weights)
    monkeypatch.setattr(judging, "CELLS_AT_ONCE", cells)
    shuffled = benchmark._replace(labels=benchmark.labels.sample(frac=1, random_state=1))
    for one, other in zip(
        judge(shuffled, predictions.sample(frac=1, random_state=0), SMALL, weights), expected, strict=True
    ):
        pd.testing.assert_frame_equal(one.curve, other.curve)
        pd.testing.assert_frame_equal(one.weighted, other.weighted)
