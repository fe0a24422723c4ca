"""ESM-2's forward pass over packed sequences: the same numbers as the library's, without its padding.

The tokens of a batch stand one after the other in one long table, so every matrix product works on real tokens alone.
Only attention must not look across proteins: a CPU takes them one by one, each a view into that table; a GPU, which
wants few large kernels, side by side in a padded one. Query, key and value come from one product, and the rotation of
positions is one multiplication by complex numbers. Architecture: Lin et al. 2023, Science 379,
doi:10.1126/science.ade2574; rotary positions: Su et al. 2021, arXiv:2104.09864.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F

BLOCK = 16
"""Attention looks at a multiple of this many tokens, those too many masked: kernels are slow on a ragged edge."""


class _Layer(NamedTuple):
    """Weights and biases in the order of use; `into` makes query, key and value together."""

    norm_1: tuple[torch.Tensor, torch.Tensor]
    into: tuple[torch.Tensor, torch.Tensor]
    out_of: tuple[torch.Tensor, torch.Tensor]
    norm_2: tuple[torch.Tensor, torch.Tensor]
    wide: tuple[torch.Tensor, torch.Tensor]
    narrow: tuple[torch.Tensor, torch.Tensor]


class PackedEncoder:
    """An ESM-2 encoder for packed tokens.

    Parameters
    ----------
    tensors : Mapping of str to torch.Tensor
        The weights, float32, named as `tensors` has them. On the CPU and in float32 they are used where they are, but
        for query, key and value, which are copied: a quarter of a layer.
    config : Mapping
        What the checkpoint's config.json says.
    dtype : torch.dtype
        Of the matrix products and of attention; sums and norms are float32.
    device : torch.device or str
        Where it computes.

    Raises
    ------
    ValueError
        If the model is an older ESM, with absolute positions or a norm before the first layer.
    """

    def __init__(
        self,
        tensors: Mapping[str, torch.Tensor],
        config: Mapping,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        if config["position_embedding_type"] != "rotary" or config.get("emb_layer_norm_before"):
            raise ValueError("the model is an ESM, but no ESM-2: take one such as facebook/esm2_t6_8M_UR50D")
        self.dtype, self.device = dtype, device
        self.heads, self.width = config["num_attention_heads"], config["hidden_size"]
        self.size, self.wide = self.width // self.heads, config["intermediate_size"]
        self.epsilon = config["layer_norm_eps"]
        words = tensors["embeddings.word_embeddings.weight"].to(device, torch.float32)
        # ESM-2 was trained with 12 % of the tokens blanked, and is scaled down where none are; <mask> is all zeros.
        self.dropout = bool(config.get("token_dropout"))
        self.words = words * (1 - 0.15 * 0.8) if self.dropout else words
        if self.dropout and config.get("mask_token_id") is not None:
            self.words[config["mask_token_id"]] = 0
        layers = range(config["num_hidden_layers"])
        self.layers = [self._layer(tensors, f"encoder.layer.{number}") for number in layers]
        self.last_norm = self._pair(tensors, "encoder.emb_layer_norm_after", torch.float32)
        base = config.get("rope_theta", 10_000.0)
        self.frequencies = base ** (-torch.arange(0, self.size, 2, device=device) / self.size)

    def _layer(self, tensors: Mapping[str, torch.Tensor], name: str) -> _Layer:
        # Features i and i + size/2 of a head turn together: side by side they are one complex number. Query and key are
        # reordered alike, so their products stay.
        turn = torch.arange(self.width).view(self.heads, 2, -1).transpose(1, 2).flatten()

        def joined(kind: str) -> torch.Tensor:
            query, key, value = (
                tensors[f"{name}.attention.self.{which}.{kind}"] for which in ("query", "key", "value")
            )
            return torch.cat([query[turn] * self.size**-0.5, key[turn], value]).to(self.device, self.dtype)

        return _Layer(
            norm_1=self._pair(tensors, f"{name}.attention.LayerNorm", torch.float32),
            into=(joined("weight"), joined("bias")),
            out_of=self._pair(tensors, f"{name}.attention.output.dense", self.dtype),
            norm_2=self._pair(tensors, f"{name}.LayerNorm", torch.float32),
            wide=self._pair(tensors, f"{name}.intermediate.dense", self.dtype),
            narrow=self._pair(tensors, f"{name}.output.dense", self.dtype),
        )

    def _pair(
        self, tensors: Mapping[str, torch.Tensor], name: str, dtype: torch.dtype
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Weight and bias of a module, on the device."""
        weight, bias = (tensors[f"{name}.{kind}"].to(self.device, dtype) for kind in ("weight", "bias"))
        return weight, bias

    def __call__(
        self,
        tokens: torch.Tensor,
        lengths: Sequence[int],
        layer: int | None = None,
        masks: Sequence[int] | None = None,
    ) -> torch.Tensor:
        """Return a hidden layer of packed sequences.

        Parameters
        ----------
        tokens : torch.Tensor
            Token ids of all sequences, one after the other, int64, shape (N,); <cls> and <eos> included.
        lengths : sequence of int
            Tokens of each; they add up to N.
        layer : int, optional
            Layers to go through: 0 gives what enters the first. After all of them, by default, comes a last norm.
        masks : sequence of int, optional
            How many tokens of each sequence are <mask>; none by default.

        Returns
        -------
        torch.Tensor
            Shape (N, D), float32.
        """
        device = tokens.device
        positions = torch.cat([torch.arange(length, device=device) for length in lengths])
        angles = positions[:, None, None] * self.frequencies
        rotation = torch.polar(torch.ones_like(angles), angles)
        hidden = F.embedding(tokens, self.words)
        if masks is not None and self.dropout:
            of_each = torch.as_tensor(lengths, device=device)
            shown = 1 - torch.as_tensor(masks, device=device) / of_each
            hidden /= shown.repeat_interleave(of_each)[:, None]
        # Written anew by each layer: with fresh memory for each a CPU was some 2 % slower.
        features = hidden.new_zeros(len(tokens) + BLOCK, 3 * self.width, dtype=self.dtype)
        wide = hidden.new_empty(len(tokens), self.wide, dtype=self.dtype)
        change = hidden.new_empty(len(tokens), self.width, dtype=self.dtype)
        attend = (self._one_by_one if device.type == "cpu" else self._side_by_side)(features, lengths)
        features = features[: len(tokens)]
        for each in self.layers[:layer]:
            self._rotate(_product(self._norm(hidden, each.norm_1), each.into, out=features), rotation)
            hidden += _product(attend(), each.out_of, out=change)
            _product(self._norm(hidden, each.norm_2), each.wide, out=wide)
            hidden += _product(torch.ops.aten.gelu_(wide), each.narrow, out=change)
        if layer is not None and layer < len(self.layers):
            return hidden
        return F.layer_norm(hidden, (self.width,), *self.last_norm, self.epsilon)

    def _one_by_one(self, features: torch.Tensor, lengths: Sequence[int]) -> Callable[[], torch.Tensor]:
        """Attention that goes through the proteins where they stand; keys of the next protein are masked."""
        mixed = features.new_empty(sum(lengths), self.width)
        proteins, start = [], 0
        for length in lengths:
            block = -(-length // BLOCK) * BLOCK
            query, key, value = self._heads(features[start : start + block].unsqueeze(0))
            blank = None if block == length else features.new_zeros(1, 1, 1, block)
            if blank is not None:
                blank[..., length:] = -torch.inf
            proteins.append((mixed[start : start + length], query[:, :, :length], key, value, blank))
            start += length

        def attend() -> torch.Tensor:
            for place, query, key, value, blank in proteins:
                attended = F.scaled_dot_product_attention(query, key, value, attn_mask=blank, scale=1.0)
                place.copy_(attended.transpose(1, 2).reshape(place.shape))
            return mixed

        return attend

    def _side_by_side(self, features: torch.Tensor, lengths: Sequence[int]) -> Callable[[], torch.Tensor]:
        """Attention of all proteins at once, as rows of a padded table."""
        rows, columns, device = len(lengths), -(-max(lengths) // BLOCK) * BLOCK, features.device
        real = torch.arange(columns, device=device) < torch.as_tensor(lengths, device=device)[:, None]
        places = real.flatten().nonzero()[:, 0]  # of each token among the padded rows
        blank = features.new_zeros(rows, 1, 1, columns).masked_fill_(~real[:, None, None], -torch.inf)
        padded = features.new_zeros(rows * columns, 3 * self.width)
        query, key, value = self._heads(padded.view(rows, columns, -1))

        def attend() -> torch.Tensor:
            padded.index_copy_(0, places, features[: len(places)])
            attended = F.scaled_dot_product_attention(query, key, value, attn_mask=blank, scale=1.0)
            return attended.transpose(1, 2).reshape(rows * columns, self.width).index_select(0, places)

        return attend

    def _heads(self, features: torch.Tensor) -> Sequence[torch.Tensor]:
        """Query, key and value as views (proteins, heads, tokens, size of a head)."""
        proteins, tokens, _ = features.shape
        return features.view(proteins, tokens, 3 * self.heads, self.size).transpose(1, 2).split(self.heads, dim=1)

    def _norm(self, hidden: torch.Tensor, norm: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return F.layer_norm(hidden, (self.width,), *norm, self.epsilon).to(self.dtype)

    def _rotate(self, features: torch.Tensor, rotation: torch.Tensor) -> None:
        """Turn query and key by their positions, in place; there are no complex numbers in half precision."""
        turning = features[:, : 2 * self.width]
        numbers = torch.view_as_complex(turning.float().view(len(features), 2 * self.heads, -1, 2)).mul_(rotation)
        if self.dtype != torch.float32:  # else `numbers` are the features themselves
            turning.copy_(torch.view_as_real(numbers).view(turning.shape))


class TokenHead:
    """An ESM-2's masked-language-model head: vectors of the last layer (N, D) -> logits (N, tokens), float32.

    Parameters
    ----------
    words : torch.Tensor
        The encoder's table of words (tokens, D), which is also the head's last product.
    head : Mapping of str to torch.Tensor
        The head's own weights, float32, named as `tensors` has them.
    epsilon : float
        Of its norm.
    device : torch.device or str
        Where it computes.
    """

    def __init__(
        self, words: torch.Tensor, head: Mapping[str, torch.Tensor], epsilon: float, device: torch.device | str = "cpu"
    ) -> None:
        def pair(name: str) -> tuple[torch.Tensor, torch.Tensor]:
            return head[f"{name}.weight"].to(device), head[f"{name}.bias"].to(device)

        self.dense, self.norm = pair("lm_head.dense"), pair("lm_head.layer_norm")
        self.words, self.bias, self.epsilon = words.to(device), head["lm_head.bias"].to(device), epsilon

    def __call__(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the logits; shapes and types as above."""
        changed = F.gelu(F.linear(hidden, *self.dense))
        return F.linear(F.layer_norm(changed, changed.shape[-1:], *self.norm, self.epsilon), self.words, self.bias)


def _product(rows: torch.Tensor, pair: tuple[torch.Tensor, torch.Tensor], out: torch.Tensor) -> torch.Tensor:
    weight, bias = pair
    return torch.addmm(bias, rows, weight.T, out=out)
