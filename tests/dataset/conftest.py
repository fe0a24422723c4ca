"""The course's own data, read and labelled once for all tests of this room."""

import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table


@pytest.fixture(scope="session")
def data():
    return load_cafa()


@pytest.fixture(scope="session")
def labelled(data):
    return label_table(data)


@pytest.fixture(scope="session")
def course_table(labelled):
    return labelled.table
