"""Forms of right and wrong answers to the exercises of chapter 7."""

from __future__ import annotations

import forms
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
import wrong_training as own
from wrong_training import LONGER, PARTS, START, by_log_sigmoid, log_odds, share, start, with_bias, with_raw

from dlfb_helpers.lesson.exercises.training import (
    check_areas,
    check_head_start,
    check_slow,
    check_stop,
    check_weighted_loss,
)

TRAINED = start(1e-4).replace(step=300)
ODDS = log_odds(share("train"))


def optimised(optimiser):
    return TRAINED.replace(tx=optimiser)


def by_product(logits, targets, weight):
    return (optax.sigmoid_binary_cross_entropy(logits, targets) * (1 + (weight - 1) * targets)).mean()


def by_where(logits, targets, weight):
    return jnp.mean(jnp.where(targets == 1, weight, 1) * optax.sigmoid_binary_cross_entropy(logits, targets))


def by_power(logits, targets, weight):
    return jnp.mean(weight**targets * optax.sigmoid_binary_cross_entropy(logits, targets))


def by_softplus(logits, targets, weight):
    return jnp.mean(weight * targets * jax.nn.softplus(-logits) + (1 - targets) * jax.nn.softplus(logits))


def in_two_sums(logits, targets, weight):
    losses = optax.sigmoid_binary_cross_entropy(logits, targets)
    return (weight * (losses * targets).sum() + (losses * (1 - targets)).sum()) / losses.size


def by_vmap(logits, targets, weight):
    return jax.vmap(by_product, in_axes=(0, 0, None))(logits, targets, weight).mean()


def own_wrong(check):
    return [answers() for answers, _ in own.WRONG[check]]


RIGHT = {
    check_areas: lambda: (
        [(form, 1 / 3) for form in forms.numbers(0.45)] + [(0.45, form) for form in forms.numbers(1 / 3)]
    ),
    check_slow: lambda: [
        (form, PARTS)
        for form in [
            TRAINED,
            *[TRAINED.replace(step=kind(300)) for kind in (np.int32, np.int64, np.array, jnp.int32, jnp.array, float)],
            TRAINED.replace(params=jax.tree.map(np.asarray, TRAINED.params)),
            TRAINED.replace(params=jax.tree.map(lambda array: array + 0.1, TRAINED.params)),
            optimised(optax.adamw(1e-4, weight_decay=0.0)),
            optimised(optax.adam(optax.constant_schedule(1e-4))),
            optimised(optax.inject_hyperparams(optax.adam)(1e-4)),
            optimised(optax.chain(optax.scale_by_adam(), optax.scale(-1e-4))),
            optimised(optax.chain(optax.clip_by_global_norm(10.0), optax.adam(1e-4))),
        ]
    ],
    check_stop: lambda: (
        [(form, LONGER) for form in forms.numbers(2000, decimals=0)]
        + [(2000, LONGER.sample(frac=1, random_state=1)), (2000, LONGER.assign(auprc=0.4))]
    ),
    check_head_start: lambda: [
        (form, START, PARTS)
        for form in [
            with_bias(ODDS),
            *[with_raw(kind(ODDS)) for kind in (np.array, np.float32, jnp.asarray, jnp.float32, jax.device_put)],
            with_raw(ODDS.round(2)),
            with_raw(ODDS.round(3)),
            with_raw(np.log(share("train")) - np.log1p(-share("train"))),
            with_raw(jax.scipy.special.logit(share("train"))),
            with_raw(log_odds(np.clip(share("train"), 1e-6, 1 - 1e-6))),
            with_raw(log_odds(share("train") + 1e-6)),
            with_bias(ODDS).replace(step=np.int64(0)),
        ]
    ],
    check_weighted_loss: lambda: [
        (form,)
        for form in [
            *forms.functions(by_product),
            by_where, by_power, by_softplus, by_log_sigmoid, in_two_sums, by_vmap, jax.jit(by_product),
        ]
    ],
}  # fmt: skip
WRONG = {
    check_areas: lambda: (
        [(form, 1 / 3) for form in forms.wrong_numbers(0.45)]
        + [(0.45, form) for form in forms.wrong_numbers(1 / 3)]
        + own_wrong(check_areas)
    ),
    check_slow: lambda: (
        [
            (form, PARTS)
            for form in [
                3, "text", [], {}, (), object(), True, TRAINED.params, [TRAINED, None], pd.DataFrame(), len,
                TRAINED.replace(step=301), optimised(optax.adam(1e-5)),
            ]
        ]
        + own_wrong(check_slow)
    ),
    check_stop: lambda: [(form, LONGER) for form in forms.wrong_numbers(2000)] + own_wrong(check_stop),
    check_head_start: lambda: (
        [(form, START, PARTS) for form in [3, "text", [], {}, object(), ODDS]] + own_wrong(check_head_start)
    ),
    check_weighted_loss: lambda: [(form,) for form in forms.wrong_functions(by_product)]
    + own_wrong(check_weighted_loss),
}  # fmt: skip
