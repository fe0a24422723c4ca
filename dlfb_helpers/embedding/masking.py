"""What ESM-2 expects at a hidden residue, and what that says of a substitution."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.inputs import check_count
from dlfb_helpers.embedding.mean import TOKENS_A_BATCH
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, check_sequence


class MaskPredictor:
    """Hide residues of a protein and ask a masked language model what they were.

    Parameters
    ----------
    checkpoint : Checkpoint or str
        A checkpoint loaded with its masked-language-model head, or the name of one.

    Raises
    ------
    ValueError
        If the checkpoint was loaded without that head.
    """

    def __init__(self, checkpoint: Checkpoint | str = "course") -> None:
        self.checkpoint = (
            checkpoint if isinstance(checkpoint, Checkpoint) else load_checkpoint(checkpoint, masked_lm=True)
        )
        self.checkpoint.head  # noqa: B018  (asked for now: a checkpoint without it says so here)
        ids = self.checkpoint.contents.vocabulary
        self.vocabulary = sorted(ids, key=ids.__getitem__)

    def predict(self, sequence: str, position: int) -> pd.Series:
        """Return the probability of each token at one masked position.

        Parameters
        ----------
        sequence : str
            Protein sequence, one-letter code.
        position : int
            Which residue to mask, 0 for the first.

        Returns
        -------
        pandas.Series
            Shape (33,), indexed by token; sums to 1.

        Raises
        ------
        ValueError
            If `position` is outside 0..L-1 or `sequence` holds a letter that ESM-2 does not know.
        """
        check_sequence(sequence)
        self.checkpoint.refresh()
        return pd.Series(self._probabilities(sequence, [position])[0], index=self.vocabulary, name="probability")

    def scan(self, sequence: str, batch_size: int | None = None) -> pd.DataFrame:
        """Mask every position in turn.

        Parameters
        ----------
        sequence : str
            Protein sequence, one-letter code.
        batch_size : int, optional
            Masked copies run at once; by default as many as keep within the budget of `mean_embeddings`.

        Returns
        -------
        pandas.DataFrame
            Shape (L, 20): row i holds the probabilities of the 20 amino acids where residue i was masked. A row
            sums to a little less than 1: the rest is on the other tokens.
        """
        positions = range(len(check_sequence(sequence)))
        if batch_size is None:  # more at once take memory, and no less time
            tokens = min(len(sequence), self.checkpoint.max_residues) + 2
            batch_size = max(1, TOKENS_A_BATCH[self.checkpoint.device.type] // tokens)
        check_count("batch_size", batch_size)
        self.checkpoint.refresh()
        batches = [positions[start : start + batch_size] for start in range(0, len(sequence), batch_size)]
        probabilities = np.concatenate([self._probabilities(sequence, list(batch)) for batch in batches])
        return pd.DataFrame(probabilities, columns=self.vocabulary)[list(AMINO_ACIDS)]

    @torch.inference_mode()
    def _probabilities(self, sequence: str, positions: list[int]) -> np.ndarray:
        """Return the softmaxed logits (len(positions), 33), one masked copy of the sequence a position."""
        for position in positions:
            if not isinstance(position, int | np.integer):
                raise TypeError(f"position is {position!r}; write a whole number, 0 for the first residue")
            if not 0 <= position < len(sequence):
                last = len(sequence) - 1
                raise ValueError(
                    f"position {position} is outside the sequence: choose 0 to {last} (0 is the first residue)"
                )
        checkpoint = self.checkpoint
        window = min(len(sequence), checkpoint.max_residues)
        starts = np.array([_context_start(len(sequence), position, window) for position in positions])
        ids = checkpoint.tokens([sequence[start : start + window] for start in starts])
        masked = np.arange(len(starts)) * (window + 2) + np.array(positions) - starts + 1  # token 0 is <cls>
        ids[masked] = checkpoint.contents.vocabulary["<mask>"]
        tokens = torch.from_numpy(ids).to(checkpoint.device)
        hidden = checkpoint.packed(tokens, [window + 2] * len(starts), masks=[1] * len(starts))
        logits = checkpoint.head(hidden[torch.from_numpy(masked).to(checkpoint.device)])
        known = logits[:, : len(self.vocabulary)]  # ESM C has room for more tokens than there are
        return known.softmax(dim=-1).cpu().numpy()


def _context_start(length: int, position: int, max_residues: int) -> int:
    """Return where the `max_residues` residues around `position` start; 0 for a protein that fits the model."""
    return int(np.clip(position - max_residues // 2, 0, max(0, length - max_residues)))


def true_probabilities(scan: pd.DataFrame, sequence: str) -> np.ndarray:
    """Return the probability (L,) that a scan gives to each residue that is really there.

    Raises
    ------
    ValueError
        If the scan has not a row for each residue, or one is none of the 20 standard amino acids.
    """
    if len(scan) != len(check_sequence(sequence)):
        raise ValueError(f"the scan has {len(scan)} rows, the sequence {len(sequence)} residues; scan that sequence")
    for position, residue in enumerate(sequence):
        if residue not in scan.columns:
            raise ValueError(
                f"{residue} at position {position} is none of the amino acids of the scan, and has no probability; "
                "put an amino acid there"
            )
    return scan.to_numpy()[np.arange(len(sequence)), scan.columns.get_indexer(pd.Index(list(sequence)))]


def pseudo_perplexity(scan: pd.DataFrame, sequence: str) -> float:
    """Return exp of the mean negative log-probability of the true residues: 1 is certain, 20 a blind guess.

    Source: Salazar et al. 2020, Masked language model scoring, doi 10.18653/v1/2020.acl-main.240.
    """
    return float(np.exp(-np.log(true_probabilities(scan, sequence)).mean()))


def substitution_scores(scan: pd.DataFrame, sequence: str) -> pd.DataFrame:
    """Return log p(substitute) - log p(wild type) at each position, shape (L, 20), in nats; 0 for the wild type.

    Negative: the model finds the substitution less likely than what is there.
    Source: the masked-marginal score of Meier et al. 2021, doi 10.1101/2021.07.09.450648.
    """
    return scan.apply(np.log).sub(np.log(true_probabilities(scan, sequence)), axis=0)
