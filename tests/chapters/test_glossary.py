"""The glossary and the chapters agree: a term is used where the glossary says, in bold at first, and never before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

CHAPTERS = Path(__file__).parents[2] / "chapters"
GLOSSARY = CHAPTERS / "glossary.md"
ENTRY = re.compile(
    r"- \*\*(?P<term>[^*]+)\*\*(?: \((?P<forms>[^()]+)\))?: (?P<definition>\S.*\.) \*Chapter (?P<chapter>\d+)\*"
)
CITING = ("## Sources", "## Further reading")  # what is cited may name terms of any chapter
REMOVED = [
    re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL),  # fenced code
    re.compile(r"`[^`]*`"),
    re.compile(r"^#+ .*$", re.MULTILINE),
    re.compile(r"<[a-z/][^>]*>"),  # HTML tags; what they enclose stays
    re.compile(
        r"\[[^\]]*\]\((?!glossary)[^)]*\)"
    ),  # a link names the place that it leads to; one to the glossary is prose
]


@dataclass(frozen=True)
class Entry:
    """One line of the glossary."""

    term: str
    forms: tuple[str, ...]  # as they occur in prose, the term itself among them
    definition: str
    chapter: int

    @property
    def pattern(self) -> re.Pattern:
        """Whatever form, as a whole word: `token` is neither in `tokenizer` nor in `token-wise`."""
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, self.forms))})(?![\w-])", re.IGNORECASE)


def read_glossary(text: str) -> list[Entry]:
    """Read the list of a glossary; a line that has not its form is an error."""
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("-"):
            found = ENTRY.fullmatch(line)
            assert found, f"line {number} is not '- **term** (form, form): definition. *Chapter N*': {line[:60]!r}"
            others = [form.strip() for form in (found["forms"] or "").split(",") if form.strip()]
            entries.append(Entry(found["term"], (found["term"], *others), found["definition"], int(found["chapter"])))
    return entries


def paragraphs(cells: list[str]) -> list[str]:
    """Return the running prose of a chapter's Markdown cells: not its opening, code, headings, links and sources."""
    text = "\n\n".join(cells[1:])
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    text = "".join(section for section in sections if not section.startswith(CITING))
    for pattern in REMOVED:
        text = pattern.sub(" ", text)
    blocks = re.split(r"\n\s*\n", text)
    return [" ".join(block.split()) for block in blocks if block.strip()]


def used_too_early(entry: Entry, prose: dict[int, list[str]]) -> list[str]:
    """Name the paragraphs of earlier chapters that have the term."""
    earlier = ((n, block) for n in sorted(prose) if n < entry.chapter for block in prose[n])
    return [f"chapter {n}: {block[:100]}" for n, block in earlier if entry.pattern.search(block)]


def introduced_by(entry: Entry, prose: dict[int, list[str]]) -> str | None:
    """Return the paragraph of its chapter that has the term first."""
    return next((block for block in prose[entry.chapter] if entry.pattern.search(block)), None)


def stands_in_bold(entry: Entry, paragraph: str) -> bool:
    return any(entry.pattern.search(bold) for bold in re.findall(r"\*\*(.+?)\*\*", paragraph))


ENTRIES = read_glossary(GLOSSARY.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def prose() -> dict[int, list[str]]:
    """The paragraphs of every chapter, by its number; the tour, chapter 0, uses words that the chapters explain."""
    return {
        int(path.name[:2]): paragraphs(
            [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
        )
        for path in sorted(CHAPTERS.glob("[0-9][0-9]_*.ipynb"))
        if path.stem != "00_tour"
    }


@pytest.fixture(params=ENTRIES, ids=lambda entry: entry.term)
def entry(request) -> Entry:
    return request.param


def test_a_heading_a_sentence_and_a_list():
    heading, introduction, *rest = [b for b in GLOSSARY.read_text(encoding="utf-8").split("\n\n") if b.strip()]
    assert re.fullmatch(r"# \S.*", heading)
    assert introduction.endswith(".") and not introduction.startswith("-")
    assert len(rest) == 1, "after the introduction comes one list, without empty lines"
    assert all(line.startswith("- ") for line in rest[0].strip().splitlines())
    assert len(ENTRIES) >= 60


def test_the_terms_are_in_alphabetical_order():
    terms = [entry.term.casefold() for entry in ENTRIES]
    assert terms == sorted(terms)


def test_no_form_belongs_to_two_terms():
    forms = [form.casefold() for entry in ENTRIES for form in entry.forms]
    assert sorted(forms) == sorted(set(forms))


def test_other_forms_are_written_in_lower_case(entry):
    assert [form for form in entry.forms[1:] if form != form.lower()] == []


def test_its_chapter_exists_and_uses_it(entry, prose):
    assert introduced_by(entry, prose), f"chapter {entry.chapter} does not use {entry.term!r}"


def test_no_earlier_chapter_uses_it(entry, prose):
    assert used_too_early(entry, prose) == [], f"{entry.term!r} is explained in chapter {entry.chapter} only"


def test_its_chapter_introduces_it_in_bold(entry, prose):
    paragraph = introduced_by(entry, prose)
    assert stands_in_bold(entry, paragraph), f"{entry.term!r} is first used, and not in bold, in: {paragraph}"


# That the checks above would see what they look for:

TOKEN = Entry("token", ("token", "tokens"), "A unit of text.", 2)


def test_a_line_of_another_form_is_refused():
    for line in ("- token: a unit. *Chapter 2*", "- **token**: a unit *Chapter 2*", "- **token**: a unit. Chapter 2"):
        with pytest.raises(AssertionError, match="line 1 is not"):
            read_glossary(line)
    assert read_glossary("- **token** (tokens): A unit of text. *Chapter 2*") == [TOKEN]


def test_prose_leaves_out_the_opening_code_headings_links_and_sources():
    cells = [
        "# Token\n\n| **Questions** | token |",
        "## Practice\n\nOne `token`, [a token](03_x.ipynb),\nand <b>a [vector](glossary.md#vector)</b>.",
        "Fenced:\n\n```\ntoken\n```",
        "## Sources\n\n- Token (2020)\n\n## Further reading\n\n- token",
    ]
    assert paragraphs(cells) == ["One , , and a [vector](glossary.md#vector) .", "Fenced:"]


def test_an_early_use_is_found_as_a_whole_word_only():
    assert used_too_early(TOKEN, {1: ["A tokenizer cuts.", "Two Tokens."], 2: ["A token."]}) == [
        "chapter 1: Two Tokens."
    ]


def test_an_introduction_without_bold_is_found():
    assert introduced_by(TOKEN, {2: ["A word.", "A token.", "A **token**."]}) == "A token."
    assert not stands_in_bold(TOKEN, "A *token*, **bold** otherwise.")
    assert stands_in_bold(TOKEN, "Units, the **Tokens**.")
