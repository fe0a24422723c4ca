"""What of the course's model a browser runs, as modules that PyTorch's exporter can follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

BLANKED = 0.15 * 0.8
"""Share of the tokens that ESM-2 saw hidden in training; embeddings are scaled to it."""


class Encoder(nn.Module):
    """ESM-2 for one sequence: tokens (L + 2,) -> the last hidden layer (L + 2, D). A <mask> is what it is in training.

    Parameters
    ----------
    config
        What the checkpoint's config.json says.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        width, self.mask = config["hidden_size"], config["mask_token_id"]
        self.words = nn.Embedding(config["vocab_size"], width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = nn.LayerNorm(width, config["layer_norm_eps"])
        size = width // config["num_attention_heads"]
        frequencies = config.get("rope_theta", 10_000.0) ** (-torch.arange(0, size, 2) / size)
        self.register_buffer("frequencies", torch.cat([frequencies, frequencies]), persistent=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        hidden_tokens = tokens == self.mask
        share = hidden_tokens.to(torch.float32).mean()
        hidden = self.words(tokens) * (~hidden_tokens).to(torch.float32)[:, None] * ((1 - BLANKED) / (1 - share))
        places = torch.cumsum(torch.ones_like(tokens), 0).to(torch.float32) - 1
        angles = places[:, None] * self.frequencies
        for layer in self.layers:
            hidden = layer(hidden, torch.cos(angles), torch.sin(angles))
        return self.norm(hidden)


class Layer(nn.Module):
    """One of the encoder's layers."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        width, wide, epsilon = config["hidden_size"], config["intermediate_size"], config["layer_norm_eps"]
        self.heads = config["num_attention_heads"]
        self.norm_1, self.norm_2 = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, wide), nn.Linear(wide, width)

    def forward(self, hidden: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:
        normed = self.norm_1(hidden)
        query, key, value = (self._by_head(part(normed)) for part in (self.query, self.key, self.value))
        size = hidden.shape[1] // self.heads
        query, key = (part * cosines + turned(part, size) * sines for part in (query * size**-0.5, key))
        mixed = torch.softmax(query @ key.transpose(1, 2), -1) @ value
        hidden = hidden + self.out(mixed.transpose(0, 1).reshape(-1, hidden.shape[1]))
        return hidden + self.narrow(F.gelu(self.wide(self.norm_2(hidden))))

    def _by_head(self, rows: torch.Tensor) -> torch.Tensor:
        return rows.reshape(-1, self.heads, rows.shape[1] // self.heads).transpose(0, 1)


def turned(rows: torch.Tensor, size: int) -> torch.Tensor:
    """Turn each pair of features by a right angle: the first half of a head pairs with its second."""
    return torch.cat([-rows[:, :, size // 2 :], rows[:, :, : size // 2]], 2)


class Head(nn.Module):
    """The masked language model's head: hidden (L + 2, D) -> logits (L + 2, tokens)."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        width = config["hidden_size"]
        self.dense, self.norm = nn.Linear(width, width), nn.LayerNorm(width, config["layer_norm_eps"])
        self.decoder = nn.Linear(width, config["vocab_size"])

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.norm(F.gelu(self.dense(hidden))))


class Network(nn.Module):
    """A light predictor's network: embeddings (n, D) -> probabilities (n, terms)."""

    def __init__(self, width: int, sizes: tuple[int, int, int]) -> None:
        super().__init__()
        self.mean, self.matrix = nn.Parameter(torch.zeros(width)), nn.Parameter(torch.zeros(width, width))
        widths = (width, *sizes)
        self.kernels = nn.ParameterList(torch.zeros(pair) for pair in zip(widths, widths[1:]))
        self.biases = nn.ParameterList(torch.zeros(size) for size in sizes)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        white = (embeddings - self.mean) @ self.matrix
        hidden = white / white.norm(dim=1, keepdim=True) * white.shape[1] ** 0.5
        for place, (kernel, bias) in enumerate(zip(self.kernels, self.biases)):
            hidden = hidden @ kernel + bias
            if place + 1 < len(self.kernels):
                hidden = F.gelu(hidden, approximate="tanh")
        return torch.sigmoid(hidden)


NAMES = {
    "words": "esm.embeddings.word_embeddings",
    "norm": "esm.encoder.emb_layer_norm_after",
    "norm_1": "attention.LayerNorm",
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm_2": "LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}
HEAD_NAMES = {
    "dense.weight": "lm_head.dense.weight",
    "dense.bias": "lm_head.dense.bias",
    "norm.weight": "lm_head.layer_norm.weight",
    "norm.bias": "lm_head.layer_norm.bias",
    "decoder.weight": "esm.embeddings.word_embeddings.weight",
    "decoder.bias": "lm_head.bias",
}


def checkpoint_name(name: str) -> str:
    """Return what a weight of `Encoder` is called in the checkpoint."""
    *above, module, kind = name.split(".")
    layer = f"esm.encoder.layer.{above[1]}." if above else ""
    return f"{layer}{NAMES[module]}.{kind}"
