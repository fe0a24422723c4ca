"""An encoder's weights as a whole: their digest, whether they have changed, whether they are numbers at all."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from dlfb_helpers.embedding.tensors import tensors_digest

_BITS = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def weights_digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of an encoder's tensors, names and values (float32)."""
    return tensors_digest((name, tensor.float().cpu().numpy()) for name, tensor in sorted(tensors.items()))


def fingerprint(model: torch.nn.Module) -> tuple:
    """Return what changes as soon as a weight of the model does; some hundred times faster than a digest.

    Of each tensor where it lies, how often it was written, and the sum of its bits, which sees also what is written
    past autograd's count, to ``.data``.
    """
    marks = []
    for name, tensor in model.state_dict(keep_vars=True).items():
        written = 0 if tensor.is_inference() else tensor._version
        bits = tensor.detach().contiguous().view(_BITS[tensor.element_size()]).sum(dtype=torch.int64)
        marks.append((name, tensor.data_ptr(), written, int(bits)))
    return tuple(marks)


def check_finite(name: str, tensors: Mapping[str, torch.Tensor]) -> None:
    """Raise a ValueError that names the first tensor of checkpoint `name` that holds NaN or infinity."""
    for key, tensor in tensors.items():
        if tensor.is_floating_point() and tensor.numel() and not _is_finite(tensor):
            raise ValueError(
                f"checkpoint {name!r}: its weights are not finite, {key} holds NaN or infinity; take the file again "
                "from where it came, or an earlier step of the training that gave it"
            )


def _is_finite(tensor: torch.Tensor) -> bool:
    return all(bool(torch.isfinite(end)) for end in torch.aminmax(tensor.detach()))  # NaN is passed on to both
