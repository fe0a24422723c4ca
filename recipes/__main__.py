"""Make every bundled file again, one recipe after the other: ``python -m recipes`` (what ``make assets`` runs).

Each recipe is a process of its own; the first that fails ends the chain, and ``--from`` takes it up there::

    python -m recipes --list
    python -m recipes --from 4
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Step(NamedTuple):
    """One recipe: what it reads and writes (packages of `recipes.sources`, folders of ``dlfb_helpers/assets``)."""

    module: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    minutes: int
    """On two cores, downloads included."""


OF_THE_POOL = (
    "swissprot",
    "human_annotations",
    "human_annotations_2024",
    "other_species",
    "course_data",
    "checkpoint",
    "embeddings",
)
"""What the pool of known proteins is made of."""

STEPS = (
    Step(
        "step_1_course_data",
        ("swissprot", "human_annotations", "ontology", "other_species"),
        ("course_data",),
        4,
    ),
    Step(
        "step_2_other_releases",
        ("other_species", "human_annotations_2024", "course_data"),
        ("terms_2019", "terms_2024"),
        1,
    ),
    Step("step_3_course_checkpoint", ("encoder", "swissprot", "human_annotations"), ("checkpoint",), 60),
    Step("step_4_course_embeddings", ("course_data", "checkpoint"), ("embeddings",), 2),
    Step("step_5_course_homology", ("course_data",), ("homology",), 5),
    Step(
        "step_6_course_results",
        ("course_data", "terms_2019", "checkpoint", "embeddings", "homology"),
        ("results",),
        16,
    ),
    Step(
        "step_7_prospective",
        ("course_data", "terms_2024", "checkpoint", "embeddings", "homology", "results"),
        ("prospective",),
        4,
    ),
    Step(
        "step_8_predictor",
        (*OF_THE_POOL, "homology", "prospective"),
        ("pool", "predictor", "predictor_BPO", "predictor_CCO", "shipped"),
        60,
    ),
    Step("step_9_taxa", ("taxa",), ("taxa",), 2),
    Step("step_10_light", (*OF_THE_POOL, "shipped"), ("light",), 15),
    Step(
        "step_11_graphs", ("checkpoint", "pool", "predictor", "predictor_BPO", "predictor_CCO", "light"), ("onnx",), 1
    ),
)
MADE_ELSEWHERE = {
    "3dmol": "3Dmol.js as its makers publish it",
    "structures": "the backbone of 3I40, from the Protein Data Bank",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0, or the exit status of the recipe that failed."""
    parser = argparse.ArgumentParser(
        prog="python -m recipes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="say what is made of what, and run nothing")
    parser.add_argument("--from", dest="first", type=int, default=1, choices=range(1, len(STEPS) + 1), metavar="N")
    options = parser.parse_args(arguments)
    for number, step in enumerate(STEPS[options.first - 1 :], start=options.first):
        made = f"{', '.join(step.reads)} -> {', '.join(step.writes)}"
        print(f"{number}  {step.module:<26} {step.minutes:>3} min  {made}", flush=True)
        if not options.list:
            done = subprocess.run([sys.executable, "-m", f"recipes.{step.module}"], cwd=Path(__file__).parents[1])
            if done.returncode:
                print(f"{step.module} failed; mend it, then: python -m recipes --from {number}", file=sys.stderr)
                return done.returncode
    if options.list:
        print(*(f"-  {folder}: {what}" for folder, what in MADE_ELSEWHERE.items()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
