"""Typical wrong answers to the exercises of chapter 4, and what their verdict has to say."""

from functools import cache

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.masking import MaskPredictor, substitution_scores, true_probabilities
from dlfb_helpers.lesson.exercises.masking import (
    _logits,
    _token_ids,
    check_guesser,
    check_single_pass,
    check_slipped,
    check_surest_mistake,
    check_variant_score,
)
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)
FREQUENCIES = pd.Series(np.linspace(1, 20, 20) / 210, index=list(AMINO_ACIDS))


@cache
def esm2():
    return load_checkpoint("course", masked_lm=True)


@cache
def scan():
    return MaskPredictor(esm2()).scan(INSULIN)


@cache
def scores():
    return substitution_scores(scan(), INSULIN)


def probability(residue, hidden_token, row):
    logits = _logits(esm2(), INSULIN, hidden_token)[row]
    return float((np.exp(logits) / np.exp(logits).sum())[_token_ids(esm2(), residue)[0]])


def slipped(answer):
    return answer, esm2(), INSULIN, 29


def guesser(answer):
    return answer, FREQUENCIES, INSULIN, scan()


def logs():
    """Log-probabilities of one run, <cls> and <eos> included."""
    logits = _logits(esm2(), INSULIN)
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))[:, _token_ids(esm2(), "".join(AMINO_ACIDS))]


def quick(table):
    return table, esm2(), INSULIN, scores()


class Remembering(MaskPredictor):
    """A predictor that answers a question asked before from memory, for the tests ask the same again and again."""

    @cache  # noqa: B019
    def predict(self, sequence, position):
        return super().predict(sequence, position)


@cache
def predictor():
    return Remembering(esm2())


@cache
def collagen():
    return load_cafa("course").sequences.set_index("EntryID").loc["P02452", "Sequence"]


def variant(index=1, of=lambda new, wild: np.log(new) - np.log(wild), careful=True):
    """A function that reads names, right but for what is changed."""

    def score(name, sequence):
        place = int(name[1:-1]) - index
        if careful and sequence[place] != name[0]:
            raise ValueError(name)
        p = predictor().predict(sequence, place)
        return of(p[name[-1]], p[name[0]])

    return judged(score)


def judged(score):
    return score, predictor(), collagen(), INSULIN


WRONG = {
    check_slipped: [
        (lambda: slipped(probability("L", 30, 30)), "move the mask one token to the left"),
        (lambda: slipped(probability("L", 29, 29)), "This is the row of the mask"),
        (lambda: slipped(probability("H", 29, 29)), "the residue that is hidden now"),
        (lambda: slipped(100 * probability("L", 29, 30)), "is no probability"),
        (lambda: slipped(_logits(esm2(), INSULIN, 29)), "should be a number"),
        (lambda: slipped("L"), "should be a number"),
    ],
    check_guesser: [
        (lambda: guesser(-np.log(FREQUENCIES[list(INSULIN)]).mean()), "exponential is still to be taken"),
        (lambda: guesser(np.exp(-np.log(FREQUENCIES).mean())), "mean over the 20 amino acids"),
        (lambda: guesser(np.exp(-np.log2(FREQUENCIES[list(INSULIN)]).mean())), "natural logarithm"),
        (lambda: guesser(1 / FREQUENCIES[list(INSULIN)].mean()), "first the logarithm"),
        (lambda: guesser(np.exp(-np.log(true_probabilities(scan(), INSULIN)).mean())), "This is the model's"),
        (lambda: guesser(np.exp(np.log(FREQUENCIES[list(INSULIN)]).mean())), "The minus is missing"),
        (lambda: guesser(np.exp(-np.log(FREQUENCIES[list(INSULIN)]))), "should be a number"),
    ],
    check_surest_mistake: [
        (lambda: (10, scan(), INSULIN), "the model is right"),
        (
            lambda: (int(true_probabilities(scan(), INSULIN).argmin()), scan(), INSULIN),
            "finds the true residue least likely",
        ),
        (lambda: (8, scan(), INSULIN), "wrong and surer"),
        (lambda: (110, scan(), INSULIN), "from 0 to 109"),
        (lambda: ((11, "A"), scan(), INSULIN), "should be a number"),
    ],
    check_variant_score: [
        (lambda: variant(index=0, careful=False), "counting from 1"),
        (lambda: variant(of=lambda new, wild: np.log(new)), "of D alone: subtract that of A"),
        (lambda: variant(of=lambda new, wild: np.log(wild) - np.log(new)), "sign is turned"),
        (lambda: variant(of=lambda new, wild: np.log2(new) - np.log2(wild)), "base 2"),
        (lambda: variant(of=lambda new, wild: new - wild), "difference of probabilities"),
        (lambda: variant(of=lambda new, wild: np.log(new) - np.log(wild) + 1), "too high"),
        (lambda: variant(careful=False), "is not refused"),
        (lambda: judged(lambda name, sequence: None), "still to be written"),
        (lambda: judged(-8.2), "without brackets"),
    ],
    check_single_pass: [
        (lambda: quick(logs()), "leave out those of <cls> and <eos>"),
        (lambda: quick(_logits(esm2(), INSULIN)[1:-1]), "33 columns"),
        (lambda: quick(np.exp(logs()[1:-1])), "These are probabilities"),
        (lambda: quick(logs()[1:-1]), "These are the log-probabilities"),
        (lambda: quick(scores()), "with 110 runs"),
        (lambda: quick(logs()[1:-1] - logs()[1:-1].max(axis=1, keepdims=True)), "should score 0 at each position"),
    ],
}
