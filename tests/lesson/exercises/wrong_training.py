"""Typical wrong answers to the exercises of chapter 7, and what their verdict has to say."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.lesson.exercises.training import (
    check_areas,
    check_head_start,
    check_slow,
    check_stop,
    check_weighted_loss,
)
from dlfb_helpers.training.model import Model


def part(seed, shares, rows=200):
    ids = [f"P{seed}{row:04d}" for row in range(rows)]
    embeddings = np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32)
    labels = pd.DataFrame({f"GO:{j}": np.arange(rows) < share * rows for j, share in enumerate(shares)}, index=ids)
    return Proteins(ids, ["M"] * rows, embeddings, labels.astype(int))


def start(rate):
    return Model(3, dim=8).create_train_state(jax.random.key(42), np.zeros((1, 4)), optax.adam(rate))


PARTS = {"train": part(1, [0.1, 0.02, 0.3]), "valid": part(2, [0.2, 0.05, 0.1]), "test": part(3, [0.4, 0.03, 0.2])}
WITHOUT = PARTS | {"valid": part(2, [0.2, 0, 0.1])}
START, SLOW = start(1e-3), start(1e-4)


def share(*names):
    return pd.concat([PARTS[name].targets for name in names]).mean().to_numpy()


def with_bias(bias, kernel=None):
    kernel = START.params["output"]["kernel"] if kernel is None else kernel
    return START.replace(params=START.params | {"output": {"kernel": kernel, "bias": jnp.asarray(bias)}})


def with_raw(bias):
    return START.replace(params=START.params | {"output": START.params["output"] | {"bias": bias}})


def log_odds(p):
    return np.log(p / (1 - p))


LONGER = pd.DataFrame(
    {
        "step": [1000, 1000, 2000, 2000, 3000, 3000],
        "part": ["train", "valid"] * 3,
        "loss": [0.08, 0.09, 0.06, 0.07, 0.04, 0.08],
    }
)


def by_hand(logits, targets, weight):
    p = 1 / (1 + jnp.exp(-logits))
    return -(weight * targets * jnp.log(p) + (1 - targets) * jnp.log(1 - p)).mean()


def by_log_sigmoid(logits, targets, weight):
    return -(weight * targets * jax.nn.log_sigmoid(logits) + (1 - targets) * jax.nn.log_sigmoid(-logits)).mean()


def of_zeros(logits, targets, weight):
    return (optax.sigmoid_binary_cross_entropy(logits, targets) * jnp.where(targets == 0, weight, 1)).mean()


def of_both(logits, targets, weight):
    return weight * optax.sigmoid_binary_cross_entropy(logits, targets).mean()


def of_probabilities(logits, targets, weight):
    return optax.sigmoid_binary_cross_entropy(jax.nn.sigmoid(logits), targets).mean()


def weighted_mean(logits, targets, weight):
    return jnp.average(optax.sigmoid_binary_cross_entropy(logits, targets), weights=jnp.where(targets == 1, weight, 1))


def not_averaged(logits, targets, weight):
    return optax.sigmoid_binary_cross_entropy(logits, targets) * jnp.where(targets == 1, weight, 1)


def only_ones(logits, targets, weight):
    return (optax.sigmoid_binary_cross_entropy(logits, targets) * weight * targets).mean()


def one_more(logits, targets, weight):
    return (optax.sigmoid_binary_cross_entropy(logits, targets) * (1 + weight * targets)).mean()


def numpy_only(logits, targets, weight):
    losses = np.logaddexp(0, -np.asarray(logits)) * weight * targets + np.logaddexp(0, np.asarray(logits)) * (
        1 - targets
    )
    return losses.mean()


def selecting(logits, targets, weight):
    """Right, with a gradient, but of a shape that depends on the labels' values."""
    losses = optax.sigmoid_binary_cross_entropy(logits, targets)
    return (weight * losses[targets == 1].sum() + losses[targets == 0].sum()) / losses.size


def asking(logits, targets, weight):
    losses = optax.sigmoid_binary_cross_entropy(logits, targets)
    rows = [[weight if label == 1 else 1.0 for label in row] for row in targets]
    return (losses * jnp.array(rows)).mean()


WRONG = {
    check_areas: [
        (lambda: (0.9, 1 / 3), "sum of the precisions"),
        (lambda: (0.2967, 1 / 3), "not over all five"),
        (lambda: (0.75, 1 / 3), "Places count from 1"),
        (lambda: (0.45, 2 / 3), "wrong way round"),
        (lambda: (45, 33), "between 0 and 1"),
    ],
    check_slow: [
        (lambda: (SLOW, PARTS), "has taken no step"),
        (lambda: (START.replace(step=300), PARTS), "learning rate 0.001"),
        (lambda: (SLOW.replace(step=30), PARTS), "taken 30 steps"),
        (lambda: ((SLOW, None), PARTS), "a pair"),
        (lambda: (0.1, PARTS), "of type float"),
    ],
    check_stop: [
        (lambda: (3000, LONGER), "loss of the training part is lowest"),
        (lambda: (1000, LONGER), "validation loss is highest"),
        (lambda: (2000, (START, LONGER)), "take the second"),
        (lambda: (2000, LONGER.set_index("step")), "the columns step"),
        (lambda: (3, LONGER), "not the number of a row"),
        (lambda: (1000, LONGER[LONGER["step"] < 3000]), "ends at step 2000"),
    ],
    check_head_start: [
        (lambda: (START, START, PARTS), "still zero"),
        (lambda: (with_bias(share("train")), START, PARTS), "the shares themselves"),
        (lambda: (with_bias(np.log(share("train"))), START, PARTS), "This is ln p"),
        (lambda: (with_bias(np.full(3, log_odds(share("train").mean()))), START, PARTS), "a share of its own"),
        (lambda: (with_raw(list(log_odds(share("train")))), START, PARTS), "is a list"),
        (lambda: (with_raw(pd.Series(log_odds(share("train")))), START, PARTS), "is a Series"),
        (lambda: (with_bias(share("train") / (1 - share("train"))), START, PARTS), "These are the odds"),
        (lambda: (with_bias(log_odds(share("train")) / np.log(10)), START, PARTS), "base 10"),
        (lambda: (START.replace(params={"output": START.params["output"]}), START, PARTS), "is gone"),
        (lambda: (with_bias([-1.4, -np.inf, -2.2]), START, WITHOUT), "infinite where the valid part has none"),
        (lambda: (with_bias(-log_odds(share("train"))), START, PARTS), "sign"),
        (lambda: (with_bias(log_odds(share("valid"))), START, PARTS), "shares of the validation part"),
        (lambda: (with_bias(log_odds(share("train", "valid", "test"))), START, PARTS), "shares of all parts"),
        (lambda: (with_bias(log_odds(share("train")), kernel=jnp.zeros((8, 3))), START, PARTS), "The kernel"),
        (lambda: (with_bias(log_odds(share("train"))).replace(step=300), START, PARTS), "before training"),
        (lambda: (jax.tree.map(jnp.zeros_like, START), START, PARTS), "Only the last layer, output"),
    ],
    check_weighted_loss: [
        (lambda: (by_hand,), "log_sigmoid"),
        (lambda: (of_zeros,), "on the zeros"),
        (lambda: (of_both,), "both labels"),
        (lambda: (not_averaged,), "one number"),
        (lambda: (of_probabilities,), "not probabilities"),
        (lambda: (weighted_mean,), "sum of the weights"),
        (lambda: (numpy_only,), "JAX can take no gradient"),
        (lambda: (selecting,), "jax.jit cannot compile it"),
        (lambda: (asking,), "jax.jit cannot compile it"),
        (lambda: (lambda *answer: float(by_log_sigmoid(*answer)),), "without float()"),
        (lambda: (only_ones,), "losses of label 0 are gone"),
        (lambda: (one_more,), "counts twice"),
        (
            lambda: (lambda logits, targets, weight: optax.sigmoid_binary_cross_entropy(logits, targets).mean(),),
            "no effect",
        ),
    ],
}
