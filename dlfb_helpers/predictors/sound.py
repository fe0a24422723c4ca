"""Whether what a predictor's folder says can be: kinds, ranges and shapes, before anything is predicted with it.

Each function raises a ValueError that says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from dlfb_helpers.annotations.ontology import ASPECTS
from dlfb_helpers.embedding.windows import check_policy
from dlfb_helpers.files.shown import shown
from dlfb_helpers.predictors.base import BASE, CURATED, Settings
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.sparse import KINDS
from dlfb_helpers.training.trained import Hyperparameters


def check_facts(facts: Mapping[str, Any]) -> None:
    """See that what a reader and `Predictor.check` look up is there, and text."""
    for name in ("checkpoint", "ontology", "annotations"):
        _demand(isinstance(facts[name], str), name, facts[name], "text")
    _demand(facts["aspect"] in ASPECTS.values(), "aspect", facts["aspect"], "MFO, BPO or CCO")
    for name in ("vectors", "measured"):
        _demand(isinstance(facts[name], dict), name, facts[name], "a table")
    for name, value in facts["vectors"].items():
        _demand(isinstance(value, str), name, value, "text")
    check_policy(" ".join(facts["vectors"]["long proteins"].split()[:1]))
    facts["vectors"]["checkpoint"]  # a KeyError says that it is missing
    _number("max_length", facts.get("max_length", 1), 1, np.inf, whole=True)
    _number("threshold", facts["threshold"], 0, 1)


def check_terms(names: Any) -> None:
    """See that terms are ids of the Gene Ontology with names."""
    _demand(isinstance(names, dict) and names, "terms", names, "a table of terms and their names")
    for term, name in names.items():
        if not re.fullmatch(r"GO:[0-9]{7}", term) or not isinstance(name, str):
            raise ValueError(f"'{shown(term)}' is no term of the Gene Ontology, such as GO:0003674, with a name")


def check_settings(settings: Settings) -> None:
    """See that settings are numbers that the base predictors can work with."""
    neighbours, alignment = settings.neighbours, settings.alignment
    _demand(neighbours.keys() == {"whitening", "k", "temperature"}, "neighbours", neighbours, "three settings")
    _number("whitening", neighbours["whitening"], 0, 1)
    _number("k", neighbours["k"], 1, np.inf, whole=True)
    _number("temperature", neighbours["temperature"], 1e-6, np.inf)
    _demand(alignment.keys() == {"power", "prior"}, "alignment", alignment, "power and prior")
    _number("power", alignment["power"], 1e-6, 20)
    _number("prior", alignment["prior"], 0, 1e100)
    if settings.network.whitening is not None:
        _number("whitening", settings.network.whitening, 0, 1)


def checked_blend(saved: Mapping[str, Any], curated: bool) -> Blend:
    """Return the blend that was saved, if it weighs what the base predictors say, those that are `curated` or not."""
    names, wanted = saved["weights"].keys(), (*BASE, CURATED) if curated else BASE
    _demand(names == set(wanted), "blend", [*names], f"of {', '.join(wanted)}")
    for name, pair in saved["weights"].items():
        _demand(isinstance(pair, list) and len(pair) == 2, name, pair, "two weights")
        for weight in pair:
            _number(name, weight, -1e6, 1e6)
    for name in ("bias", "bias_of_strength"):
        _number(name, saved[name], -1e6, 1e6)
    weights = {name: (float(own), float(product)) for name, (own, product) in saved["weights"].items()}
    return Blend(weights, float(saved["bias"]), float(saved["bias_of_strength"]))


def check_hyperparameters(saved: Mapping[str, Any]) -> None:
    """See that each hyperparameter is of its kind; `Hyperparameters` looks at their ranges."""
    for field in fields(Hyperparameters):
        value = saved.get(field.name, field.default)
        if isinstance(field.default, bool | str):
            _demand(type(value) is type(field.default), field.name, value, type(field.default).__name__)
        else:
            _number(field.name, value, 0, 1e6, whole=isinstance(field.default, int))


def check_passes(passes: Sequence[Any]) -> None:
    """See that the networks' passes are counts."""
    _demand(isinstance(passes, list) and passes, "passes", passes, "a count for each network")
    for value in passes:
        _number("passes", value, 1, 1e6, whole=True)


def check_shapes(tensors: Mapping[str, np.ndarray], width: int, terms: int, members: int) -> None:
    """See that arrays of networks are numbers that fit each other, from the embeddings to the terms."""
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise ValueError("its weights hold numbers that are not finite")
    sparse = {f"{table}/{kind}" for table in ("labels", "curated", "ancestors") for kind in KINDS}
    wanted: dict[str, tuple[int, ...]] = {}
    if "whitening/mean" in tensors:
        wanted |= {"whitening/mean": (width,), "whitening/matrix": (width, width)}
    layers = sorted({name.split("/")[1] for name in tensors if name.startswith("network/")} - {"output"})
    for layer in (*layers, "output"):
        kernel = f"network/{layer}/kernel"
        _, _, after = _shape(tensors, kernel, 3)
        wanted |= {kernel: (members, width, after), f"network/{layer}/bias": (members, after)}
        width = after
    for name, shape in {**wanted, "network/output/bias": (members, terms)}.items():
        if _shape(tensors, name, len(shape)) != shape:
            raise ValueError(f"{name} has the shape {tensors[name].shape}, not {shape}")
    if odd := tensors.keys() - wanted.keys() - sparse:
        raise ValueError(f"its weights hold '{shown(min(odd))}', which no predictor has")
    for name, tensor in tensors.items():
        if tensor.dtype.kind != "f" and name not in sparse:
            raise ValueError(f"{name} holds {tensor.dtype}, not numbers with a fraction")


def _shape(tensors: Mapping[str, np.ndarray], name: str, axes: int) -> tuple[int, ...]:
    shape = tensors[name].shape
    if len(shape) != axes or 0 in shape:
        raise ValueError(f"{name} has the shape {shape}; {axes} axes are needed")
    return shape


def _number(name: str, value: Any, low: float, high: float, whole: bool = False) -> None:
    kinds = int if whole else int | float
    fits = isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high
    _demand(fits, name, value, f"a {'whole ' * whole}number from {low} to {high}")


def _demand(holds: object, name: str, value: Any, wanted: str) -> None:
    if not holds:
        raise ValueError(f"{name} is '{shown(value)}'; it has to be {wanted}")
