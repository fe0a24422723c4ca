"""A table of predictions as the data of the page: compact, every name once, and nothing that a browser could run."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd

from dlfb_helpers.annotations.ontology import ROOTS
from dlfb_helpers.cli.verdict import hundredths, is_general, stand_alone, verdict
from dlfb_helpers.predictors.evidence import SEEN
from dlfb_helpers.predictors.table import KINDS

ASPECTS = {aspect: kind.capitalize() for aspect, kind in KINDS.items()}
"""Aspect -> the heading of its part of a card, in their order."""

LISTED = 3
"""Claims of an aspect that the plain table names."""

UNSAFE = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}
"""Letters that could end a script block, or open a comment in it -> the same in JSON."""


class Plain(NamedTuple):
    """A protein for who reads the page without scripts."""

    protein: str
    verdict: str
    claims: list[str]
    """What is claimed, for each aspect in the order of `ASPECTS`, in a line."""


def block(table: pd.DataFrame, parents: Mapping[str, Collection[str]] | None) -> tuple[dict[str, Any], list[Plain]]:
    """Pack a table for the page.

    Parameters
    ----------
    table
        From `prediction_tables`.
    parents
        Term -> its parents in the ontology; None where there is no ontology at hand.

    Returns
    -------
    dict
        For `safe_json`. ``graph``: whether there are parents. ``texts``: each once. ``terms``: id, texts of the name
        and the slim terms, `is_general`, number of ancestors, parents among the terms (places in ``terms``). ``known``:
        id, name and texts of the functions. ``proteins``: id, verdict, its certainty, and for each aspect its place in
        `ASPECTS`, place in `SEEN`, place in ``known`` or -1, identity, coverage, E-value, and a flat list of claims:
        the term's place, then four times the thousandths that it is less probable than the claim before (the first:
        than 1), plus 1 if claimed, plus 2 if implied.
    list of Plain
        The proteins.
    """
    names, slims = (dict(zip(table["term"], table[column])) for column in ("name", "slim"))
    above = {} if parents is None else {term: ancestors(term, parents) for term in names}
    # The commonest first: short numbers.
    places = {term: place for place, term in enumerate(table["term"].value_counts().index)}
    texts, known = _Numbered(), _Numbered()
    proteins, plain = [], []
    for protein, group in groupby(table.itertuples(index=False), key=attrgetter("protein")):
        claims = list(group)
        said, aspects, lines = verdict(claims, above), [], [""] * len(ASPECTS)
        for aspect, some in groupby(claims, key=attrgetter("aspect")):
            rows, place = list(some), [*ASPECTS].index(aspect)
            near = _nearest(rows[0], texts, known)
            aspects.append([place, SEEN.index(rows[0].seen), *near, _numbers(rows, places)])
            lines[place] = _line(rows, above)
        proteins.append([str(protein), said.text, round(said.certainty, 3), aspects])
        plain.append(Plain(str(protein), said.text, lines))
    shown = shown_parents(above)
    terms = [
        [
            term,
            texts[names[term]],
            texts[slims[term]],
            int(is_general(names[term])),
            len(above.get(term, ())),
            near_above,
        ]
        for term, near_above in ((term, [places[one] for one in shown.get(term, ())]) for term in places)
    ]
    packed = {"graph": parents is not None, "terms": terms, "texts": [*texts], "known": [*known], "proteins": proteins}
    return packed, plain


def _numbers(rows: Sequence[Any], places: Mapping[str, int]) -> list[int]:
    numbers, before = [], 1000
    for row in rows:
        thousandths = round(1000 * float(row.probability))
        numbers += [places[row.term], 4 * (before - thousandths) + int(row.claimed) + 2 * int(row.implied)]
        before = thousandths
    return numbers


def _nearest(row: Any, texts: _Numbered, known: _Numbered) -> list[float | None]:
    """Place in `known` or -1, identity, coverage, E-value of the nearest known protein, if any is similar."""
    if row.seen == "nothing similar":
        return [-1, None, None, None]
    functions = tuple(texts[text] for text in str(row.nearest_functions).split("; ") if text)
    return [
        known[str(row.nearest), str(row.nearest_name), functions],
        *map(_rounded, (row.identity, row.coverage, row.evalue)),
    ]


def _line(rows: Sequence[Any], above: Mapping[str, Collection[str]]) -> str:
    """The claims of an aspect that are most worth reading, and how many more there are."""
    told = stand_alone([row for row in rows if row.claimed], above)
    more = f"; {len(told) - LISTED} more" if len(told) > LISTED else ""
    return "; ".join(f"{row.name} ({hundredths(row.probability)})" for row in told[:LISTED]) + more


def ancestors(term: str, parents: Mapping[str, Collection[str]]) -> set[str]:
    """Collect what is above a term and below the root; a term that the mapping does not know has nothing above it.

    Parameters
    ----------
    term
        Any id.
    parents
        Term -> its parents.

    Returns
    -------
    set of str
        Without the term.
    """
    above: set[str] = set()
    below = [*parents.get(term, ())]
    while below:
        parent = below.pop()
        if parent not in above:
            above.add(parent)
            below += parents.get(parent, ())
    return above - {term, *ROOTS.values()}


def shown_parents(above: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Give the nearest ancestors among the terms that are shown: an edge passes over those that are not.

    Parameters
    ----------
    above
        Each shown term -> all its ancestors, shown or not.

    Returns
    -------
    dict of str to list of str
        Term -> shown ancestors that are above no other shown ancestor of it, sorted.
    """
    shown = {term: {one for one in found if one in above} for term, found in above.items()}
    return {
        term: sorted(found.difference(*(shown[one] for one in found)) if found else ()) for term, found in shown.items()
    }


def safe_json(data: Any) -> str:
    r"""Write data so that they can stand in a script block of a page, whatever their texts hold.

    Parameters
    ----------
    data
        Of what JSON knows.

    Returns
    -------
    str
        ASCII, without a letter that HTML gives a meaning to: ``</script>`` is ``\u003c/script\u003e``.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(UNSAFE)


def _rounded(number: float) -> float | None:
    return float(f"{number:.2g}") if math.isfinite(number) else None


class _Numbered(dict[Any, int]):
    """Gives each new key the next number."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]
