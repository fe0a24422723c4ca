"""Fit the blend of the light predictors, those of the site's page "Try it", and measure what lightness costs.

A browser aligns nothing: the blend hears the network and the neighbours by embedding alone. It is fitted on what 2019
to 2022 added and judged on 2022 to 2024, as `step_8_predictor` does; the one that ships is fitted on both. Writes
``dlfb_helpers/assets/light``. Run from the project's root::

    python -m recipes.step_10_light
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.predictors.base import CURATED, BasePredictors
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.evidence import nearest_proteins
from dlfb_helpers.predictors.light import FILE, in_bytes, narrowed, unaligned
from dlfb_helpers.predictors.pool import Neighbours
from recipes.fitted import Said, Setting, blend, fit, said, setting, threshold
from recipes.judged import OURS, SHORT, judge, lengths, newly_annotated
from recipes.pool import Annotated, annotated
from recipes.step_8_predictor import ASPECTS, OUT, emptied, judged, on_course_terms

HEARD = ("training frequency", "network", "embedding neighbours", CURATED)
ERAS = ((2019, 2022), (2022, 2024))


def light_setting(known: Annotated, tested: np.ndarray) -> tuple[Setting, Setting]:
    """Compare some proteins with all, in full and lightly."""
    full = setting(known, tested)
    pool = narrowed(full.pool)
    near = [unaligned(pool, known.take(rows)) for rows in np.array_split(tested, max(1, len(tested) // 256))]
    cosines = np.concatenate([part.cosines for part in near])
    none = csr_array(full.neighbours.bits.shape, dtype=np.float32)
    return full, full._replace(pool=pool, neighbours=Neighbours(cosines, none))


def ask(
    known: Annotated, where: Setting, years: tuple[int, int], terms: list[str], hidden: np.ndarray, rows: np.ndarray
) -> tuple[BasePredictors, Said]:
    """Fit what was known in the first year, lightly, and ask about some proteins what was known in the second."""
    base = fit(known, where, years[0], terms, hidden)
    base = replace(base, networks=in_bytes(base.networks))
    targets = known.labels(years[1], terms)[rows].toarray()
    answers = said(known, where, base, np.searchsorted(where.tested, rows), targets)
    return base, answers._replace(scores={name: answers.scores[name] for name in HEARD})


def likeness(known: Annotated, full: Setting, light: Setting, base: BasePredictors, rows: np.ndarray) -> np.ndarray:
    """Best cosine with a known protein, and whether an alignment calls one similar: shape (rows, 2)."""
    some, voters = np.searchsorted(full.tested, rows), base.labels.rows
    seen = nearest_proteins(known.take(rows), full.pool, voters, full.neighbours.bits[some])["seen"]
    return np.stack([light.neighbours.cosines[some][:, voters].max(axis=1), seen != "nothing similar"], axis=1)


def best_limit(found: np.ndarray) -> float:
    """The cosine that parts similar proteins from the others best: the highest mean of both shares told rightly."""
    cosines, alike = found[:, 0], found[:, 1] > 0
    limits = np.arange(0.2, 0.9, 0.01)
    right = [(cosines[alike] >= limit).mean() + (cosines[~alike] < limit).mean() for limit in limits]
    return round(float(limits[np.argmax(right)]), 2)


def main() -> None:
    known = annotated()
    course_terms = embed_labelled(label_table(known.data).table).targets.columns.tolist()
    terms = {aspect: known.terms(2022, aspect) for aspect in ASPECTS}
    held_out: dict[str, list[Said]] = {aspect: [] for aspect in ASPECTS}
    likened: list[np.ndarray] = []
    for years in ERAS:
        new = {aspect: newly_annotated(known, *years, terms[aspect]) for aspect in ASPECTS}
        course = newly_annotated(known, *years, course_terms)
        full, light = light_setting(known, np.unique(np.concatenate([*new.values(), course])))
        of_era = []
        for aspect, rows in new.items():
            base, answers = ask(known, light, years, terms[aspect], rows, rows)
            held_out[aspect].append(answers)
            of_era.append(likeness(known, full, light, base, rows))
            print(years, aspect, len(rows), flush=True)
        likened.append(np.concatenate(of_era))
    fitted = {aspect: answers[0].blend() for aspect, answers in held_out.items()}
    results: dict[str, Any] = {
        aspect: judged(known, held_out[aspect][1], fitted[aspect], terms[aspect], rows) for aspect, rows in new.items()
    }
    short = course[lengths(known)[course] <= SHORT]
    _, answers = ask(known, light, ERAS[1], terms["MFO"], course, short)
    targets, tables = on_course_terms(known, answers, fitted["MFO"], course_terms)
    results["MFO, the course's terms"] = judge(targets, tables, known.table["Sequence"].iloc[short])
    write(known, held_out, results, likened)


def write(
    known: Annotated, held_out: dict[str, list[Said]], results: dict[str, Any], likened: list[np.ndarray]
) -> None:
    """Fit on both eras, and write the file beside what was measured."""
    limit = best_limit(likened[0])
    cosines, alike = likened[1].T
    shipped = json.loads((OUT / "shipped" / "results.json").read_text(encoding="utf-8"))["prospective"]
    written: dict[str, Any] = {
        "similar": limit,
        "similar agrees": round(float(((cosines >= limit) == (alike > 0)).mean()), 3),
        "shipped": {name: _short(found) for name, found in shipped.items()},
        "light": {name: _short(found) for name, found in results.items()},
    }
    for aspect, answers in held_out.items():
        of_both: Blend = blend(answers)
        written[aspect] = {
            "blend": asdict(of_both),
            "threshold": threshold(answers, of_both),
            "measured": {"2022 to 2024": _short(results[aspect])},
        }
    folder = emptied(OUT / "light")
    (folder / FILE).write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    write_manifest(folder, what="The blend of the light predictors, by step_10_light", licence="CC BY 4.0")
    print(json.dumps(written["light"], indent=1), json.dumps(written["shipped"], indent=1))


def _short(found: dict) -> dict[str, float]:
    ours = found["predictors"][OURS]
    area = {part: round(ours["auprc"][part], 3) for part in ("mean", "low", "high")}
    return {
        "proteins": found["proteins"],
        "auprc": area,
        "fmax": round(ours["fmax"], 3),
        "calibration error": round(ours["ece from 0.05"], 3),
    }


if __name__ == "__main__":
    main()
