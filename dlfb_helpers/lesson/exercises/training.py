"""Checks of the exercises of chapter 7, training a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
from flax.training.train_state import TrainState

from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.lesson.exercises.states import learning_rate, log_odds, require_state, same
from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, number, recognise, result_of
from dlfb_helpers.training.evaluation import evaluate

SLOW_RATE = 1e-4


@check
def check_areas(auprc: float, auroc: float) -> str:
    """Check the two areas of a ranking of five with its true functions at places 2 and 5."""
    for area, name in ((auprc, "auPRC"), (auroc, "auROC")):
        if not 0 <= number(area, name) <= 1:
            raise NotYet(f"An area lies between 0 and 1, but {name} is {number(area, name):g}.")
    agree(
        auprc,
        (1 / 2 + 2 / 5) / 2,
        "auPRC",
        {
            "This is auROC: auPRC comes first.": 2 / 6,
            "This is the sum of the precisions at the true functions: take their mean.": 1 / 2 + 2 / 5,
            "Average the precision over the places of the true functions only, not over all five.": (
                1 / 2 + 1 / 3 + 1 / 4 + 2 / 5
            )
            / 5,
            "This is the precision at the end of the list alone, the share of true functions.": 2 / 5,
            "Places count from 1: at place 2 there is one true function among two.": (1 / 1 + 2 / 4) / 2,
        },
    )
    agree(
        auroc,
        2 / 6,
        "auROC",
        {
            "This is the share of pairs that are the wrong way round.": 4 / 6,
            "Only pairs of a true and a false function count: there are 2 times 3 of them.": 2 / 10,
        },
    )
    return (
        "The two areas weigh places differently: with the first true function at place 1 in place of 2, auROC would "
        "gain a sixth and auPRC a quarter. auPRC rewards what stands on top."
    )


@check
def check_slow(slow: TrainState, parts: Mapping[str, Proteins]) -> str:
    """Check a state after 300 steps with a learning rate ten times smaller."""
    require_state(slow)
    rate = learning_rate(slow)
    if not np.isclose(rate, SLOW_RATE, rtol=0.01):
        raise NotYet(
            f"This state's optimiser has the learning rate {rate:.2g}: ten times smaller than 1e-3 is {SLOW_RATE:g}."
        )
    if slow.step == 0:
        raise NotYet(
            "This state has taken no step. A state is never changed: the trained one is what the function returns."
        )
    if slow.step != 300:
        raise NotYet(f"It has taken {int(slow.step)} steps: compare after 300, as before.")
    loss = evaluate(slow, parts["valid"])["loss"]
    return (
        f"The validation loss is {loss:.2f}: higher, because steps ten times shorter do not get as far in "
        "300. Whoever compares two networks has to give each a learning rate that suits it."
    )


@check
def check_stop(stop: int, longer: pd.DataFrame) -> str:
    """Check at which evaluated step the validation loss is lowest."""
    if isinstance(longer, tuple):
        raise NotYet("This is a pair, the state and its history: take the second of the two.")
    if not (isinstance(longer, pd.DataFrame) and {"step", "part", "loss"} <= set(longer.columns)):
        raise NotYet(
            "`longer` should be the history as train_compiled returns it, with the columns step, part and loss."
        )
    if int(longer["step"].max()) < 3000:
        raise NotYet(f"This history ends at step {int(longer['step'].max())}: train for 3,000 steps.")
    loss = longer.pivot(index="step", columns="part", values="loss")
    if not {"train", "valid"} <= set(loss.columns):
        raise NotYet("The history should hold both train and valid: leave evaluate_on as it is.")
    step = number(stop, "The step")
    if step == loss["valid"].idxmin():
        return (
            "Beyond it the network learns its training proteins by heart: their loss falls on, that of the others does "
            "not. Chosen on the test part, the step would make it one more validation part, and no honest last word "
            "would be left."
        )
    if step == loss["train"].idxmin():
        raise NotYet(
            "There the loss of the training part is lowest. Which part tells how it does on proteins it has not seen?"
        )
    if step == loss["valid"].idxmax():
        raise NotYet("There the validation loss is highest; the lower a loss, the better.")
    if step not in loss.index:
        raise NotYet(
            f"Nothing was evaluated at step {step:g}: give a number from the column step, not the number of a row."
        )
    raise NotYet(
        f"The validation loss at step {step:g} is not the lowest of the history; idxmin finds the place of the lowest."
    )


@check
def check_head_start(informed: TrainState, state: TrainState, parts: Mapping[str, Proteins]) -> str:
    """Check a state whose last bias holds the log-odds of each function's share of the training part."""
    require_state(informed)
    if informed.step != 0:
        raise NotYet(f"This state has taken {int(informed.step)} steps: give the one before training.")
    last = "output"
    found = {name: layer for name, layer in informed.params.items() if name != last}
    if gone := sorted(set(state.params) - set(informed.params)):
        raise NotYet(f"The layer {gone[0]} is gone: `state.params | {{...}}` keeps the layers that stay as they are.")
    if set(informed.params) != set(state.params) or not same(found, {n: state.params[n] for n in found}):
        raise NotYet(f"Only the last layer, {last}, should change: the others are to be those of `state`.")
    if not same(informed.params[last].get("kernel"), state.params[last]["kernel"]):
        raise NotYet("The kernel of the last layer has changed or is gone: put a new bias beside the old kernel.")
    if isinstance(informed.params[last].get("bias"), list | pd.Series):
        kind = type(informed.params[last]["bias"]).__name__
        raise NotYet(f"The bias is a {kind}: np.array(...) makes the array of it that the network needs.")
    bias = array(informed.params[last].get("bias"), state.params[last]["bias"].shape, "The bias")
    share = {name: proteins.targets.to_numpy(float).mean(axis=0) for name, proteins in parts.items()}
    if not (finite := np.isfinite(bias)).all():
        for part in ("valid", "test"):
            if np.array_equal(finite, (share[part] > 0) & (share[part] < 1)):
                raise NotYet(f"It is infinite where the {part} part has none: take the shares of the training part.")
        raise NotYet("The bias holds infinite numbers: which part are the shares taken of, and is one of them 0 there?")
    if np.any(bias) and np.ptp(bias) < 1e-6:
        raise NotYet("All functions have the same bias: each has a share of its own.")
    train = share["train"]
    everything = np.average(list(share.values()), axis=0, weights=[len(proteins) for proteins in parts.values()])
    mistakes = {
        "The bias is still zero, as it was.": np.zeros_like(train),
        "These are the shares themselves. A bias is added to a logit: which logit has this probability?": train,
        "This is ln p. The logit has the odds in place of p: p / (1 - p).": np.log(train),
        "These are the odds: the logit is their logarithm.": train / (1 - train),
        "The logarithm has the base 10: take the natural one, np.log.": log_odds(train) / np.log(10),
        "The logarithm has the base 2: take the natural one, np.log.": log_odds(train) / np.log(2),
        "The sign is the wrong way round: rare functions need a bias far below 0.": np.log((1 - train) / train),
        "The shares of all parts are in it. What is fitted may see the training part only.": log_odds(everything),
        "These are the shares of the validation part. What is fitted may see the training part only.": log_odds(
            share["valid"]
        ),
    }
    predicted = 1 / (1 + np.exp(-bias))
    if np.abs(predicted - train).max() > 7e-4:  # room for pseudocounts
        recognise(bias, mistakes, tolerance=2e-3)
        worst = int(np.abs(predicted - train).argmax())
        raise NotYet(
            f"Function {worst} is on {train[worst]:.4f} of the training proteins, but the sigmoid of its bias is "
            f"{predicted[worst]:.4f}."
        )
    before, after = (evaluate(s, parts["valid"])["loss"] for s in (state, informed))
    return (
        f"The validation loss starts at {after:.2f} in place of {before:.2f}: what can be known without "
        "looking at a protein is known before the first step, and all the steps are left for the proteins themselves."
    )


@check
def check_weighted_loss(weighted_loss: Callable) -> str:
    """Check a binary cross-entropy in which the label 1 counts `weight` times."""
    logits, targets = jnp.array([[2.0, -1.0, 0.5], [-3.0, 0.0, 1.5]]), jnp.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    plain = np.asarray(optax.sigmoid_binary_cross_entropy(logits, targets))
    squashed = optax.sigmoid_binary_cross_entropy(jax.nn.sigmoid(logits), targets)
    ones = np.asarray(targets)
    loss = result_of(weighted_loss, logits, targets, 1.0)
    if np.shape(loss) == plain.shape:
        raise NotYet("It returns a loss for each protein and function: the loss of a batch is their mean, one number.")
    agree(
        loss,
        plain.mean(),
        "With weight 1 the loss should be the ordinary one, and",
        {
            "With weight 1 it is the sum of all losses: take their mean.": plain.sum(),
            "The losses of label 0 are gone: times the label they are 0, but they should count once.": (
                plain * ones
            ).mean(),
            "With weight 1 a label of 1 counts twice: it should count as much as a label of 0.": (
                plain * (1 + ones)
            ).mean(),
            "The logits have been through a sigmoid before: optax takes logits, not probabilities.": squashed.mean(),
            "With weight 1 the loss has the wrong sign: ln p is negative, the loss is not.": -plain.mean(),
        },
        tolerance=1e-4,
    )
    agree(
        result_of(weighted_loss, logits, targets, 5.0),
        (plain * (1 + 4 * ones)).mean(),
        "With weight 5 the loss",
        {
            "The weight has no effect: weight 5 gives what weight 1 gives.": plain.mean(),
            "The sum is divided by the sum of the weights: take the plain mean, over proteins and functions.": (
                plain * (1 + 4 * ones)
            ).sum()
            / (1 + 4 * ones).sum(),
            "The weight is on the zeros: it should multiply the loss of a label 1.": (plain * (5 - 4 * ones)).mean(),
            "The weight multiplies the loss of both labels: it should multiply that of a label 1 only.": 5
            * plain.mean(),
        },
        tolerance=1e-4,
    )
    extreme = jnp.array([[-200.0, 200.0]]), jnp.array([[1.0, 0.0]])
    if not np.isfinite(result_of(weighted_loss, *extreme, 1.0)):
        raise NotYet(
            "For a logit of -200 and the label 1 it is not finite: the probability is rounded to 0, and ln 0 is "
            "infinite. jax.nn.log_sigmoid gives ln p from the logit itself; or multiply what optax gives."
        )
    try:
        gradient = jax.grad(weighted_loss)(logits, targets, 5.0)
    except TypeError:
        raise NotYet(
            "The number is right, but JAX can take no gradient of it: compute with optax, jnp and jax.nn, without "
            "float() and without NumPy's functions."
        ) from None
    try:
        jax.jit(lambda logits, targets: weighted_loss(logits, targets, 5.0))(logits, targets)
    except Exception:
        raise NotYet(
            "The number is right, but jax.jit cannot compile it, and a training step needs that: an `if` or a "
            "selection such as losses[targets == 1] depends on the labels' values; jnp.where or a product does not."
        ) from None
    if not float(jnp.abs(gradient).sum()) > 0:
        raise NotYet("Its gradient is zero: does the loss depend on the logits?")
    return (
        "A missed function now costs more than a false alarm, so the network names more of them: it buys recall with "
        "precision. Its probabilities no longer say how often it is right, so compare rankings, not losses."
    )
