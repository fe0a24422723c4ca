"""Train the bundled predictors of process and component (about 10 minutes).

Each goes into ``dlfb_helpers/assets/predictor_<aspect>`` only if it is above every baseline on the test proteins, with
the paired 95 % interval clear of zero, and its folder within the limit. So that it is, the networks are the narrower
ones, and of the many processes those with at least 100 proteins are learnt. Run from the project's root::

    python -m recipes.step_7_aspect_predictors
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.build import build_proteins
from dlfb_helpers.files.assets import ASSETS
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.metrics.uncertainty import Interval, paired_difference
from dlfb_helpers.predictors.fitting import SET_ASIDE, train_predictor
from dlfb_helpers.predictors.folder import save_predictor
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.selection import NETWORKS, PREDICTORS, predict

NARROW = "narrower (256, 128)"
MIN_PROTEINS = {"CCO": 50, "BPO": 100}
LARGEST = 8_000_000  # bytes of a folder


def over_baselines(predictor: Predictor, aspect: str, min_proteins: int) -> dict[str, Interval]:
    """Return how far the mixture is above each other predictor on the test proteins: auPRC, mean over proteins."""
    data = load_cafa()
    test = build_proteins(data=data, aspect=aspect, min_proteins=min_proteins, generic_terms=SET_ASIDE)["test"]
    assert not {*test.sequences} & {*predictor.mixture.known.sequences}
    tables = predict(predictor.mixture, test.without_targets(), data.ontology)
    areas = {name: average_precision(test.targets, tables[name]) for name in PREDICTORS}
    return {name: paired_difference(areas["mixture"], areas[name]) for name in PREDICTORS if name != "mixture"}


def main() -> int:
    """Train, measure and write both; return 1 if one did not earn its place."""
    refused = 0
    for aspect, min_proteins in MIN_PROTEINS.items():
        trained = train_predictor("course", aspect, min_proteins=min_proteins, networks={NARROW: NETWORKS[NARROW]})
        lead = over_baselines(trained, aspect, min_proteins)
        for name, interval in lead.items():
            print(f"{aspect}: auPRC over {name}: {interval.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})")
        closest = min(lead, key=lambda name: lead[name].mean)
        interval = lead[closest]
        trained.facts["measured"][f"test auPRC over its closest rival, {closest}"] = (
            f"{interval.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})"
        )
        with tempfile.TemporaryDirectory() as folder:
            size = sum(file.stat().st_size for file in save_predictor(trained, Path(folder, "predictor")).iterdir())
        print(f"{aspect}: {len(trained.names)} terms, {size:,} bytes, {trained.facts['measured']}", flush=True)
        if interval.low <= 0 or size > LARGEST:
            print(f"{aspect} does not earn its place", file=sys.stderr)
            refused = 1
        else:
            save_predictor(trained, ASSETS / f"predictor_{aspect}")
    return refused


if __name__ == "__main__":
    raise SystemExit(main())
