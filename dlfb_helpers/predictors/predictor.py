"""From sequences to calibrated probabilities that obey the ontology: what a trained predictor says."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.consistency import raise_ancestors
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.inputs import Sequences, check_ids, checked_sequences
from dlfb_helpers.embedding.runs import embed_proteins, store_settings
from dlfb_helpers.predictors.base import BasePredictors
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.pool import Neighbours, Pool

Progress = Callable[[int, int], None] | None

PROTEINS_AT_ONCE = 128
"""Proteins that are compared with the whole pool together: bounds the memory."""


@dataclass(frozen=True)
class Predictor:
    """What was trained, with all that it takes to predict, and to trust it.

    Attributes
    ----------
    base : BasePredictors
        Fitted on all proteins whose functions may be known.
    blend : Blend
        Fitted on proteins that such base predictors had not learnt from: what it returns is calibrated.
    names : Mapping of str to str
        Term -> what it is called, in the order of the columns.
    ancestors : numpy.ndarray
        `ancestor_matrix` of the terms.
    threshold : float
        Probability of the best F on the proteins that the blend was fitted on.
    facts : dict
        For a reader and for checks: name of the checkpoint, all that its vectors depend on (`store_settings`),
        ontology, annotations, what was measured.
    """

    base: BasePredictors
    blend: Blend
    names: Mapping[str, str]
    ancestors: np.ndarray
    threshold: float
    facts: dict[str, Any]

    @property
    def pool(self) -> Pool:
        """The proteins whose functions vote."""
        return self.base.pool

    @property
    def long_proteins(self) -> str:
        """The policy for proteins that do not fit the checkpoint: "window" or "truncate"."""
        return self.facts["vectors"]["long proteins"].split()[0]

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that it was trained with, loaded.

        Raises
        ------
        ValueError
            If what that name loads gives other vectors now.
        """
        return self.check(load_checkpoint(self.facts["checkpoint"]))

    def check(self, checkpoint: Checkpoint) -> Checkpoint:
        """Return `checkpoint` if its vectors are those that the predictor was trained on.

        Another precision, as on a GPU, moves vectors so little that it is a warning.

        Parameters
        ----------
        checkpoint : Checkpoint
            Loaded.

        Returns
        -------
        Checkpoint
            The same.

        Raises
        ------
        ValueError
            If weights, layer, pooling or the policy for long proteins differ.
        """
        wanted, found = self.facts["vectors"], store_settings(checkpoint, self.long_proteins)
        different = [name for name in wanted | found if wanted.get(name) != found.get(name)]
        if "precision" in different:
            warnings.warn(
                f"the predictor was trained on vectors in {wanted['precision']}, these are in {found['precision']}: "
                "probabilities may differ in the second decimal",
                stacklevel=3,
            )
            different.remove("precision")
        if different:
            name = different[0]
            raise ValueError(
                f"the predictor was trained on embeddings of {self.facts['checkpoint']} ({name}: "
                f"{str(wanted.get(name))[:20]}), but {checkpoint.name} gives others ({name}: "
                f"{str(found.get(name))[:20]}); give it that checkpoint, or train anew"
            )
        return checkpoint

    def predict(
        self, sequences: Sequences | pd.DataFrame, checkpoint: Checkpoint | None = None, progress: Progress = None
    ) -> pd.DataFrame:
        """Embed sequences and predict for them.

        Parameters
        ----------
        sequences : pandas.Series, Mapping, pandas.DataFrame or iterable of str
            Indexed by the proteins' ids; or id -> sequence; or a table as `read_fasta` gives it, with the columns
            EntryID and Sequence. Sequences alone are named by where they stand, from 0 on.
        checkpoint : Checkpoint, optional
            Loaded before; by default the one named in the folder.
        progress : callable, optional
            As for `embed_proteins`.

        Returns
        -------
        pandas.DataFrame
            Calibrated probabilities, float32, a row a protein, a column a term.

        Raises
        ------
        TypeError
            If `sequences` is one string, or anything else that is no sequences.
        ValueError
            If the checkpoint gives other vectors than in training, a sequence cannot be read by it, or an id is there
            twice; names the id.
        """
        return self.from_embeddings(self.embed(sequences, checkpoint, progress))

    def embed(
        self, sequences: Sequences | pd.DataFrame, checkpoint: Checkpoint | None = None, progress: Progress = None
    ) -> Proteins:
        """Embed sequences as the predictor wants them.

        Parameters
        ----------
        sequences, checkpoint, progress
            As for `predict`.

        Returns
        -------
        Proteins
            Without labels.

        Raises
        ------
        TypeError, ValueError
            As `predict`.
        """
        if isinstance(sequences, pd.DataFrame) and {"EntryID", "Sequence"} <= set(sequences.columns):
            sequences = sequences.set_index("EntryID")["Sequence"]
        ids, listed = checked_sequences(sequences)
        check_ids(ids)
        checkpoint = self.check(checkpoint) if checkpoint else self.checkpoint
        vectors = embed_proteins(listed, checkpoint, self.long_proteins, progress=progress)
        return Proteins.unlabelled(ids, listed, vectors)

    def from_embeddings(self, proteins: Proteins, neighbours: Neighbours | None = None) -> pd.DataFrame:
        """Predict for proteins that are embedded already.

        What experiments have shown of a sequence that is in the pool has probability 1: it need not be predicted.

        Parameters
        ----------
        proteins : Proteins
            From `embed`; labels are not looked at.
        neighbours : Neighbours, optional
            Theirs in the pool, if at hand.

        Returns
        -------
        pandas.DataFrame
            As `predict`.
        """
        if neighbours is None:
            starts = range(0, len(proteins), PROTEINS_AT_ONCE)
            batches = [proteins.take(proteins.ids[start : start + PROTEINS_AT_ONCE]) for start in starts]
            tables = [self.from_embeddings(batch, self.pool.neighbours(batch)) for batch in batches]
            return pd.concat(tables) if tables else pd.DataFrame(index=proteins.targets.index, columns=list(self.names))
        blended = self.blend(self.base.scores(proteins, neighbours), self.base.strengths(neighbours.bits))
        consistent = np.maximum(raise_ancestors(blended, self.ancestors), self._known(proteins))
        return pd.DataFrame(consistent, index=proteins.targets.index, columns=list(self.names))

    def _known(self, proteins: Proteins) -> np.ndarray:
        """What is known of these very sequences: 0/1, float32, shape (proteins, terms)."""
        known = np.zeros((len(proteins), len(self.names)), dtype=np.float32)
        for row, sequence in enumerate(proteins.sequences):
            for place in self.pool.places.get(sequence, ()):
                known[row] = np.maximum(known[row], self.base.labels.labels[[place]].toarray()[0])
        return known
