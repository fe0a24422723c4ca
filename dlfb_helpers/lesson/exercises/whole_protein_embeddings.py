"""Checks of the exercises of chapter 5, one vector for a whole protein."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

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

ROUNDED = 0.0051
"""What rounding to the two decimals that the chapter prints may change."""

HALF = 0.02
"""What half precision may change in a component."""

PACKAGED = {
    "get_mean_embeddings", "mean_embeddings", "embed_proteins", "residue_embeddings", "each_residue_embeddings",
    "get_sequence_embeddings",
}  # fmt: skip


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@check
def check_batch(forwards: np.ndarray, backwards: np.ndarray, sequences: Sequence[str], checkpoint: Checkpoint) -> str:
    """Check the vectors of proteins that were embedded in two orders, each table with its rows in the first order."""
    right = mean_embeddings(list(sequences), checkpoint)
    for name, table in {"forwards": forwards, "backwards": backwards}.items():
        found = array(table, list(right.shape), name)
        if np.allclose(found, right[::-1], atol=HALF):
            raise NotYet(
                f"The rows of {name} stand in reversed order: its first row is the vector of the last protein. Turn it "
                "around, with [::-1]."
            )
        if not np.allclose(found, right, atol=HALF):
            row = int(np.abs(found - right).max(axis=1).argmax())
            raise NotYet(f"Row {row} of {name} is not the mean embedding of that protein: how were they embedded?")
    return (
        "They agree but for rounding: a protein's vector is its own, whoever stands beside it. Results come back in "
        "the order of the input, however they were sorted in between."
    )


@check
def check_order(
    shuffled: str, to_shuffled: float, sequence: str, vector: np.ndarray, relative: np.ndarray, checkpoint: Checkpoint
) -> str:
    """Check the cosine of a protein's vector with that of its residues in random order."""
    shuffled = text(shuffled, "The copy")
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
    agree(to_shuffled, right, "The cosine", mistakes, tolerance=ROUNDED)
    return (
        f"The copy has {right:.2f}, COL2A1 {_cosine(vector, relative):.2f}, and the table has those of "
        "other kinds: what of the likeness the copy keeps is composition, the rest lies in the order of the residues."
    )


@check
def check_simpler(
    right: Mapping[str, float],
    sequences: Sequence[str],
    labels: Sequence[bool],
    scores: Callable[[np.ndarray], np.ndarray],
) -> str:
    """Check how well proteins are told apart by their length, and by the composition of their first 25 residues."""
    right = named(right, "length", "start")

    def area(features: np.ndarray) -> float:
        return float(roc_auc_score(labels, scores(features)))

    lengths = np.array([[len(sequence)] for sequence in sequences])
    starts = np.array([[sequence[:25].count(a) / len(sequence[:25]) for a in AMINO_ACIDS] for sequence in sequences])
    whole = np.array([[sequence.count(a) / len(sequence) for a in AMINO_ACIDS] for sequence in sequences])
    found = {"length": area(lengths), "start": area(starts)}
    ends = area(np.array([[sequence[-25:].count(a) / 25 for a in AMINO_ACIDS] for sequence in sequences]))
    as_good = {"length": area(np.log(lengths)), "start": found["start"]}
    for name, value in found.items():
        answer = number(right[name], f"The number for {name}")
        if answer > 1:
            raise NotYet(f"The number for {name} is a share of pairs: between 0 and 1, not in per cent or a count.")
        mistakes = {f"As {name} you give the number of {other}.": found[other] for other in found if other != name} | {
            "This is the composition of the whole protein: take the first 25 residues.": area(whole),
            "This is the composition of the last 25 residues: take the first.": ends,
        }
        if abs(answer - as_good[name]) > ROUNDED:
            agree(answer, value, f"The number for {name}", mistakes, tolerance=ROUNDED)
    return (
        f"Length alone gives {found['length']:.2f}, the first 25 residues {found['start']:.2f}: secreted proteins are "
        "mostly short, and part of the success can be had for one number. Ask what a simpler feature gives."
    )


@torch.inference_mode()
def _hidden(checkpoint: Checkpoint, sequence: str) -> np.ndarray:
    """Return the last layer of one protein alone, <cls> and <eos> included."""
    tokens = checkpoint.tokenizer(sequence, return_tensors="pt").to(checkpoint.device)
    return checkpoint.encoder(**tokens).last_hidden_state[0].float().cpu().numpy()


@check
def check_pooled(pooled: Callable[[list[str]], np.ndarray], sequences: Sequence[str], checkpoint: Checkpoint) -> str:
    """Check the largest value of each component among a protein's residues, in a batch with padding."""
    names = set(getattr(getattr(pooled, "__code__", None), "co_names", ()))
    if used := sorted(names & PACKAGED):
        raise NotYet(f"Write it yourself: {used[0]} is the package's.")
    found = result_of(pooled, list(sequences))
    hidden = [_hidden(checkpoint, sequence) for sequence in sequences]
    found = array(found, [len(sequences), hidden[0].shape[1]], "What it returns").astype(float)
    if not np.isfinite(found).all():
        raise NotYet("There are infinite values: set to minus infinity only what is no residue, along the tokens.")
    right = np.stack([vectors[1:-1].max(axis=0) for vectors in hidden])
    short = int(np.argmin([len(vectors) for vectors in hidden]))
    mistakes = {
        "Padding is out, but `<cls>` and `<eos>` still count: their weights should be 0 too.": [
            vectors.max(axis=0) for vectors in hidden
        ],
        "Padding and `<cls>` are out, but `<eos>` still counts. Where does it stand in a row with padding?": [
            vectors[1:].max(axis=0) for vectors in hidden
        ],
        "Padding and `<eos>` are out, but `<cls>`, the first token of each row, still counts.": [
            vectors[:-1].max(axis=0) for vectors in hidden
        ],
        "This is the mean over the residues: take the largest value of each component.": [
            vectors[1:-1].mean(axis=0) for vectors in hidden
        ],
        "This is the smallest value of each component: take the largest.": [
            vectors[1:-1].min(axis=0) for vectors in hidden
        ],
        "What is no residue was set to 0, and where all residues are negative 0 is the largest: use minus infinity.": [
            np.maximum(vectors[1:-1].max(axis=0), 0) for vectors in hidden
        ],
    }
    if np.allclose(found, right, atol=HALF):
        return (
            "Right, and the same alone or in a batch. The mean asks what a protein is like on the whole, the maximum "
            "what it has somewhere; which serves better has to be measured."
        )
    recognise(found, mistakes, tolerance=HALF)
    if np.allclose(found, right[::-1], atol=HALF):
        raise NotYet("The vectors are right, but in another order than the proteins.")
    if not np.allclose(found[short], right[short], atol=HALF):
        apart = np.abs(found[short] - right[short]).max()
        raise NotYet(
            f"The shorter protein's vector is off by up to {apart:.2f}: in its row, which tokens count that are no "
            "residues?"
        )
    raise NotYet("The shortest protein's vector is right, that of a longer one is not: look at the weights of its row.")
