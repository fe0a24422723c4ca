"""Nothing is lost without a line that says why, and the line can be read at a glance."""

from __future__ import annotations

import pandas as pd
import pytest

from dlfb_helpers.dataset.accounts import Accounts, in_short


@pytest.fixture
def accounts():
    pairs = [("P1", "a"), ("P1", "b"), ("P2", "a"), ("P2", "a"), ("P3", "c")]
    rows = pd.DataFrame(pairs, columns=["EntryID", "term"], dtype="category")
    return Accounts(rows, {"that say NOT": 2}, {"had another aspect": 1})


def test_lines_say_what_was_there_and_what_is_left(accounts):
    accounts.drop_duplicates("duplicates", "twice")
    accounts.keep("some", accounts.rows["term"] != "c", "the third")
    accounts.note("one row a protein", 3, 2, "as a table", 0)
    table = accounts.table().set_index("step")
    assert table["rows before"].tolist() == [7, 5, 4, 3] and table["rows after"].tolist() == [5, 4, 3, 2]
    assert table["dropped"].tolist() == [2, 1, 1, 0]
    assert table["proteins"].tolist() == [3, 3, 2, 2] and table["terms"].tolist() == [3, 3, 2, 2]
    assert table.loc["read", "why"] == "2 rows that say NOT; 1 rows had another aspect"


def test_in_short(accounts):
    accounts.drop_duplicates("duplicates", "twice")
    accounts.note("propagation", 4, 1234567, "1,234,563 ancestors added", 0)
    accounts.keep("some", accounts.rows["term"] != "c", "the third")
    accounts.note("length", 2, 1, "too long")
    assert in_short(accounts.table()) == (
        "7 annotations read; 2 rows that say NOT; 1 rows had another aspect; 1,234,563 ancestors added; "
        "1 rows left out (twice); 1 rows left out (the third); 1 proteins left out (too long); "
        "left: 1 proteins with 2 terms"
    )


def test_an_error_says_where_the_last_rows_went(accounts):
    taxonomy, counts = pd.DataFrame({"taxonomyID": [1, 2, 2]}), pd.Series([3, 1])
    assert accounts.last_step(taxonomy, counts) == "the file has none"
    accounts.keep("some", accounts.rows["term"] != "c", "the third")
    accounts.keep("species", accounts.rows["term"] == "d", "taxon other than 7")
    accounts.keep("more", accounts.rows["term"] == "d", "more")
    said = accounts.last_step(taxonomy, counts)
    assert said == 'the last 4 rows went at "species": taxon other than 7; the taxa with most proteins are 2 (2), 1 (1)'
    accounts.lines[-2]["step"] = "common terms"
    assert accounts.last_step(taxonomy, counts).endswith("; the most frequent one has 3")
