"""Checks of the exercises of chapter 4, masked residues."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
import pandas as pd
import torch

from dlfb_helpers.embedding.checkpoints import Checkpoint
from dlfb_helpers.embedding.masking import pseudo_perplexity, true_probabilities
from dlfb_helpers.lesson.exercises.verdict import NotYet, agree, array, check, number, recognise, result_of
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS

# Found in patients with neonatal diabetes: Edghill et al. 2008, doi:10.2337/db07-1405. Numbers count from 1.
PATIENTS = ("A24D", "H29D", "L35P", "F48C", "G84R", "R89C", "C96S", "S101C", "Y103C")


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
    hidden = np.asarray(jax.nn.softmax(_logits(checkpoint, sequence, position), axis=-1))
    in_place = np.asarray(jax.nn.softmax(_logits(checkpoint, sequence, position + 1), axis=-1))
    if number(slipped, "The probability") > 1:
        raise NotYet(f"{float(slipped):.4g} is no probability: take the softmax over the 33 logits of one row.")
    mistakes = {
        "This is the probability with residue and mask in their right places: move the mask one token to the left.": (
            in_place[position + 1, true]
        ),
        "This is the row of the mask. The mask slipped, but the row that is read is still `position + 1`.": (
            hidden[position, true]
        ),
        f"This is the probability of {sequence[position - 1]}, the residue that is hidden now: asked is the true "
        "residue, at `position`.": hidden[position, neighbour],
    }
    right = agree(slipped, hidden[position + 1, true], "The probability", mistakes, tolerance=0.003)
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
    right = agree(guesser, np.exp(-logs), "The pseudo-perplexity", mistakes, tolerance=0.05)
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
def check_variant_score(score: Callable[[str], float], scores: pd.DataFrame, sequence: str) -> str:
    """Check a function that reads the name of a variant, such as A24D, and gives its log-odds."""
    found = {}
    for name in PATIENTS:
        wild, place, new = name[0], int(name[1:-1]) - 1, name[-1]
        what, row = f"The score of {name}, looked up in `scores`,", scores.iloc[place]
        mistakes = {
            f"{name} names the residue by counting from 1, Python counts from 0: its row is {place}.": (
                scores.iloc[place + 1][new]
            ),
            f"This is the score of {wild}, the residue found in nature. The substitute is the last letter of {name}.": (
                row[wild]
            ),
            "The sign is turned: the less likely the substitute, the lower the score.": -row[new],
            "This is how many times likelier the substitute is: its logarithm is the score.": np.exp(row[new]),
        }
        found[name] = agree(result_of(score, name), row[new], what, mistakes, tolerance=0.001)
    wrong = f"{'L' if sequence[23] != 'L' else 'G'}24D"
    try:
        score(wrong)
    except Exception:
        refused = True
    else:
        refused = False
    if not refused:
        raise NotYet(
            f"{wrong} is not refused, but residue 24 is {sequence[23]}: compare the first letter with the sequence, "
            "and raise a ValueError if they differ."
        )
    all_scores = scores.to_numpy()[scores.columns.to_numpy() != np.array(list(sequence))[:, None]]
    low = [name for name, value in found.items() if value < np.median(all_scores)]
    return (
        f"{len(low)} of the {len(found)} ({', '.join(low) or 'none'}) score below the median of all substitutions; "
        "chance alone would give half. Most lie in the hormone: see in the heatmap how sure the model is there. Test a "
        "score on known cases before you trust it on new ones."
    )


@check
def check_single_pass(quick: pd.DataFrame, checkpoint: Checkpoint, sequence: str, scores: pd.DataFrame) -> str:
    """Check log-odds that come of one run without any mask."""
    letters = list(AMINO_ACIDS)
    if isinstance(quick, torch.Tensor):
        quick = quick.detach().cpu().numpy()
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
    logs = np.asarray(jax.nn.log_softmax(plain, axis=-1))[:, _token_ids(checkpoint, "".join(letters))]
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
    recognise(values, mistakes, tolerance=0.01)
    if not np.allclose(values[rows, true], 0, atol=0.01):
        raise NotYet("The wild type itself should score 0 at each position: subtract its logarithm in each row.")
    if not np.allclose(values, right, atol=0.01):
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
