"""Proteins are parted by what an earlier release knew of them; what it knew is not asked again."""

import pandas as pd

from dlfb_helpers.metrics.benchmark import benchmarks


def rows(*lines: str) -> pd.DataFrame:
    return pd.DataFrame([line.split() for line in lines], columns=["EntryID", "term", "aspect"])


def pairs(table: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(table["EntryID"], table["term"]))


TRUTH = rows("new a MFO", "new p BPO", "other a MFO", "more a MFO", "more b MFO", "same a MFO", "same p BPO")
KNOWN = rows("other c CCO", "more a MFO", "same a MFO", "gone a MFO", "same q BPO")


def test_without_an_earlier_release_all_are_of_one_kind():
    found = benchmarks(TRUTH)
    assert [(each.aspect, each.knowledge, len(each.labels), len(each.known)) for each in found] == [
        ("MFO", "any", 5, 0), ("BPO", "any", 2, 0), ("CCO", "any", 0, 0),
    ]  # fmt: skip


def test_kinds_of_knowledge():
    found = {(each.aspect, each.knowledge): each for each in benchmarks(TRUTH, KNOWN)}
    assert len(found) == 9
    labels = {key: pairs(each.labels) for key, each in found.items() if len(each.labels)}
    assert labels == {
        ("MFO", "none"): {("new", "a")},
        ("MFO", "limited"): {("other", "a")},
        ("MFO", "partial"): {("more", "b")},  # of "same" nothing new, of "gone" nothing any more
        ("BPO", "none"): {("new", "p")},
        ("BPO", "partial"): {("same", "p")},
    }
    assert pairs(found["MFO", "partial"].known) == {("more", "a"), ("same", "a"), ("gone", "a")}
    assert all(found[key].known.empty for key in found if key[1] != "partial")
