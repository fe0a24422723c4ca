"""Labels come back from their arrays, and from their most specific terms; arrays that are no labels are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.sparse import csr_array

from dlfb_helpers.annotations.consistency import specific_labels
from dlfb_helpers.predictors.sparse import as_tensors, from_tensors, propagated

TABLES = arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9))


@st.composite
def labelled(draw):
    """An ancestor matrix, which is transitive and has no cycle, and labels of some proteins."""
    terms = draw(st.integers(1, 7))
    below = np.tril(draw(arrays(bool, (terms, terms))), -1)
    for middle in range(terms):  # Warshall: what is above an ancestor is an ancestor
        below |= np.outer(below[:, middle], below[middle])
    order = np.array(draw(st.permutations(range(terms))))
    return below[np.ix_(order, order)], draw(arrays(bool, (draw(st.integers(1, 5)), terms)))


@given(TABLES)
def test_a_table_comes_back_from_its_arrays(table):
    tensors = as_tensors(csr_array(table.astype(np.float32)), "it")
    assert set(tensors) == {"it/columns", "it/ends"} and len(tensors["it/columns"]) == table.sum()
    found = from_tensors(tensors, "it", *table.shape)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.toarray(), table)


def test_columns_are_as_small_as_they_can_be_and_in_order():
    few, many = (csr_array(([1, 1], ([0, 0], [size - 1, 3])), shape=(2, size)) for size in (65_535, 65_600))
    assert as_tensors(few, "a")["a/columns"].dtype == np.uint16
    columns = as_tensors(many, "a")["a/columns"]
    assert columns.dtype == np.uint32 and columns.tolist() == [3, 65_599]
    assert from_tensors(as_tensors(many, "a"), "a", 2, 65_600).indices.tolist() == [3, 65_599]


@given(labelled())
def test_the_most_specific_imply_the_others(made):
    ancestors, labels = made
    closed = propagated(csr_array(labels.astype(np.float32)), ancestors)
    expected = np.array([[own or (row & ancestors[:, term]).any() for term, own in enumerate(row)] for row in labels])
    np.testing.assert_array_equal(closed.toarray(), expected)
    few = specific_labels(closed, ancestors)
    np.testing.assert_array_equal(propagated(few, ancestors).toarray(), closed.toarray())
    assert few.nnz == few.toarray().sum()  # nothing is stored but ones
    for row in few.toarray().astype(bool):
        assert not (ancestors[row].any(axis=0) & row).any()  # none of them implies another


WHOLE = {"it/columns": np.array([0, 2, 1], np.uint16), "it/ends": np.array([2, 2, 3], np.uint32)}


def test_the_arrays_say_which_and_where():
    np.testing.assert_array_equal(from_tensors(WHOLE, "it", 3, 3).toarray(), [[1, 0, 1], [0, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize(
    ("changes", "rows", "columns", "said"),
    [
        ({}, 2, 3, "it are no 2 rows of whole numbers"),
        ({}, 3, 2, "it name other places than the 2 columns"),
        ({"it/ends": np.array([2, 1, 3], np.uint32)}, 3, 3, "name other places"),
        ({"it/ends": np.array([2, 2, 2], np.uint32)}, 3, 3, "name other places"),
        ({"it/ends": np.array([2, 2, 4], np.uint32)}, 3, 3, "name other places"),
        ({"it/ends": np.array([2, 2, 3], np.int32)}, 3, 3, "no 3 rows of whole numbers"),
        ({"it/ends": np.array([[2, 2, 3]], np.uint32)}, 3, 3, "no 3 rows of whole numbers"),
        ({"it/columns": np.array([0, 2, 1], np.float16)}, 3, 3, "no 3 rows of whole numbers"),
        ({"it/columns": np.array([[0, 2, 1]], np.uint16)}, 3, 3, "no 3 rows of whole numbers"),
    ],
)
def test_arrays_that_are_no_such_table_are_refused(changes, rows, columns, said):
    with pytest.raises(ValueError, match=said):
        from_tensors(WHOLE | changes, "it", rows, columns)


@pytest.mark.parametrize("name", WHOLE)
def test_a_missing_array_is_named(name):
    with pytest.raises(KeyError, match=name):
        from_tensors({key: value for key, value in WHOLE.items() if key != name}, "it", 3, 3)
