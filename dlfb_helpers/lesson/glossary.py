"""The glossary: its entries, its page with a place for each term, and links to them from the chapters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ENTRY = re.compile(r"- \*\*(?P<term>[^*]+)\*\*(?: \((?P<forms>[^)]+)\))?: (?P<definition>\S.*)", re.DOTALL)

CHAPTER = re.compile(r"\*Chapter (\d+)\*")

# What is not prose, and keeps its words as they are.
PROTECTED = r"""
    ^(?P<fence>```|~~~).*?^(?P=fence)       # code blocks
  | ^\#+[ ].*?$                             # headings
  | ^[ ]*\|[ ]*\*\*.*?\*\*                  # the bold word that heads a row of a table
  | (?P<ticks>`+).+?(?P=ticks)              # code
  | !?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\([^)]*\)  # links and pictures
  | ^[ ]*<.*?$ | <[^>]+>                    # HTML and addresses
  | https?://\S+
"""


@dataclass(frozen=True)
class Entry:
    """A term, the forms in which prose may use it (its own name first) and its definition in Markdown."""

    term: str
    forms: tuple[str, ...]
    definition: str


def read_glossary(path: Path) -> tuple[str, list[Entry]]:
    """Return what stands before the list, and the entries ``- **term** (other form, other form): definition``.

    Raises
    ------
    ValueError
        If a list item has another form, or a word is listed twice.
    """
    opening, *items = re.split(r"^(?=- )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries: list[Entry] = []
    owners: dict[str, str] = {}
    for item in items:
        if not (found := ENTRY.fullmatch(item.strip())):
            first = item.splitlines()[0]
            raise ValueError(f"{path}: {first!r} is not of the form '- **term** (other form): definition'")
        term, definition = found["term"], " ".join(found["definition"].split())
        forms = (term, *(form.strip() for form in (found["forms"] or "").split(",") if form.strip()))
        for form in forms:
            if form in owners:
                raise ValueError(f"{path}: {form!r} stands under {owners[form]!r} and under {term!r}; keep one of them")
            owners[form] = term
        entries.append(Entry(term, forms, definition))
    return opening.strip() or "# Glossary", entries


def with_chapters_linked(definition: str, chapters: dict[int, str]) -> str:
    """Return a definition in which ``*Chapter N*`` is a link to the notebook ``chapters[N]``, where there is one."""

    def link(match: re.Match) -> str:
        number = int(match[1])
        return f"[Chapter {number}]({chapters[number]})" if number in chapters else match[0]

    return CHAPTER.sub(link, definition)


def glossary_page(opening: str, entries: Iterable[Entry], chapters: dict[int, str]) -> str:
    """Return the glossary as Markdown with a list of definitions, in which `term_link` finds each term."""
    items = []
    for entry in entries:
        definition = with_chapters_linked(entry.definition, chapters)
        items.append(f'<dt id="{place(entry.term)}">{entry.term}</dt>\n<dd>\n\n{definition}\n\n</dd>')
    return "\n".join([opening, "", '<dl class="glossary">', *items, "</dl>", ""])


def place(term: str) -> str:
    """Return the id under which a term stands in the glossary's page."""
    return "term-" + re.sub(r"\W+", "-", term)


def term_link(use: str, term: str) -> str:
    """Return Markdown that links a use of a term in prose to its place in the glossary."""
    return f'<a class="term" href="glossary.md#{place(term)}">{use}</a>'


def link_first_uses(
    texts: Iterable[str], entries: Iterable[Entry], link: Callable[[str, str], str] = term_link
) -> list[str]:
    """Return a chapter's Markdown `texts` with the first use of each term in their prose linked to the glossary.

    A form also matches with a capital at the beginning of a sentence, and over the end of a line.

    Parameters
    ----------
    texts : iterable of str
        In their order in the chapter.
    entries : iterable of Entry
        The glossary.
    link : callable
        From the words as they stand and their term to the link in Markdown.
    """
    terms = {form: entry.term for entry in entries for form in entry.forms}
    terms = {form[0].upper() + form[1:]: term for form, term in terms.items()} | terms
    longest_first = sorted(terms, key=len, reverse=True)  # "amino acid" before "acid"
    uses = "|".join(r"(?:[ ]+|\n)".join(map(re.escape, form.split())) for form in longest_first)
    pattern = re.compile(
        rf"(?P<protected>{PROTECTED})|(?<![\w-])(?P<use>{uses or '(?!)'})(?![\w-])",
        re.MULTILINE | re.DOTALL | re.VERBOSE,
    )
    seen: set[str] = set()

    def linked(match: re.Match) -> str:
        if match["protected"] or (term := terms[" ".join(match["use"].split())]) in seen:
            return match[0]
        seen.add(term)
        return link(match["use"], term)

    return [pattern.sub(linked, text) for text in texts]
