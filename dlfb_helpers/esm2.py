"""ESM-2's forward pass over packed sequences: the same numbers as the library's, without its padding.

The tokens of a batch stand one after the other in one long table, so every matrix product works on real tokens alone;
only attention, which must not look across proteins, sees them side by side. Query, key and value come from one product,
and the rotation of positions is one multiplication by complex numbers. Architecture: Lin et al. 2023, Science 379,
doi:10.1126/science.ade2574; rotary positions: Su et al. 2021, arXiv:2104.09864.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F
from transformers import EsmModel

BLOCK = 16
"""Attention is padded to a multiple of this many tokens: kernels are slow on a ragged edge."""


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
        self.size = self.width // self.heads
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
        rows, columns = len(lengths), -(-max(lengths) // BLOCK) * BLOCK
        device, shape = tokens.device, (rows, columns, 3 * self.heads, self.size)
        real = torch.arange(columns, device=device) < torch.as_tensor(lengths, device=device)[:, None]
        places = real.flatten().nonzero()[:, 0]  # of each token among the padded rows
        angles = (places % columns)[:, None, None] * self.frequencies
        rotation = torch.polar(torch.ones_like(angles), angles)
        blank = torch.zeros(rows, 1, 1, columns, dtype=self.dtype, device=device)
        blank.masked_fill_(~real[:, None, None], -torch.inf)
        padded = torch.zeros(rows * columns, 3 * self.width, dtype=self.dtype, device=device)
        hidden = F.embedding(tokens, self.words)
        for layer in self.layers:
            features = F.linear(self._norm(hidden, layer.norm_1), *layer.into)
            padded.index_copy_(0, places, self._rotate(features, rotation))
            query, key, value = padded.view(shape).transpose(1, 2).split(self.heads, dim=1)
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=blank, scale=1.0)
            mixed = mixed.transpose(1, 2).reshape(rows * columns, self.width).index_select(0, places)
            hidden += F.linear(mixed, *layer.out_of)
            hidden += F.linear(F.gelu(F.linear(self._norm(hidden, layer.norm_2), *layer.wide)), *layer.narrow)
        return F.layer_norm(hidden, (self.width,), *self.last_norm, self.epsilon)

    def _norm(self, hidden: torch.Tensor, norm: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return F.layer_norm(hidden, (self.width,), *norm, self.epsilon).to(self.dtype)

    def _rotate(self, features: torch.Tensor, rotation: torch.Tensor) -> torch.Tensor:
        """Turn query and key by their positions, in place; there are no complex numbers in half precision."""
        turning = features[:, : 2 * self.width]
        numbers = torch.view_as_complex(turning.float().view(len(features), 2 * self.heads, -1, 2)).mul_(rotation)
        if self.dtype != torch.float32:  # else `numbers` are the features themselves
            turning.copy_(torch.view_as_real(numbers).view(turning.shape))
        return features


def _pair(module: torch.nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    return module.weight.detach(), module.bias.detach()
