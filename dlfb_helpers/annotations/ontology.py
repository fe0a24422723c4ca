"""The Gene Ontology as a graph: names, alternative and retired ids, ancestors, propagation."""

from __future__ import annotations

import gzip
import lzma
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TextIO

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

    @classmethod
    def read(cls, source: str | Path | TextIO) -> Ontology:
        """Read an OBO file (plain, .gz or .xz by its ending, or an open text handle).

        Source of the format: OBO flat file format 1.4, https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html

        Raises
        ------
        ValueError
            If the file has no GO terms, or one without an id or a name.
        """
        if not hasattr(source, "read"):
            opener = {".gz": gzip.open, ".xz": lzma.open}.get(Path(source).suffix, open)
            with opener(source, "rt", encoding="utf-8") as handle:
                return cls.read(handle)
        stanzas = _term_stanzas(source)
        release = next(stanzas)
        terms = {tags["id"][0]: tags for tags in stanzas if tags["namespace"] and tags["namespace"][0] in ASPECTS}
        retired = {term: tags for term, tags in terms.items() if tags["is_obsolete"] == ["true"]}
        kept = {term: tags for term, tags in terms.items() if term not in retired}
        if not kept:
            name = getattr(source, "name", "ontology")
            raise ValueError(f"{name}: no term of the Gene Ontology in it; an OBO file such as go-basic.obo is needed")
        aspects = {term: ASPECTS[tags["namespace"][0]] for term, tags in kept.items()}
        alternatives = {other: term for term, tags in kept.items() for other in tags["alt_id"]}
        for term, tags in retired.items():
            if len(tags["replaced_by"]) == 1 and tags["replaced_by"][0] in kept:
                alternatives.setdefault(term, tags["replaced_by"][0])
        parents = {
            term: frozenset(
                parent
                for parent in tags["is_a"] + [value.removeprefix("part_of ") for value in tags["relationship"]]
                if aspects.get(parent) == aspects[term]  # other relations keep their name and are no term's id
            )
            for term, tags in kept.items()
        }
        return cls(
            names={term: tags["name"][0] for term, tags in kept.items()},
            aspects=aspects,
            parents=parents,
            alternatives=alternatives,
            obsolete={term: tags["name"][0] for term, tags in retired.items() if term not in alternatives},
            release=release,
        )

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
            for parent in self.parents[term]:
                above |= {parent} | self.ancestors(parent)
            self._ancestors[term] = frozenset(above)
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


def _term_stanzas(lines: Iterable[str]) -> Iterator:
    """Yield the file's data-version, then for each [Term] stanza its tags: name -> list of values.

    A few lines of its own, because obonet takes ten seconds for what takes two; a test holds the two equal.
    """
    release, tags, in_header = "unknown", None, True
    for number, line in enumerate(chain(lines, ["[end]"]), start=1):
        if line.startswith("["):
            if in_header:
                yield release
                in_header = False
            if tags is not None:
                if not (tags["id"] and tags["name"]):
                    raise ValueError(f"line {number}: the [Term] that ends here has no id or no name")
                yield tags
            tags = defaultdict(list) if line.startswith("[Term]") else None
            continue
        tag, _, value = line.partition(": ")
        if tag in ("is_a", "relationship", "replaced_by", "alt_id"):
            value = value.partition(" ! ")[0].partition(" {")[0]  # a comment, qualifiers
        if in_header and tag == "data-version":
            release = value.strip()
        elif tags is not None:
            tags[tag].append(value.strip())
