"""The metrics of `dlfb_helpers.metrics.per_row` inside a compiled program, on whatever device that runs."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

BLOCK = 256  # positives ranked at a time: they and the rows they are compared with stay in the processor's cache


def list_positives(targets: np.ndarray) -> np.ndarray:
    """List row and column of each 1 of a 0/1 table, as `mean_areas` takes them.

    Parameters
    ----------
    targets
        0/1 table, shape (n, T).

    Returns
    -------
    numpy.ndarray
        Rows and columns, int32, shape (2, m), filled up with (0, 0) to blocks of `BLOCK`.
    """
    places = np.stack(np.nonzero(targets)).astype(np.int32)
    return np.pad(places, ((0, 0), (0, -places.shape[1] % BLOCK)))


def mean_areas(scores: jax.Array, targets: jax.Array, positives: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean auPRC and auROC over proteins, for use in a compiled program; ties as in `dlfb_helpers.metrics.per_row`.

    Either area is a sum over a protein's positives, and needs to know of each how many scores reach it, how many lie
    above it, and how many of those are right. Labels are few, so counting takes a tenth of the time of sorting.

    Parameters
    ----------
    scores, targets
        Shape (n, T), float32.
    positives
        `list_positives` of the targets.

    Returns
    -------
    tuple
        Two float32 scalars: means over the proteins that have the area, NaN if none has.
    """
    right = jnp.where(targets > 0, scores, -jnp.inf)

    def count(place: jax.Array) -> list[jax.Array]:
        row, own = place[0], scores[place[0], place[1]]
        rows = scores[row], right[row]
        return [(values >= own).sum() for values in rows] + [(values > own).sum() for values in rows]

    reach, right_reach, above, right_above = jax.lax.map(count, positives.T, batch_size=BLOCK)
    wrong = (reach - right_reach + above - right_above) / 2  # negatives that rank above; ties count half
    labels = targets.sum(axis=1)
    pairs = labels * (targets.shape[1] - labels)
    real = jnp.arange(positives.shape[1]) < (targets > 0).sum()  # not what fills up the last block

    def mean(values: jax.Array, divisor: jax.Array) -> jax.Array:
        shares = values / jnp.maximum(divisor, 1)[positives[0]]
        return jnp.where(real, shares, 0).sum() / (divisor > 0).sum()

    return mean(right_reach / reach, labels), 1 - mean(wrong, pairs)


class Scores(NamedTuple):
    """The loss and what `mean_metrics` returns, as scalars of a compiled program."""

    loss: jax.Array
    accuracy: jax.Array
    recall: jax.Array
    precision: jax.Array
    auprc: jax.Array
    auroc: jax.Array
    without_positives: jax.Array
    without_negatives: jax.Array
    without_predictions: jax.Array


def mean_scores(logits: jax.Array, targets: jax.Array, positives: jax.Array) -> Scores:
    """Score a whole part, inside a compiled program.

    Parameters
    ----------
    logits, targets
        Shape (n, T), float32.
    positives
        `list_positives` of the targets.

    Returns
    -------
    Scores
        Float32 scalars; the counts are int32.
    """
    probabilities = jax.nn.sigmoid(logits)
    predicted = probabilities >= 0.5
    labels, claims, right = targets.sum(axis=1), predicted.sum(axis=1), (targets * predicted).sum(axis=1)
    labelled = (labels > 0).sum()
    return Scores(
        optax.sigmoid_binary_cross_entropy(logits, targets).mean(),
        (targets == predicted).mean(),
        # A protein without labels has no right prediction: it adds nothing to the sums, and is not counted below.
        (right / jnp.maximum(labels, 1)).sum() / labelled,
        (right / jnp.maximum(claims, 1)).sum() / labelled,
        *mean_areas(probabilities, targets, positives),
        (labels == 0).sum(),
        (labels == targets.shape[1]).sum(),
        ((labels > 0) & (claims == 0)).sum(),
    )
