"""Typical wrong answers to the exercises of chapter 5, and what their verdict has to say."""

from functools import cache

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.lesson.exercises.whole_protein_embeddings import (
    check_batch,
    check_mended,
    check_order,
    check_simpler,
)

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


def batch(answer):
    return answer, PEPTIDES, esm2()


def order(shuffled, answer):
    sequence = PEPTIDES[1]
    return shuffled, answer, sequence, *embedded(sequence, MELITTIN), esm2()


def simpler(answer):
    """The labels are such that composition, counts and length each give another number."""
    return answer, PROTEINS, KINDS, make_pipeline(StandardScaler(), LogisticRegression(C=0.01))


# Long ones of mostly G and short ones of mostly A, with two of each the other way round.
PROTEINS = ["G" * 60 + "A" * 20] * 6 + ["G" * 6 + "A" * 2] * 2 + ["A" * 6 + "G" * 2] * 6 + ["A" * 60 + "G" * 20] * 2
KINDS = ["one"] * 8 + ["other"] * 8


def mean_of(weigh, divide=None):
    """A mean over tokens, which counts those that `weigh` (of the tokens that are no padding) leaves."""

    @torch.inference_mode()
    def mended(sequences):
        tokens = esm2().tokenizer(sequences, padding=True, return_tensors="pt").to(esm2().device)
        hidden = esm2().encoder(**tokens).last_hidden_state
        weights = torch.stack([weigh(row.clone().float()) for row in tokens["attention_mask"]])
        sums = (hidden * weights[:, :, None]).sum(dim=1)
        count = weights.sum(dim=1, keepdim=True) if divide is None else divide(tokens["attention_mask"])
        return (sums / count).cpu().numpy()

    return mended


def without(*places):
    """Weights of 0 for places among the tokens that are no padding: 0 is <cls>, -1 is <eos>."""

    def weigh(row):
        for place in places:
            row[place if place >= 0 else int(row.sum()) + (0 if 0 not in places else 1) + place] = 0
        return row

    return weigh


def length_of_batch(mask):
    return torch.full((len(mask), 1), mask.shape[1])


def all_tokens(mask):
    return mask.sum(dim=1, keepdim=True)


def mended(function):
    return function, [PEPTIDES[3], PEPTIDES[1]], esm2()


WRONG = {
    check_batch: [
        (lambda: batch(np.abs(embedded(*PEPTIDES) - embedded(*PEPTIDES[::-1])).max()), "reversed order"),
        (lambda: batch(np.abs(embedded(*PEPTIDES) - embedded(*PEPTIDES[::-1])).mean()), "reversed order"),
        (lambda: batch(0), "typed, not measured"),
        (lambda: batch(100.0), "far more than rounding"),
        (lambda: batch(embedded(*PEPTIDES)), "should be a number"),
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
        (lambda: simpler({"composition": 12}), "Give a dict with the keys"),
        (lambda: simpler({"composition": 0.75, "length": 0.75}), "not the share"),
        (lambda: simpler({"composition": 1, "length": 12}), "The number for composition is too low"),
        (lambda: simpler({"composition": 16, "length": 16}), "The number for length is too high"),
        (lambda: simpler({"composition": ..., "length": ...}), "'composition' is still to be worked out"),
    ],
    check_mended: [
        (lambda: mended(mean_of(lambda row: row)), "`<cls>` and `<eos>` still count"),
        (lambda: mended(mean_of(without(0))), "`<eos>` still counts"),
        (lambda: mended(mean_of(without(-1))), "`<cls>`, the first token of each row, still counts"),
        (lambda: mended(mean_of(without(0, -1), length_of_batch)), "divided by the length of the batch"),
        (lambda: mended(mean_of(without(0, -1), all_tokens)), "counted in what it is divided by"),
        (lambda: mended(mean_of(lambda row: torch.ones_like(row))), "shorter protein's vector is off"),
        (lambda: mended(lambda sequences: embedded(*sequences)[::-1]), "in another order"),
        (lambda: mended(lambda sequences: embedded(*sequences).mean(axis=0)), "should have the shape (2, 320)"),
        (lambda: mended(lambda sequences: None), "still to be written"),
    ],
}
