"""The Gene Ontology's files: OBO, as it is released, and the course's own table of it, which is read in no time."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from dlfb_helpers.annotations.relations import current_ids, cut_cycles
from dlfb_helpers.files.packed import AnyPath, as_path, clear_errors, opened
from dlfb_helpers.files.shown import shown

if TYPE_CHECKING:
    import networkx

_HEADING = re.compile(r"\[\s*(\w+)\s*\]")
_WORDS = {"id": 1, "namespace": 1, "alt_id": 1, "is_a": 1, "relationship": 2, "is_obsolete": 1, "replaced_by": 1}
"""Tags that are read, and the words that they are made of; all else on their line is modifier and comment."""
_TEXTS = {"name", "data-version", "ontology"}
"""Tags that are read as text."""


def read_obo(path: str | AnyPath) -> Ontology:
    """Read an ontology in OBO format.

    Source of the format: OBO flat file format 1.4, https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html

    Comments, modifiers and spaces mean nothing, wherever they stand. An id leads to the term that stands now by way of
    ``alt_id`` and ``replaced_by``, as often as it takes. Cycles are cut open.

    Parameters
    ----------
    path : str or Path
        Plain or compressed, as `opened` has it.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    ValueError
        If the file is damaged, is not in OBO format, has no GO terms, or one without an id or a name. As every error
        here, it names the file, and the line where there is one.

    Warns
    -----
    UserWarning
        If a term lies above itself, or below one that is not in the file; names them.
    """
    path = as_path(path)
    graph = _read_graph(path)
    # Terms of other ontologies, and parents that are only mentioned, have none of the three namespaces.
    terms = {term: tags for term, tags in graph.nodes(data=True) if tags.get("namespace") in ASPECTS}
    nameless = [term for term, tags in terms.items() if not tags.get("name")]
    if nameless:
        raise ValueError(f"{path}: {shown(nameless[0])} has no name; is the file whole? download it again")
    names = {term: re.sub(r"\\(\W)", r"\1", tags["name"]) for term, tags in terms.items()}
    aspects = {
        term: ASPECTS[tags["namespace"]]
        for term, tags in terms.items()
        if tags.get("is_obsolete", "false").lower() != "true"
    }
    if not aspects:
        raise ValueError(f"{path}: no term of the Gene Ontology in it; an OBO file such as go-basic.obo is needed")
    alternatives, dead = current_ids(aspects, terms)
    return Ontology(
        names={term: names[term] for term in aspects},
        aspects=aspects,
        parents=_parents(graph, aspects, alternatives, path),
        alternatives=alternatives,
        obsolete={term: names[retired] for term, retired in dead.items()},
        release=graph.graph.get("data-version", "unknown"),
    )


def _read_graph(path: AnyPath) -> networkx.MultiDiGraph:
    """Return the terms with their tags, and an edge for each relation to another term."""
    # Imported here because the course's own ontology comes as a table, and networkx takes a tenth of a second.
    import obonet

    with opened(path) as handle, clear_errors(path), io.TextIOWrapper(handle, "utf-8-sig") as lines:
        text = "".join(_plain_lines(lines, path))
    # obonet complains where a file does not say which ontology it holds; that shows in its terms.
    return obonet.read_obo(io.StringIO("ontology: go\n" + text), ignore_obsolete=False)


def _plain_lines(lines: Iterable[str], path: AnyPath) -> Iterator[str]:
    """Yield the lines of the head and of the terms that are used, free of what means nothing.

    Nine lines in ten hold definitions, synonyms and the like, and are not kept.
    """
    stanza, ids, start = "head", 1, 0
    for number, line in enumerate(chain(lines, ["[End]"]), 1):
        line = line.strip()
        if heading := _HEADING.match(line):
            if stanza in ("head", "Term") and ids != 1:
                found = f"a [Term] has {ids or 'no'} id{'s' * (ids > 1)}; is the file whole? download it again"
                raise ValueError(f"{path}, line {start}: {found}")
            stanza, ids, start = heading[1], 0, number
            yield "\n[Term]\n" if stanza == "Term" else ""
        elif line and not line.startswith("!") and stanza in ("head", "Term"):
            plain = _plain_tag(line)
            if plain is None:
                found = f"found {line[:60]!r}; an OBO file such as go-basic.obo is needed"
                raise ValueError(f"{path}, line {number}: {found}")
            ids += stanza == "Term" and plain.startswith("id:")
            yield plain


def _plain_tag(line: str) -> str | None:
    """Return the tag and its value if it is used, nothing of others, and None if this is no tag with its value."""
    tag, colon, value = line.partition(":")
    tag = tag.rstrip()
    if tag in _TEXTS:
        return f"{tag}: {value}\n"
    if tag not in _WORDS:
        return "" if colon and _is_tag(tag) else None
    words = re.split("[!{]", value, maxsplit=1)[0].split()[: _WORDS[tag]]
    return f"{tag}: {' '.join(words)}\n" if len(words) == _WORDS[tag] else None


@cache
def _is_tag(text: str) -> bool:
    return re.fullmatch(r"[\w-]+", text) is not None


def _parents(
    graph: networkx.MultiDiGraph, aspects: Mapping[str, str], alternatives: Mapping[str, str], path: AnyPath
) -> dict[str, frozenset[str]]:
    """Return the ids one step above each term, by is_a and part_of inside its aspect."""
    parents: dict[str, dict[str, str]] = {term: {} for term in aspects}
    missing = {}
    for term, parent, kind in sorted(graph.out_edges(aspects, keys=True), key=lambda edge: edge[2], reverse=True):
        if kind in ("is_a", "part_of"):  # is_a comes last: between the same terms it counts
            above = alternatives.get(parent, parent)
            if aspects.get(above) == aspects[term]:
                parents[term][above] = kind
            elif kind == "is_a" and not graph.nodes[parent]:
                missing[term] = parent
    if missing:
        term, parent = min(missing.items())
        warnings.warn(
            f"{path}: {len(missing)} terms lie below terms that are not in the file, such as {term} below {parent}; is "
            "it whole? download it again",
            stacklevel=3,
        )
    acyclic, cycles = cut_cycles(parents)
    if cycles:
        how_many = "a cycle" if len(cycles) == 1 else f"{len(cycles)} cycles"
        warnings.warn(f"{path}: {how_many} of terms above themselves: {'; '.join(cycles)}", stacklevel=3)
    return acyclic


def read_ontology_table(path: Path) -> Ontology:
    """Read the table that ``recipes/step_1_course_data.py`` makes of an OBO file: the release, then a line for each id.

    The columns are the id, its status (as `Ontology.status` has it), name, aspect, parents separated by spaces, and for
    an alternative id the primary one.
    """
    with opened(path) as handle, io.TextIOWrapper(handle, "utf-8") as file:
        ontology = Ontology(names={}, aspects={}, parents={}, release=next(file).rstrip("\n"))
        next(file)
        same: dict[str, str] = {}  # a text that is there many times is kept once: half of the memory
        for line in file:
            term, status, name, aspect, parents, primary = line.rstrip("\n").split("\t")
            term = same.setdefault(term, term)
            if status == "primary":
                ontology.names[term] = name
                ontology.aspects[term] = same.setdefault(aspect, aspect)
                ontology.parents[term] = frozenset(same.setdefault(parent, parent) for parent in parents.split())
            elif status == "alternative":
                ontology.alternatives[term] = same.setdefault(primary, primary)
            else:
                ontology.obsolete[term] = name
    return ontology
