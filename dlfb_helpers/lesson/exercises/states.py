"""What the checks of chapter 7 ask of a train state, and of what its last bias is made of."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax.training.train_state import TrainState

from dlfb_helpers.lesson.exercises.verdict import NotYet


def require_state(state: TrainState) -> None:
    """Raise `NotYet`, if this is no train state."""
    if isinstance(state, tuple) and state and isinstance(state[0], TrainState):
        raise NotYet("This is a pair, the state and its history: take the first of the two.")
    if not isinstance(state, TrainState):
        raise NotYet(f"Give the state, with its parameters and its step count; this is of type {type(state).__name__}.")


def learning_rate(state: TrainState) -> float:
    """Return the learning rate of a state's optimiser, if that is Adam."""
    # Adam's very first step has the length of the learning rate, whatever the gradient.
    start = jnp.ones(1)
    update, _ = state.tx.update(start, state.tx.init(start), start)
    return float(abs(update[0]))


def log_odds(share: np.ndarray) -> np.ndarray:
    """Return the logit of each share; of those that are 0 that of a very small one."""
    return np.log(np.maximum(share, 1e-12) / (1 - share))


def same(one: Any, other: Any) -> bool:
    """Return whether two trees have the same arrays, but for rounding."""
    same_form = jax.tree.structure(one) == jax.tree.structure(other)  # type: ignore[operator]  # jaxlib types no ==
    return same_form and all(
        jax.tree.leaves(jax.tree.map(lambda a, b: np.shape(a) == np.shape(b) and np.allclose(a, b), one, other))
    )
