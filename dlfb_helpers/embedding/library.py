"""Checkpoints by way of the transformers library: its tokenizer and its model, as chapters and masking use them.

Import it where it is needed alone: the library takes two seconds to import.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoConfig, AutoTokenizer, EsmForMaskedLM, EsmModel, PreTrainedTokenizerBase
from transformers.utils import logging as transformers_logging

from dlfb_helpers.embedding.contents import OFFLINE_CHOICES, Contents


@contextmanager
def _clear_errors(name: str, source: str):
    """Say which checkpoint it is that cannot be read, and what to do."""
    try:
        yield
    except SafetensorError as error:
        raise ValueError(
            f"checkpoint {name!r}: its weights cannot be read ({error}); take the files again from where they came"
        ) from error
    except OSError as error:
        if Path(source).is_dir():
            raise ValueError(f"checkpoint {name!r}: the folder cannot be read as a checkpoint: {error}") from error
        raise ConnectionError(
            f"checkpoint {name!r} could not be fetched from the Hugging Face Hub and is not in its cache: the Hub is "
            f"out of reach, or has no such ESM model in safetensors format. {OFFLINE_CHOICES}"
        ) from error


def read_tokenizer(name: str, source: str) -> PreTrainedTokenizerBase:
    """Read the tokenizer of checkpoint `name`, which lies at `source`: a folder or a Hub id. Errors as `read_model`."""
    if Path(source).is_dir() and not Path(source, "vocab.txt").is_file():
        raise ValueError(
            f"checkpoint {name!r}: the folder holds no vocab.txt; save the tokenizer with save_pretrained()"
        )
    with _clear_errors(name, source):
        return AutoTokenizer.from_pretrained(source)


def read_model(name: str, source: str, masked_lm: bool) -> Any:
    """Read the model of checkpoint `name`, which lies at `source`: a folder or a Hub id.

    Returns
    -------
    EsmModel or EsmForMaskedLM
        In float32 and evaluation mode, on the CPU; with the masked-language-model head if `masked_lm`.

    Raises
    ------
    ValueError
        If it is no ESM model, or tensors are missing in it, or a folder cannot be read.
    ConnectionError
        If a Hub checkpoint can neither be reached nor found in the local Hub cache.
    """
    with _clear_errors(name, source):
        config = AutoConfig.from_pretrained(source)
        if config.model_type != "esm":
            raise ValueError(f"checkpoint {name!r} is of type {config.model_type!r}; the course needs an ESM model")
        model, report = _from_safetensors(source, masked_lm)
    # A tensor that the file lacks would be left at random: better to stop. The contact head is not used.
    missing = sorted(key for key in report["missing_keys"] if "contact_head" not in key)
    if missing:
        raise ValueError(f"checkpoint {name!r} lacks {len(missing)} tensors, the first is {missing[0]}")
    _fuse_gelu(getattr(model, "esm", model))
    return model.eval()


def _from_safetensors(source: str, masked_lm: bool) -> tuple[Any, dict]:
    """Read safetensors weights (never a pickle) in float32; report what was missing."""
    options: dict[str, Any] = dict(
        dtype=torch.float32, use_safetensors=True, attn_implementation="sdpa", output_loading_info=True
    )
    with _quiet():
        if masked_lm:
            return cast(Any, EsmForMaskedLM).from_pretrained(source, **options)
        return cast(Any, EsmModel).from_pretrained(source, add_pooling_layer=False, **options)


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
    """Return what `read_contents` would, from a model and a tokenizer of the library."""
    encoder = getattr(model, "esm", model)
    unused = ("contact_head", "inv_freq", "pooler")
    tensors = {
        name: tensor.detach()
        for name, tensor in encoder.state_dict().items()
        if not any(part in name for part in unused)
    }
    return Contents(model.config.to_dict(), tokenizer.get_vocab(), tensors)
