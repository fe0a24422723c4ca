"""A checkpoint's name -> its tokenizer and its ESM-2 model, ready to run.

A name is ``"course"`` (bundled, needs no network), a Hugging Face Hub id such as
``"facebook/esm2_t30_150M_UR50D"``, or a folder in Hugging Face format.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import nn
from transformers import AutoConfig, AutoTokenizer, EsmForMaskedLM, EsmModel, PreTrainedTokenizerBase
from transformers.utils import logging as transformers_logging

from dlfb_helpers.embedding.esm2 import PackedEncoder
from dlfb_helpers.files.assets import bundled_folder

OFFLINE_CHOICES = 'Without a network use checkpoint="course" (bundled) or the path of a folder with a saved checkpoint.'


@dataclass(frozen=True)
class Checkpoint:
    """A loaded checkpoint.

    Attributes
    ----------
    name : str
        As it was asked for.
    digest : str
        SHA-256 of the encoder's weights: two checkpoints with one digest give the same embeddings.
    tokenizer : PreTrainedTokenizerBase
    model : EsmModel or EsmForMaskedLM
        In evaluation mode, float32, on `device`.
    device : torch.device
    """

    name: str
    digest: str
    tokenizer: PreTrainedTokenizerBase
    model: EsmModel | EsmForMaskedLM
    device: torch.device

    @property
    def encoder(self) -> EsmModel:
        """The ESM-2 encoder, with or without a masked-language-model head around it."""
        return getattr(self.model, "esm", self.model)

    @cached_property
    def packed(self) -> PackedEncoder:
        """The encoder for packed sequences; on CUDA its products are in half precision, elsewhere in float32."""
        return PackedEncoder(self.encoder, self.precision)

    @property
    def precision(self) -> torch.dtype:
        """Of the matrix products of `packed`."""
        if self.device.type != "cuda":
            return torch.float32
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16

    @cached_property
    def _ids(self) -> np.ndarray:
        """Token id of each ASCII letter that is a token; -1 for the others."""
        ids = np.full(256, -1, dtype=np.int64)
        for token, number in self.tokenizer.get_vocab().items():
            if len(token) == 1:
                ids[ord(token)] = number
        return ids

    def tokens(self, sequences: Sequence[str]) -> np.ndarray:
        """Return the token ids of all sequences, one after the other, each between <cls> and <eos>: int64.

        The same ids as the tokenizer's, by looking up letters: a tokenizer takes longer than the small model.

        Raises
        ------
        ValueError
            If a letter is no token.
        """
        ends = np.cumsum([len(sequence) + 2 for sequence in sequences])
        ids = np.empty(ends[-1], dtype=np.int64)
        for sequence, end in zip(sequences, ends):
            ids[end - len(sequence) - 1 : end - 1] = self._ids[np.frombuffer(sequence.encode("latin-1"), np.uint8)]
        ids[np.concatenate([[0], ends[:-1]])] = self.tokenizer.cls_token_id
        ids[ends - 1] = self.tokenizer.eos_token_id
        if (ids < 0).any():
            raise ValueError("a sequence holds a letter that is no token of this checkpoint; check_sequence names it")
        return ids

    @property
    def width(self) -> int:
        """Length D of an embedding vector."""
        return self.model.config.hidden_size

    def __str__(self) -> str:
        layers = self.model.config.num_hidden_layers
        parameters = sum(p.numel() for p in self.encoder.parameters())
        return f"{self.name}: ESM-2, {layers} layers, width {self.width}, {parameters / 1e6:.1f} M parameters"


def get_device() -> torch.device:
    """Return the best device there is: CUDA, else MPS (Apple silicon), else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


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


def load_checkpoint(
    name: str = "course", masked_lm: bool = False, device: torch.device | str | None = None
) -> Checkpoint:
    """Load a checkpoint's tokenizer and model.

    Parameters
    ----------
    name : str
        ``"course"``, a Hugging Face Hub id, or a folder.
    masked_lm : bool
        Whether the masked-language-model head is wanted on top of the encoder.
    device : torch.device or str, optional
        Where to put the model; `get_device()` if not given.

    Raises
    ------
    ValueError
        If there is no such checkpoint, or it is no ESM model, or tensors are missing in it.
    ConnectionError
        If a Hub checkpoint can neither be reached nor found in the local Hub cache.
    """
    source = locate(name)
    try:
        config = AutoConfig.from_pretrained(source)
        if config.model_type != "esm":
            raise ValueError(f"checkpoint {name!r} is of type {config.model_type!r}; the course needs an ESM model")
        tokenizer = AutoTokenizer.from_pretrained(source)
        model, report = _read_model(source, masked_lm)
    except OSError as error:
        if Path(source).is_dir():
            raise ValueError(f"checkpoint {name!r}: the folder cannot be read as a checkpoint: {error}") from error
        raise ConnectionError(
            f"checkpoint {name!r} could not be fetched from the Hugging Face Hub and is not in its cache: the Hub is "
            f"out of reach, or has no such ESM model in safetensors format. {OFFLINE_CHOICES}"
        ) from error
    # A tensor that the file lacks would be left at random: better to stop. The contact head is not used.
    missing = sorted(key for key in report["missing_keys"] if "contact_head" not in key)
    if missing:
        raise ValueError(f"checkpoint {name!r} lacks {len(missing)} tensors, the first is {missing[0]}")
    device = torch.device(device) if device else get_device()
    encoder = getattr(model, "esm", model)
    digest = weights_digest(encoder)
    _fuse_gelu(encoder)
    return Checkpoint(name, digest, tokenizer, model.eval().to(device), device)


def _read_model(source: str, masked_lm: bool) -> tuple[EsmModel | EsmForMaskedLM, dict]:
    """Read safetensors weights (never a pickle) in float32; report what was missing."""
    options = dict(dtype=torch.float32, use_safetensors=True, attn_implementation="sdpa", output_loading_info=True)
    with _quiet():
        if masked_lm:
            return EsmForMaskedLM.from_pretrained(source, **options)
        return EsmModel.from_pretrained(source, add_pooling_layer=False, **options)


@contextmanager
def _quiet():
    """Keep the library's progress bar and report out of a chapter; what they say is checked by `load_checkpoint`."""
    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.enable_progress_bar()
        transformers_logging.set_verbosity(level)


def weights_digest(encoder: EsmModel) -> str:
    """Return the SHA-256 of the encoder's tensors, names and values."""
    digest = hashlib.sha256()
    for name, tensor in sorted(encoder.state_dict().items()):
        if "contact_head" not in name and "inv_freq" not in name:
            digest.update(name.encode())
            digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _fuse_gelu(encoder: EsmModel) -> None:
    """Compute each GELU in one pass over memory.

    The library writes ``x * 0.5 * (1 + erf(x / sqrt(2)))`` as five operations; `torch.nn.GELU` computes the
    same function in one, which saves a quarter of the time on a CPU. Tensor names stay as they are.
    """
    for layer in encoder.encoder.layer:
        layer.intermediate = nn.Sequential(OrderedDict(dense=layer.intermediate.dense, gelu=nn.GELU()))
