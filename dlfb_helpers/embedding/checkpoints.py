"""A checkpoint's name -> its encoder, ready to embed; its tokenizer and its model once they are asked for.

A name is ``"course"`` (bundled, needs no network), a Hugging Face Hub id such as
``"facebook/esm2_t30_150M_UR50D"``, or a folder in Hugging Face format.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from dlfb_helpers.embedding.contents import Contents, is_esm2, letter_ids, read_contents
from dlfb_helpers.embedding.devices import check_device, get_device
from dlfb_helpers.embedding.esm2 import PackedEncoder, TokenHead
from dlfb_helpers.embedding.folders import check_folder
from dlfb_helpers.embedding.hub import find_folder
from dlfb_helpers.embedding.inputs import checked_layer
from dlfb_helpers.embedding.weights import check_finite, fingerprint, weights_digest
from dlfb_helpers.embedding.windows import residues_that_fit

if TYPE_CHECKING:
    from transformers import EsmForMaskedLM, EsmModel, PreTrainedTokenizerBase

    from dlfb_helpers.embedding.library import LibraryEncoder

__all__ = ["Checkpoint", "get_device", "load_checkpoint", "loaded"]


@dataclass(eq=False)
class Checkpoint:
    """A loaded checkpoint: `load_checkpoint` makes it.

    Attributes
    ----------
    name : str
        As it was asked for.
    source : str
        The folder that it was read from.
    digest : str
        SHA-256 of the encoder's weights: two checkpoints with one digest give the same embeddings. If `model` is
        trained further, `refresh` brings it up to date, as all that embeds does first.
    contents : Contents
        Config, vocabulary and weights.
    device : torch.device
    masked_lm : bool
        Whether there is a masked-language-model head, in `head` and in `model`.
    layer : int, optional
        The hidden layer that is embedded by; None for the last. `at_layer` chooses one.
    """

    name: str
    source: str
    digest: str
    contents: Contents = field(repr=False)
    device: torch.device
    masked_lm: bool = False
    layer: int | None = None
    _seen: tuple = field(default=(), repr=False)

    @classmethod
    def of_model(
        cls,
        model: Any,
        tokenizer: PreTrainedTokenizerBase,
        name: str = "own model",
        source: str = "",
        device: torch.device | str = "cpu",
    ) -> Checkpoint:
        """Make a checkpoint of an ESM model of the library, which is put on `device` and in evaluation mode."""
        from dlfb_helpers.embedding.library import contents_of

        device = check_device(device)
        contents = contents_of(model, tokenizer)
        check_finite(name, contents.tensors)
        digest = weights_digest(contents.tensors)
        checkpoint = cls(name, source, digest, contents, device, hasattr(model, "lm_head"))
        # What is here need not be read when it is asked for: a cached property looks here first.
        checkpoint.__dict__.update(model=model.eval().to(device), tokenizer=tokenizer)
        checkpoint._seen = fingerprint(model)
        return checkpoint

    def refresh(self) -> Checkpoint:
        """Return this checkpoint, up to date with `model`, should that have been trained further since it was read.

        Raises
        ------
        ValueError
            If its weights are not finite any more.
        """
        model = self.__dict__.get("model")  # none that was never asked for
        if model is None or (mark := fingerprint(model)) == self._seen:
            return self
        from dlfb_helpers.embedding.library import contents_of

        contents = contents_of(model, self.tokenizer)
        check_finite(self.name, contents.tensors)
        self.contents, self.digest, self._seen = contents, weights_digest(contents.tensors), mark
        for made in ("packed", "head"):
            self.__dict__.pop(made, None)
        return self

    def at_layer(self, layer: int) -> Checkpoint:
        """Return this checkpoint with embeddings of another layer: 0 is what enters the first, -1 the last.

        Raises
        ------
        TypeError, ValueError
            If there is no such layer.
        """
        chosen = copy(self)
        chosen.layer = checked_layer(layer, self.layers)
        return chosen

    @cached_property
    def packed(self) -> PackedEncoder | LibraryEncoder:
        """The encoder for packed sequences, with products in `precision`."""
        if is_esm2(self.contents.config):
            return PackedEncoder(self.contents.tensors, self.contents.config, self.precision, self.device)
        from dlfb_helpers.embedding.library import LibraryEncoder

        return LibraryEncoder(self.encoder, self.contents.config["pad_token_id"])

    @cached_property
    def head(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """The masked-language-model head: what `packed` gives (N, D) -> logits (N, tokens), float32.

        Raises
        ------
        ValueError
            If the checkpoint was loaded without it.
        """
        if not self.masked_lm:
            raise ValueError(
                f"{self.name} was loaded without the head that predicts tokens; "
                "load it with load_checkpoint(..., masked_lm=True)"
            )
        if self.contents.head is None:
            model: Any = self.model
            kind = next(model.lm_head.parameters()).dtype  # of a model at hand that may be half precision
            return lambda hidden: model.lm_head(hidden.to(kind)).float()
        words = self.contents.tensors["embeddings.word_embeddings.weight"]
        return TokenHead(words, self.contents.head, self.contents.config["layer_norm_eps"], self.device)

    @cached_property
    def model(self) -> EsmModel | EsmForMaskedLM:
        """The library's model, in evaluation mode, float32, on `device`; read when it is first asked for."""
        from dlfb_helpers.embedding.library import read_model

        model = read_model(self.name, self.source, self.masked_lm).to(self.device)
        self._seen, self.contents = fingerprint(model), self.contents.shared_with(model.base_model.state_dict())
        return model

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The library's tokenizer; read when it is first asked for."""
        from dlfb_helpers.embedding.library import read_tokenizer

        return read_tokenizer(self.name, self.source)

    @property
    def encoder(self) -> EsmModel:
        """The library's encoder, with or without a masked-language-model head around it in `model`."""
        model: Any = self.model
        return model.base_model

    @property
    def precision(self) -> torch.dtype:
        """Of the matrix products of `packed`: half where they are for embeddings alone, not for probabilities."""
        if self.device.type != "cuda" or self.masked_lm or not is_esm2(self.contents.config):
            return torch.float32
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16

    @property
    def width(self) -> int:
        """Length D of an embedding vector."""
        return self.contents.config["hidden_size"]

    @property
    def layers(self) -> int:
        """How many layers there are, what enters the first not counted."""
        return self.contents.config["num_hidden_layers"]

    @property
    def max_residues(self) -> int:
        """Residues of the longest input that the model was made for: 1,022 for ESM-2, 2,046 for ESM C."""
        return residues_that_fit(self.contents.config)

    @cached_property
    def _ids(self) -> np.ndarray:
        return letter_ids(self.contents.vocabulary)

    def tokens(self, sequences: Sequence[str]) -> np.ndarray:
        """Return the token ids of all sequences, one after the other, each between <cls> and <eos>: int64.

        The same ids as the tokenizer's, by looking up letters: a tokenizer takes longer than the small model.

        Raises
        ------
        ValueError
            If a letter is no token.
        """
        ends = np.cumsum([len(sequence) + 2 for sequence in sequences])
        ids = np.empty(ends[-1], dtype=np.int64)
        for sequence, end in zip(sequences, ends):
            ids[end - len(sequence) - 1 : end - 1] = self._ids[np.frombuffer(sequence.encode("latin-1"), np.uint8)]
        ids[np.concatenate([[0], ends[:-1]])] = self.contents.vocabulary["<cls>"]
        ids[ends - 1] = self.contents.vocabulary["<eos>"]
        if (ids < 0).any():
            raise ValueError("a sequence holds a letter that is no token of this checkpoint; check_sequence names it")
        return ids

    @property
    def kind(self) -> str:
        """ESM-2, ESM C, or ESM-1 for an older one."""
        config = self.contents.config
        return "ESM C" if config["model_type"] == "esmc" else "ESM-2" if is_esm2(config) else "ESM-1"

    def __str__(self) -> str:
        millions = sum(tensor.numel() for tensor in self.contents.tensors.values()) / 1e6
        return f"{self.name}: {self.kind}, {self.layers} layers, width {self.width}, {millions:.1f} M parameters"


def load_checkpoint(
    name: str | Path = "course", masked_lm: bool = False, device: torch.device | str | None = None
) -> Checkpoint:
    """Load a checkpoint.

    Parameters
    ----------
    name : str or Path
        ``"course"``, a Hugging Face Hub id, or a folder. What the Hub's local cache holds is not asked for again.
    masked_lm : bool
        Whether the masked-language-model head is wanted on top of the encoder.
    device : torch.device or str, optional
        Where to compute; `get_device()` if not given.

    Raises
    ------
    TypeError
        If `name` is no name.
    ValueError
        If there is no such checkpoint, or it is no ESM model, or tensors are missing in it or are not finite; or if
        there is no such device.
    ConnectionError
        If a Hub checkpoint can neither be reached nor found in the local Hub cache.
    """
    device = check_device(device)
    folder, name = find_folder(name), str(name)
    check_folder(name, folder)
    contents = read_contents(folder, masked_lm)
    if contents is None:
        from dlfb_helpers.embedding.library import read_model, read_tokenizer

        model, tokenizer = read_model(name, folder, masked_lm), read_tokenizer(name, folder)
        return Checkpoint.of_model(model, tokenizer, name, str(folder), device)
    check_finite(name, {**contents.tensors, **(contents.head or {})})
    return Checkpoint(name, str(folder), weights_digest(contents.tensors), contents, device, masked_lm)


def loaded(checkpoint: Checkpoint | str | Path) -> Checkpoint:
    """Return a checkpoint that is loaded already, up to date, or load the one of a name; errors as both."""
    return checkpoint.refresh() if isinstance(checkpoint, Checkpoint) else load_checkpoint(checkpoint)
