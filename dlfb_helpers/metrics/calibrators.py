"""Maps from probabilities to calibrated ones, fitted on the validation part; each is saved as a few numbers.

Every map is one non-decreasing function for all protein-term pairs. So no ranking turns round: auPRC and Fmax stay, but
for ties that isotonic regression and the limit EPSILON add, and a term stays at most as probable as its ancestor. The
libraries that fit are imported where they fit, so that a predictor does not wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from dlfb_helpers.metrics.checked import checked_pairs, checked_probabilities

EPSILON = 1e-6
"""Probabilities are moved into [EPSILON, 1 - EPSILON] before their logit is taken: those of 0 and 1 are infinite."""


@dataclass(frozen=True)
class Temperature:
    """Divide all logits by one number (Guo et al., 2017): above 1 takes confidence away, below 1 adds some.

    The loss is minimised over its logarithm, between the temperatures 0.01 and 100. A probability of 0.5 stays.
    A network never says 0; neighbours do, and each 0 that is wrong then costs as much as EPSILON lets it. These few
    costs decide which temperature is best, and little else does: for such predictors take `Isotonic`.
    """

    temperature: float

    def __post_init__(self) -> None:
        if not 0 < self.temperature < np.inf:
            raise ValueError(f"temperature must be a positive number, but is {self.temperature}")

    @classmethod
    def fit(cls, targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray | pd.DataFrame) -> Temperature:
        """Find the temperature of least binary cross-entropy.

        Parameters
        ----------
        targets
            0 or 1, any shape; of the validation part.
        probabilities
            In [0, 1], of the same shape.

        Returns
        -------
        Temperature
            The best one between 0.01 and 100.

        Raises
        ------
        ValueError
            If the shapes differ or are empty, a target is neither 0 nor 1, a probability lies outside [0, 1], or all
            targets are the same.
        """
        targets, logits = _pairs_to_fit(targets, probabilities)
        from scipy.optimize import minimize_scalar

        bounds = (np.log(0.01), np.log(100.0))
        found = minimize_scalar(lambda log_t: _cross_entropy(targets, logits / np.exp(log_t)), bounds=bounds)
        return cls(float(np.exp(found.x)))

    def __call__(self, probabilities: np.ndarray | pd.DataFrame) -> np.ndarray:
        """Return calibrated probabilities, float64, in the shape given."""
        return expit(_logits(probabilities) / self.temperature)


@dataclass(frozen=True)
class LogitScaling:
    """Scale and shift all logits: temperature scaling with a bias, for a predictor that says too much throughout.

    It is Platt's (1999) sigmoid fitted to logits, with plain labels and a scale of at least 0.001, so that the map
    rises.
    """

    scale: float
    bias: float

    def __post_init__(self) -> None:
        if not (0 < self.scale < np.inf and np.isfinite(self.bias)):
            raise ValueError(f"scale must be positive and bias finite, but they are {self.scale} and {self.bias}")

    @classmethod
    def fit(cls, targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray | pd.DataFrame) -> LogitScaling:
        """Find scale and bias of least binary cross-entropy.

        Parameters
        ----------
        targets
            0 or 1, any shape; of the validation part.
        probabilities
            In [0, 1], of the same shape.

        Returns
        -------
        LogitScaling
            With a scale of at least 0.001.

        Raises
        ------
        ValueError
            If the shapes differ or are empty, a target is neither 0 nor 1, a probability lies outside [0, 1], or all
            targets are the same.
        """
        from scipy.optimize import minimize

        targets, logits = _pairs_to_fit(targets, probabilities)

        def loss_and_gradient(parameters: np.ndarray) -> tuple[float, list[float]]:
            scaled = parameters[0] * logits + parameters[1]
            error = expit(scaled) - targets
            return _cross_entropy(targets, scaled), [np.mean(error * logits), np.mean(error)]

        # The loss is convex in scale and bias: there is one minimum, whatever the start.
        bounds, options = [(1e-3, None), (None, None)], {"ftol": 1e-13, "gtol": 1e-9}
        found = minimize(loss_and_gradient, [1.0, 0.0], jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        return cls(*map(float, found.x))

    def __call__(self, probabilities: np.ndarray | pd.DataFrame) -> np.ndarray:
        """Return calibrated probabilities, float64, in the shape given."""
        return expit(self.scale * _logits(probabilities) + self.bias)


@dataclass(frozen=True, eq=False)
class Isotonic:
    """The non-decreasing map of least squared error (Zadrozny & Elkan, 2002): straight lines between a few points.

    Two arrays hold all of it, so it is saved with `numpy.savez`, never as a pickle. It may return 0 and 1 exactly,
    where cross-entropy is infinite, and what it maps to one value is tied from then on.

    Attributes
    ----------
    x : numpy.ndarray
        Probabilities put in, rising, shape (points,); below the first and above the last, `y` goes on level.
    y : numpy.ndarray
        Probabilities that come out, never falling, shape (points,).
    """

    x: np.ndarray
    y: np.ndarray

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            object.__setattr__(self, name, checked_probabilities(getattr(self, name)))
        if self.x.ndim != 1 or self.x.shape != self.y.shape or self.x.size == 0:
            raise ValueError(f"x and y must be lists of one length, but have shapes {self.x.shape} and {self.y.shape}")
        if not ((np.diff(self.x) > 0).all() and (np.diff(self.y) >= 0).all()):
            raise ValueError("x must rise from point to point and y must not fall: sort the points by x")

    @classmethod
    def fit(cls, targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray | pd.DataFrame) -> Isotonic:
        """Fit the map over all pairs.

        Parameters
        ----------
        targets
            0 or 1, any shape; of the validation part.
        probabilities
            In [0, 1], of the same shape.

        Returns
        -------
        Isotonic
            Its points are the ends of the straight lines.

        Raises
        ------
        ValueError
            If the shapes differ or are empty, a target is neither 0 nor 1, or a probability lies outside [0, 1].
        """
        from sklearn.isotonic import IsotonicRegression

        targets, probabilities = checked_pairs(targets, probabilities)
        fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(probabilities, targets)
        return cls(fitted.X_thresholds_, fitted.y_thresholds_)

    def __call__(self, probabilities: np.ndarray | pd.DataFrame) -> np.ndarray:
        """Return calibrated probabilities, float64, in the shape given."""
        return np.interp(checked_probabilities(probabilities), self.x, self.y)


def _pairs_to_fit(
    targets: np.ndarray | pd.DataFrame, probabilities: np.ndarray | pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Flat targets and logits; with one kind of label the best map would have no finite parameters."""
    targets, probabilities = checked_pairs(targets, probabilities)
    if targets.min() == targets.max():
        raise ValueError(f"all {targets.size} targets are {targets[0]:.0f}: fitting needs both 0 and 1 among them")
    return targets, _logits(probabilities)


def _logits(probabilities: np.ndarray | pd.DataFrame) -> np.ndarray:
    return logit(np.clip(checked_probabilities(probabilities), EPSILON, 1 - EPSILON))


def _cross_entropy(targets: np.ndarray, logits: np.ndarray) -> float:
    """Mean binary cross-entropy in nats, from logits, so that no probability is rounded to 0 or 1."""
    return float(np.mean(np.logaddexp(0, logits) - targets * logits))
