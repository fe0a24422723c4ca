"""Damaged predictors: any file of the folder, with a manifest that knows nothing of it, or one that vouches for it.

An input fails if a predictor is read that predicts other numbers than the whole one while its manifest is that of the
whole one; or if what somebody has put together breaks in any other way than with a clear error.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.files.manifest import MANIFEST, write_manifest
from dlfb_helpers.predictors.base import BASE, CURATED, BasePredictors, Settings
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.folder import load_predictor, save_predictor
from dlfb_helpers.predictors.mixture import NetworkSettings, TrainedNetworks
from dlfb_helpers.predictors.place import FILES
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.sparse import propagated
from dlfb_helpers.predictors.votes import Voters
from dlfb_helpers.predictors.whitening import Whitening
from dlfb_helpers.training.trained import Ensemble, Hyperparameters
from recipes.fuzz.damage import flip, mutate, mutate_json
from recipes.fuzz.loop import Case, refused

WIDTH, MEMBERS = 6, 2
TERMS = {"GO:0000101": "acting", "GO:0000102": "acting on wood", "GO:0000103": "acting on stone"}
FRAGMENTS = (
    b"\0", b"\0" * 8, b"\xff" * 4, b"{", b"}", b"[", b"]", b",", b'"', b":", b"1", b"-", b"e9", b"null", b"NaN",
    b"1" * 400, b'"format": 1,', b"F16", b"F32", b"U8", b"../", b"\x1b[31m", b">P1\nMA\n",
    b"\xfd7zXZ\0", b"[" * 2000, b"\xc3\x89",
)  # fmt: skip
NEIGHBOURS = {"whitening": 0.5, "k": 3, "temperature": 0.1}
SEQUENCES = ["".join(letters) for letters in np.random.default_rng(2).choice([*"ACDEFGHIKLMNPQRSTVWY"], (8, 30))]


def tiny_predictor() -> Predictor:
    """Return a predictor of eight proteins whose weights nobody has trained."""
    chance = np.random.default_rng(0)
    ids = [f"P{number}" for number in range(8)]
    embeddings = chance.normal(size=(8, WIDTH)).astype(np.float16).astype(np.float32)
    ancestors = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0]], bool)
    labels = propagated(csr_array(chance.integers(0, 2, (8, 3)).astype(np.float32)), ancestors)
    widths = {"Dense_0": (WIDTH, 4), "Dense_1": (4, 4), "output": (4, 3)}
    params = {
        layer: {
            "kernel": chance.normal(size=(MEMBERS, *widths[layer])).astype(np.float16).astype(np.float32),
            "bias": np.zeros((MEMBERS, widths[layer][1]), np.float32),
        }
        for layer in widths
    }
    hyperparameters = Hyperparameters(dim=4, epochs=2, stop_after=2)
    ensemble = Ensemble(hyperparameters, params, np.array([2, 2]), np.full((MEMBERS, 2), np.nan))
    whitening = Whitening(np.zeros(WIDTH, np.float32), np.eye(WIDTH, dtype=np.float32))
    settings = Settings(NEIGHBOURS, {"power": 2.0, "prior": 100.0}, NetworkSettings(0.25, hyperparameters))
    pool = Pool.fit(Proteins.unlabelled(ids, SEQUENCES, embeddings), NEIGHBOURS["whitening"])
    facts = {
        "checkpoint": "course", "vectors": {"checkpoint": "0" * 64, "long proteins": "window 1022/256"},
        "aspect": "MFO", "ontology": "releases/2001-02-03", "annotations": "none", "measured": {"test auPRC": "none"},
        "max_length": 500,
    }  # fmt: skip
    curated = propagated(csr_array(chance.integers(0, 2, (8, 3)).astype(np.float32)), ancestors)
    base = BasePredictors(settings, pool, Voters.of(labels), Voters.of(curated), TrainedNetworks(whitening, ensemble))
    blend = Blend(dict.fromkeys((*BASE, CURATED), (0.3, 0.05)), -0.2, 0.1)
    return Predictor(base, blend, TERMS, ancestors, 0.3, facts)


def cases(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Yield damaged folders without end."""
    place = save_predictor(tiny_predictor(), folder / "predictor")
    whole = {name: (place / name).read_bytes() for name in (*FILES, MANIFEST)}
    numbers = _numbers(place)
    while True:
        name, vouched = rng.choice(list(whole)), rng.random() < 0.7
        if name.endswith(".json") and rng.random() < 0.6:
            content = mutate_json(whole[name], rng)
        else:
            content = flip(whole[name], rng) if rng.random() < 0.3 else mutate(whole[name], rng, FRAGMENTS)
        vouched = vouched and name != MANIFEST
        what = f"{name}, and a manifest that {'vouches for it' if vouched else 'does not'}"
        yield Case(what, content, partial(_examine, place, {**whole, name: content}, vouched, numbers))


def _examine(place: Path, files: dict[str, bytes], vouched: bool, whole: pd.DataFrame) -> str:
    for name, content in files.items():
        (place / name).write_bytes(content)
    if vouched:
        write_manifest(place)
    try:
        found = _numbers(place)
    except (ValueError, OSError) as error:
        return refused(error, str(place))
    assert found.shape == (4, found.shape[1]) and found.shape[1] > 0, f"a table of shape {found.shape}"
    assert ((found >= 0) & (found <= 1)).all(axis=None), "numbers that are no probabilities"
    assert vouched or found.equals(whole), "a damaged predictor was read, and predicts other numbers"
    return "read, and vouched for" if vouched else "read"


def _numbers(place: Path) -> pd.DataFrame:
    """Return what a folder predicts for the same four proteins."""
    predictor = load_predictor(place)
    vectors = np.random.default_rng(1).normal(size=(4, WIDTH)).astype(np.float32)
    proteins = Proteins.unlabelled(range(4), [*SEQUENCES[:3], "M"], vectors)
    assert predictor.long_proteins in ("window", "truncate"), f"policy {predictor.long_proteins!r}"
    return predictor.from_embeddings(proteins)
