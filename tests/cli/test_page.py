"""The page of `dlfb predict --html`: a row a protein, no network, and nothing runs in it but its search."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pandas as pd
import pytest

from dlfb_helpers.cli.page import page_end, page_rows, page_start

FACTS = {
    "ontology": "go-basic.obo of 2026",
    "annotations": "the course's proteins",
    "checkpoint": "course",
    "measured": {"test Fmax": "0.61"},
}
ROW = {
    "protein": "P01308",
    "term": "GO:0005179",
    "name": "hormone activity",
    "probability": 0.8762,
    "implied": False,
    "nearest": "P01317",
    "identity": 0.876,
    "seen": "similar",
    "nearest_functions": "hormone activity; zinc binding",
}
MARKUP = (
    """</style></title></script><script>alert(1)</script><img src="x" onerror="alert(1)"> "' onload='alert(1)&lt;"""
)


class Reader(HTMLParser):
    """What a browser makes of a page: tags, attributes, and the text of each row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.rows, self.open, self.text = [], [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag == "tr":
            self.rows.append("")
        if tag not in ("meta", "input", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.rows:
            self.rows[-1] += data


def page(*rows: dict, facts: dict = FACTS) -> str:
    predictor = SimpleNamespace(names={"GO:0005179": "hormone activity"}, facts=facts)
    proteins = dict.fromkeys(row["protein"] for row in rows)
    return page_start(predictor, len(proteins)) + page_rows(pd.DataFrame(rows)) + page_end()


def test_the_page_has_a_row_a_protein_and_needs_no_network():
    text = page(
        ROW,
        ROW | {"term": "GO:0003674", "name": "molecular function", "implied": True},
        ROW | {"protein": "new", "nearest": "", "identity": float("nan"), "seen": "nothing similar"},
        ROW | {"protein": "old", "nearest": "old", "identity": 1.0, "seen": "itself"},
    )
    read = Reader(text)
    assert read.open == []  # whatever was opened was closed
    insulin, new, old = (" ".join(row.split()) for row in read.rows[1:])
    assert insulin.startswith("P01308 0.88 hormone activity GO:0005179 0.88 molecular function GO:0003674 P01317")
    assert "88% identical" in insulin and "hormone activity; zinc binding" in insulin
    assert "none aligns" in new and "nothing similar was seen" in new
    assert "100% identical" in old and "this very sequence was trained on" in old
    assert text.count('class="implied"') == 1 and text.count('value="0.876"') == 4
    assert "3</span> of 3" in text and "test Fmax: 0.61" in text
    assert not {"link", "img", "iframe"} & set(read.tags) and read.tags.count("script") == 1
    links = [value for name, value in read.attributes if name in ("href", "src")]
    assert all(re.match("https://(amigo.geneontology.org|www.uniprot.org)/", link) for link in links)


@pytest.mark.parametrize("field", ["protein", "term", "name", "nearest", "nearest_functions"])
def test_markup_in_a_table_is_text(field):
    assert_shown_as_text(page(ROW | {field: MARKUP}))


@pytest.mark.parametrize("field", ["ontology", "annotations", "checkpoint", "measured", "figure"])
def test_markup_in_a_predictors_facts_is_text(field):
    facts = {"measured": {"measured": {MARKUP: "0.61"}}, "figure": {"measured": {"test Fmax": MARKUP}}}
    assert_shown_as_text(page(ROW, facts=FACTS | facts.get(field, {field: MARKUP})))


def assert_shown_as_text(text: str) -> None:
    """The page has the tags and attributes that it has of plain words, and shows the markup's characters."""
    read, plain = Reader(text), Reader(page(ROW))
    assert read.tags == plain.tags and read.open == []
    assert [name for name, _ in read.attributes] == [name for name, _ in plain.attributes]
    assert MARKUP in read.text
