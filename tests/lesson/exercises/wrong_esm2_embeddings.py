"""Typical wrong answers to the exercises of chapter 3, and what their verdict has to say."""

from functools import cache

import numpy as np
import pandas as pd
from Bio.Align import substitution_matrices

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.lesson.exercises.esm2_embeddings import (
    check_agreement,
    check_fragment,
    check_places,
    check_shuffles,
)
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, residue_group

TOKENS = [0, 20, 18, 8, 18, 7, 13, 4, 10, 2]
VOCABULARY = "<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - <null_1> <mask>".split()
BLOSUM = np.array(substitution_matrices.load("BLOSUM62"))
LETTERS = substitution_matrices.load("BLOSUM62").alphabet
PAIRS = np.triu_indices(20, k=1)
HALF = np.triu_indices(20)
GROUPS = np.array([residue_group(a) for a in AMINO_ACIDS])


def fragment(text):
    return lambda: (text, TOKENS, VOCABULARY)


@cache
def insulin():
    return load_cafa("course").sequences.set_index("EntryID").loc["P01308", "Sequence"]


def cysteines(shift=0, letters="C"):
    return [place + shift for place, residue in enumerate(insulin()) if residue in letters]


@cache
def similarity():
    esm2 = load_checkpoint("course")
    ids = esm2.tokenizer.convert_tokens_to_ids(list(AMINO_ACIDS))
    rows = esm2.encoder.embeddings.word_embeddings.weight.detach().cpu().numpy()[ids]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return pd.DataFrame(unit @ unit.T, index=list(AMINO_ACIDS), columns=list(AMINO_ACIDS))


def agreement(correlate):
    """Answer with what is made of the similarities and of BLOSUM62 in the order of AMINO_ACIDS."""
    order = [LETTERS.index(a) for a in AMINO_ACIDS]
    return lambda: (correlate(similarity().to_numpy(), BLOSUM[np.ix_(order, order)]), similarity())


def shuffles(shuffle, count=lambda groups, neighbours: (groups == groups[neighbours]).sum(), times=1000):
    """Answer with the counts of a way to shuffle the groups."""

    def answers():
        values = similarity().to_numpy() - 2 * np.eye(20)
        neighbours, rng = values.argmax(axis=1), np.random.default_rng(42)
        nearest = pd.DataFrame({"same group": GROUPS == GROUPS[neighbours]})
        return np.array([count(shuffle(rng), neighbours) for _ in range(times)]), nearest

    return answers


WRONG = {
    check_fragment: [
        (fragment(list("MFSFVDLR")), "one string"),
        (fragment("<cls>MFSFVDLR<eos>"), "no residues"),
        (fragment("M F S F V D L R"), "blanks"),
        (fragment("MFSFV"), "5 letters for 8 tokens"),
        (fragment("YFSFVDLR"), "Token 20 is not Y"),
    ],
    check_places: [
        (lambda: (cysteines(), insulin()), "puts <cls>"),
        (lambda: ([23] * 6, insulin()), "Where among the tokens"),
        (lambda: (cysteines(1, "CM"), insulin()), "8 places"),
        (lambda: (cysteines(2), insulin()), "no cysteine at place 32"),
        (lambda: ([place == 31 for place in range(112)], insulin()), "a value for each token"),
        (lambda: ("31, 43", insulin()), "a list of numbers"),
        (lambda: ([], insulin()), "0 places"),
    ],
    check_shuffles: [
        (shuffles(lambda rng: GROUPS), "the real one"),
        (shuffles(lambda rng: np.random.default_rng(42).permutation(GROUPS)), "shuffle anew each time"),
        (shuffles(lambda rng: rng.choice(GROUPS, 20)), "with replacement"),
        (shuffles(lambda rng: rng.permutation(GROUPS), lambda new, there: (new == GROUPS).sum()), "the old ones"),
        (shuffles(lambda rng: rng.permutation(GROUPS), lambda new, there: (new == new[there]).mean()), "out of 20"),
        (
            shuffles(lambda rng: rng.permutation(GROUPS), lambda new, there: (new != new[there]).sum()),
            "chance gives 4.3",
        ),
        (shuffles(lambda rng: rng.permutation(GROUPS), lambda new, there: "4"), "should hold numbers"),
        (shuffles(lambda rng: rng.permutation(GROUPS), times=100), "should have the shape (1000,)"),
    ],
    check_agreement: [
        (agreement(lambda mine, blosum: np.corrcoef(mine[PAIRS], blosum[PAIRS])), "2 by 2"),
        (agreement(lambda mine, blosum: np.corrcoef(mine.ravel(), blosum.ravel())[0, 1]), "the diagonal"),
        (agreement(lambda mine, blosum: np.corrcoef(mine[HALF], blosum[HALF])[0, 1]), "k=1"),
        (agreement(lambda mine, blosum: np.corrcoef(mine[PAIRS], BLOSUM[:20, :20][PAIRS])[0, 1]), "different orders"),
        (agreement(lambda mine, blosum: np.corrcoef(1 - mine[PAIRS], blosum[PAIRS])[0, 1]), "sign is turned"),
        (agreement(lambda mine, blosum: "0.85"), "should be a number"),
    ],
}
