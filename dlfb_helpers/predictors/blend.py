"""One probability from several predictors' scores: a logistic regression that hears how near the nearest relative is.

What a score is worth depends on the protein: neighbours deserve belief where there are near ones, the network where
there are none. So each score has two weights, one of them for its product with the logarithm of the best alignment's
bits ("stacking", Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1). It is fitted on proteins that none of the predictors
learnt from, and so what comes out is calibrated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

FLOOR = 1e-4
"""Scores are held this far from 0 and 1 before their logits are taken."""


@dataclass(frozen=True)
class Blend:
    """A fitted regression.

    Attributes
    ----------
    weights
        Score -> its weight, and that of its product with the strength; in the order in which they were fitted.
    bias, bias_of_strength
        What is added everywhere, and for each unit of strength.
    """

    weights: Mapping[str, tuple[float, float]]
    bias: float
    bias_of_strength: float

    @classmethod
    def fit(cls, targets: np.ndarray, scores: Mapping[str, np.ndarray], strengths: np.ndarray) -> Blend:
        """Fit on all pairs of protein and term, by log loss.

        Parameters
        ----------
        targets
            0/1, shape (proteins, terms).
        scores
            Predictor -> its scores, same shape.
        strengths
            How near each protein's nearest relative is: `BasePredictors.strengths`.

        Returns
        -------
        Blend
            The least sum of log losses, with scikit-learn's L2 penalty of 1 on standardised weights.
        """
        from sklearn.linear_model import LogisticRegression

        columns = [np.broadcast_to(strengths[:, None], targets.shape)]
        for table in scores.values():
            columns += [_logit(table), _logit(table) * strengths[:, None]]
        table = np.stack([np.asarray(column, np.float32).ravel() for column in columns], axis=1)
        mean, deviation = table.mean(axis=0, dtype=np.float64), table.std(axis=0, dtype=np.float64)
        deviation[deviation == 0] = 1.0
        model = LogisticRegression(max_iter=1000).fit((table - mean) / deviation, np.asarray(targets).ravel())
        found = model.coef_[0] / deviation
        bias = float(model.intercept_[0] - found @ mean)
        pairs = found[1:].reshape(-1, 2).tolist()
        return cls({name: (own, product) for name, (own, product) in zip(scores, pairs)}, bias, float(found[0]))

    def __call__(self, scores: Mapping[str, np.ndarray], strengths: np.ndarray) -> np.ndarray:
        """Return probabilities, float32, shaped as the scores."""
        near = strengths[:, None].astype(np.float32)
        total = np.float32(self.bias) + np.float32(self.bias_of_strength) * near
        for name, (own, product) in self.weights.items():
            total = total + _logit(scores[name]) * (np.float32(own) + np.float32(product) * near)
        return expit(total)


def _logit(scores: np.ndarray) -> np.ndarray:
    held = np.clip(np.asarray(scores, np.float32), FLOOR, 1 - FLOOR)
    return np.log(held) - np.log1p(-held)
