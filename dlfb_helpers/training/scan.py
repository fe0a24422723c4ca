"""The loop of every training here, inside a compiled program: steps, evaluations and the best state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp


class Best(NamedTuple):
    """The state that scored best so far, and its score; any tree of arrays will do as a state."""

    state: Any
    score: float | jax.Array = -jnp.inf

    def or_better(self, state: Any, score: jax.Array) -> Best:
        """Return the better of this and another state, inside a compiled program.

        Parameters
        ----------
        state, score
            Another state, and its score.

        Returns
        -------
        Best
            What scored higher; at a tie the one before.
        """
        return jax.tree.map(lambda new, old: jnp.where(score > self.score, new, old), Best(state, score), self)


def scan_and_evaluate(
    step: Callable[[Any, Any], tuple[Any, jax.Array]],
    state: Any,
    batches: Any,
    eval_every: int,
    evaluate: Callable[[Any], Any],
    score: Callable[[Any], jax.Array] | None = None,
) -> tuple[Any, Any]:
    """Take a step for each batch and evaluate on the way, inside a compiled program.

    This is the loop of every training here, of one network or, under `jax.vmap`, of many.

    Parameters
    ----------
    step
        Takes a state and a batch; returns the new state and a loss.
    state
        Starting point.
    batches
        A tree of arrays whose first axis numbers the steps.
    eval_every
        Steps between two evaluations; there is one after the last step too.
    evaluate
        Takes a state; returns a tree of scalars.
    score
        Takes what `evaluate` returned; the state with the highest score is returned. None: the last state is.

    Returns
    -------
    tuple
        The state, and what `evaluate` returned, arrays (evaluations,).
    """

    def stride(carry: tuple[Any, Best], stride_batches: Any) -> tuple[tuple[Any, Best], Any]:
        state, best = carry
        state, _ = jax.lax.scan(step, state, stride_batches)
        evaluated = evaluate(state)
        if score is not None:
            best = best.or_better(state, score(evaluated))
        return (state, best), evaluated

    count = len(jax.tree.leaves(batches)[0])
    in_full_strides = count // eval_every * eval_every
    strides = jax.tree.map(lambda leaf: leaf[:in_full_strides].reshape(-1, eval_every, *leaf.shape[1:]), batches)
    carry, history = jax.lax.scan(stride, (state, Best(state)), strides)
    if in_full_strides < count:
        carry, last = stride(carry, jax.tree.map(lambda leaf: leaf[in_full_strides:], batches))
        history = jax.tree.map(jnp.append, history, last)
    state, best = carry
    return (state if score is None else best.state), history
