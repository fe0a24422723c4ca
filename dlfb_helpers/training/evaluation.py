"""What a trained state predicts for a part, and how good that is."""

from __future__ import annotations

import jax
import numpy as np
from flax.training.train_state import TrainState

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.metrics.per_row import mean_metrics
from dlfb_helpers.training.loop import logits_and_loss


def predict(state: TrainState, embeddings: np.ndarray) -> np.ndarray:
    """Predict the probability of every function for every protein.

    Parameters
    ----------
    state
        Trained.
    embeddings
        Shape (n, D).

    Returns
    -------
    numpy.ndarray
        Probabilities, float32, shape (n, T), in [0, 1].
    """
    return np.asarray(jax.nn.sigmoid(state.apply_fn({"params": state.params}, np.asarray(embeddings, np.float32))))


def evaluate(state: TrainState, proteins: Proteins, batch_size: int = 1024) -> dict[str, float | int]:
    """Loss and metrics of a whole part.

    Probabilities are collected first and the metrics computed once, so the result does not depend on `batch_size`.

    Parameters
    ----------
    state
        Trained, or not yet.
    proteins
        The part, with its labels.
    batch_size
        Proteins at a time: bounds the memory.

    Returns
    -------
    dict
        `loss`, then the means over proteins and the counts of `mean_metrics`.
    """
    arrays = proteins.batch()
    total_loss, probabilities = 0.0, []
    for start in range(0, len(proteins), batch_size):
        batch = {name: array[start : start + batch_size] for name, array in arrays.items()}
        logits, loss = logits_and_loss(state, batch)
        total_loss += float(loss) * len(batch["target"])  # a short last batch weighs less
        probabilities.append(np.asarray(jax.nn.sigmoid(logits)))
    metrics = mean_metrics(arrays["target"], np.concatenate(probabilities), by="protein")
    return {"loss": total_loss / len(proteins)} | metrics
