"""ESM-2's forward pass over packed sequences: the same numbers as the library's, without its padding.

The tokens of a batch stand one after the other in one long table, so every matrix product works on real tokens alone.
Only attention must not look across proteins: a CPU takes them one by one, each a view into that table; a GPU, which
wants few large kernels, side by side in a padded one. Query, key and value come from one product, and the rotation of
positions is one multiplication by complex numbers. Architecture: Lin et al. 2023, Science 379,
doi:10.1126/science.ade2574; rotary positions: Su et al. 2021, arXiv:2104.09864.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F
from transformers import EsmModel

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
    model : EsmModel
        Whose weights are used, on its device. Query, key and value are copied, a quarter of a layer; in another
        precision than the model's, all products' weights are.
    dtype : torch.dtype
        Of the matrix products and of attention; sums and norms are float32.

    Raises
    ------
    ValueError
        If the model is an older ESM, with absolute positions or a norm before the first layer.
    """

    def __init__(self, model: EsmModel, dtype: torch.dtype = torch.float32) -> None:
        config = model.config
        if config.position_embedding_type != "rotary" or config.emb_layer_norm_before:
            raise ValueError("the model is an ESM, but no ESM-2: take one such as facebook/esm2_t6_8M_UR50D")
        self.dtype, self.heads, self.width = dtype, config.num_attention_heads, config.hidden_size
        self.size, self.wide = self.width // self.heads, config.intermediate_size
        words = model.embeddings.word_embeddings.weight.detach()
        # ESM-2 was trained with 12 % of the tokens blanked, and is scaled down where none are.
        self.words = words * (1 - 0.15 * 0.8) if config.token_dropout else words
        self.layers = [self._layer(layer) for layer in model.encoder.layer]
        self.last_norm = _pair(model.encoder.emb_layer_norm_after)
        self.epsilon = config.layer_norm_eps
        self.frequencies = 10_000.0 ** (-torch.arange(0, self.size, 2, device=words.device) / self.size)

    def _layer(self, layer: torch.nn.Module) -> _Layer:
        attention = layer.attention.self
        # Features i and i + size/2 of a head turn together: side by side they are one complex number. Query and key are
        # reordered alike, so their products stay.
        turn = torch.arange(self.width).view(self.heads, 2, -1).transpose(1, 2).flatten()
        query, key, value = map(_pair, (attention.query, attention.key, attention.value))
        into = [torch.cat([q[turn] * self.size**-0.5, k[turn], v]) for q, k, v in zip(query, key, value)]
        products = (
            into,
            _pair(layer.attention.output.dense),
            _pair(layer.intermediate.dense),
            _pair(layer.output.dense),
        )
        into, out_of, wide, narrow = (tuple(tensor.to(self.dtype) for tensor in pair) for pair in products)
        return _Layer(_pair(layer.attention.LayerNorm), into, out_of, _pair(layer.LayerNorm), wide, narrow)

    def __call__(self, tokens: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
        """Return the last hidden layer of packed sequences.

        Parameters
        ----------
        tokens : torch.Tensor
            Token ids of all sequences, one after the other, int64, shape (N,); <cls> and <eos> included, no <mask>.
        lengths : sequence of int
            Tokens of each; they add up to N.

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
        # Written anew by each layer: with fresh memory for each a CPU was some 2 % slower.
        features = hidden.new_zeros(len(tokens) + BLOCK, 3 * self.width, dtype=self.dtype)
        wide = hidden.new_empty(len(tokens), self.wide, dtype=self.dtype)
        change = hidden.new_empty(len(tokens), self.width, dtype=self.dtype)
        attend = (self._one_by_one if device.type == "cpu" else self._side_by_side)(features, lengths)
        features = features[: len(tokens)]
        for layer in self.layers:
            self._rotate(_product(self._norm(hidden, layer.norm_1), layer.into, out=features), rotation)
            hidden += _product(attend(), layer.out_of, out=change)
            _product(self._norm(hidden, layer.norm_2), layer.wide, out=wide)
            hidden += _product(torch.ops.aten.gelu_(wide), layer.narrow, out=change)
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


def _pair(module: torch.nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    return module.weight.detach(), module.bias.detach()


def _product(rows: torch.Tensor, pair: tuple[torch.Tensor, torch.Tensor], out: torch.Tensor) -> torch.Tensor:
    weight, bias = pair
    return torch.addmm(bias, rows, weight.T, out=out)
