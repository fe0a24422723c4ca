"""What a checkpoint's files hold, read without the transformers library, whose import takes longer than a protein.

Read so is what ESM-2 checkpoints look like: config.json, vocab.txt and safetensors. Whatever else there may be (other
architectures, a config that leaves out defaults, damage) is left to the library, in `library`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open

from dlfb_helpers.embedding.esm2 import tensor_shapes
from dlfb_helpers.files.assets import bundled_folder

OFFLINE_CHOICES = 'Without a network use checkpoint="course" (bundled) or the path of a folder with a saved checkpoint.'
NEEDED = {"num_attention_heads", "layer_norm_eps", "token_dropout", "max_position_embeddings", "pad_token_id"}
HUB_FILES = ["config.json", "vocab.txt", "tokenizer_config.json", "model*.safetensors", "model.safetensors.index.json"]


class Contents(NamedTuple):
    """What an encoder is made of.

    Attributes
    ----------
    config : Mapping
        What config.json says.
    vocabulary : Mapping of str to int
        Token -> id.
    tensors : Mapping of str to torch.Tensor
        The encoder's weights, float32, named as in `tensor_shapes`; no head of any kind.
    """

    config: Mapping
    vocabulary: Mapping[str, int]
    tensors: Mapping[str, torch.Tensor]


def locate(name: str) -> str:
    """Return where to load `name` from: a folder's path, or a Hub id unchanged.

    Raises
    ------
    ValueError
        If `name` is neither ``"course"``, nor a folder, nor shaped like a Hub id.
    """
    if name == "course":
        return str(bundled_folder("checkpoint"))
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ValueError(f"checkpoint {name!r}: the folder holds no config.json; save one with save_pretrained()")
        return str(folder)
    if re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", name):
        return name
    raise ValueError(f"unknown checkpoint {name!r}: neither a folder here nor a Hub id (owner/name). {OFFLINE_CHOICES}")


def read_contents(source: str) -> Contents | None:
    """Read a folder, or a Hub id's files in the local Hub cache or from the Hub; None if that takes the library."""
    try:
        folder = Path(source) if Path(source).is_dir() else _snapshot(source)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["model_type"] != "esm" or config["position_embedding_type"] != "rotary" or NEEDED - config.keys():
            return None
        tokens = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        tensors = _read_tensors(folder, tensor_shapes(config))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
    return Contents(config, {token.strip(): number for number, token in enumerate(tokens)}, tensors)


def _snapshot(name: str) -> Path:
    """Return the folder in the Hub's cache that holds a checkpoint's files, fetched if they are not there."""
    from huggingface_hub import snapshot_download  # imported here: a folder does not need it

    return Path(snapshot_download(name, allow_patterns=HUB_FILES))


def _read_tensors(folder: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """Read the tensors of `shapes`, in float32, from one file or several; a KeyError or ValueError if one is not so."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        files = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    else:
        files = {"model.safetensors"}
    tensors: dict[str, torch.Tensor] = {}
    for name in sorted(files):
        with safe_open(folder / name, "pt") as file:
            for key in file.keys():
                # gamma and beta are what some releases of the library, old and new, write for a norm's two tensors
                plain = key.removeprefix("esm.").replace(".gamma", ".weight").replace(".beta", ".bias")
                if plain in shapes:
                    tensors[plain] = file.get_tensor(key).float()
    for name, shape in shapes.items():
        if tensors[name].shape != shape:
            raise ValueError(f"{folder}: {name} has the shape {tuple(tensors[name].shape)}, not {shape}")
    return tensors


def weights_digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of an encoder's tensors, names and values (float32)."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
