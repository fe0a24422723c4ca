"""Judge by the future: learn from what was known in September 2022, be judged on what September 2024 added.

Two test sets of proteins of at most 500 residues: those that got their first of the terms in between, and those that
had one and got another (scored on what is new; what was known before is taken out of the ranking). And, of the random
split's test part: of the pairs that 2022 does not have, how many had been confirmed two years later, by how probable
the mixture held them? Settings are chosen on the validation part, as on every other split. Some five minutes on two
cores. Run from the project's root::

    python -m recipes.step_7_prospective
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.dataset.time_split import release, split_by_time
from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.metrics.uncertainty import bootstrap_mean
from dlfb_helpers.predictors.mixture import Mixture
from dlfb_helpers.predictors.results import Sealed, load_predictions, load_results
from dlfb_helpers.predictors.selection import FULL, predict
from dlfb_helpers.proteins.families import family_numbers
from recipes.step_6_course_results import SEED, measure_split, mixture_minus

OUT = Path("dlfb_helpers/assets/prospective")
BINS = (0.0, 0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 1.0)
STORIES = 10


def gained_scores(mixture: Mixture, gained: Proteins, known: np.ndarray, ontology: Ontology) -> dict:
    """Score proteins that had a term and got another: auPRC of what is new among what was not known."""
    tables = predict(mixture, gained.without_targets(), ontology)
    units = family_numbers(gained.sequences)
    areas = {name: average_precision(gained.targets, np.where(known == 1, 0, table)) for name, table in tables.items()}
    return {
        "proteins": {"test": len(gained)},
        "predictors": {name: {"auprc": bootstrap_mean(area, units)._asdict()} for name, area in areas.items()},
        "mixture minus": mixture_minus(pd.DataFrame(areas), units),
    }


def confirmed_later(probabilities: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of protein and term that `before` lacks, with their probability and whether `after` has them.

    All three are tables of the same rows and columns.
    """
    rows, columns = np.nonzero(before.to_numpy() == 0)
    return pd.DataFrame(
        {
            "protein": before.index[rows],
            "term": before.columns[columns],
            "probability": probabilities.to_numpy()[rows, columns],
            "confirmed": after.to_numpy()[rows, columns] == 1,
        }
    )


def by_probability(pairs: pd.DataFrame) -> list[dict]:
    """Count the pairs of `confirmed_later`, and those confirmed, by bins of probability."""
    bins = pd.cut(pairs["probability"], BINS, right=False).cat.rename_categories(
        [f"{low:g} to {high:g}" for low, high in zip(BINS, BINS[1:])]
    )
    table = pairs.groupby(bins, observed=False)["confirmed"].agg(pairs="size", confirmed="sum")
    return [{"probability": str(name), "pairs": int(n), "confirmed": int(k)} for name, n, k in table.itertuples()]


def stories(pairs: pd.DataFrame, ontology: Ontology) -> list[dict]:
    """Return the confirmed pairs that were held most probable, one a protein, its most specific ones first."""
    found = pairs[pairs["confirmed"] & (pairs["probability"] >= BINS[-3])]
    found = found.assign(depth=[len(ontology.ancestors(term)) for term in found["term"]])
    found = found.sort_values(["depth", "probability"], ascending=False).drop_duplicates("protein")
    found = found.sort_values("probability", ascending=False).head(STORIES)
    return [
        {"protein": p, "term": t, "name": ontology.names[t], "probability": round(float(x), 3)}
        for p, t, x in found[["protein", "term", "probability"]].itertuples(index=False)
    ]


def error_or_discovery(data: CafaData) -> dict:
    """Of the random split's test part: which false positives of 2022 are true in 2024?"""
    calibrate = LogitScaling(**load_results()["splits"]["random"]["calibrators"]["logit scaling"])
    probabilities = load_predictions("random")
    probabilities = pd.DataFrame(calibrate(probabilities.to_numpy()), probabilities.index, probabilities.columns)
    tables = [labels_of(release(data, year), probabilities) for year in (2022, 2024)]
    pairs = confirmed_later(probabilities, *tables)
    return {"proteins": len(probabilities), "bins": by_probability(pairs), "stories": stories(pairs, data.ontology)}


def labels_of(data: CafaData, like: pd.DataFrame) -> pd.DataFrame:
    """Return what a release says of the rows and columns of `like`: 0 or 1."""
    table = label_table(data, min_proteins=1).table
    return table.reindex(columns=like.columns, fill_value=0).reindex(like.index, fill_value=0)


def main() -> None:
    data = load_cafa()
    split = split_by_time(data, SEED, learnt=2022, judged=2024, first="term")
    tables: Mapping[str, pd.DataFrame] = {part: getattr(split, part) for part in ("train", "valid", "test")}
    parts = {part: embed_labelled(table) for part, table in tables.items()}
    units = {part: family_numbers(parts[part].sequences) for part in ("valid", "test")}
    sealed = Sealed(parts["test"].targets)
    parts["test"] = parts["test"].without_targets()
    measured = measure_split(parts, sealed, units, split.early, {"full recipe": FULL}, split.knowledge)
    terms = parts["train"].targets.columns
    before = labels_of(data, split.gained[terms]).to_numpy()
    results = {
        "learnt": "September 2022",
        "judged": "September 2024",
        "counts": split.counts,
        "first": measured.results,
        "another": gained_scores(measured.fitted.mixture, embed_labelled(split.gained), before, data.ontology),
        "error or discovery": error_or_discovery(data),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "results.json").write_text(json.dumps(results, indent=1, default=list) + "\n", encoding="utf-8")
    measured.probabilities.to_parquet(OUT / "predictions.parquet", compression="zstd")
    write_manifest(OUT, what="What was predicted with the knowledge of 2022 and what 2024 says", licence="CC BY 4.0")
    for name in ("first", "another"):
        print(name, {n: round(p["auprc"]["mean"], 3) for n, p in results[name]["predictors"].items()})


if __name__ == "__main__":
    main()
