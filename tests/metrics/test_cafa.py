"""CAFA's metrics equal those of CAFA's own evaluator, curve by curve, on made-up scores and on the course's labels."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from cafaeval.evaluation import cafa_eval

from dlfb_helpers.annotations.consistency import ancestor_matrix, make_consistent
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.labels import GENERIC_TERMS, HUMAN, label_table
from dlfb_helpers.metrics.cafa import THRESHOLDS, f_at, fmax, smin, threshold_curve
from dlfb_helpers.metrics.information import information_content

ROOT = "GO:0003674"
CURVES = {"coverage": "cov", "precision": "pr", "recall": "rc", "f": "f", "ru": "ru", "mi": "mi", "s": "s"}


def ontology_of(parents: dict) -> Ontology:
    return Ontology(
        names={term: f"name of {term}" for term in parents},
        aspects={term: "MFO" for term in parents},
        parents={term: frozenset(above) for term, above in parents.items()},
    )


def evaluated(folder, targets: pd.DataFrame, probabilities: np.ndarray, parents: dict, weights=None, **options):
    """Write the four files that cafaeval reads, and let it score them."""
    stanzas = [
        f"[Term]\nid: {term}\nname: x\nnamespace: molecular_function\n"
        + "".join(f"is_a: {parent} ! x\n" for parent in sorted(above))
        for term, above in parents.items()
    ]
    (folder / "predictions").mkdir()
    (folder / "go.obo").write_text("format-version: 1.2\n\n" + "\n".join(stanzas))
    lines = [f"{targets.index[i]}\t{targets.columns[j]}\n" for i, j in np.argwhere(targets.to_numpy())]
    (folder / "truth.tsv").write_text("".join(lines))
    lines = [
        f"{targets.index[i]}\t{targets.columns[j]}\t{float(probabilities[i, j])!r}\n"  # every digit of it
        for i, j in np.argwhere(probabilities > 0)
    ]
    (folder / "predictions" / "model.tsv").write_text("".join(lines))
    if weights is not None:
        lines = [f"{term}\t{weight!r}\n" for term, weight in zip(targets.columns, np.asarray(weights).tolist())]
        (folder / "ia.tsv").write_text("".join(line for line in lines if "nan" not in line))
    table, best = cafa_eval(
        str(folder / "go.obo"), str(folder / "predictions"), str(folder / "truth.tsv"),
        ia=None if weights is None else str(folder / "ia.tsv"), n_cpu=1, **options,
    )  # fmt: skip
    return table.droplevel(["filename", "ns"]), best


def assert_equal_to_cafaeval(folder, targets, probabilities, parents, weights, **options):
    theirs, best = evaluated(folder, targets, probabilities, parents, weights, **options)
    for suffix, ours in (("", threshold_curve(targets, probabilities)),
                         ("_w", threshold_curve(targets, probabilities, weights))):  # fmt: skip
        np.testing.assert_array_equal(ours.index[ours["predictions"] > 0], theirs.index)
        ours = ours.loc[theirs.index]
        covered = ours["coverage"] > 0
        for column, name in CURVES.items():
            expected = theirs[name + suffix]
            if column in ("precision", "f"):
                expected = expected.where(covered)  # undefined where nothing with weight is predicted; theirs is 0
            np.testing.assert_allclose(ours[column], expected, rtol=0, atol=1e-9, err_msg=column + suffix)
        score = fmax(targets, probabilities, weights if suffix else None)
        row = best["f" + suffix].iloc[0]
        assert score.f == pytest.approx(row["f" + suffix], abs=1e-9)
        assert score.threshold == best["f" + suffix].index[0][-1]
        found = (score.precision, score.recall, score.coverage)
        assert found == pytest.approx(tuple(row[[f"pr{suffix}", f"rc{suffix}", f"cov{suffix}"]]), abs=1e-9)
    distance = smin(targets, probabilities, weights)
    at = theirs["s_w"].idxmin()
    assert distance.s == pytest.approx(theirs["s_w"].min(), abs=1e-9)
    assert distance.threshold == at
    found = (distance.remaining_uncertainty, distance.misinformation, distance.coverage)
    assert found == pytest.approx(tuple(theirs.loc[at, ["ru_w", "mi_w", "cov_w"]]), abs=1e-9)
    assert smin(targets, probabilities, np.ones(targets.shape[1])).s == pytest.approx(best["s"]["s"].iloc[0], abs=1e-9)


@pytest.fixture(params=["two decimals", "all digits", "float32", "zeros and ones", "low"])
def made_up(request):
    """A random graph of 30 terms; 80 proteins, some without prediction, some without label; terms of one class."""
    random = np.random.default_rng(11)
    terms = [f"GO:{number:07d}" for number in range(30)]
    parents = {terms[0]: set()}
    for place in range(1, 30):
        parents[terms[place]] = {terms[above] for above in random.integers(0, place, size=2)}
    ontology = ontology_of(parents)
    targets = make_consistent(random.random((80, 30)) < 0.04, terms, ontology).astype(np.uint8)
    targets[:, 29] = 0  # nobody has this leaf
    targets[70:75] = 0
    targets[:70, 0] = 1  # every labelled protein has the root, three nothing else
    targets[:3, 1:] = 0
    rounding = {
        "two decimals": lambda scores: scores.round(2),
        "all digits": lambda scores: scores,
        "float32": lambda scores: scores.round(2).astype(np.float32),
        "zeros and ones": np.round,
        "low": lambda scores: scores.round(2) * 0.37,
    }
    scores = rounding[request.param](random.beta(0.4, 1.5, targets.shape))
    scores[5:12], scores[72] = 0, 0
    at_or_below = ancestor_matrix(terms, ontology).T | np.eye(30, dtype=bool)
    probabilities = np.where(at_or_below, scores[:, None, :], scores.dtype.type(0)).max(axis=2)
    probabilities[20:23, 1:] = 0  # only the root is predicted, which has no weight
    weights = random.exponential(2, 30)
    weights[0], weights[3], weights[7] = 0, 0, np.nan
    return pd.DataFrame(targets, columns=terms).rename(index="P{}".format), probabilities, parents, weights


@pytest.mark.parametrize("propagation", ["max", "fill"])  # both leave a consistent table as it is
def test_equal_to_cafaeval_on_made_up_scores(made_up, tmp_path, propagation):
    targets, probabilities, parents, weights = made_up
    assert_equal_to_cafaeval(tmp_path, targets, probabilities, parents, weights, prop=propagation)


def test_without_the_root_column_equal_to_cafaeval_without_orphans(made_up, tmp_path):
    targets, probabilities, parents, _ = made_up
    # The evaluator would keep proteins of which only the root is known, at recall 0.
    specific = targets.iloc[:, 1:].any(axis=1).to_numpy()
    theirs, _ = evaluated(tmp_path, targets[specific], probabilities[specific], parents, no_orphans=True)
    ours = threshold_curve(targets.iloc[:, 1:], probabilities[:, 1:]).loc[theirs.index]
    for column, name in CURVES.items():
        np.testing.assert_allclose(ours[column], theirs[name], rtol=0, atol=1e-9, err_msg=column)


@pytest.fixture(scope="module")
def course_targets(course_data):
    """The labels of 300 human proteins; all ancestors of a column are columns."""
    taxonomy = course_data.taxonomy
    human = taxonomy["EntryID"][taxonomy["taxonomyID"] == HUMAN].sort_values()[::6]  # a sixth of them: quicker
    rows = course_data.annotations[course_data.annotations["EntryID"].isin(human)]
    labelled = label_table(replace(course_data, annotations=rows), generic_terms=(), min_proteins=8)
    return labelled.table.filter(like="GO:")[:300]


@pytest.mark.parametrize("generic", ["kept", "set aside"])
def test_equal_to_cafaeval_on_the_courses_labels(course_data, course_targets, training_rows, tmp_path, generic):
    ontology, targets = course_data.ontology, course_targets
    above = {term: ontology.parents[term] for term in targets.columns}
    assert set().union(*above.values()) <= set(targets.columns)
    if generic == "set aside":  # they are no terms of the evaluator's ontology then
        targets = targets.drop(columns=list(GENERIC_TERMS))
        above = {term: ontology.ancestors(term) - set(GENERIC_TERMS) for term in targets.columns}
        assert (~targets.any(axis=1)).sum() > 0
    terms = targets.columns
    random = np.random.default_rng(3)
    noisy = 0.5 * targets.to_numpy() * random.random(targets.shape) + 0.5 * random.random(targets.shape) ** 4
    probabilities = make_consistent(noisy.round(2), terms, ontology).astype(np.float64).round(2)
    probabilities[10:20] = 0
    weights = information_content(training_rows, ontology)
    assert_equal_to_cafaeval(tmp_path, targets, probabilities, above, weights[terms])
    assert fmax(targets, probabilities, weights) == fmax(targets, probabilities, weights[terms].to_numpy())
    assert 0.3 < fmax(targets, probabilities, weights).f < 0.9


@pytest.fixture
def small():
    targets = np.array([[1, 1, 0], [1, 0, 1], [0, 0, 0]])
    probabilities = np.array([[0.9, 0.5, 0.1], [0.4, 0.3, 0.0], [0.9, 0.9, 0.9]])
    return targets, probabilities


def test_example_by_hand(small):
    # From 0.3 up: protein 0 has both labels right, protein 1 one of two, and one prediction wrong.
    at = f_at(*small, threshold=0.3)
    assert (at.precision, at.recall, at.coverage) == (0.75, 0.75, 1.0)
    assert (at.proteins, at.without_labels) == (2, 1)
    best = fmax(*small)  # from 0.31 up, protein 1 loses the wrong prediction
    assert (best.precision, best.recall, best.f) == (1.0, 0.75, pytest.approx(6 / 7))
    assert 0.3 < best.threshold < 0.32
    weighted = f_at(*small, threshold=0.3, weights=[0.0, 3.0, 1.0])
    assert (weighted.precision, weighted.recall, weighted.f) == (0.5, 0.5, 0.5)
    distance = smin(*small, weights=[1.0, 3.0, 4.0])  # at 0.31 only the 4 bits of protein 1 are missed
    assert (distance.remaining_uncertainty, distance.misinformation, distance.s) == (2.0, 0.0, 2.0)


def test_a_perfect_prediction_scores_1_and_0(made_up):
    targets, _, _, weights = made_up
    perfect = targets.to_numpy(float)
    assert fmax(targets, perfect).f == 1 and smin(targets, perfect, weights).s == 0
    assert fmax(targets, perfect, weights).precision == 1


def test_f_at_the_threshold_of_fmax_is_fmax_and_at_no_other_higher(made_up):
    targets, probabilities, _, weights = made_up
    for w in (None, weights):
        best = fmax(targets, probabilities, w)
        assert f_at(targets, probabilities, best.threshold, w) == pytest.approx(best, abs=1e-12)
        assert all(not f_at(targets, probabilities, t, w).f > best.f + 1e-12 for t in THRESHOLDS[::7])


def test_a_score_exactly_at_the_threshold_is_predicted():
    scores = THRESHOLDS[None, :]
    curve = threshold_curve(np.ones(scores.shape, dtype=int), scores)
    np.testing.assert_array_equal(curve["predictions"], np.arange(99, 0, -1))
    decimals = threshold_curve([[1]], [[0.06]])  # the evaluator's 0.06 is a hair more than 0.06
    assert decimals["predictions"].sum() == 5 and f_at([[1]], [[0.06]], 0.06).f == 1.0


def test_smin_is_taken_where_something_is_predicted_as_in_cafaeval(tmp_path):
    # The only prediction is wrong: predicting nothing would be nearer, but the evaluator leaves those thresholds out.
    targets, weights = pd.DataFrame([[1, 1, 0]], index=["P1"], columns=[ROOT, "A", "B"]), np.array([0.0, 1.0, 3.0])
    probabilities = np.array([[0.5, 0.0, 0.5]])
    theirs, _ = evaluated(tmp_path, targets, probabilities, {ROOT: [], "A": [ROOT], "B": [ROOT]}, weights)
    assert smin(targets, probabilities, weights).s == pytest.approx(theirs["s_w"].min()) == pytest.approx(np.sqrt(10))
    assert threshold_curve(targets, probabilities, weights)["s"].min() == 1


def test_averages_do_not_depend_on_proteins_without_labels_or_on_order(made_up):
    targets, probabilities, _, weights = made_up
    labelled = targets.any(axis=1).to_numpy()
    whole = fmax(targets, probabilities, weights)
    assert whole.without_labels == (~labelled).sum() > 0
    assert whole[:-1] == fmax(targets[labelled], probabilities[labelled], weights)[:-1]
    shuffled = np.random.default_rng(0).permutation(targets.shape[1])
    other_way = smin(targets.iloc[:, shuffled], probabilities[:, shuffled], weights[shuffled])
    assert other_way == pytest.approx(smin(targets, probabilities, weights))


def test_no_prediction_at_all_is_nan_and_not_0(small, recwarn):
    targets, nothing = small[0], np.zeros((3, 3))
    for score in (fmax(targets, nothing), f_at(targets, nothing, 0.5), fmax(targets, nothing, [1.0, 1.0, 1.0])):
        assert np.isnan(score.f) and np.isnan(score.precision)
        assert (score.recall, score.coverage, score.proteins) == (0, 0, 2)
    assert smin(targets, nothing, [1.0, 3.0, 4.0])[:1] == (4.5,)  # the mean information of the labels
    assert len(recwarn) == 0


def test_whole_table_takes_well_below_a_second():
    random = np.random.default_rng(0)
    targets = (random.random((1087, 292)) < 0.03).astype(np.uint8)
    probabilities, weights = random.random(targets.shape), random.random(292)
    start = perf_counter()
    fmax(targets, probabilities, weights)
    assert perf_counter() - start < 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probabilities": np.full((3, 3), -2.5)}, "go from -2.5 to -2.5; put logits"),
        ({"probabilities": np.zeros((3, 2))}, r"\(3, 3\) and \(3, 2\)"),
        ({"targets": np.zeros((3, 3))}, "none of the 3 proteins has a label"),
        ({"weights": [1.0, 2.0]}, r"shape \(3,\)"),
        ({"weights": [1.0, -2.0, 1.0]}, "0 or more"),
        ({"weights": [1.0, np.inf, 1.0]}, "finite"),
        ({"weights": [0.0, np.nan, 0.0]}, "no term has a weight above 0"),
        ({"thresholds": [0.0, 0.5]}, "above 0 and at most 1"),
        ({"thresholds": [0.5, 0.4]}, "must ascend"),
        ({"thresholds": [np.nan]}, "above 0"),
    ],
)
def test_bad_input_is_refused(small, change, message):
    with pytest.raises(ValueError, match=message):
        threshold_curve(**{"targets": small[0], "probabilities": small[1]} | change)


def test_weights_are_put_in_the_order_of_the_columns(small):
    targets = pd.DataFrame(small[0], columns=["A", "B", "C"])
    weights = pd.Series({"C": 4.0, "A": 1.0, "D": 9.0, "B": 3.0})
    assert smin(targets, small[1], weights) == smin(small[0], small[1], [1.0, 3.0, 4.0])
    with pytest.raises(ValueError, match="no weight for 1 of 3 columns, such as B"):
        smin(targets, small[1], weights.drop("B"))
