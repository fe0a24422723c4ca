"""Damaged files in OBO format.

An input fails if a term, a name or a relation is read that the file does not hold, or the graph is none: a term above
itself, or below one of another aspect.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from dlfb_helpers.annotations.obo import read_obo
from recipes.fuzz.damage import mutate
from recipes.fuzz.loop import Case, refused

PLAIN = """format-version: 1.2
data-version: releases/2001-02-03
ontology: go

[Term]
id: GO:0003674
name: molecular_function
namespace: molecular_function
def: "What it does \\"at\\" the molecular level." [GOC:go]

[Term]
id: GO:0000101
name: acting
namespace: molecular_function
alt_id: GO:0000111
synonym: "action" EXACT []
is_a: GO:0003674 ! molecular_function

[Term]
id: GO:0000102
name: acting on wood
namespace: molecular_function
is_a: GO:0000101 {source="x"} ! acting
relationship: part_of GO:0000201 ! building
relationship: regulates GO:0000103

[Term]
id: GO:0000103
name: obsolete acting
namespace: molecular_function
is_obsolete: true
replaced_by: GO:0000102

[Term]
id: GO:0008150
name: biological_process
namespace: biological_process

[Term]
id: GO:0000201
name: building \\, and so on
namespace: biological_process
is_a: GO:0008150
relationship: part_of GO:0000202

[Term]
id: GO:0000202
name: making
namespace: biological_process
is_a: GO:0008150

[Typedef]
id: part_of
name: part of
is_transitive: true
"""
CORPUS = tuple(
    text.encode()
    for text in (
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        PLAIN.replace(": ", ":  "),
        PLAIN.partition("[Typedef]")[0],
        PLAIN.replace("is_a: GO:0003674", "is_a: GO:0000102"),
    )
)
FRAGMENTS = (
    b"\n", b"\r", b" ", b":", b"!", b"{", b"}", b'"', b"\\", b"[Term]\n", b"\n[Term]\nid: GO:0000101\n", b"[", b"]",
    b"id: ", b"name: x\n", b"namespace: molecular_function\n", b"is_a: GO:0000102\n", b"alt_id: GO:0000101\n",
    b"GO:0000102", b"replaced_by: GO:0000103\n", b"consider: GO:0000101\n", b"is_obsolete: true\n",
    b"relationship: part_of GO:0000101\n", b"\0", b"\xff", b"\xc3\x89", b"\x1b[31m", b"\x85", b"\xe2\x80\xa8",
    b"\xef\xbb\xbf", b"import: x\n",
)  # fmt: skip


def cases(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Yield damaged ontologies without end."""
    path = folder / "go.obo"
    while True:
        content = mutate(rng.choice(CORPUS), rng, FRAGMENTS)
        yield Case("an OBO file", content, partial(_examine, path, content))


def _examine(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    try:
        ontology = read_obo(path)
    except (ValueError, OSError) as error:
        return refused(error, str(path))
    text = content.decode("utf-8-sig")
    assert ontology.names.keys() == ontology.aspects.keys() == ontology.parents.keys(), "a term without a place"
    assert ontology.release in text or ontology.release == "unknown", f"release {ontology.release!r}"
    for term, name in ontology.names.items():
        assert term in text and name.replace("\\", "") in text.replace("\\", ""), f"{term}, {name!r} is from nowhere"
        above = ontology.ancestors(term)
        assert all(term not in ontology.ancestors(parent) for parent in above), f"{term} lies above itself"
        assert {ontology.aspects[parent] for parent in above} <= {ontology.aspects[term]}, f"{term} has two aspects"
    assert set(ontology.alternatives.values()) <= ontology.names.keys(), "an id leads nowhere"
    assert not ontology.names.keys() & (ontology.alternatives.keys() | ontology.obsolete.keys()), "an id twice"
    assert all(term in text for term in (*ontology.alternatives, *ontology.obsolete)), "an id from nowhere"
    return "read"
