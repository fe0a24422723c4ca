"""Which id stands for which, and what lies above what: chains are followed to their end, cycles are cut open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter


def current_ids(
    current: Collection[str], terms: Mapping[str, Mapping[str, list[str]]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Follow ``alt_id`` and ``replaced_by`` to the term that stands now, as often as it takes.

    Parameters
    ----------
    current
        Ids of the terms that stand.
    terms
        All terms, retired ones too: id -> its tags, of which "alt_id" and "replaced_by" hold ids.

    Returns
    -------
    alternatives : dict of str to str
        Id that was given up -> the only term that it leads to.
    dead : dict of str to str
        Id that leads to no term or to several -> the retired term that it stood for.
    """
    retired = {term: tags for term, tags in terms.items() if term not in current}
    leads = {other: [term] for term, tags in retired.items() for other in tags.get("alt_id", [])}
    leads |= {term: tags.get("replaced_by", []) for term, tags in retired.items()}
    leads |= {other: [term] for term in current for other in terms[term].get("alt_id", [])}
    alternatives, dead = {}, {}
    for first in sorted(leads.keys() - set(current)):
        way = [first]
        while way[-1] not in current and len(leads.get(way[-1], [])) == 1 and leads[way[-1]][0] not in way:
            way += leads[way[-1]]
        if way[-1] in current:
            alternatives[first] = way[-1]
        else:
            dead[first] = next(term for term in way if term in retired)
    return alternatives, dead


def cut_cycles(parents: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, frozenset[str]], list[str]]:
    """Leave relations out until no term lies above itself: in each cycle the last ``part_of``, or else the last.

    Parameters
    ----------
    parents
        Term -> each term directly above it, and by which relation.

    Returns
    -------
    parents : dict of str to frozenset of str
        What is left.
    cycles : list of str
        Each cycle in words, such as "A is_a B part_of A", with what was left out.
    """
    kept = {term: {parent: above[parent] for parent in sorted(above)} for term, above in parents.items()}
    cycles = []
    while cycle := _cycle(kept):
        steps = [(child, kept[child][parent], parent) for child, parent in zip(cycle, cycle[1:])]
        child, relation, parent = ([step for step in steps if step[1] == "part_of"] or steps)[-1]
        del kept[child][parent]
        words = " ".join(f"{child} {relation}" for child, relation, _ in steps)
        cycles.append(f"{words} {cycle[0]} ({child} {relation} {parent} is left out)")
    return {term: frozenset(above) for term, above in kept.items()}, cycles


def _cycle(parents: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return terms of which each lies below the next, the last being the first again; empty if there are none."""
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []
