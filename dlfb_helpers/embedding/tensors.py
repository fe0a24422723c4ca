"""An encoder's tensors by name: which there are, what files call them, and their digest, all without PyTorch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np


def tensor_shapes(config: Mapping) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of each tensor of an ESM-2 encoder, as the library names them."""
    width, wide = config["hidden_size"], config["intermediate_size"]
    layer: dict[str, tuple[int, ...]] = {
        "attention.LayerNorm": (width,),
        **{f"attention.self.{name}": (width, width) for name in ("query", "key", "value")},
        "attention.output.dense": (width, width),
        "LayerNorm": (width,),
        "intermediate.dense": (wide, width),
        "output.dense": (width, wide),
    }
    modules: dict[str, tuple[int, ...]] = {"encoder.emb_layer_norm_after": (width,)}
    for number in range(config["num_hidden_layers"]):
        modules |= {f"encoder.layer.{number}.{name}": shape for name, shape in layer.items()}
    shapes: dict[str, tuple[int, ...]] = {"embeddings.word_embeddings.weight": (config["vocab_size"], width)}
    for name, shape in modules.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return shapes


def head_shapes(config: Mapping) -> dict[str, tuple[int, ...]]:
    """Return the same of what its masked-language-model head has for itself; the rest of it is the table of words."""
    width, tokens = config["hidden_size"], config["vocab_size"]
    return {
        "lm_head.dense.weight": (width, width),
        "lm_head.dense.bias": (width,),
        "lm_head.layer_norm.weight": (width,),
        "lm_head.layer_norm.bias": (width,),
        "lm_head.bias": (tokens,),
    }


def plain_name(key: str) -> str:
    """Return what `tensor_shapes` calls the tensor that a file calls `key`."""
    # gamma and beta are what some releases of the library, old and new, write for a norm's two tensors
    return key.removeprefix("esm.").replace(".gamma", ".weight").replace(".beta", ".bias")


def tensors_digest(tensors: Iterable[tuple[str, np.ndarray]]) -> str:
    """Return the SHA-256 of named tensors, given in the order of their names: names and values (float32)."""
    digest = hashlib.sha256()
    for name, tensor in tensors:
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor, np.float32).tobytes())
    return digest.hexdigest()
