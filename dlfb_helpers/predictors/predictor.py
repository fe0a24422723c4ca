"""A trained mixture in a folder: what it takes to predict, and what it takes to trust it.

predictor.json        terms with their names, settings, calibration, threshold, releases, figures
weights.safetensors   networks, whitening, embeddings and labels of the proteins whose labels vote
proteins.fasta.xz     their sequences
README.md             model card
manifest.json         SHA-256 of the others
"""

from __future__ import annotations

import json
import lzma
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import jax
import numpy as np
import pandas as pd
from safetensors.numpy import load_file, save_file

from dlfb_helpers.annotations.consistency import raise_ancestors
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.runs import embed_proteins
from dlfb_helpers.files.assets import bundled_folder, verify, write_manifest
from dlfb_helpers.metrics.calibration import LogitScaling
from dlfb_helpers.predictors.mixture import Choice, Mixture, NetworkSettings, TrainedNetworks
from dlfb_helpers.predictors.whitening import Whitening
from dlfb_helpers.proteins.fasta import read_fasta
from dlfb_helpers.training.ensemble import Ensemble, Recipe

FORMAT = 1
BUNDLED = {"course": "predictor", "course-BPO": "predictor_BPO", "course-CCO": "predictor_CCO"}
"""Predictors of function, process and component that come with the package, and their folders among the assets."""


@dataclass(frozen=True)
class Predictor:
    """From sequences to calibrated probabilities that obey the ontology.

    Attributes
    ----------
    mixture : Mixture
        Fitted.
    names : Mapping of str to str
        Term -> what it is called, in the order of the columns.
    ancestors : numpy.ndarray
        `ancestor_matrix` of the terms.
    calibration : LogitScaling
        Fitted on the validation part.
    threshold : float
        Calibrated probability of the best F on the validation part.
    facts : Mapping
        For a reader and for checks: checkpoint (name and digest), ontology, data, figures.
    """

    mixture: Mixture
    names: Mapping[str, str]
    ancestors: np.ndarray
    calibration: LogitScaling
    threshold: float
    facts: Mapping

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that it was trained with, loaded.

        Raises
        ------
        ValueError
            If the checkpoint of that name has other weights now.
        """
        return self.check(load_checkpoint(self.facts["checkpoint"]["name"]))

    def check(self, checkpoint: Checkpoint) -> Checkpoint:
        """Return `checkpoint` if its weights are those that the predictor was trained with, else raise a ValueError."""
        wanted = self.facts["checkpoint"]
        if checkpoint.digest != wanted["digest"]:
            raise ValueError(
                f"the predictor was trained on embeddings of {wanted['name']} (weights {wanted['digest'][:12]}), but "
                f"{checkpoint.name} has the weights {checkpoint.digest[:12]}; give it that checkpoint, or train anew"
            )
        return checkpoint

    def scores(self, sequences: list[str], embeddings: np.ndarray, bits: np.ndarray | None = None) -> np.ndarray:
        """The mixture's probabilities, consistent but not calibrated: float32, shape (proteins, terms)."""
        if len(sequences) == 0:
            return np.zeros((0, len(self.names)), dtype=np.float32)
        return raise_ancestors(self.mixture.predict(sequences, embeddings, bits)["mixture"], self.ancestors)

    def predict(self, sequences: pd.Series, checkpoint: Checkpoint | None = None, progress=None) -> pd.DataFrame:
        """Embed sequences and predict for them.

        Parameters
        ----------
        sequences : pandas.Series
            Indexed by the proteins' ids.
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
        ValueError
            If the checkpoint is another than in training, or a sequence cannot be read by it.
        """
        embeddings = self.embed(sequences, checkpoint, progress)
        return self.from_embeddings(sequences, embeddings)

    def embed(self, sequences: pd.Series, checkpoint: Checkpoint | None = None, progress=None) -> np.ndarray:
        """Return the embeddings that the predictor wants, float32 (proteins, D); parameters as for `predict`."""
        checkpoint = self.check(checkpoint) if checkpoint else self.checkpoint
        return embed_proteins(sequences.tolist(), checkpoint, self.facts["long proteins"], progress=progress)

    def from_embeddings(
        self, sequences: pd.Series, embeddings: np.ndarray, bits: np.ndarray | None = None
    ) -> pd.DataFrame:
        """Predict as `predict` does, from what `embed` returned; `bits` as for `Mixture.predict`."""
        calibrated = self.calibration(self.scores(sequences.tolist(), embeddings, bits)).astype(np.float32)
        return pd.DataFrame(calibrated, index=sequences.index, columns=list(self.names))

    def save(self, folder: str | Path) -> Path:
        """Write the folder, whole or not at all; one that is there already is replaced."""
        folder = Path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as work:
            new, old = Path(work, "new"), Path(work, "old")
            new.mkdir()
            self._write(new)
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
        return folder

    def _write(self, folder: Path) -> None:
        mixture, targets = self.mixture, self.mixture.known.targets
        whitening, ensemble = mixture.networks
        paths = jax.tree_util.tree_flatten_with_path(ensemble.params)[0]
        tensors = {"network/" + "/".join(key.key for key in path): _half(leaf) for path, leaf in paths}
        if whitening is not None:
            tensors |= {"whitening/mean": whitening.mean, "whitening/matrix": whitening.matrix}
        tensors |= {
            "embeddings": _half(mixture.known.embeddings),
            "labels": np.packbits(targets.to_numpy(bool), axis=1),
            "ancestors": np.packbits(self.ancestors, axis=1),
        }
        save_file(
            {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, folder / "weights.safetensors"
        )
        fasta = "".join(f">{entry}\n{text}\n" for entry, text in zip(targets.index, mixture.known.sequences))
        (folder / "proteins.fasta.xz").write_bytes(lzma.compress(fasta.encode(), preset=9 | lzma.PRESET_EXTREME))
        facts = {
            "format": FORMAT,
            **self.facts,
            "calibration": asdict(self.calibration),
            "threshold": self.threshold,
            "settings": asdict(mixture.choice),
            "passes": ensemble.kept.tolist(),
            "terms": dict(self.names),
        }
        (folder / "predictor.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        (folder / "README.md").write_text(model_card(facts), encoding="utf-8")
        write_manifest(folder, what="A predictor of protein functions; see README.md")


def load_predictor(folder: str | Path = "course") -> Predictor:
    """Read a predictor: one of `BUNDLED`, or a folder that `Predictor.save` wrote.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file was altered, or the folder is of a format that this release does not know.
    """
    folder = bundled_folder(BUNDLED[folder]) if folder in BUNDLED else Path(folder)
    verify(folder, remedy="take the folder again from where it came, or train it anew")
    facts = json.loads((folder / "predictor.json").read_text(encoding="utf-8"))
    if facts.pop("format", None) != FORMAT:
        raise ValueError(f"{folder}: the predictor has another format than {FORMAT}; install the release that wrote it")
    settings, names = facts.pop("settings"), facts.pop("terms")
    recipe = Recipe(**(settings["network"]["recipe"] | {"widths": tuple(settings["network"]["recipe"]["widths"])}))
    network = NetworkSettings(settings["network"]["whitening"], recipe)
    choice = Choice(**(settings | {"network": network, "weights": tuple(settings["weights"])}))
    tensors = load_file(folder / "weights.safetensors")
    params: dict = {}
    for name, tensor in tensors.items():
        if name.startswith("network/"):
            layer, kind = name.removeprefix("network/").split("/")
            params.setdefault(layer, {})[kind] = tensor.astype(np.float32)
    whitening = None
    if "whitening/mean" in tensors:
        whitening = Whitening(tensors["whitening/mean"], tensors["whitening/matrix"])
    kept = np.array(facts.pop("passes"))
    history = np.full((len(kept), recipe.keep or recipe.epochs), np.nan)
    proteins = read_fasta(folder / "proteins.fasta.xz")
    labels = np.unpackbits(tensors["labels"], axis=1, count=len(names))
    known = Proteins(
        proteins["Sequence"].tolist(),
        tensors["embeddings"].astype(np.float32),
        pd.DataFrame(labels, index=proteins["EntryID"], columns=list(names)),
    )
    ancestors = np.unpackbits(tensors["ancestors"], axis=1, count=len(names)).astype(bool)
    mixture = Mixture(choice, known, TrainedNetworks(whitening, Ensemble(recipe, params, kept, history)))
    calibration, threshold = LogitScaling(**facts.pop("calibration")), facts.pop("threshold")
    return Predictor(mixture, names, ancestors, calibration, threshold, facts)


def model_card(facts: Mapping) -> str:
    """Say in Markdown what a predictor is, what it was made from and how good it was."""
    figures = "\n".join(f"| {name} | {value} |" for name, value in facts["figures"].items())
    made = "\n".join(f"| {name} | {facts[name]} |" for name in ("aspect", "ontology", "annotations", "long proteins"))
    return f"""# A predictor of protein functions

Sequences in, calibrated probabilities of {len(facts["terms"])} terms out: the weighted mean of
{len(facts["passes"])} networks, of neighbours by embedding and of neighbours by alignment, raised along the ontology
and calibrated by logit scaling. Made by the protein-function course; load with
`dlfb_helpers.predictors.predictor.load(folder)`.

| made from | |
|---|---|
| checkpoint | {facts["checkpoint"]["name"]}, weights {facts["checkpoint"]["digest"][:16]} |
{made}

| measured | |
|---|---|
{figures}
| threshold of the best F on validation | {facts["threshold"]:.2f} |

**Limits.** It knows the functions that were common and shown by experiment in its training proteins, and no others.
What is not annotated may still be true. On proteins unlike all that it was trained on it is worse than these figures; a
probability is calibrated on average, not for each protein. Not for decisions on patients.
"""


def _half(values: np.ndarray) -> np.ndarray:
    """Half precision: the values were rounded to it when the mixture was fitted, so nothing changes."""
    return np.asarray(values).astype(np.float16)
