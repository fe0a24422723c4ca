"""Forms in which learners give an answer, right or wrong: each exercise is tried with a dozen of either, at least."""

from __future__ import annotations

from collections import OrderedDict, UserDict, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MappingProxyType

import jax.numpy as jnp
import numpy as np
import pandas as pd
import torch
from Bio.Seq import MutableSeq, Seq


def numbers(x: float, decimals: int = 2) -> list:
    """One number, in every wrapping; last rounded to what the chapter prints."""
    return [
        float(x), np.float64(x), np.float32(x), np.array(x), np.array([x]), [x], (x,), pd.Series([x]),
        pd.Series({"a": x}), pd.DataFrame([[x]]), torch.tensor(float(x)), torch.tensor([float(x)], requires_grad=True),
        jnp.float32(x), Fraction(x).limit_denominator(10**6), Decimal(str(float(x))), round(float(x), decimals),
    ]  # fmt: skip


def wrong_numbers(x: float) -> list:
    """What is another number, or none."""
    return [
        x + 7, -x - 7, 100 * x + 50, float("nan"), float("inf"), "0.5", "", [], [x, x], {}, True, 1j, object(),
        lambda: x, pd.Series([x, x + 1]), np.zeros((2, 2)), b"0.5",
    ]  # fmt: skip


def texts(s: str) -> list:
    """One string, in every wrapping, with blanks at its ends, and as Biopython has sequences."""
    return [
        s, np.str_(s), Seq(s), MutableSeq(s), s + " ", "\n" + s, s + "\n", [s], (s,), {s}, np.array(s), np.array([s]),
        pd.Series([s]), pd.Index([s]), pd.DataFrame([[s]]),
    ]  # fmt: skip


def wrong_texts(s: str) -> list:
    """Another string, or none."""
    return [
        s[:-1], s + "A", "", "XYZ", s.lower(), 3, 3.5, [], ["A", "B"], list(s), s.encode(), {}, True, object(),
        lambda: s, float("nan"),
    ]  # fmt: skip


def dicts(d: dict) -> list:
    """One dict of numbers or truths by name, and what holds the same."""
    return [
        dict(d), OrderedDict(d), UserDict(d), MappingProxyType(d), dict(reversed(d.items())), pd.Series(d),
        pd.DataFrame([d]), pd.DataFrame({"answer": d}), {k: np.array(v) for k, v in d.items()},
        {k: [v] for k, v in d.items()}, {k: torch.tensor(v) for k, v in d.items()},
        {k: jnp.asarray(v) for k, v in d.items()}, {k: pd.Series([v]) for k, v in d.items()},
    ]  # fmt: skip


def wrong_dicts(d: dict) -> list:
    """A dict of other names or values, or none."""
    first, *rest = d
    return [
        {}, {k: d[k] for k in rest}, d | {"other": 1}, list(d.values()), tuple(d.values()), d | {first: None},
        d | {first: ...}, d | {first: float("nan")}, d | {first: "text"}, d | {first: []}, d | {first: 1e6},
        pd.Series(list(d.values())), 3, "text", object(), {k.upper(): v for k, v in d.items()},
    ]  # fmt: skip


def tables(a: np.ndarray) -> list:
    """One array of numbers, in every library and precision."""
    a = np.asarray(a, dtype=np.float64)
    return [
        a, a.astype(np.float32), a.astype(np.float16), np.asfortranarray(a), a.tolist(), tuple(map(tuple, a.tolist())),
        pd.DataFrame(a), pd.DataFrame(a).astype(np.float32), torch.tensor(a), torch.tensor(a).half(),
        torch.tensor(a, requires_grad=True), jnp.asarray(a), a.astype(object), a.round(3),
    ]  # fmt: skip


def wrong_tables(a: np.ndarray) -> list:
    """Another array, or none."""
    a = np.asarray(a, dtype=np.float64)
    return [
        a[:-1], a[:, :-1], a.T, a + 1, -a - 1, np.zeros_like(a) + 9, np.full_like(a, np.nan), np.full_like(a, np.inf),
        a[0], "text", 3, [], {}, a.astype(str), [[1, 2], [3]], object(),
    ]  # fmt: skip


def rows(v: np.ndarray) -> list:
    """One row of numbers."""
    v = np.asarray(v, dtype=np.float64)
    return [
        v, v.astype(np.float32), v.astype(np.float16), v.tolist(), tuple(v.tolist()), deque(v.tolist()), pd.Series(v),
        pd.Series(v, index=[f"r{i}" for i in range(len(v))]), torch.tensor(v), torch.tensor(v).half(), jnp.asarray(v),
        v[None], v[:, None],
    ]  # fmt: skip


def wrong_rows(v: np.ndarray) -> list:
    """Another row of numbers, or none."""
    v = np.asarray(v, dtype=np.float64)
    return [
        v[:-1], np.append(v, 0), v + 1, -v - 1, np.zeros_like(v) - 3, np.full_like(v, np.nan), v.sum(), np.eye(3),
        "text", [], {}, v.astype(str).tolist(), object(), 1j * v, lambda: v,
    ]  # fmt: skip


def functions(right: Callable) -> list:
    """One function, in every form in which it may be called."""

    class Caller:
        def __call__(self, *given):
            return right(*given)

        def method(self, *given):
            return right(*given)

        @staticmethod
        def static(*given):
            return right(*given)

    def named_with_default(*given, unused=None):
        return right(*given)

    return [right, lambda *given: right(*given), partial(right), Caller(), Caller().method, Caller.static,
            named_with_default]  # fmt: skip


def wrong_functions(right: Callable) -> list:
    """What is no function, or one that gives nothing, fails, or gives something else."""

    def fails(*given):
        raise RuntimeError("not written")

    return [
        3, "text", [], {}, object(), lambda *given: None, lambda *given: ..., fails, lambda: 1, lambda *given: 3,
        lambda *given: "text", lambda *given: [], lambda *given: {}, lambda *given: given, lambda *given: float("nan"),
    ]  # fmt: skip
