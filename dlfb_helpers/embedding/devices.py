"""Where to compute: the best device that there is, or the one that is asked for, if it is there."""

from __future__ import annotations

import torch

DEVICES = ("cpu", "cuda", "mps")


def get_device() -> torch.device:
    """Return the best device there is: CUDA, else MPS (Apple silicon), else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def check_device(device: torch.device | str | None) -> torch.device:
    """Return the device that is asked for, `get_device()` if none is.

    Raises
    ------
    TypeError
        If `device` is neither a str nor a torch.device.
    ValueError
        If there is no such device, or this machine does not have it.
    """
    if device is None:
        return get_device()
    if not isinstance(device, str | torch.device):
        raise TypeError(f"device is of type {type(device).__name__}; write it as a str, such as 'cpu' or 'cuda'")
    try:
        found = torch.device(device)
    except RuntimeError:
        raise ValueError(f"device is {device!r}; choose one of {', '.join(DEVICES)}, or leave it out") from None
    if found.type not in DEVICES:
        raise ValueError(f"device is {str(device)!r}; choose one of {', '.join(DEVICES)}, or leave it out")
    if found.type == "cuda" and not torch.cuda.is_available():
        reason = "PyTorch is installed without CUDA" if not torch.backends.cuda.is_built() else "no GPU is in reach"
        raise ValueError(f"device {str(device)!r}: {reason}; leave device out, or choose 'cpu'")
    if found.type == "cuda" and found.index is not None and found.index >= torch.cuda.device_count():
        raise ValueError(f"device {str(device)!r}: there are {torch.cuda.device_count()} GPUs, counted from 0")
    if found.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError(f"device {str(device)!r}: this machine has no MPS; leave device out, or choose 'cpu'")
    return found
