"""The glossary in Sphinx's words: its page, which the search knows term by term, and the links to it."""

from __future__ import annotations

from collections.abc import Iterable

from dlfb_helpers.lesson.glossary import Entry, with_chapters_linked


def glossary_page(opening: str, entries: Iterable[Entry], chapters: dict[int, str]) -> str:
    """Return the page in MyST Markdown; ``*Chapter N*`` becomes a link to the file ``chapters[N]``."""
    body = "\n\n".join(f"{entry.term}\n  {with_chapters_linked(entry.definition, chapters)}" for entry in entries)
    return f"{opening}\n\n````{{glossary}}\n:sorted:\n\n{body}\n````\n"


def term_role(use: str, term: str) -> str:
    """Return the role that links a use of a term to its place in the glossary."""
    return f"{{term}}`{use} <{term}>`"
