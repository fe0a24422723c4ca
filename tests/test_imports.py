"""What a room does not need it does not load: nobody waits for PyTorch to train, or for JAX to predict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PREDICT = """
import pandas as pd
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.table import prediction_tables
(rows,) = prediction_tables(load_predictor(), pd.Series({"P1": "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFF"}))
assert len(rows)
"""


@pytest.mark.parametrize(
    ("program", "present", "absent"),
    [
        ("from dlfb_helpers.training import *", "flax", {"torch", "transformers", "tensorflow"}),
        ("from dlfb_helpers.embedding import *", "torch", {"tensorflow", "jax", "flax", "optax", "sklearn"}),
        (
            "from dlfb_helpers.dataset import build_proteins; build_proteins()",
            "sklearn",
            {"torch", "transformers", "tensorflow", "jax"},
        ),
        ("from dlfb_helpers.metrics import *", "optax", {"torch", "transformers", "tensorflow", "flax"}),
        (PREDICT, "torch", {"jax", "flax", "optax", "sklearn", "tensorflow", "transformers"}),
    ],
    ids=["training", "embedding", "bundled vectors", "metrics", "predicting"],
)
def test_it_is_not_loaded(program, present, absent):
    program += "\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert present in loaded  # something has been loaded
    assert absent & loaded == set()
