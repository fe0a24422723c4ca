"""Checks of the exercises of chapter 5, one vector for a whole protein."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from dlfb_helpers.embedding.checkpoints import Checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.lesson.exercises.verdict import (
    NotYet,
    agree,
    array,
    check,
    named,
    number,
    recognise,
    result_of,
    text,
)
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@check
def check_batch(difference: float, sequences: Sequence[str], checkpoint: Checkpoint) -> str:
    """Check how far vectors move when their batch is given in reverse order."""
    largest = abs(number(difference, "The difference"))
    if largest == 0 and isinstance(difference, int):
        raise NotYet("This 0 was typed, not measured: take the two tables of vectors from each other.")
    vectors = mean_embeddings(list(sequences), checkpoint)
    apart = np.abs(vectors - vectors[::-1])
    if np.isclose(largest, [apart.max(), apart.mean()], rtol=0.02).any():
        raise NotYet(
            "Each vector is compared with that of another protein: the reversed list gives its vectors in reversed "
            "order. Turn one of the two around."
        )
    if largest > 0.02:
        raise NotYet(
            f"{largest:.3g} is far more than rounding gives. Compare the components of each protein's two vectors."
        )
    return (
        "No more than rounding: a protein's vector is its own, whoever stands beside it. Results come back in the "
        "order of the input, however they were sorted in between."
    )


@check
def check_order(
    shuffled: str, to_shuffled: float, sequence: str, vector: np.ndarray, relative: np.ndarray, checkpoint: Checkpoint
) -> str:
    """Check the cosine of a protein's vector with that of its residues in random order."""
    text(shuffled, "The copy")
    if shuffled == sequence:
        raise NotYet("The copy has its residues in the old order.")
    if Counter(shuffled) != Counter(sequence):
        raise NotYet(
            f"The copy has {len(shuffled)} residues and {shuffled.count('G')} glycines, COL1A1 has {len(sequence)} and "
            f"{sequence.count('G')}: shuffling only moves residues, as a permutation does."
        )
    other = mean_embeddings([shuffled], checkpoint)[0]
    mistakes = {
        "This is the cosine of COL1A1 with COL2A1: embed the shuffled copy.": _cosine(vector, relative),
        "This is the dot product: divide by the lengths of both vectors.": float(vector @ other),
        "This is the cosine with COL2A1: compare the copy with COL1A1.": _cosine(relative, other),
    }
    right = _cosine(vector, other)
    if abs(_cosine(relative, other) - right) < 0.01:  # too near to tell which was meant
        mistakes.popitem()
    agree(to_shuffled, right, "The cosine", mistakes)
    return (
        f"The copy has {right:.2f}, COL2A1 {_cosine(vector, relative):.2f}, and the table has those of "
        "other kinds: what of the likeness the copy keeps is composition, the rest lies in the order of the residues."
    )


def _num_named_rightly(features: np.ndarray, labels: Sequence[str], classifier: ClassifierMixin) -> int:
    """Return how many proteins a classifier names rightly that was trained on all others."""
    return int((cross_val_predict(classifier, features, labels, cv=LeaveOneOut()) == np.asarray(labels)).sum())


@check
def check_simpler(
    right: Mapping[str, int], sequences: Sequence[str], labels: Sequence[str], classifier: ClassifierMixin
) -> str:
    """Check how many proteins are told apart by their composition, and by their length alone."""
    right = named(right, "composition", "length")
    counted = np.array([[sequence.count(a) for a in AMINO_ACIDS] for sequence in sequences])
    lengths = np.array([[len(sequence)] for sequence in sequences])
    answers = {name: number(value, f"The number for {name}") for name, value in right.items()}
    if any(0 < value < 1 for value in answers.values()):
        raise NotYet(f"Give how many of the {len(labels)} are right, not the share.")
    composition = _num_named_rightly(counted / lengths, labels, classifier)
    agree(
        answers["composition"],
        composition,
        "The number for composition",
        {
            "With counts the length is in the 20 numbers too: divide each protein's by its length.": _num_named_rightly(
                counted, labels, classifier
            )
        },
        tolerance=0.5,
    )
    length = _num_named_rightly(lengths, labels, classifier)
    if answers["length"] != _num_named_rightly(np.log(lengths), labels, classifier):  # as good a description
        agree(answers["length"], length, "The number for length", {}, tolerance=0.5)
    return (
        f"Composition alone gets {composition} of {len(labels)} right, length alone {answers['length']:.0f}: most of "
        "what looked like understanding of the sequence can be had for less. Always ask what a simpler feature gives."
    )


@torch.inference_mode()
def _hidden(checkpoint: Checkpoint, sequence: str) -> np.ndarray:
    """Return the last layer of one protein alone, <cls> and <eos> included."""
    tokens = checkpoint.tokenizer(sequence, return_tensors="pt").to(checkpoint.device)
    return checkpoint.encoder(**tokens).last_hidden_state[0].float().cpu().numpy()


@check
def check_mended(mended: Callable[[list[str]], np.ndarray], sequences: Sequence[str], checkpoint: Checkpoint) -> str:
    """Check a mean over residues alone, in a batch with padding."""
    found = result_of(mended, list(sequences))
    if isinstance(found, torch.Tensor):
        found = found.detach().cpu().numpy()
    hidden = [_hidden(checkpoint, sequence) for sequence in sequences]
    found = array(found, [len(sequences), hidden[0].shape[1]], "What it returns").astype(float)
    right = np.stack([vectors[1:-1].mean(axis=0) for vectors in hidden])
    longest = max(len(vectors) for vectors in hidden)
    short = int(np.argmin([len(vectors) for vectors in hidden]))
    mistakes = {
        "Padding is out, but `<cls>` and `<eos>` still count: their weights should be 0 too.": [
            vectors.mean(axis=0) for vectors in hidden
        ],
        "Padding and `<cls>` are out, but `<eos>` still counts. Where does it stand in a row with padding?": [
            vectors[1:].mean(axis=0) for vectors in hidden
        ],
        "Padding and `<eos>` are out, but `<cls>`, the first token of each row, still counts.": [
            vectors[:-1].mean(axis=0) for vectors in hidden
        ],
        "The sum is right, but it is divided by the length of the batch: divide by each protein's own residues.": [
            vectors[1:-1].sum(axis=0) / longest for vectors in hidden
        ],
        "`<cls>` and `<eos>` are left out of the sum, but counted in what it is divided by.": [
            vectors[1:-1].sum(axis=0) / len(vectors) for vectors in hidden
        ],
        "This is the sum over the residues: divide it by their number.": [
            vectors[1:-1].sum(axis=0) for vectors in hidden
        ],
    }
    recognise(found, mistakes, tolerance=1e-3)
    if np.allclose(found, right[::-1], atol=1e-3):
        raise NotYet("The vectors are right, but in another order than the proteins.")
    if not np.allclose(found[short], right[short], atol=1e-3):
        apart = np.abs(found[short] - right[short]).max()
        raise NotYet(
            f"The shorter protein's vector is off by up to {apart:.2f}: in its row, which tokens "
            "count that are no residues, and what is the sum divided by?"
        )
    if not np.allclose(found, right, atol=1e-3):
        raise NotYet(
            "The shortest protein's vector is right, that of a longer one is not: look at the weights of its row."
        )
    return (
        "The trap is mended: each protein gets the vector that it has alone. The mean of chapter 2's rows was the "
        "composition; this one is over residues that know their neighbours."
    )
