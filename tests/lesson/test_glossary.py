"""The glossary: what is read, its page, and the links to it."""

from __future__ import annotations

import pytest

from dlfb_helpers.lesson.glossary import glossary_page, link_first_uses, read_glossary, term_link

GLOSSARY = """# Glossary

The words of the course.

- **amino acid** (amino acids): a small
  molecule. *Chapter 1*
- **acid**: a donor of protons. *Chapter 99*
- **GO** (Gene Ontology): the vocabulary of functions. *Chapter 2*
"""


@pytest.fixture
def glossary(tmp_path):
    path = tmp_path / "glossary.md"
    path.write_text(GLOSSARY)
    return read_glossary(path)


def test_the_glossary_is_read_with_its_other_forms(glossary):
    opening, entries = glossary
    assert opening == "# Glossary\n\nThe words of the course."
    assert [entry.forms for entry in entries] == [("amino acid", "amino acids"), ("acid",), ("GO", "Gene Ontology")]
    assert entries[0].definition == "a small molecule. *Chapter 1*"


@pytest.mark.parametrize(
    "line, complaint",
    [("- amino acid: no bold", "is not of the form"), ("- **acids** (acid): again", "'acid' stands under")],
)
def test_what_the_glossary_must_not_hold_is_named(tmp_path, line, complaint):
    path = tmp_path / "glossary.md"
    path.write_text(GLOSSARY + line + "\n")
    with pytest.raises(ValueError, match=f"glossary.md: .*{complaint}"):
        read_glossary(path)


def test_the_page_has_every_term_at_its_place_and_leads_to_chapters_that_there_are(glossary):
    page = glossary_page(*glossary, {1: "01_a.ipynb", 2: "02_b.ipynb"})
    assert page.startswith("# Glossary\n\nThe words")
    assert '<dt id="term-amino-acid">amino acid</dt>\n<dd>\n\na small molecule. [Chapter 1](01_a.ipynb)\n' in page
    assert page.count("<dt ") == 3 and "*Chapter 99*" in page


def test_a_link_leads_to_the_place_of_its_term():
    assert (
        term_link("amino\nacids", "amino acid") == '<a class="term" href="glossary.md#term-amino-acid">amino\nacids</a>'
    )


def role(use, term):
    """A way to write the link that is told from the prose at a glance."""
    return f"{{term}}`{use} <{term}>`"


@pytest.mark.parametrize(
    "before, after",
    [
        ("Amino acids, amino acids", "{term}`Amino acids <amino acid>`, amino acids"),  # once, capital or not
        ("an amino\nacid", "an {term}`amino\nacid <amino acid>`"),  # over the end of a line
        ("acid and amino acid", "{term}`acid <acid>` and {term}`amino acid <amino acid>`"),  # the longest first
        ("the Gene Ontology (GO)", "the {term}`Gene Ontology <GO>` (GO)"),  # one link for all forms
        ("go on, GOs, acidic, acid-free, GO_1", None),  # other words
        ("## The acid\n\nThe acid", "## The acid\n\nThe {term}`acid <acid>`"),  # headings
        ("`acid` and ``a ` acid`` acid", "`acid` and ``a ` acid`` {term}`acid <acid>`"),
        ("```python\nacid\n```\nacid", "```python\nacid\n```\n{term}`acid <acid>`"),
        ("[an acid](acid.md) ![acid](acid.png)", None),
        ("[an *[acid]* here](a) acid", "[an *[acid]* here](a) {term}`acid <acid>`"),
        (
            "<b>acid</b>\n\nSee https://acid.org/acid acid",
            "<b>acid</b>\n\nSee https://acid.org/acid {term}`acid <acid>`",
        ),
        ("| **acid** | acid |", "| **acid** | {term}`acid <acid>` |"),  # the bold head of a row
        ("**acid** *acid*", "**{term}`acid <acid>`** *acid*"),
    ],
)
def test_the_first_use_in_prose_is_linked(glossary, before, after):
    assert link_first_uses([before], glossary[1], role) == [after or before]


def test_a_chapter_links_a_term_once_over_all_its_cells(glossary):
    assert link_first_uses(["An acid.", "The acid."], glossary[1], role) == [
        "An {term}`acid <acid>`.",
        "The acid.",
    ]


def test_without_entries_nothing_is_linked():
    assert link_first_uses(["An acid."], []) == ["An acid."]
