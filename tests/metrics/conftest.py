"""Labels and annotations that several files of metrics are tested on."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from dlfb_helpers.annotations.cafa import load_cafa


@pytest.fixture(scope="module")
def pairs():
    """Labels drawn from the very probabilities: (proteins, terms), few ones, as in a label table."""
    random = np.random.default_rng(0)
    probabilities = expit(random.normal(-2.5, 1.5, size=(800, 60)))
    return (random.random(probabilities.shape) < probabilities).astype(np.int8), probabilities


@pytest.fixture(scope="module")
def course_data():
    return load_cafa()


@pytest.fixture(scope="module")
def training_rows(course_data):
    """Propagated annotations of 800 training proteins; alternative ids translated, retired ones dropped."""
    rows = course_data.annotations[course_data.annotations["aspect"] == "MFO"]
    entries = sorted(rows["EntryID"].unique())[:800]
    rows = rows[rows["EntryID"].isin(entries)]
    rows = rows.assign(term=rows["term"].map(course_data.ontology.canonical)).dropna()
    full = course_data.ontology.propagate(zip(rows["EntryID"], rows["term"]))
    return pd.DataFrame(sorted(full), columns=["EntryID", "term"])
