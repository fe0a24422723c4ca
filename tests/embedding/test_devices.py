"""A device that is not there is told with what to choose instead."""

import pytest
import torch

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.devices import check_device, get_device


@pytest.mark.parametrize("wrong", ["gpu", "cuda:x", "meta", "xpu", "", "CUDA"])
def test_a_misspelt_device_is_refused(wrong, tiny_folder):
    with pytest.raises(ValueError, match="choose one of cpu, cuda, mps"):
        load_checkpoint(tiny_folder, device=wrong)


def test_a_device_of_another_type_is_refused():
    with pytest.raises(TypeError, match="device is of type int"):
        check_device(0)


def test_what_the_machine_lacks_is_told(tiny, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for device in ("cuda", "cuda:1", "mps", torch.device("cuda")):
        with pytest.raises(ValueError, match=f"device '{device}': .*'cpu'"):
            load_checkpoint(tiny.source, device=device)
        with pytest.raises(ValueError, match="'cpu'"):
            tiny.of_model(tiny.model, tiny.tokenizer, device=device)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert check_device("cuda:1").index == 1
    with pytest.raises(ValueError, match="there are 2 GPUs, counted from 0"):
        check_device("cuda:2")


def test_none_is_the_best_there_is():
    assert check_device(None) == get_device()
