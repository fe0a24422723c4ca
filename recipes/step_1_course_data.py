"""Rebuild the course data: proteins, their GO terms and the ontology, in the format of the CAFA challenge.

Annotations as ``recipes/annotations.py`` has them; the ontology comes from GO.db, sequences from Swiss-Prot in
metastudent-data (``recipes/sources.py`` has versions and digests).

Run from the project's root::

    python -m recipes.step_1_course_data            # write dlfb_helpers/assets/course_data
    python -m recipes.step_1_course_data --check    # rebuild into a temporary folder and compare byte for byte
"""

from __future__ import annotations

import argparse
import lzma
import sys
import tempfile
import textwrap
from collections import defaultdict
from pathlib import Path

from dlfb_helpers.annotations.cafa import ONTOLOGY_TABLE
from dlfb_helpers.annotations.obo import read_obo
from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from dlfb_helpers.files.manifest import verify, write_manifest
from recipes.annotations import EXPERIMENTAL, HUMAN, annotate
from recipes.sources import SOURCES, ontology_database, swissprot_sequences

OUT = Path("dlfb_helpers/assets/course_data")
READ = ("swissprot", "human_annotations", "ontology", "other_species")
# Without literal context and alignment the compressor does a little better on residues and ids.
XZ_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 0, "pb": 0}]
ATTRIBUTION = [
    "Sequences: UniProtKB/Swiss-Prot, the UniProt Consortium, https://www.uniprot.org; CC BY 4.0 "
    "(the release of January 2014 was first issued under CC BY-ND 3.0)",
    "Annotations and ontology: the Gene Ontology Consortium, https://geneontology.org; CC BY 4.0",
]
CHANGES = (
    "Selected by evidence and species, given by accession, propagated over is_a and part_of inside an aspect, and "
    "written as CAFA does; the ontology without definitions and without relations other than is_a and part_of"
)
GO_DATABASE_ASPECTS = {"MF": "molecular_function", "BP": "biological_process", "CC": "cellular_component"}


def obo_text() -> tuple[str, str]:
    """Return GO.sqlite as an OBO document, and its release."""
    database = ontology_database()
    (release,) = database.execute("select value from metadata where name = 'GOSOURCEDATE'").fetchone()
    # GO.db invents one node, "all", above the three roots; the ontology itself has none.
    terms = database.execute("select _id, go_id, term, ontology from go_term where go_id like 'GO:%'").fetchall()
    ids = {number: go_id for number, go_id, _, _ in terms}
    lines: dict[str, list[str]] = defaultdict(list)
    for number, secondary in database.execute("select _id, secondary from go_synonym where like_go_id = 1"):
        if number in ids and secondary:
            lines[ids[number]].append(f"alt_id: {secondary}")
    for aspect in ("mf", "bp", "cc"):
        for child, parent, kind in database.execute(f"select * from go_{aspect}_parents"):
            if parent in ids and kind in ("isa", "part of"):
                tag = "is_a:" if kind == "isa" else "relationship: part_of"
                lines[ids[child]].append(f"{tag} {ids[parent]}")
    stanzas = {go_id: [name, aspect, *sorted(lines[go_id])] for _, go_id, name, aspect in terms}
    for go_id, name, aspect in database.execute("select go_id, term, ontology from go_obsolete"):
        stanzas.setdefault(go_id, [name, aspect, "is_obsolete: true"])
    parts = [f"format-version: 1.2\ndata-version: releases/{release}\nontology: go\n"]
    for go_id, (name, aspect, *rest) in sorted(stanzas.items()):
        head = [f"id: {go_id}", f"name: {name}", f"namespace: {GO_DATABASE_ASPECTS[aspect]}"]
        parts.append("\n".join(["[Term]", *head, *rest]) + "\n")
    parts.append("[Typedef]\nid: part_of\nname: part of\nis_transitive: true\n")
    return "\n".join(parts), release


def ontology_table(ontology: Ontology) -> str:
    """Return an ontology as the text that `read_ontology_table` reads."""
    rows = [
        (term, "primary", name, ontology.aspects[term], " ".join(sorted(ontology.parents[term])), "")
        for term, name in ontology.names.items()
    ]
    rows += [(term, "alternative", "", "", "", primary) for term, primary in ontology.alternatives.items()]
    rows += [(term, "obsolete", name, "", "", "") for term, name in ontology.obsolete.items()]
    heading = [(ontology.release,), ("term", "status", "name", "aspect", "parents", "primary")]
    return "".join("\t".join(row) + "\n" for row in [*heading, *rows])


def build(folder: Path) -> dict:
    """Write the files and their manifest into `folder`; print what was dropped; return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    text, release = obo_text()
    write(folder / "go-basic.obo.xz", text)
    ontology = read_obo(folder / "go-basic.obo.xz")
    write(folder / ONTOLOGY_TABLE, ontology_table(ontology))
    sequences = swissprot_sequences()
    pairs, taxa, steps = annotate(sequences, ontology)
    rows = sorted((protein, ontology.aspects[term], term) for protein, term in pairs)
    contents = {
        "train_terms.tsv.xz": "EntryID\tterm\taspect\n" + "".join(f"{p}\t{t}\t{a}\n" for p, a, t in rows),
        "train_taxonomy.tsv.xz": "EntryID\ttaxonomyID\n" + "".join(f"{p}\t{taxa[p]}\n" for p in sorted(taxa)),
        "train_sequences.fasta.xz": "".join(f">{p}\n{sequences[p]}\n" for p in sorted(taxa)),
    }
    for name, content in contents.items():
        write(folder / name, content)
    write_licence(folder / "LICENSE")
    dates = {key: SOURCES[key].release for key in READ}
    write_manifest(
        folder,
        what="Course data: experimentally annotated proteins in the format of the CAFA challenge",
        releases={
            "ontology": f"Gene Ontology, {release}",
            "human annotations": f"Gene Ontology Annotation by way of Entrez Gene, {dates['human_annotations']}",
            "annotations of other species": f"Gene Ontology Annotation (GAF 2.1), {dates['other_species']}",
            "sequences": f"UniProtKB/Swiss-Prot, {dates['swissprot']}",
        },
        licence="CC BY 4.0",
        attribution=ATTRIBUTION,
        changes=CHANGES,
        sources=[
            {
                "registry": s.registry,
                "package": s.name,
                "version": s.version,
                "sha256": s.sha256,
                "licence": s.licence,
                "used": s.what,
            }
            for s in (SOURCES[key] for key in READ)
        ],
        evidence=sorted(EXPERIMENTAL),
        counts=summary(rows, taxa, sequences, ontology),
        steps=steps,
    )
    manifest = verify(folder, remedy="run the step that makes it again")
    print("\nwritten")
    for what, count in manifest["counts"].items():
        print(f"  {count:>9,}  {what}")
    for name, entry in manifest["files"].items():
        print(f"  {entry['bytes']:>9,}  bytes of {name}")
    return manifest


def summary(rows: list[tuple[str, str, str]], taxa: dict[str, int], sequences: dict, ontology: Ontology) -> dict:
    """Count what was written."""
    counts = {"annotation rows": len(rows), "proteins": len(taxa), "terms of the ontology": len(ontology.names)}
    counts["alternative ids"] = len(ontology.alternatives)
    counts["obsolete ids"] = len(ontology.obsolete)
    counts["residues"] = sum(len(sequences[protein]) for protein in taxa)
    human = [row for row in rows if taxa[row[0]] == HUMAN]
    counts["human annotation rows"] = len(human)
    counts["human proteins"] = sum(taxon == HUMAN for taxon in taxa.values())
    for aspect in ASPECTS.values():
        counts[f"human proteins {aspect}"] = len({p for p, a, _ in human if a == aspect})
        counts[f"human terms {aspect}"] = len({t for _, a, t in human if a == aspect})
    return counts


def write(path: Path, text: str) -> None:
    """Write `text` compressed."""
    path.write_bytes(lzma.compress(text.encode(), format=lzma.FORMAT_XZ, check=lzma.CHECK_SHA256, filters=XZ_FILTERS))


def write_licence(path: Path) -> None:
    """Write whose data these are, under which licence, and what was changed (CC BY 4.0, section 3)."""
    paragraphs = [
        "The files in this folder are licensed under the Creative Commons Attribution 4.0 International License, "
        "https://creativecommons.org/licenses/by/4.0/legalcode",
        *ATTRIBUTION,
        f"Changes: {CHANGES}.",
        "Releases, packages and counts: manifest.json.",
    ]
    path.write_bytes("\n\n".join(textwrap.fill(p, 100, break_long_words=False) for p in paragraphs).encode() + b"\n")


def check(folder: Path) -> int:
    """Rebuild elsewhere and compare with `folder`; return the number of files that differ."""
    with tempfile.TemporaryDirectory() as other:
        files = [*build(Path(other))["files"], "manifest.json"]
        differing = 0
        print("\ncompared with", folder)
        for name in files:
            fresh, kept = Path(other) / name, folder / name
            same = kept.is_file() and fresh.read_bytes() == kept.read_bytes()
            differing += not same
            print(f"  {'same bytes' if same else 'MISSING' if not kept.is_file() else 'DIFFERS'}  {name}")
    return differing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write, or to compare with")
    parser.add_argument("--check", action="store_true", help="rebuild and compare instead of writing")
    arguments = parser.parse_args()
    if arguments.check:
        sys.exit(1 if check(arguments.out) else 0)
    build(arguments.out)


if __name__ == "__main__":
    main()
