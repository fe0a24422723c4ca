"""The Gene Ontology as a graph: names, alternative and retired ids, ancestors, propagation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

ASPECTS: dict[str, str] = {
    "molecular_function": "MFO",
    "biological_process": "BPO",
    "cellular_component": "CCO",
}
"""The three namespaces of the Gene Ontology and CAFA's abbreviations for them."""

ROOTS: dict[str, str] = {"MFO": "GO:0003674", "BPO": "GO:0008150", "CCO": "GO:0005575"}
"""The most general term of each aspect."""


@dataclass(frozen=True)
class Ontology:
    """Terms of the Gene Ontology and how they are related.

    Attributes
    ----------
    names : dict of str to str
        Primary id -> what the term is called.
    aspects : dict of str to str
        Primary id -> MFO, BPO or CCO.
    parents : dict of str to frozenset of str
        Primary id -> the ids one step up by is_a or part_of, inside the term's own aspect.
    alternatives : dict of str to str
        An id that was merged into another, or retired with one replacement -> its primary id.
    obsolete : dict of str to str
        Retired id without exactly one replacement -> what it was called.
    release : str
        The file's ``data-version``.
    """

    names: dict[str, str]
    aspects: dict[str, str]
    parents: dict[str, frozenset[str]]
    alternatives: dict[str, str] = field(default_factory=dict)
    obsolete: dict[str, str] = field(default_factory=dict)
    release: str = "unknown"
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def canonical(self, term: str) -> str | None:
        """Return the primary id of `term`, or None if it is obsolete or unknown (see `status`)."""
        if term in self.names:
            return term
        return self.alternatives.get(term)

    def status(self, term: str) -> str:
        """Say what an id is in this release: "primary", "alternative", "obsolete" or "unknown"."""
        if term in self.names:
            return "primary"
        if term in self.alternatives:
            return "alternative"
        return "obsolete" if term in self.obsolete else "unknown"

    def ancestors(self, term: str) -> frozenset[str]:
        """Return every term that `term` implies, itself left out: all that is above it by is_a and part_of.

        Raises
        ------
        KeyError
            If `term` is not a primary id; `canonical` translates others.
        """
        if term not in self.parents:
            raise KeyError(f"{term} is not a primary id of release {self.release} but {self.status(term)}")
        if term not in self._ancestors:
            above: set[str] = set()
            below = [*self.parents[term]]
            while below:  # a loop, so that neither a cycle nor a long way up is too much
                parent = below.pop()
                if parent not in above:
                    above.add(parent)
                    below += self._ancestors.get(parent, self.parents[parent])
            self._ancestors[term] = frozenset(above - {term})
        return self._ancestors[term]

    def propagate(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Add to every (protein, term) the protein's ancestors of that term: the true path rule.

        Parameters
        ----------
        pairs : iterable of (str, str)
            Protein and primary id of a term.

        Returns
        -------
        set of (str, str)
            The given pairs and the implied ones, each once.

        Raises
        ------
        KeyError
            If a term is not a primary id.
        """
        full: set[tuple[str, str]] = set()
        for protein, term in pairs:
            if (protein, term) not in full:
                full.add((protein, term))
                full.update((protein, above) for above in self.ancestors(term))
        return full
