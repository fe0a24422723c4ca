"""What the tests of this room share: the course's proteins, embedded and labelled once, and two predictors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.predictors.base import BasePredictors, Settings
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.mixture import NetworkSettings
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.training.trained import Hyperparameters

SETTINGS = Settings(
    {"whitening": 0.5, "k": 20, "temperature": 0.1}, {"power": 2.0, "prior": 100.0},
    NetworkSettings(hyperparameters=Hyperparameters(dim=8, epochs=2, stop_after=2)),
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
    """A predictor of 240 proteins, trained in seconds.

    The functions of the first 200 were shown by experiment, a curator assigned those of the last 60.
    """
    known, held_out = (
        course_proteins.take(ids) for ids in np.split(course_table.sample(340, random_state=0).index, [240])
    )
    pool, labels = Pool.fit(known, SETTINGS.neighbours["whitening"]), known.targets.to_numpy()
    rows = np.arange(len(known))[:, None]
    experimental, curated = csr_array(labels * (rows < 200)), csr_array(labels * (rows >= 180))
    base = BasePredictors.fit(SETTINGS, pool, known.embeddings, experimental, curated, seeds=range(2))
    neighbours = pool.neighbours(held_out)
    blend = Blend.fit(held_out.targets.to_numpy(), base.scores(held_out, neighbours), base.strengths(neighbours.bits))
    facts = {
        "checkpoint": "course",
        "vectors": store_settings(course),
        "aspect": "MFO",
        "ontology": data.ontology.release,
        "annotations": "a sample",
        "measured": {"test auPRC": "none, a toy"},
    }
    names = {term: data.ontology.names[term] for term in known.targets.columns}
    return Predictor(base, blend, names, ancestor_matrix(list(names), data.ontology), 0.3, facts)


@pytest.fixture(scope="session")
def queries(small, parts):
    """Ten proteins that the small predictor has not seen."""
    return parts["test"].take([entry for entry in parts["test"].ids if entry not in small.pool.place][:10])


@pytest.fixture(scope="session")
def bundled():
    return load_predictor()
