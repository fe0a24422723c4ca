"""Damaged checkpoints: the config, the vocabulary and the weights of a tiny ESM-2.

An input fails if a checkpoint is read whose vectors are not finite, or whose weights were altered and have the digest
of the whole ones; or if it breaks in any other way than with a clear error.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from transformers import EsmConfig, EsmModel
from transformers.utils import logging

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.library import read_model, read_tokenizer
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.files.assets import bundled_folder
from recipes.fuzz.damage import flip, mutate, mutate_json
from recipes.fuzz.loop import Case, refused

FILES = {"config.json": 0.6, "vocab.txt": 0.15, "model.safetensors": 0.25}
"""A checkpoint's files, and which share of the damage each gets."""
FRAGMENTS = (
    b"\0", b"\0" * 8, b"\xff" * 4, b"{", b"}", b"[", b"]", b",", b'"', b":", b"1", b"-", b"e9", b"null", b"NaN",
    b"true", b"9" * 12, b'"auto_map": {"AutoModel": "x.X"},', b'"model_type": "bert",', b"F16", b"I8", b"\x1b[31m",
    b"\n", b"A\n",    b"<mask>\n", b"\xc3\x89", b"[" * 2000,
)  # fmt: skip
PROTEINS = ["MALWMRLLPLLALLALWGPDPAAA", "MK", "WYX"]


def write_tiny_checkpoint(folder: Path) -> Path:
    """Write an ESM-2 of one layer with weights by chance."""
    torch.manual_seed(0)
    config = EsmConfig(
        vocab_size=33, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, pad_token_id=1,
        mask_token_id=32, max_position_embeddings=1026, position_embedding_type="rotary", token_dropout=True,
    )  # fmt: skip
    logging.disable_progress_bar()
    EsmModel(config, add_pooling_layer=False).save_pretrained(folder)
    logging.enable_progress_bar()
    shutil.copy(bundled_folder("checkpoint") / "vocab.txt", folder)
    return folder


def cases(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Yield damaged checkpoints without end."""
    place = write_tiny_checkpoint(folder / "tiny")
    whole = {name: (place / name).read_bytes() for name in FILES}
    digest, vectors = _read(place)
    read_model("tiny", place, False), read_tokenizer("tiny", place)  # the imports would count as the first input's time
    while True:
        (name,) = rng.choices(list(FILES), list(FILES.values()))
        if name == "config.json" and rng.random() < 0.7:
            content = mutate_json(whole[name], rng)
        else:
            content = flip(whole[name], rng) if rng.random() < 0.4 else mutate(whole[name], rng, FRAGMENTS)
        yield Case(name, content, partial(_examine, place, {**whole, name: content}, name, digest, vectors))


def _examine(place: Path, files: dict[str, bytes], name: str, digest: str, vectors: np.ndarray) -> str:
    for file, content in files.items():
        (place / file).write_bytes(content)
    try:
        found_digest, found = _read(place)
    except (ValueError, OSError) as error:
        return f"{refused(error, f'checkpoint {str(place)!r}', 'sequence ')} ({name})"
    assert found.ndim == 2 and len(found) == len(PROTEINS) and np.isfinite(found).all(), "vectors that are none"
    if name == "model.safetensors":
        assert found_digest != digest or np.array_equal(found, vectors), "other weights have the digest of the whole"
    return f"read ({name})"


def _read(place: Path) -> tuple[str, np.ndarray]:
    checkpoint = load_checkpoint(place, device="cpu")
    return checkpoint.digest, mean_embeddings(PROTEINS, checkpoint)
