"""Whether a model can be built from what a config.json says: counts, token ids and numbers within reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlfb_helpers.files.shown import shown

COUNTS = (
    "num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size", "intermediate_size",
    "max_position_embeddings",
)  # fmt: skip
LARGEST = 10_000_000
"""Of a count: the largest ESM-2 is 5,120 wide."""
TOKENS = ("pad_token_id", "mask_token_id")
NUMBERS = {"layer_norm_eps": (1e-15, 1e-2), "rope_theta": (1.0, 1e9)}
"""Name -> least and most."""


def odd_value(config: Mapping[str, Any]) -> str:
    """Say what a config says that cannot be; "" if it can. Most of what it leaves out has a default."""
    for key in COUNTS:
        value = config.get(key, 1)
        if not _is_number(value, int) or not 1 <= value <= LARGEST:
            return f"{key} is {shown(value)!r}, which can only be a count"
    if config.get("model_type") == "esm" and "pad_token_id" not in config:
        return "there is no pad_token_id, from which the library's ESM counts places; for an ESM-2 it is 1"
    words = config.get("vocab_size", LARGEST)
    for key in TOKENS:
        if not _is_number(config.get(key, 0), int) or not 0 <= config.get(key, 0) < words:
            return f"{key} is {shown(config[key])!r}, which can only be the id of a token"
    for key, (least, most) in NUMBERS.items():
        if not _is_number(config.get(key, least), int | float) or not least <= config.get(key, least) <= most:
            return f"{key} is {shown(config[key])!r}; a number from {least} to {most} is needed"
    width, heads = config.get("hidden_size"), config.get("num_attention_heads")
    if width and heads and width % heads:
        return f"there are {heads} attention heads for a width of {width}, which they do not divide"
    if config.get("max_position_embeddings", LARGEST) - config.get("pad_token_id", 0) < 4:
        return f"max_position_embeddings is {config['max_position_embeddings']}, and no residue fits"
    return ""


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
