"""What is fitted is fitted on training and validation proteins; what is measured, on others, and comes out again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from dlfb_helpers.annotations.consistency import ancestor_matrix
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.predictors import fitting
from dlfb_helpers.predictors.base import BASE, BasePredictors, Settings
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.fitting import FEWEST, SET_ASIDE, fit_predictor, train_predictor
from dlfb_helpers.predictors.measuring import card_rows, evaluate_predictor, measure
from dlfb_helpers.predictors.mixture import NetworkSettings
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.selection import choose
from dlfb_helpers.training.trained import Hyperparameters

NETWORKS = {"small": NetworkSettings(hyperparameters=Hyperparameters(dim=8, epochs=2))}


@pytest.fixture(scope="module")
def chosen(narrow):
    return choose(narrow["train"], narrow["valid"], NETWORKS, seeds=(0,))[0]


@pytest.fixture(scope="module")
def fitted(narrow):
    return fit_predictor(narrow["train"], narrow["valid"], NETWORKS, seeds=(0,))


def test_settings_are_those_that_the_validation_part_chose(chosen, fitted):
    assert fitted[0].settings == Settings(chosen.neighbours, chosen.alignment, chosen.network)


def test_the_blend_is_fitted_on_what_the_base_predictors_had_not_learnt(narrow, chosen, fitted):
    """As one does by hand: a pool of the training part alone, and what it says of the validation part."""
    train, valid = narrow["train"], narrow["valid"]
    _, blend, threshold = fitted
    pool = Pool.fit(train, chosen.neighbours["whitening"])
    settings = Settings(chosen.neighbours, chosen.alignment, chosen.network)
    base = BasePredictors.fit(settings, pool, train.embeddings, csr_array(train.targets.to_numpy()))
    neighbours = pool.neighbours(valid)
    scores, strengths = base.scores(valid, neighbours), base.strengths(neighbours.bits)
    assert list(blend.weights) == list(BASE)
    np.testing.assert_allclose(blend(scores, strengths), Blend.fit(valid.targets, scores, strengths)(scores, strengths))
    assert threshold == fmax(valid.targets, blend(scores, strengths)).threshold


def test_the_base_predictors_are_fitted_on_both_parts(narrow, fitted):
    both, base = narrow["train"] + narrow["valid"], fitted[0]
    assert base.pool.ids == both.ids and base.pool.sequences == both.sequences and base.curated is None
    np.testing.assert_array_equal(base.labels.labels.toarray(), both.targets)
    assert base.networks.ensemble.passes.tolist() == [base.settings.network.hyperparameters.stop_after]


@pytest.fixture(scope="module")
def few(data, course_table):
    """The course's data with the annotations of 500 proteins."""
    some = course_table.sample(500, random_state=1).index
    return replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(some)])


@pytest.fixture
def folders(few, monkeypatch):
    """What was asked for, in place of a folder's files."""
    asked = []
    monkeypatch.setattr(fitting, "load_cafa", lambda folder: asked.append(folder) or few)
    return asked


def test_training_measures_on_proteins_that_it_has_not_seen(folders, few, course, monkeypatch):
    measured = {}

    def measuring(targets, probabilities):
        measured.update(ids=targets.index.tolist(), rows=card_rows(found := measure(targets, probabilities)))
        return found

    monkeypatch.setattr(fitting, "measure", measuring)
    trained = train_predictor("a folder", min_proteins=30, networks=NETWORKS)
    assert folders == ["a folder"]
    assert trained.facts["measured"] == measured["rows"]
    known = trained.pool
    assert not set(measured["ids"]) & set(known.ids)
    assert len(measured["ids"]) + len(known) == few.annotations["EntryID"].nunique() or len(known) > 300
    assert not set(SET_ASIDE) & set(trained.names)
    assert f"{len(known) + len(measured['ids'])} proteins of taxon 9606" in trained.facts["annotations"]
    assert trained.facts["vectors"]["checkpoint"] == course.digest and trained.facts["checkpoint"] == "course"
    assert trained.facts["ontology"] == few.ontology.release and trained.facts["aspect"] == "MFO"
    assert trained.check(course) is course
    assert all(few.ontology.names[term] == name for term, name in trained.names.items())
    np.testing.assert_array_equal(trained.ancestors, ancestor_matrix(list(trained.names), few.ontology))
    # The same proteins are those that are left when it is evaluated: the others it was trained on.
    monkeypatch.setattr(fitting, "measure", measure)
    again = evaluate_predictor(trained, few)
    assert card_rows(again) == measured["rows"] and again["left out"] == len(known)


@pytest.mark.parametrize("count", [FEWEST, 25])
def test_a_small_set_is_enough(data, course_table, count):
    """Neighbours, batches and all that is fitted make do with what there is."""
    some = course_table.drop_duplicates("Sequence").sample(count, random_state=2).index
    tiny = replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(some)])
    told = []
    trained = train_predictor(tiny, min_proteins=1, networks=NETWORKS, report=told.append, max_length=499)
    known = len(trained.pool)
    assert known < count and trained.base.settings.network.hyperparameters.batch_size <= known
    assert trained.facts["max_length"] == 499
    assert len(told) == 1 and "annotations read; " in told[0]
    probabilities = trained.predict(tiny.sequences.set_index("EntryID")["Sequence"].head(3))
    assert np.isfinite(probabilities.to_numpy()).all()


def test_the_smallest_size_is_said_before_anything_is_embedded(data, course_table, monkeypatch):
    some = course_table.drop_duplicates("Sequence").sample(FEWEST - 1, random_state=2).index
    tiny = replace(data, annotations=data.annotations[data.annotations["EntryID"].isin(some)])
    monkeypatch.setattr(fitting, "embed_labelled", lambda *arguments: pytest.fail("was embedded"))
    with pytest.raises(ValueError, match=f"9 different sequences are too few .* at least {FEWEST} are needed; ask for"):
        train_predictor(tiny, min_proteins=1, networks=NETWORKS)
