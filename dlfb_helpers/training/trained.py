"""Trained networks: how they were trained, their weights, and their predictions, computed with NumPy alone.

A command that predicts for a handful of proteins need not import JAX, nor wait for it to compile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

LOSSES = ("cross-entropy", "focal", "balanced")


@dataclass(frozen=True)
class Hyperparameters:
    """How a network is built and trained; the defaults are what the validation proteins chose.

    Attributes
    ----------
    dim
        Width of the second hidden layer, as of `Model`.
    input_dropout, dropout
        Share of the embedding's features, and of each hidden layer, hidden at random in training.
    learning_rate, weight_decay
        Of AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101).
    warmup
        Whether the learning rate rises over the first tenth of the steps and falls along a cosine to 0; else it stays.
    epochs, batch_size
        Passes over the training proteins, and proteins in a step.
    loss
        "cross-entropy"; "focal", which turns down what is right already (Lin et al. 2017, arXiv:1708.02002, gamma 2);
        or "balanced", which weighs a term's positives by the square root of how rare they are.
    frequency_bias
        Whether the output layer starts at the log-odds of the training frequencies.
    stop_after
        0 takes the weights of the pass that scored best on validation; n takes those of pass n, and ends there.
    """

    dim: int = 256
    input_dropout: float = 0.1
    dropout: float = 0.3
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warmup: bool = True
    epochs: int = 14
    batch_size: int = 64
    loss: str = "cross-entropy"
    frequency_bias: bool = True
    stop_after: int = 0

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, but is {self.loss!r}")
        if min(self.epochs, self.batch_size, self.dim) < 1:
            raise ValueError("epochs, batch_size and dim must be at least 1")
        if not 0 <= self.stop_after <= self.epochs:
            raise ValueError(
                f"stop_after must be 0 (the best pass) or a pass from 1 to {self.epochs}, but is {self.stop_after}"
            )


class Ensemble(NamedTuple):
    """Trained members that differ in their seed alone: what `train_ensemble` returns."""

    hyperparameters: Hyperparameters
    params: Mapping[str, Mapping[str, np.ndarray]]
    """Layer -> "kernel" and "bias"; the first axis numbers the members."""
    passes: np.ndarray
    """Pass (from 1) whose weights each member has, shape (members,)."""
    history: np.ndarray
    """Validation auPRC (mean over proteins) of each member after each pass, shape (members, passes); NaN without."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Predict with each member; the ensemble's probabilities are their mean.

        Parameters
        ----------
        inputs
            Embeddings, scaled as in training, shape (n, D).

        Returns
        -------
        numpy.ndarray
            Float32, shape (members, n, terms).
        """
        hidden = np.asarray(inputs, np.float32)
        for layer in sorted(name for name in self.params if name != "output"):
            hidden = _gelu(_dense(hidden, self.params[layer]))
        return expit(_dense(hidden, self.params["output"]))


def _dense(inputs: np.ndarray, layer: Mapping[str, np.ndarray]) -> np.ndarray:
    return inputs @ layer["kernel"] + layer["bias"][:, None]


def _gelu(values: np.ndarray) -> np.ndarray:
    """GELU in its tanh form, as `flax.linen.gelu` has it (Hendrycks & Gimpel, arXiv:1606.08415)."""
    return 0.5 * values * (1 + np.tanh(np.float32(np.sqrt(2 / np.pi)) * (values + 0.044715 * values**3)))
