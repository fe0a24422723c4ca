"""What the tests of this room share: the course's proteins, embedded and labelled once, and two predictors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.mixture import Choice, Mixture, NetworkSettings
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.training.trained import Hyperparameters

NEIGHBOURS = {"whitening": 0.5, "k": 20, "temperature": 0.1}
CHOICE = Choice(
    NEIGHBOURS, NEIGHBOURS, {"power": 2.0, "prior": 100.0},
    NetworkSettings(hyperparameters=Hyperparameters(dim=8, epochs=2, stop_after=2)), (1, 2, 1),
)  # fmt: skip


@pytest.fixture(scope="session")
def data():
    return load_cafa()


@pytest.fixture(scope="session")
def course_table(data):
    return label_table(data).table


@pytest.fixture(scope="session")
def course_proteins(course_table):
    """All labelled proteins of the course with their bundled vectors."""
    return embed_labelled(course_table)


@pytest.fixture(scope="session")
def parts(course_table, course_proteins):
    """A split of 600 proteins of the course."""
    ids = split_proteins(course_table.sample(600, random_state=0))
    return {part: course_proteins.take(entries) for part, entries in ids.items()}


@pytest.fixture(scope="session")
def narrow(parts):
    """The same with a tenth of the features: enough to choose among settings, in a fraction of the time."""
    return {part: replace(proteins, embeddings=proteins.embeddings[:, ::10]) for part, proteins in parts.items()}


@pytest.fixture(scope="session")
def small(data, course_table, course_proteins, course):
    """A predictor of 200 proteins, trained in seconds."""
    known = course_proteins.take(course_table.sample(200, random_state=0).index)
    mixture = Mixture.fit(CHOICE, known, seeds=range(2))
    terms = mixture.known.targets.columns
    facts = {
        "checkpoint": "course",
        "vectors": store_settings(course),
        "aspect": "MFO",
        "ontology": data.ontology.release,
        "annotations": "a sample",
        "measured": {"test auPRC": "none, a toy"},
    }
    names = {term: data.ontology.names[term] for term in terms}
    return Predictor(mixture, names, ancestor_matrix(terms, data.ontology), LogitScaling(0.9, -0.2), 0.3, facts)


@pytest.fixture(scope="session")
def bundled():
    return load_predictor()
