"""Fit the predictor that ships on everything known, and measure the same recipe on what it has not seen.

Three ways to hold proteins out, since none of them stands for every use: what 2022 to 2024 added (all three aspects),
the course's split by families, and other species, each left out whole. The regression is fitted on what 2019 to 2022
added; the one that ships on 2022 to 2024 besides. Labels of 2024 serve to judge and, in the end, to ship. Writes
``dlfb_helpers/assets/pool``, ``predictor``, ``predictor_BPO``, ``predictor_CCO`` and ``shipped``. Run from the
project's root::

    python -m recipes.step_8_predictor --once  # embed the pool, and align who is tested with it; kept in build/pool
    python -m recipes.step_8_predictor
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.consistency import ancestor_matrix, make_consistent, raise_ancestors
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.dataset.splits import homology_folds, split_proteins
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors.base import BasePredictors
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.calibrated import choose_and_fit
from dlfb_helpers.predictors.folder import BUNDLED, write_predictor
from dlfb_helpers.predictors.pool_files import pool_files
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.selection import FULL
from dlfb_helpers.proteins.families import family_numbers
from recipes.annotations import OTHER_SPECIES
from recipes.fitted import Said, Setting, blend, fit, said, setting, threshold
from recipes.judged import OURS, SHORT, judge, lengths, newly_annotated, of_species, similar_to
from recipes.pool import Annotated, annotated
from recipes.sources import SOURCES
from recipes.step_6_course_results import FOLDS

OUT = Path("dlfb_helpers/assets")
LARGEST = 32_000_000
"""Bytes of the pool and the three predictors."""
ASPECTS = ("MFO", "BPO", "CCO")
SEED = 42
RELEASES = ((2019, 2022), (2022, 2024))
"""What was known, and what had been added when."""
JUDGED_SPECIES = ("mouse", "arabidopsis", "fly", "worm")
NUM_FOLDS = 5
COURSE = "MFO, the course's terms"
CHAPTER_9 = "chapter 9's mixture"


def prospective(known: Annotated, course_terms: list[str]) -> tuple[dict, dict[str, list[Said]], pd.DataFrame]:
    """Learn what was known in 2019, and in 2022, and predict the proteins that had none of an aspect's terms.

    Returns
    -------
    dict
        Aspect -> `judge` on what 2022 to 2024 added, of any length; "MFO, the course's terms" and proteins.
    dict
        Aspect -> what the base predictors said of both.
    pandas.DataFrame
        Probabilities of the course's terms for its proteins that gained one from 2022 to 2024.
    """
    held_out: dict[str, list[Said]] = {aspect: [] for aspect in ASPECTS}
    terms = {aspect: known.terms(2022, aspect) for aspect in ASPECTS}
    for early, late in RELEASES:
        new, where = in_time(known, early, late, course_terms)
        for aspect in ASPECTS:
            base = fit(known, where, early, terms[aspect], hidden=new[aspect])
            held_out[aspect].append(_ask(known, where, base, late, terms[aspect], new[aspect]))
    fitted = {aspect: answers[0].blend() for aspect, answers in held_out.items()}
    # What follows is of the last of the two: learnt in 2022, judged in 2024.
    results = {
        aspect: judged(known, held_out[aspect][1], fitted[aspect], terms[aspect], new[aspect]) for aspect in ASPECTS
    }
    short = new[COURSE][lengths(known)[new[COURSE]] <= SHORT]
    base = fit(known, where, early, terms["MFO"], hidden=new[COURSE])
    answers = _ask(known, where, base, late, terms["MFO"], short)
    targets, tables = on_course_terms(known, answers, fitted["MFO"], course_terms)
    ids = known.table.index[short]
    tables[CHAPTER_9] = pd.read_parquet(OUT / "prospective" / "predictions.parquet").loc[ids, course_terms].to_numpy()
    results[COURSE] = judge(targets, tables, known.table["Sequence"].iloc[short])
    return results, held_out, pd.DataFrame(tables[OURS], ids, course_terms)


def in_time(known: Annotated, early: int, late: int, course_terms: list[str]) -> tuple[dict[str, np.ndarray], Setting]:
    """Ask about the proteins that got the first of an aspect's terms, or of the course's, between two releases.

    Returns
    -------
    dict
        Aspect, or `COURSE` -> rows of these proteins.
    Setting
        Of all of them.
    """
    of = {aspect: known.terms(2022, aspect) for aspect in ASPECTS} | {COURSE: course_terms}
    new = {name: newly_annotated(known, early, late, terms) for name, terms in of.items()}
    return new, setting(known, np.unique(np.concatenate([*new.values()])))


def without_family(known: Annotated, ids: Sequence[str]) -> Setting:
    """Ask about proteins, with nothing similar to one of them seen."""
    tested = np.sort(known.table.index.get_indexer(pd.Index(ids)))
    return setting(known, tested, {*tested, *similar_to(known, tested)})


def without_species(known: Annotated, species: str, course_terms: list[str]) -> Setting:
    """Ask about some proteins of a species, with none of that species seen."""
    taxon = OTHER_SPECIES[species]
    tested = of_species(known, taxon, course_terms)
    return setting(known, tested, np.flatnonzero(known.table["taxon"] == taxon))


def compute_once(known: Annotated, table: pd.DataFrame, course_terms: list[str]) -> None:
    """Embed the pool, and align all that will be asked about with what may be seen: over an hour, kept."""
    for early, late in RELEASES:
        _, where = in_time(known, early, late, course_terms)
        print(f"{len(where.tested):,} new from {early} to {late}", flush=True)
    for parts, _ in homology_folds(table[["Sequence"]], SEED):
        where = without_family(known, parts["test"])
        print(f"a fold of {len(where.tested):,}, {len(where.rows):,} may be seen", flush=True)
    for species in JUDGED_SPECIES:
        where = without_species(known, species, course_terms)
        print(f"{species}, {len(where.rows):,} may be seen", flush=True)


def _ask(known: Annotated, where: Setting, base: BasePredictors, late: int, terms: list[str], rows: np.ndarray) -> Said:
    """Ask about some of the tested proteins, and say what is true of them in the later release."""
    targets = known.labels(late, terms)[rows].toarray()
    return said(known, where, base, np.searchsorted(where.tested, rows), targets)


def tables_of(known: Annotated, answers: Said, fitted: Blend, terms: list[str]) -> dict[str, np.ndarray]:
    """Base predictors and their blend, all raised along the ontology."""
    ancestors = ancestor_matrix(terms, known.ontology)
    tables = answers.scores | {OURS: fitted(answers.scores, answers.strengths)}
    return {name: raise_ancestors(table, ancestors) for name, table in tables.items()}


def judged(known: Annotated, answers: Said, fitted: Blend, terms: list[str], rows: np.ndarray) -> dict:
    """Judge what was said of some proteins, by families of theirs."""
    return judge(answers.targets, tables_of(known, answers, fitted, terms), known.table["Sequence"].iloc[rows])


def on_course_terms(
    known: Annotated, answers: Said, fitted: Blend, course_terms: list[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Targets and `tables_of` functions that chapter 9's predictor knows, too."""
    terms = known.terms(2022, "MFO")
    columns = [terms.index(term) for term in course_terms]
    tables = tables_of(known, answers, fitted, terms)
    return answers.targets[:, columns], {name: table[:, columns] for name, table in tables.items()}


def by_families(known: Annotated, fitted: Blend, table: pd.DataFrame, proteins: Proteins) -> dict:
    """In the five folds by families: nothing similar to a test protein is seen, of no species."""
    terms, course_terms = known.terms(2022, "MFO"), proteins.targets.columns.tolist()
    folds = []
    for theirs in folds_by_families():
        where = without_family(known, theirs.index)
        answers = _ask(known, where, fit(known, where, 2022, terms), 2022, terms, where.tested)
        targets, tables = on_course_terms(known, answers, fitted, course_terms)
        ids = known.table.index[where.tested]
        tables[CHAPTER_9] = theirs.loc[ids, course_terms].to_numpy()
        folds.append((ids, targets, tables))
        print("families:", {name: float(np.nanmean(average_precision(targets, t))) for name, t in tables.items()})
    all_ids, all_targets, all_tables = zip(*folds)
    pooled = {name: np.concatenate([tables[name] for tables in all_tables]) for name in all_tables[0]}
    groups = family_numbers([*table.loc[np.concatenate(all_ids), "Sequence"]])
    return judge(np.concatenate(all_targets), pooled, [], groups)


def folds_by_families() -> list[pd.DataFrame]:
    """Return what `step_6_course_results` predicted for each fold."""
    paths = sorted(FOLDS.glob("families*.parquet"))
    if len(paths) != NUM_FOLDS:
        raise SystemExit(f"{FOLDS} holds {len(paths)} of {NUM_FOLDS} folds: run step_6_course_results, or make results")
    return [pd.read_parquet(path) for path in paths]


def by_species(known: Annotated, fitted: Blend, table: pd.DataFrame, proteins: Proteins) -> dict:
    """On proteins of four species, each left out whole."""
    terms, course_terms = known.terms(2022, "MFO"), proteins.targets.columns.tolist()
    split = split_proteins(table[["Sequence"]], SEED)
    theirs = choose_and_fit(
        proteins.take(split["train"]), proteins.take(split["valid"]), known.ontology, {"full": FULL}
    )
    results = {}
    for species in JUDGED_SPECIES:
        where = without_species(known, species, course_terms)
        answers = _ask(known, where, fit(known, where, 2022, terms), 2022, terms, where.tested)
        targets, tables = on_course_terms(known, answers, fitted, course_terms)
        mixed = theirs.mixture.predict(known.take(where.tested))["mixture"]
        tables[CHAPTER_9] = theirs.calibration(make_consistent(mixed, course_terms, known.ontology))
        results[species] = judge(targets, tables, known.table["Sequence"].iloc[where.tested])
        print(species, _means(results[species]), flush=True)
    return results


def ship(known: Annotated, held_out: Mapping[str, list[Said]], results: dict) -> None:
    """Fit on all that is known in 2024, and write the pool and three predictors."""
    where = setting(known, np.zeros(0, dtype=int))
    checkpoint = load_checkpoint("course")
    folder = emptied(OUT / "pool")
    for name, content in pool_files(where.pool).items():
        (folder / name).write_bytes(content)
    write_manifest(folder, what="The known proteins of the bundled predictors", licence="CC BY 4.0")
    for aspect, name in zip(ASPECTS, BUNDLED.values()):
        terms = known.terms(2024, aspect)
        base = fit(known, where, 2024, terms)
        fitted = blend(held_out[aspect])
        limit = threshold(held_out[aspect], fitted)
        facts = {
            "checkpoint": checkpoint.name,
            "vectors": store_settings(checkpoint),
            "aspect": aspect,
            "ontology": known.ontology.release,
            "annotations": _annotations(known),
            "measured": _measured(results, aspect),
            "uses": USES,
        }
        names = {term: known.ontology.names[term] for term in terms}
        predictor = Predictor(base, fitted, names, ancestor_matrix(terms, known.ontology), limit, facts)
        write_predictor(predictor, emptied(OUT / name), with_pool=False)
        print(f"{aspect}: {len(terms)} terms, threshold {limit:.2f}", flush=True)
    sizes = {name: _bytes(OUT / name) for name in ("pool", *BUNDLED.values())}
    print(f"{sum(sizes.values()):,} bytes: {sizes}")
    if sum(sizes.values()) > LARGEST:
        raise SystemExit(f"more than {LARGEST:,} bytes")


USES = """**Which figure for which use.** None is of proteins that this predictor knows: the same recipe was fitted on
less each time. A human protein without a known function: *2022 to 2024*. One of a species that is not among the known
ones: *species left out*. One without a close relative among the known ones: *split by families*; without any
significant alignment expect less.

"""


def _annotations(known: Annotated) -> str:
    released = pd.Timestamp(SOURCES["human_annotations_2024"].release)
    taxa = ", ".join(str(taxon) for taxon in sorted(set(known.table["taxon"])))
    return (
        f"{len(known.table):,} proteins of any length of taxa {taxa}; human ones as of {released:%B %Y}, others as of "
        "January 2019; experimental evidence, and a curator's apart"
    )


def _measured(results: dict, aspect: str) -> dict[str, str]:
    """Rows of the card."""
    rows = {"2022 to 2024": results["prospective"][aspect]}
    if aspect == "MFO":
        rows["split by families"] = results["families"]
        rows |= {f"species left out, {name}": found for name, found in results["species"].items()}
    told = {}
    for name, found in rows.items():
        ours = found["predictors"][OURS]
        told[f"{name}: {found['proteins']:,} proteins, {found['terms']:,} terms"] = (
            "auPRC {mean:.2f} ({low:.2f} to {high:.2f})".format(**ours["auprc"])
            + f", Fmax {ours['fmax']:.2f}, calibration error {ours['ece from 0.05']:.3f}"
        )
    return told


def emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _means(found: dict) -> dict[str, float]:
    return {name: round(scores["auprc"]["mean"], 3) for name, scores in found["predictors"].items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="compute what the rest needs once, and keep it")
    once = parser.parse_args().once
    known = annotated()
    table = label_table(known.data).table
    proteins = embed_labelled(table)
    if once:
        return compute_once(known, table, proteins.targets.columns.tolist())
    results: dict = {"pool": {"proteins": len(known.table), "residues": int(lengths(known).sum())}}
    results["prospective"], held_out, predicted = prospective(known, proteins.targets.columns.tolist())
    for name, found in results["prospective"].items():
        print(name, _means(found), flush=True)
    fitted = held_out["MFO"][0].blend()
    results["families"] = by_families(known, fitted, table, proteins)
    print("families", _means(results["families"]), flush=True)
    results["species"] = by_species(known, fitted, table, proteins)
    folder = emptied(OUT / "shipped")
    predicted.to_parquet(folder / "prospective.parquet", compression="zstd")
    (folder / "results.json").write_text(json.dumps(results, indent=1, default=list) + "\n", encoding="utf-8")
    write_manifest(
        folder, what="How good the recipe of the shipped predictor is, by step_8_predictor", licence="CC BY 4.0"
    )
    ship(known, held_out, results)


if __name__ == "__main__":
    main()
