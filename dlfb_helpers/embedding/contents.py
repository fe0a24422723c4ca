"""What a checkpoint's files hold, read without the transformers library, whose import takes longer than a protein.

Read so is what ESM-2 checkpoints look like: config.json, vocab.txt and safetensors. Whatever else there may be (other
architectures, a config that leaves out defaults, damage) is left to the library, in `library`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from dlfb_helpers.embedding.folders import weight_files
from dlfb_helpers.embedding.tensors import head_shapes, plain_name, tensor_shapes

NEEDED = {"num_attention_heads", "layer_norm_eps", "token_dropout", "max_position_embeddings", "pad_token_id"}


class Contents(NamedTuple):
    """What an encoder is made of, and its head.

    Attributes
    ----------
    config : Mapping
        What config.json says.
    vocabulary : Mapping of str to int
        Token -> id.
    tensors : Mapping of str to torch.Tensor
        The encoder's weights, float32, named as in `tensor_shapes`.
    head : Mapping of str to torch.Tensor, optional
        Those of the masked-language-model head, named as in `head_shapes`; None where the library's model has them.
    """

    config: Mapping
    vocabulary: Mapping[str, int]
    tensors: Mapping[str, torch.Tensor]
    head: Mapping[str, torch.Tensor] | None = None

    def shared_with(self, weights: Mapping[str, torch.Tensor]) -> Contents:
        """Return the same contents with a model's tensors in place of the equal ones: they are in memory once."""
        return self._replace(tensors={name: weights[name] for name in self.tensors})


def letter_ids(vocabulary: Mapping[str, int]) -> np.ndarray:
    """Return the token id of each letter below 256 that is a token; -1 for the others."""
    ids = np.full(256, -1, dtype=np.int64)
    for token, number in vocabulary.items():
        if len(token) == 1:
            ids[ord(token)] = number
    return ids


def is_esm2(config: Mapping) -> bool:
    """Say whether a config is that of an ESM-2, whose forward pass `PackedEncoder` is."""
    kind = config.get("model_type"), config.get("position_embedding_type")
    return kind == ("esm", "rotary") and not config.get("emb_layer_norm_before")


def _masks_as_usual(config: Mapping, vocabulary: Mapping[str, int]) -> bool:
    """Say whether the head's last product is the table of words, and <mask> what the config says."""
    return config.get("tie_word_embeddings", True) and config["mask_token_id"] == vocabulary["<mask>"]


def read_contents(folder: str | Path, masked_lm: bool = False) -> Contents | None:
    """Read a folder, with the masked-language-model head or without; None if that takes the library."""
    folder = Path(folder)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if not is_esm2(config) or NEEDED - config.keys():
            return None
        tokens = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        vocabulary = {token.strip(): number for number, token in enumerate(tokens)}
        if masked_lm and not _masks_as_usual(config, vocabulary):
            return None
        of_head = head_shapes(config) if masked_lm else {}
        tensors = _read_tensors(folder, tensor_shapes(config) | of_head)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError):
        return None
    head = {name: tensors.pop(name) for name in of_head}
    return Contents(config, vocabulary, tensors, head or None)


def _read_tensors(folder: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """Read the tensors of `shapes`, in float32, from one file or several; a KeyError or ValueError if one is not so."""
    tensors: dict[str, torch.Tensor] = {}
    for path in weight_files(folder):
        with safe_open(path, "pt") as file:
            for key in file.keys():
                if (plain := plain_name(key)) in shapes:
                    tensors[plain] = file.get_tensor(key).float()
    for name, shape in shapes.items():
        if tensors[name].shape != shape:
            raise ValueError(f"{folder}: {name} has the shape {tuple(tensors[name].shape)}, not {shape}")
    return tensors
