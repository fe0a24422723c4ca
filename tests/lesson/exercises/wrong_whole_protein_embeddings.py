"""Typical wrong answers to the exercises of chapter 5, and what their verdict has to say."""

from functools import cache

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.lesson.exercises.whole_protein_embeddings import (
    check_batch,
    check_order,
    check_pooled,
    check_simpler,
)
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

# A and B chain of human insulin, glucagon, oxytocin, neurotensin: short, so that the tests are.
PEPTIDES = ["GIVEQCCTSICSLYQLENYCN", "FVNQHLCGSHLVEALYLVCGERGFFYTPKT", "HSQGTFTSDYSKYLDSRRAQDFVQWLMNT", "CYIQNCPLG"]
MELITTIN = "GIGAVLKVLTTGLPALISWIKRKRQQ"


@cache
def esm2():
    return load_checkpoint("course")


def embedded(*sequences):
    return mean_embeddings(list(sequences), esm2())


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def batch(forwards, backwards):
    return forwards, backwards, PEPTIDES, esm2()


def order(shuffled, answer):
    sequence = PEPTIDES[1]
    return shuffled, answer, sequence, *embedded(sequence, MELITTIN), esm2()


@cache
def areas():
    """What the exercise asks for, of these proteins."""

    def area(features):
        return float(roc_auc_score(KINDS, scores(np.array(features))))

    starts = [[p[:25].count(a) / len(p[:25]) for a in AMINO_ACIDS] for p in PROTEINS]
    whole = [[p.count(a) / len(p) for a in AMINO_ACIDS] for p in PROTEINS]
    return {"length": area([[len(p)] for p in PROTEINS]), "start": area(starts), "whole": area(whole)}


def scores(features):
    return cross_val_predict(CLASSIFIER, features, KINDS, cv=4, method="decision_function")


def simpler(answer):
    return answer, PROTEINS, KINDS, scores


# Random ones; the first 25 residues of one kind have more L, the whole of the other more G, and the lengths overlap.
RNG = np.random.default_rng(0)
KINDS = np.repeat([True, False], 20)
PROTEINS = [
    "".join(RNG.choice(list("LAGSDEKV"), 25, p=[0.3, *[0.1] * 7] if kind else [0.2, *[0.8 / 7] * 7]))
    + "".join(
        RNG.choice(
            list("LAGSDEKV"),
            RNG.integers(40, 90) - 12 * kind,
            p=[0.1, 0.1, 0.1 if kind else 0.3, *[0.14 if kind else 0.1] * 5],
        )
    )
    for kind in KINDS
]
CLASSIFIER = make_pipeline(StandardScaler(), LogisticRegression(C=0.01))


@torch.inference_mode()
def hidden_and_weights(sequences, keep):
    tokens = esm2().tokenizer(sequences, padding=True, return_tensors="pt").to(esm2().device)
    hidden = esm2().encoder(**tokens).last_hidden_state
    return hidden, torch.stack([keep(row.clone()) for row in tokens["attention_mask"]])


def largest(keep, blank=-torch.inf, take=torch.amax):
    """The largest value over tokens that `keep` leaves; others are set to `blank`."""

    def pooled(sequences):
        hidden, weights = hidden_and_weights(sequences, keep)
        return take(hidden.masked_fill(weights[:, :, None] == 0, blank), 1).cpu().numpy()

    return pooled


def without(*places):
    """Weights of 0 for places among the tokens that are no padding: 0 is <cls>, -1 is <eos>."""

    def keep(row):
        count = int(row.sum())
        for place in places:
            row[place % count] = 0
        return row

    return keep


def average(sequences):
    hidden, weights = hidden_and_weights(sequences, without(0, -1))
    return ((hidden * weights[:, :, None]).sum(dim=1) / weights.sum(dim=1)[:, None]).cpu().numpy()


def packaged(sequences):
    return mean_embeddings(sequences, esm2(), pooling="max")


def pooled(function):
    return function, [PEPTIDES[3], PEPTIDES[1]], esm2()


WRONG = {
    check_batch: [
        (lambda: batch(embedded(*PEPTIDES), embedded(*PEPTIDES[::-1])), "backwards stand in reversed order"),
        (lambda: batch(embedded(*PEPTIDES)[::-1], embedded(*PEPTIDES)), "forwards stand in reversed order"),
        (lambda: batch(np.zeros((4, 320)), np.zeros((4, 320))), "Row"),
        (lambda: batch(embedded(*PEPTIDES), 0), "should have the shape (4, 320)"),
        (lambda: batch(embedded(*PEPTIDES), 1e-9), "should have the shape (4, 320)"),
        (lambda: batch(embedded(*PEPTIDES), embedded(*PEPTIDES[:3])), "should have the shape (4, 320)"),
    ],
    check_order: [
        (lambda: order(list(PEPTIDES[1]), 0.9), "should be one string"),
        (lambda: order(PEPTIDES[1], 1.0), "in the old order"),
        (lambda: order(PEPTIDES[1][:-1], 0.9), "shuffling only moves residues"),
        (lambda: order(PEPTIDES[1][::-1], cosine(*embedded(PEPTIDES[1], MELITTIN))), "COL1A1 with COL2A1"),
        (lambda: order(PEPTIDES[1][::-1], np.dot(*embedded(PEPTIDES[1], PEPTIDES[1][::-1]))), "dot product"),
        (lambda: order(PEPTIDES[1][::-1], "0.9"), "should be a number"),
    ],
    check_simpler: [
        (lambda: simpler({"start": 0.5}), "Give a dict with the keys"),
        (lambda: simpler({"length": 78, "start": 65}), "not in per cent"),
        (lambda: simpler({"length": areas()["start"], "start": areas()["length"]}), "you give the number of"),
        (lambda: simpler({"length": areas()["length"], "start": areas()["whole"]}), "take the first 25"),
        (lambda: simpler({"length": 0.0, "start": areas()["start"]}), "The number for length is too low"),
        (lambda: simpler({"length": ..., "start": ...}), "'length' is still to be worked out"),
    ],
    check_pooled: [
        (lambda: pooled(largest(lambda row: row)), "`<cls>` and `<eos>` still count"),
        (lambda: pooled(largest(without(0))), "`<eos>` still counts"),
        (lambda: pooled(largest(without(-1))), "`<cls>`, the first token of each row, still counts"),
        (lambda: pooled(largest(without(0, -1), blank=0.0)), "use minus infinity"),
        (lambda: pooled(largest(without(0, -1), blank=torch.inf, take=torch.amin)), "This is the smallest value"),
        (lambda: pooled(largest(without(0, -1), take=torch.amin)), "infinite values"),
        (lambda: pooled(average), "This is the mean"),
        (lambda: pooled(packaged), "Write it yourself"),
        (lambda: pooled(largest(torch.ones_like)), "shorter protein's vector is off"),
        (lambda: pooled(lambda sequences: largest(without(0, -1))(sequences)[::-1]), "in another order"),
        (lambda: pooled(lambda sequences: average(sequences).mean(axis=0)), "should have the shape (2, 320)"),
        (lambda: pooled(lambda sequences: None), "still to be written"),
    ],
}
