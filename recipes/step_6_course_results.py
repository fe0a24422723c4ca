"""Measure everything that README and chapters quote, and write it to one results file.

For each split: every setting is chosen on validation, every predictor fitted again on training and validation
together, its test predictions made, and only then are the test labels opened, once. Some 20 minutes on two cores with
the bundled embeddings. Run from the project's root::

    make results                                  # write dlfb_helpers/assets/results
    .venv/bin/python -m recipes.step_6_course_results --check   # measure again and compare
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
import optax
import pandas as pd

from dlfb_helpers.annotations import cafa
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import count_violations
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.dataset.splits import grouped_split, homology_folds, split_proteins
from dlfb_helpers.dataset.time_split import split_by_time
from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.metrics.cafa import f_at, fmax, smin
from dlfb_helpers.metrics.calibration import brier_score, expected_calibration_error, reliability_table
from dlfb_helpers.metrics.calibrators import Isotonic, Temperature
from dlfb_helpers.metrics.information import information_content
from dlfb_helpers.metrics.per_row import average_precision, mean_metrics, micro_average_precision
from dlfb_helpers.metrics.uncertainty import bootstrap_mean, paired_difference
from dlfb_helpers.predictors.calibrated import Fitted, choose_and_fit
from dlfb_helpers.predictors.mixture import NetworkSettings
from dlfb_helpers.predictors.results import Sealed
from dlfb_helpers.predictors.selection import FULL, NETWORKS, predict
from dlfb_helpers.proteins.families import cluster_numbers, cross_pairs, family_numbers
from dlfb_helpers.training.compiled import train_compiled
from dlfb_helpers.training.evaluation import predict as predict_article
from dlfb_helpers.training.model import Model

OUT = Path("dlfb_helpers/assets/results")
FOLDS = Path("build/results")
"""Where the mixtures' predictions of every fold by families are kept, for `step_8_predictor`."""
SEED = 42
TOLERANCE = 0.01
"""By how much a figure may differ on another machine: floating-point sums differ, and so do trained networks."""

Parts = Mapping[str, Proteins]


class Measured(NamedTuple):
    """What one split gives: `auprc` of the test part has a row a protein and a column a predictor."""

    results: dict
    probabilities: pd.DataFrame
    auprc: pd.DataFrame
    fitted: Fitted


def measure_split(
    parts: Parts,
    sealed: Sealed,
    groups: Mapping[str, np.ndarray],
    data: cafa.CafaData,
    networks: Mapping[str, NetworkSettings],
    kinds: pd.Series | None = None,
) -> Measured:
    """Choose, fit, predict, then open the test labels and score.

    Parameters
    ----------
    parts
        "train", "valid" and "test"; the labels of "test" are taken away.
    sealed
        The test labels.
    groups
        Units of the bootstrap, a label for each protein of "valid" and "test".
    data
        Where ontology and annotations (for the information content) come from.
    networks
        Settings to choose among; with more than one, their ablation is part of the result.
    kinds
        Kind of each test protein, where kinds are also to be scored apart.
    """
    train, valid, test = parts["train"], parts["valid"], parts["test"]
    terms, ontology = train.targets.columns, data.ontology
    fitted = choose_and_fit(train, valid, ontology, networks)
    on_valid, valid_mixture = fitted.on_valid, fitted.valid_mixture
    tables = predict(fitted.mixture, test, ontology)
    others = {"temperature": Temperature, "isotonic": Isotonic}
    calibrations = {name: kind.fit(valid.targets, valid_mixture) for name, kind in others.items()}
    calibrations["logit scaling"] = fitted.calibration
    calibrated = {name: calibrate(tables["mixture"]) for name, calibrate in calibrations.items()}
    threshold = fmax(valid.targets, valid_mixture).threshold
    weights = information_content(_annotations(data, train + valid), ontology)[terms]

    targets = sealed.open(tables | {f"mixture, {name}": table for name, table in calibrated.items()})
    auprc = pd.DataFrame({name: average_precision(targets, table) for name, table in tables.items()}, targets.index)
    result = {
        "proteins": {part: len(parts[part]) for part in parts},
        "terms": len(terms),
        "terms without a test positive": int((targets.sum() == 0).sum()),
        "choice": asdict(fitted.mixture.choice),
        "validation": fitted.trials.groupby("predictor")["auprc"].max().to_dict(),
        "predictors": {
            name: _scores(targets, table, auprc[name], groups["test"], weights, threshold)
            for name, table in tables.items()
        },
        "mixture minus": mixture_minus(auprc, groups["test"]),
        "calibration": {
            name: {
                "ece": expected_calibration_error(targets, table),
                "ece from 0.05": expected_calibration_error(targets, table, minimum=0.05),
                "pairs from 0.05": int((table >= 0.05).sum()),
                "brier": brier_score(targets, table),
                "reliability": reliability_table(targets, table, minimum=0.05).to_dict("list"),
            }
            for name, table in {"none": tables["mixture"], **calibrated}.items()
        },
        "calibrators": {name: asdict(calibrations[name]) for name in ("temperature", "logit scaling")},
        "violations": {
            "validation mixture, before": count_violations(on_valid["mixture"], terms, ontology),
            **{name: count_violations(table, terms, ontology) for name, table in (tables | calibrated).items()},
        },
    }  # fmt: skip
    if kinds is not None:
        kinds = kinds[targets.index]
        result["apart"] = {
            kind: {name: bootstrap_mean(auprc[name][kinds == kind])._asdict() for name in tables}
            | {"mixture minus embedding neighbours": paired_difference(
                auprc["mixture"][kinds == kind], auprc["embedding neighbours"][kinds == kind])._asdict()}
            for kind in kinds.unique()
        }  # fmt: skip
        result["accounts"] = {kind: int((kinds == kind).sum()) for kind in kinds.unique()}
    if len(networks) > 1:
        result["ablation"] = _ablation(valid, on_valid, list(networks), groups["valid"])
    probabilities = pd.DataFrame(tables["mixture"], index=targets.index, columns=terms)
    return Measured(result, probabilities, auprc, fitted)


def mixture_minus(auprc: pd.DataFrame, groups: np.ndarray) -> dict:
    """Paired differences in auPRC: the mixture's less that of each other predictor."""
    others = auprc.columns.drop("mixture")
    return {name: paired_difference(auprc["mixture"], auprc[name], groups)._asdict() for name in others}


def cross_validation(auprcs: list[pd.DataFrame], families: pd.Series) -> dict:
    """Pool the folds: each protein's test auPRC stands in one of `auprcs`; the bootstrap draws families."""
    auprc = pd.concat(auprcs).sort_index()
    groups = families[auprc.index].to_numpy()
    return {
        "proteins": len(auprc),
        "families": len(set(groups)),
        "predictors": {name: bootstrap_mean(auprc[name], groups)._asdict() for name in auprc},
        "mixture minus": mixture_minus(auprc, groups),
    }


def _scores(
    targets: pd.DataFrame, table: np.ndarray, auprc: pd.Series, groups: np.ndarray, weights: pd.Series, threshold: float
) -> dict:
    """All metrics of one predictor; F at the threshold that the mixture's validation picked is told for all."""
    best, weighted, distance = fmax(targets, table), fmax(targets, table, weights), smin(targets, table, weights)
    return {
        "auprc": bootstrap_mean(auprc, groups)._asdict(),
        "auroc": mean_metrics(targets, table, by="protein")["auroc"],
        "auprc over terms": mean_metrics(targets, table, by="term")["auprc"],
        "micro auprc": micro_average_precision(targets, table),
        "fmax": best.f, "weighted fmax": weighted.f, "smin": distance.s,
        "f at validation threshold": f_at(targets, table, threshold).f,
    }  # fmt: skip


def _ablation(valid: Proteins, tables: Mapping[str, np.ndarray], names: list[str], groups: np.ndarray) -> list[dict]:
    """Validation auPRC of each network setting: five networks one by one, together, and paired with the full recipe."""
    single = {
        name: np.mean([average_precision(valid.targets, member) for member in tables[name]], axis=0) for name in names
    }
    return [
        {
            "setting": name,
            "one network": bootstrap_mean(single[name], groups)._asdict(),
            "minus full recipe": paired_difference(single[name], single["full recipe"], groups)._asdict(),
            "seeds": [round(float(np.nanmean(average_precision(valid.targets, member))), 6) for member in tables[name]],
            "five together": bootstrap_mean(
                average_precision(valid.targets, tables[name].mean(axis=0)), groups
            )._asdict(),
        }
        for name in names
    ]


def _annotations(data: cafa.CafaData, known: Proteins) -> pd.DataFrame:
    """Propagated MFO annotations of the proteins whose labels may be seen."""
    rows = data.annotations[(data.annotations["aspect"] == "MFO") & data.annotations["EntryID"].isin(known.ids)]
    pairs = {(entry, data.ontology.canonical(term)) for entry, term in zip(rows["EntryID"], rows["term"])}
    propagated = data.ontology.propagate(pair for pair in pairs if pair[1])
    return pd.DataFrame(sorted(propagated), columns=["EntryID", "term"])


def measure_article(parts: Parts) -> dict:
    """The article's recipe as chapter 8 runs it: 300 steps on the training part of the random split."""
    model = Model(parts["train"].targets.shape[1])
    state = model.create_train_state(jax.random.key(SEED), parts["train"].embeddings[:1], optax.adam(1e-3))
    state, _ = train_compiled(state, parts, seed=SEED, evaluate_on=())
    probabilities = predict_article(state, parts["test"].embeddings)
    per_protein = mean_metrics(parts["test"].targets, probabilities, by="protein")
    per_term = mean_metrics(parts["test"].targets, probabilities, by="term")
    return {"auprc": per_protein["auprc"], "auroc": per_protein["auroc"], "auprc over terms": per_term["auprc"]}


def similar_across(parts: Parts) -> int:
    """Similar pairs of proteins across the parts of a split."""
    return len(cross_pairs({p: pd.Series(known.sequences, known.ids) for p, known in parts.items()}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="measure again, and compare with what is there")
    arguments = parser.parse_args()
    if arguments.check:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / "results")
            sys.exit(compare(json.loads((OUT / "results.json").read_text()),
                             json.loads(Path(folder, "results/results.json").read_text())))  # fmt: skip
    measure(OUT)


def measure(out: Path) -> None:
    """Measure every split and write the results file and the mixtures' predictions into `out`."""
    start = time.monotonic()
    data = load_cafa()
    table = label_table(data).table
    sequences = table[["Sequence"]]
    everything = embed_labelled(table)
    unit = pd.Series(family_numbers(sequences["Sequence"].tolist()), sequences.index)
    mmseqs = pd.Series(cluster_numbers(sequences["Sequence"].tolist()), sequences.index)
    one, each = {"full recipe": FULL}, pd.Series(table.index, table.index)
    later = split_by_time(data, SEED)
    of_time = embed_labelled(pd.concat([later.train, later.valid, later.test]))
    in_time = {part: list(getattr(later, part).index) for part in ("train", "valid", "test")}
    folds = {
        "families" if fold == 0 else f"families, fold {fold + 1}": ids
        for fold, (ids, _) in enumerate(homology_folds(sequences, SEED))
    }
    plans = {
        "random": (split_proteins(sequences, SEED), everything, each, NETWORKS),
        "time": (in_time, of_time, pd.Series(of_time.ids, of_time.ids), one),
        "clusters": (grouped_split(mmseqs, SEED), everything, mmseqs, one),
    }
    # The twelve networks are tried on the first fold; on the others the full recipe is what was chosen.
    plans |= {name: (ids, everything, unit, NETWORKS if name == "families" else one) for name, ids in folds.items()}
    auprcs = []
    results = {"seed": SEED, "tolerance": TOLERANCE, "versions": {p: version(p) for p in ("jax", "flax", "numpy")}}
    results["article's recipe"] = measure_article(
        {part: everything.take(ids) for part, ids in split_proteins(sequences, SEED).items()}
    )
    results["time split"] = later.counts
    results["splits"] = {}
    for folder in (out, FOLDS):
        folder.mkdir(parents=True, exist_ok=True)
    for name, (ids, proteins, units, networks) in plans.items():
        parts = {part: proteins.take(members) for part, members in ids.items()}
        groups = {part: units[ids[part]].to_numpy() for part in ("valid", "test")}
        across = similar_across(parts) if name != "time" else None
        sealed = Sealed(parts["test"].targets)
        parts["test"] = parts["test"].without_targets()
        aside = later.knowledge if name == "time" else None
        seen = later.early if name == "time" else data
        measured = measure_split(parts, sealed, groups, seen, networks, aside)
        if name in folds:
            auprcs.append(measured.auprc)
            measured.probabilities.to_parquet(FOLDS / f"{name}.parquet")
        results["splits"][name] = {"similar pairs across": across, **measured.results}
        if name in ("random", "families", "time"):
            measured.probabilities.to_parquet(out / f"{name}.parquet", compression="zstd")
        means = {n: round(p["auprc"]["mean"], 3) for n, p in measured.results["predictors"].items()}
        print(f"{time.monotonic() - start:.0f} s, {name}: {means}", flush=True)
    results["cross-validation by families"] = cross_validation(auprcs, unit)
    results["minutes"] = round((time.monotonic() - start) / 60, 1)
    (out / "results.json").write_text(json.dumps(results, indent=1, default=list) + "\n", encoding="utf-8")
    write_manifest(out, what="Measured results and test predictions, by make results", licence="CC BY 4.0")


def compare(kept: dict, fresh: dict, path: str = "") -> int:
    """Print every figure that differs by more than the tolerance; return 1 if one does."""
    differing = 0
    for key, value in kept.items():
        here = f"{path}/{key}"
        if isinstance(value, dict):
            differing |= compare(value, fresh.get(key, {}), here)
        elif isinstance(value, float) and key != "minutes" and "choice" not in path:
            if not np.isclose(value, fresh.get(key, np.inf), rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True):
                print(f"{here}: {value} before, {fresh.get(key)} now")
                differing = 1
    return differing


if __name__ == "__main__":
    main()
