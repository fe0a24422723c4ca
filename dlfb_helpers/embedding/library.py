"""Checkpoints by way of the transformers library: its tokenizer and its model, as chapters use them.

Import it where it is needed alone: the library takes two seconds to import.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging as transformers_logging

from dlfb_helpers.embedding.contents import Contents, is_esm2
from dlfb_helpers.embedding.folders import SUPPORTED, TAKE_ESM2, one_line
from dlfb_helpers.embedding.tensors import tensor_shapes
from dlfb_helpers.embedding.weights import check_finite

CLASSES = {"esm": ("EsmModel", "EsmForMaskedLM"), "esmc": ("EsmcModel", "EsmcForMaskedLM")}


@contextmanager
def _clear_errors(name: str):
    """Say which checkpoint it is that the library cannot read, and what to do, whatever kind of error it raises."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:  # noqa: BLE001  (the libraries below raise errors of many kinds)
        raise ValueError(
            f"checkpoint {name!r}: the folder cannot be read as a checkpoint: {one_line(error)}; take its files again "
            "from where they came, or save them with save_pretrained()"
        ) from error


def read_tokenizer(name: str, source: str | Path) -> PreTrainedTokenizerBase:
    """Read the tokenizer of checkpoint `name`, which lies in the folder `source`. Errors as `read_model`."""
    with _clear_errors(name):
        if (Path(source) / "vocab.txt").is_file() or any(Path(source).glob("tokenizer*.json")):
            return AutoTokenizer.from_pretrained(source, trust_remote_code=False)
        return getattr(transformers, "EsmcTokenizer")()  # noqa: B009  (its tokens are the same for all ESM C)


def read_model(name: str, source: str | Path, masked_lm: bool) -> Any:
    """Read the model of checkpoint `name`, which lies in the folder `source`.

    Returns
    -------
    EsmModel, EsmForMaskedLM, EsmcModel or EsmcForMaskedLM
        In float32 and evaluation mode, on the CPU; with the masked-language-model head if `masked_lm`.

    Raises
    ------
    ValueError
        If it is no ESM model, or tensors are missing in it or are not finite, or the folder cannot be read.
    """
    with _clear_errors(name):
        config = AutoConfig.from_pretrained(source, trust_remote_code=False)
    if config.model_type not in SUPPORTED:
        raise ValueError(
            f"checkpoint {name!r} is of type {config.model_type!r}; the course needs an ESM model: {TAKE_ESM2}"
        )
    with _clear_errors(name):
        model, report = _from_safetensors(source, config.model_type, masked_lm)
    # A tensor that the file lacks would be left at random: better to stop. The contact head is not used.
    missing = sorted(key for key in report["missing_keys"] if "contact_head" not in key)
    if missing:
        raise ValueError(
            f"checkpoint {name!r} lacks {len(missing)} tensors, the first is {missing[0]}; take its files again from "
            "where they came" + (", or a checkpoint with the head that predicts tokens" if masked_lm else "")
        )
    check_finite(name, model.state_dict())
    if config.model_type == "esm":
        _fuse_gelu(model.base_model)
    return model.eval()


def _from_safetensors(source: str | Path, kind: str, masked_lm: bool) -> tuple[Any, dict]:
    """Read safetensors weights (never a pickle) in float32; report what was missing."""
    options: dict[str, Any] = dict(
        dtype=torch.float32,
        use_safetensors=True,
        attn_implementation="sdpa",
        output_loading_info=True,
        trust_remote_code=False,
    )
    if kind == "esm" and not masked_lm:
        options["add_pooling_layer"] = False
    with _quiet():
        return getattr(transformers, CLASSES[kind][masked_lm]).from_pretrained(source, **options)


@contextmanager
def _quiet():
    """Keep the library's progress bar and report out of a chapter; what they say is checked by `read_model`."""
    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.enable_progress_bar()
        transformers_logging.set_verbosity(level)


def _fuse_gelu(encoder: Any) -> None:
    """Compute each GELU in one pass over memory.

    The library writes ``x * 0.5 * (1 + erf(x / sqrt(2)))`` as five operations; `torch.nn.GELU` computes the
    same function in one, which saves a quarter of the time on a CPU. Tensor names stay as they are.
    """
    for layer in encoder.encoder.layer:
        layer.intermediate = nn.Sequential(OrderedDict(dense=layer.intermediate.dense, gelu=nn.GELU()))


def contents_of(model: Any, tokenizer: PreTrainedTokenizerBase) -> Contents:
    """Return what `read_contents` would, from a model and a tokenizer of the library.

    Raises
    ------
    ValueError
        If the model is no ESM, or is wrapped in an adapter or quantised.
    """
    config = model.config.to_dict() if hasattr(getattr(model, "config", None), "to_dict") else {}
    if config.get("model_type") not in SUPPORTED:
        raise ValueError(f"{type(model).__name__} is no ESM of the transformers library; {TAKE_ESM2}")
    unused = ("contact_head", "inv_freq", "pooler", "position_ids")
    tensors = {
        name: tensor.detach().float()
        for name, tensor in model.base_model.state_dict().items()
        if not any(part in name for part in unused)
    }
    if is_esm2(config) and (lacking := sorted(tensor_shapes(config).keys() - tensors)):
        raise ValueError(
            f"{type(model).__name__} lacks {len(lacking)} tensors of an ESM-2, the first is {lacking[0]}; "
            "if it has an adapter (LoRA), merge it first: model.merge_and_unload()"
        )
    return Contents(config, tokenizer.get_vocab(), tensors)


class LibraryEncoder:
    """An encoder for packed tokens that is the library's own forward pass: for ESM-1b, ESM-1v and ESM C.

    Called as a `PackedEncoder` is, and gives what it gives; the batch is padded for the library, in float32.
    """

    def __init__(self, encoder: Any, pad: int) -> None:
        self.encoder, self.pad = encoder, pad

    def __call__(
        self,
        tokens: torch.Tensor,
        lengths: Sequence[int],
        layer: int | None = None,
        masks: Sequence[int] | None = None,  # the library counts them itself
    ) -> torch.Tensor:
        """Return a hidden layer of packed sequences; parameters, shapes and types as in `PackedEncoder`."""
        rows = tokens.split(list(lengths))
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.pad)
        places = torch.arange(padded.shape[1], device=tokens.device)
        real = places < torch.as_tensor(lengths, device=tokens.device)[:, None]
        found = self.encoder(input_ids=padded, attention_mask=real.long(), output_hidden_states=layer is not None)
        hidden = found.last_hidden_state if layer is None else found.hidden_states[layer]
        return hidden.float()[real]
