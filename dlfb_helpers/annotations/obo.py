"""The Gene Ontology's files: OBO, as it is released, and the course's own table of it, which is read in no time."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from dlfb_helpers.files.packed import AnyPath, as_path, clear_errors, opened

if TYPE_CHECKING:
    import networkx


def read_obo(path: str | AnyPath) -> Ontology:
    """Read an ontology in OBO format.

    Source of the format: OBO flat file format 1.4, https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html

    Parameters
    ----------
    path : str or Path
        Plain, .gz, .xz or .zip.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    ValueError
        If the file is damaged, is not in OBO format, has no GO terms, or one without an id or a name. As every error
        here, it names the file.
    """
    path = as_path(path)
    graph = _read_graph(path)
    # Terms of other ontologies, and parents that are only mentioned, have none of the three namespaces.
    terms = {term: tags for term, tags in graph.nodes(data=True) if tags.get("namespace") in ASPECTS}
    nameless = [term for term, tags in terms.items() if not tags.get("name")]
    if nameless:
        raise ValueError(f"{path}: {nameless[0]} has no name; is the file whole? download it again")
    kept = {term: tags for term, tags in terms.items() if tags.get("is_obsolete") != "true"}
    if not kept:
        raise ValueError(f"{path}: no term of the Gene Ontology in it; an OBO file such as go-basic.obo is needed")
    aspects = {term: ASPECTS[tags["namespace"]] for term, tags in kept.items()}
    alternatives = {other: term for term, tags in kept.items() for other in tags.get("alt_id", [])}
    retired = {term: tags for term, tags in terms.items() if term not in kept}
    for term, tags in retired.items():
        replacements = tags.get("replaced_by", [])
        if len(replacements) == 1 and replacements[0] in kept:
            alternatives.setdefault(term, replacements[0])
    return Ontology(
        names={term: tags["name"] for term, tags in kept.items()},
        aspects=aspects,
        parents={term: _parents(graph, term, aspects) for term in kept},
        alternatives=alternatives,
        obsolete={term: tags["name"] for term, tags in retired.items() if term not in alternatives},
        release=graph.graph.get("data-version", "unknown"),
    )


def _read_graph(path: AnyPath) -> networkx.MultiDiGraph:
    """Return the terms with their tags, and an edge for each relation to another term."""
    # Imported here because the course's own ontology comes as a table, and networkx takes a tenth of a second.
    import obonet

    with opened(path) as handle, clear_errors(path):
        try:
            return obonet.read_obo(io.TextIOWrapper(handle, "utf-8"), ignore_obsolete=False)
        except KeyError as error:
            raise ValueError(f"{path}: a [Term] has no id; is the file whole? download it again") from error
        except ValueError as error:
            found = textwrap.shorten(str(error), 120)
            raise ValueError(f"{path}: {found}; an OBO file such as go-basic.obo is needed") from error


def _parents(graph: networkx.MultiDiGraph, term: str, aspects: dict[str, str]) -> frozenset[str]:
    """Return the ids one step above a term, by is_a and part_of inside its aspect."""
    above = {parent for _, parent, kind in graph.out_edges(term, keys=True) if kind in ("is_a", "part_of")}
    return frozenset(parent for parent in above if aspects.get(parent) == aspects[term])


def read_ontology_table(path: Path) -> Ontology:
    """Read the table that ``recipes/step_1_course_data.py`` makes of an OBO file: the release, then a line for each id.

    The columns are the id, its status (as `Ontology.status` has it), name, aspect, parents separated by spaces, and for
    an alternative id the primary one.
    """
    with opened(path) as handle:
        release, _, *lines = handle.read().decode().rstrip("\n").split("\n")
    ontology = Ontology(names={}, aspects={}, parents={}, release=release)
    for line in lines:
        term, status, name, aspect, parents, primary = line.split("\t")
        if status == "primary":
            ontology.names[term] = name
            ontology.aspects[term] = aspect
            ontology.parents[term] = frozenset(parents.split())
        elif status == "alternative":
            ontology.alternatives[term] = primary
        else:
            ontology.obsolete[term] = name
    return ontology
