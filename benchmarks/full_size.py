"""A set as large as CAFA 5's, made of the course's: what reading, labelling and splitting take, and chapters 6 and 7."""

from __future__ import annotations

import os
import resource
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.memory import chapter, in_fresh_process
from benchmarks.timing import ROOT, markdown_table, own_peak
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.packed import opened
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

SEQUENCES, ROWS, SPECIES = 142_246, 5_363_863, 3_156
HUMAN = 0.16  # of the proteins
CHAPTERS = ("06_dataset", "07_training")
PROSE = 'def: "What this means, in about as many words as a definition has; none of them is of any use here." [GOC:x]\n'
"""A line that the reader passes over; with five of them a term, the ontology is as long as the real one, 31 MB."""


def make(folder: Path, share: float = 1.0) -> None:
    """Write the four files: annotations of the course's proteins under new ids, with sequences of random residues.

    A protein has some of the three aspects, each as some protein of the course has it.
    """
    random, course, proteins = np.random.default_rng(0), load_cafa(), int(SEQUENCES * share)
    ids = np.array([f"A{number:06}" for number in range(proteins)])
    rows = course.annotations.astype("category")
    profiles = list(rows.groupby(["EntryID", "aspect"], observed=True).indices.values())
    drawn = random.integers(len(profiles), size=int(1.1 * ROWS * share / (len(rows) / len(profiles))))
    owners = random.permutation(np.resize(ids, len(drawn)))
    table = rows.iloc[np.concatenate([profiles[place] for place in drawn])][["term", "aspect"]]
    table.insert(0, "EntryID", np.repeat(owners, [len(profiles[place]) for place in drawn]))
    folder.mkdir(parents=True)
    table[: int(ROWS * share)].to_csv(folder / "train_terms.tsv", sep="\t", index=False)
    taxa = np.where(random.random(proteins) < HUMAN, 9606, random.integers(10_000, 10_000 + SPECIES - 1, size=proteins))
    lines = (f"{entry}\t{taxon}\n" for entry, taxon in zip(ids, taxa))
    (folder / "train_taxonomy.tsv").write_text("EntryID\ttaxonomyID\n" + "".join(lines))
    letters = np.frombuffer("".join(AMINO_ACIDS).encode(), dtype=np.uint8)
    with open(folder / "train_sequences.fasta", "wb") as file:
        for entry, length in zip(ids, random.choice(course.sequences["Length"], proteins)):
            file.write(b">%s\n%s\n" % (entry.encode(), random.choice(letters, length).tobytes()))
    with opened(bundled_folder("course_data") / "go-basic.obo.xz") as handle:
        obo = handle.read().decode().replace("\nnamespace: ", f"\n{5 * PROSE}namespace: ")
    (folder / "go-basic.obo").write_text(obo, encoding="utf-8")


def stages(folder: Path) -> list[list[str]]:
    """Return for each step its name, CPU seconds and peak memory in MB, since the process began."""
    done = []

    def note(what: str) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        done.append([what, f"{used.ru_utime + used.ru_stime:.1f}", f"{own_peak() * 1.048576:,.0f}"])

    note("imports")
    data = load_cafa(folder)
    note(f"`load_cafa`: {len(data.annotations):,} rows, {len(data.sequences):,} sequences")
    table = label_table(data).table
    note(f"`label_table`: {len(table):,} human proteins, {table.shape[1] - 2} terms")
    split_proteins(table)
    note("`split_proteins`")
    return done


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` takes a twentieth, and no chapters, for the tests."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "set"
        in_fresh_process(make, folder, 0.05 if quick else 1.0)
        steps = in_fresh_process(stages, folder)
        os.environ["DLFB_CACHE"] = str(Path(place) / "cache")
        paths = [] if quick else [ROOT / "chapters" / f"{name}.ipynb" for name in CHAPTERS]
        run = [in_fresh_process(chapter, path, Path(place), {"data_dir": str(folder)}) for path in paths]
    return f"""## A set of CAFA 5's size

{markdown_table(["step", "CPU seconds so far", "peak so far, MB"], steps)}

{markdown_table(["chapter", "s", "anonymous, MB", "all, MB"], run)}

Made up of the course's annotations, with sequences of random residues, as plain files; the ontology is the course's,
drawn out to the length of the real one. Chapter 6 computes the embeddings of the human proteins of at most 500 residues
with the course checkpoint, chapter 7 finds them in the cache. Peaks as in the section on memory: *anonymous* of the kernel
and what it starts, *all* of the largest process.
"""
