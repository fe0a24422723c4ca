"""Typical wrong answers to the exercises of chapter 7, and what their verdict has to say."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd

from dlfb_helpers.lesson.exercises.training import (
    check_areas,
    check_head_start,
    check_slow,
    check_stop,
    check_weighted_loss,
)
from dlfb_helpers.training.model import Model, create_train_state


def table(seed, shares, rows=200):
    random = np.random.default_rng(seed)
    embedding = pd.DataFrame(random.normal(size=(rows, 4)), columns=[f"ME:{i}" for i in range(1, 5)])
    labels = pd.DataFrame({f"GO:{j}": np.arange(rows) < share * rows for j, share in enumerate(shares)})
    return pd.concat([embedding, labels.astype(int)], axis=1)


SPLITS = {"train": table(1, [0.1, 0.02, 0.3]), "valid": table(2, [0.2, 0.05, 0.1]), "test": table(3, [0.4, 0.03, 0.2])}
START = create_train_state(42, Model(3, widths=(8,)), input_width=4)
SLOW = create_train_state(42, Model(3, widths=(8,)), input_width=4, learning_rate=1e-4)


def share(*parts):
    return pd.concat([SPLITS[part].filter(like="GO:") for part in parts]).mean().to_numpy()


def with_bias(bias, kernel=None):
    kernel = START.params["Dense_1"]["kernel"] if kernel is None else kernel
    return START.replace(params=START.params | {"Dense_1": {"kernel": kernel, "bias": jnp.asarray(bias)}})


def with_raw(bias):
    return START.replace(params=START.params | {"Dense_1": START.params["Dense_1"] | {"bias": bias}})


def log_odds(p):
    return np.log(p / (1 - p))


LONGER = pd.DataFrame(
    {
        "step": [1000, 1000, 2000, 2000, 3000, 3000],
        "split": ["train", "valid"] * 3,
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


WRONG = {
    check_areas: [
        (lambda: (0.9, 1 / 3), "sum of the precisions"),
        (lambda: (0.2967, 1 / 3), "not over all five"),
        (lambda: (0.75, 1 / 3), "Places count from 1"),
        (lambda: (0.45, 2 / 3), "wrong way round"),
        (lambda: (45, 33), "between 0 and 1"),
    ],
    check_slow: [
        (lambda: (SLOW, SPLITS), "has taken no step"),
        (lambda: (START.replace(step=300), SPLITS), "learning rate 0.001"),
        (lambda: (SLOW.replace(step=30), SPLITS), "taken 30 steps"),
        (lambda: ((SLOW, None), SPLITS), "a pair"),
        (lambda: (0.1, SPLITS), "of type float"),
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
        (lambda: (START, START, SPLITS), "still zero"),
        (lambda: (with_bias(share("train")), START, SPLITS), "the shares themselves"),
        (lambda: (with_bias(np.log(share("train"))), START, SPLITS), "This is ln p"),
        (lambda: (with_bias(np.full(3, log_odds(share("train").mean()))), START, SPLITS), "a share of its own"),
        (lambda: (with_raw(list(log_odds(share("train")))), START, SPLITS), "is a list"),
        (lambda: (with_raw(pd.Series(log_odds(share("train")))), START, SPLITS), "is a Series"),
        (lambda: (with_bias(-log_odds(share("train"))), START, SPLITS), "sign"),
        (lambda: (with_bias(log_odds(share("valid"))), START, SPLITS), "shares of the validation part"),
        (lambda: (with_bias(log_odds(share("train", "valid", "test"))), START, SPLITS), "shares of all splits"),
        (lambda: (with_bias(log_odds(share("train")), kernel=jnp.zeros((8, 3))), START, SPLITS), "The kernel"),
        (lambda: (with_bias(log_odds(share("train"))).replace(step=300), START, SPLITS), "before training"),
        (lambda: (jax.tree.map(jnp.zeros_like, START), START, SPLITS), "Only the last layer, Dense_1"),
    ],
    check_weighted_loss: [
        (lambda: (by_hand,), "log_sigmoid"),
        (lambda: (of_zeros,), "on the zeros"),
        (lambda: (of_both,), "both labels"),
        (lambda: (not_averaged,), "one number"),
        (lambda: (of_probabilities,), "not probabilities"),
        (lambda: (weighted_mean,), "sum of the weights"),
        (lambda: (numpy_only,), "JAX can take no gradient"),
        (lambda: (lambda *answer: float(by_log_sigmoid(*answer)),), "without float()"),
        (lambda: (only_ones,), "losses of label 0 are gone"),
        (lambda: (one_more,), "counts twice"),
        (
            lambda: (lambda logits, targets, weight: optax.sigmoid_binary_cross_entropy(logits, targets).mean(),),
            "no effect",
        ),
    ],
}
