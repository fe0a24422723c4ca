"""Checks of the exercises of chapter 4, masked residues."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from scipy.special import log_softmax, softmax

from dlfb_helpers.embedding.checkpoints import Checkpoint
from dlfb_helpers.embedding.masking import MaskPredictor, pseudo_perplexity, true_probabilities
from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, number, recognise, result_of
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

BRITTLE = ("G527C", "G569R", "G926C", "G1166C")
"""Of patients whose bones break easily: Marini et al. 2007, doi:10.1002/humu.20429. UniProt P02452, from 1."""

DIABETES = ("A24D", "H29D", "L35P", "F48C", "G84R", "R89C", "C96S", "S101C", "Y103C")
"""Of patients with neonatal diabetes: Edghill et al. 2008, doi:10.2337/db07-1405. UniProt P01308, from 1."""

ROUNDED = 0.0051
"""What rounding to the two decimals that the chapter prints may change."""

HALF = 0.06
"""Nats: what half precision, or one decimal, may change."""


@torch.inference_mode()
def _logits(checkpoint: Checkpoint, sequence: str, hidden_token: int | None = None) -> np.ndarray:
    """Return the logits of all tokens, <cls> and <eos> included, with at most one of them hidden."""
    tokens = checkpoint.tokenizer(sequence, return_tensors="pt").to(checkpoint.device)
    if hidden_token is not None:
        tokens["input_ids"][0, hidden_token] = checkpoint.tokenizer.mask_token_id
    return checkpoint.model(**tokens).logits[0].float().cpu().numpy()


def _token_ids(checkpoint: Checkpoint, letters: str) -> list[int]:
    vocabulary = checkpoint.tokenizer.get_vocab()
    return [vocabulary[letter] for letter in letters]


@check
def check_slipped(slipped: float, checkpoint: Checkpoint, sequence: str, position: int) -> str:
    """Check the probability of the true residue where the mask hides its left neighbour."""
    true, neighbour = _token_ids(checkpoint, sequence[position] + sequence[position - 1])
    hidden = softmax(_logits(checkpoint, sequence, position), axis=-1)
    in_place = softmax(_logits(checkpoint, sequence, position + 1), axis=-1)
    if number(slipped, "The probability") > 1:
        raise NotYet(f"{float(slipped):.4g} is no probability: take the softmax over the 33 logits of one row.")
    mistakes = {
        "This is the probability with residue and mask in their right places: move the mask one token to the left.": (
            in_place[position + 1, true]
        ),
        "This is the row of the mask. The mask slipped, but the row that is read is still `position + 1`.": (
            hidden[position, true]
        ),
        f"This is the probability of {sequence[position - 1]}, the residue that is hidden now. What does the true "
        "residue get, the one at `position`?": hidden[position, neighbour],
    }
    right = agree(slipped, hidden[position + 1, true], "The probability", mistakes, tolerance=ROUNDED)
    return (
        f"{right:.2f} in place of {in_place[position + 1, true]:.2f}: the model has {sequence[position]} before its "
        "eyes and copies it. No error message tells you; only the good result should make you wonder."
    )


@check
def check_guesser(guesser: float, frequencies: pd.Series, sequence: str, scan: pd.DataFrame) -> str:
    """Check the pseudo-perplexity of always answering with the frequencies of the residues."""
    given = frequencies[list(sequence)].to_numpy()
    logs, of_all = np.log(given).mean(), np.log(frequencies.to_numpy()).mean()
    mistakes = {
        "This is the mean of -log p: its exponential is still to be taken.": -logs,
        "This is the mean over the 20 amino acids. The hidden residues are the 110 of insulin, in which some come more "
        "often than others.": np.exp(-of_all),
        "This is a mean over amino acids without exponential: take the 110 residues of insulin, then exp.": -of_all,
        "A power of e needs np.log, the natural logarithm, not np.log2 or np.log10.": np.exp(-logs / np.log(2)),
        "The probabilities are averaged before the logarithm is taken: first the logarithm, then the mean.": (
            1 / given.mean()
        ),
        "The minus is missing: perplexities are at least 1.": np.exp(logs),
        "This is the model's: put the guesser's probabilities in place of the model's.": pseudo_perplexity(
            scan, sequence
        ),
    }
    right = agree(guesser, np.exp(-logs), "The pseudo-perplexity", mistakes, tolerance=0.051)
    return (
        f"{right:.1f} for the guesser, {pseudo_perplexity(scan, sequence):.1f} for the model. The guesser has no idea "
        "of order, so this is the number to beat, rather than the 20 of one who knows nothing."
    )


@check
def check_surest_mistake(place: int, scan: pd.DataFrame, sequence: str) -> str:
    """Check where a scan gives the highest probability to a residue that is not there."""
    position = number(place, "The position")
    if position != int(position) or not 0 <= position < len(sequence):
        raise NotYet(f"{position:.4g} is no position of this protein: they run from 0 to {len(sequence) - 1}.")
    best, highest = scan.idxmax(axis=1).to_numpy(), scan.max(axis=1).to_numpy()
    wrong = best != np.array(list(sequence))
    mistakes = np.where(wrong, highest, 0)
    right, place = int(mistakes.argmax()), int(position)
    if place == right + 1 and mistakes[place] < mistakes[right]:
        raise NotYet("One too far: positions count from 0, and the table has no row for <cls>.")
    if not wrong[place]:
        raise NotYet(f"At {place} the model is right: {sequence[place]} does stand there. Set such positions aside.")
    if place == true_probabilities(scan, sequence).argmin() != right:
        raise NotYet(
            f"At {place} the model finds the true residue least likely, but it need not be sure of another one: look "
            "for the highest probability of a wrong residue."
        )
    if place != right:
        raise NotYet(
            f"At {place} the model gives {best[place]}, which is wrong, {highest[place]:.2f}. Elsewhere it is wrong "
            "and surer."
        )
    return (
        f"It gives {best[right]} {highest[right]:.2f} at position {right}, where nature has {sequence[right]}. It "
        "knows what signal peptides are like, not what this one is: to be sure is not to be right."
    )


@check
def check_variant_score(
    score: Callable[[str, str], float], predictor: MaskPredictor, collagen: str, insulin: str
) -> str:
    """Check a function that reads the name of a variant, such as A24D, and gives its log-odds in a sequence."""
    found: dict[str, float] = {}
    for name, sequence in {**dict.fromkeys(BRITTLE, collagen), **dict.fromkeys(DIABETES, insulin)}.items():
        wild, place, new = name[0], int(name[1:-1]) - 1, name[-1]
        logs = np.log(predictor.predict(sequence, place))
        shifted = np.log(predictor.predict(sequence, min(place + 1, len(sequence) - 1)))
        right, what = float(logs[new] - logs[wild]), f"The score of {name}"
        mistakes = {
            f"{name} names the residue by counting from 1, Python counts from 0: its place is {place}.": (
                shifted[new] - shifted[wild]
            ),
            f"This is the logarithm of the probability of {new} alone: subtract that of {wild}.": logs[new],
            "The sign is turned: the less likely the substitute, the lower the score.": -right,
            "This is how many times likelier the substitute is: its logarithm is the score.": np.exp(right),
            "This is a difference of probabilities: take both logarithms first.": np.exp(logs[new])
            - np.exp(logs[wild]),
            "This is the logarithm to base 2: the score is in nats, of np.log.": right / np.log(2),
        }
        found[name] = agree(result_of(score, name, sequence), right, what, mistakes, tolerance=ROUNDED)
    wrong = f"{'L' if insulin[23] != 'L' else 'G'}24D"
    try:
        score(wrong, insulin)
    except Exception:
        refused = True
    else:
        refused = False
    if not refused:
        raise NotYet(
            f"{wrong} is not refused, but residue 24 is {insulin[23]}: compare the first letter with the sequence, "
            "and raise a ValueError if they differ."
        )
    worst = max(found[name] for name in BRITTLE)
    warned = [name for name in DIABETES if found[name] < -2]
    return (
        f"In collagen the model would have warned: all {len(BRITTLE)} score {worst:.0f} or less. In insulin only "
        f"{', '.join(warned) or 'none'} of {len(DIABETES)} scores below -2. A score is worth what the model knows of "
        "the protein, so look at a scan first."
    )


@check
def check_single_pass(quick: pd.DataFrame, checkpoint: Checkpoint, sequence: str, scores: pd.DataFrame) -> str:
    """Check log-odds that come of one run without any mask."""
    letters = list(AMINO_ACIDS)
    if isinstance(quick, pd.DataFrame) and set(letters) <= set(quick.columns):
        quick = quick[letters]
    if np.shape(quick)[:1] == (len(sequence) + 2,):
        raise NotYet("There is a row for each token: leave out those of <cls> and <eos>.")
    if np.shape(quick) == (len(sequence), len(checkpoint.tokenizer)):
        raise NotYet(
            "There are 33 columns, one a token: keep those of the 20 amino acids, in the order of AMINO_ACIDS."
        )
    values = array(quick, [len(sequence), 20], "The table")
    plain = _logits(checkpoint, sequence)
    logs = log_softmax(plain, axis=-1)[:, _token_ids(checkpoint, "".join(letters))]
    true = [letters.index(residue) for residue in sequence]
    rows = np.arange(len(sequence))

    def odds(table: np.ndarray) -> np.ndarray:
        return table - table[rows, true][:, None]

    right = odds(logs[1:-1])
    mistakes = {
        "These are probabilities: take their logarithm, and subtract that of the wild type.": np.exp(logs[1:-1]),
        "These are the log-probabilities: subtract, in each row, that of the wild type.": logs[1:-1],
        "These are the logits: subtract, in each row, that of the wild type.": plain[1:-1][
            :, _token_ids(checkpoint, "".join(letters))
        ],
        "The rows are one too high: row 0 of the logits is that of <cls>.": odds(logs[:-2]),
        "The sign is turned: wild type minus substitute.": -right,
        "These are the scores of the scan, with 110 runs: run the model once, with nothing masked.": scores[
            letters
        ].to_numpy(),
    }
    recognise(values, mistakes, tolerance=HALF)
    if not np.allclose(values[rows, true], 0, atol=HALF):
        raise NotYet("The wild type itself should score 0 at each position: subtract its logarithm in each row.")
    if not np.allclose(values, right, atol=HALF):
        raise NotYet(
            "The wild types score 0, as they must, but the others are off: which columns, and which logarithm?"
        )
    others = right != 0
    agreement = np.corrcoef(right[others], scores[letters].to_numpy()[others])[0, 1]
    perplexity = float(np.exp(-logs[1:-1][rows, true].mean()))
    return (
        f"One run in place of {len(sequence)}, and a correlation of {agreement:.2f} with the scan: worth it for many "
        f"proteins. But the perplexity of these answers would be {perplexity:.1f}, for the model sees what it is asked."
    )
