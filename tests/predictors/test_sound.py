"""What a predictor's folder says is looked at before it is used, whoever vouches for it in the manifest."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.predictors.folder import load_predictor, save_predictor
from recipes.fuzz.predictors import tiny_predictor


@pytest.fixture
def folder(tmp_path):
    return save_predictor(tiny_predictor(), tmp_path / "predictor")


def refusal(folder):
    write_manifest(folder)
    with pytest.raises(ValueError, match=f"{folder}: this is no predictor that can be used .*train it anew") as raised:
        load_predictor(folder)
    return str(raised.value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("checkpoint", 1, "checkpoint is '1'; it has to be text"),
        ("aspect", "MF", "aspect is 'MF'; it has to be MFO, BPO or CCO"),
        ("vectors", [], "vectors is"),
        ("vectors/long proteins", "", "choose"),
        ("threshold", "0.3", "threshold is '0.3'; it has to be a number from 0 to 1"),
        ("threshold", float("nan"), "threshold is 'nan'"),
        ("max_length", 1.5, "max_length is '1.5'; it has to be a whole number"),
        ("terms", {}, "terms is"),
        ("terms/GO:0000101", 7, "'GO:0000101' is no term"),
        ("passes", [True, 2], "passes is 'True'"),
        ("passes", [2], "has the shape (2, 6, 4), not (1, 6, 4)"),
        ("blend", [], "TypeError"),
        ("blend/weights", {"network": [1, 0]}, "blend is"),
        ("blend/weights/network", [1], "network is '[1]'; it has to be two weights"),
        ("blend/weights/network", [1, "2"], "network is '2'; it has to be a number from"),
        ("blend/weights/training frequency", [1, float("inf")], "training frequency is 'inf'"),
        ("blend/bias", None, "bias is 'None'"),
        ("blend/bias_of_strength", 1e7, "bias_of_strength is '10000000.0'"),
        ("settings/neighbours/whitening", -0.1, "whitening is '-0.1'"),
        ("settings/neighbours/more", 1, "neighbours is"),
        ("settings/alignment/prior", -1, "prior is '-1'"),
        ("settings/neighbours/k", 0, "k is '0'; it has to be a whole number from 1"),
        ("settings/neighbours/temperature", 0, "temperature is '0'"),
        ("settings/alignment/power", None, "power is 'None'"),
        ("settings/network/whitening", 2, "whitening is '2'"),
        ("settings/network/hyperparameters/warmup", 1, "warmup is '1'; it has to be bool"),
        ("settings/network/hyperparameters/epochs", "14", "epochs is '14'"),
    ],
)
def test_what_cannot_be_is_named(folder, path, value, said):
    facts = json.loads((folder / "predictor.json").read_text())
    *above, last = path.split("/")
    holder = facts
    for name in above:
        holder = holder[name]
    holder[last] = value
    (folder / "predictor.json").write_text(json.dumps(facts))
    assert said in refusal(folder)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("whitening/mean", lambda array: array[:5], "whitening/mean has the shape (5,), not (6,)"),
        ("labels/ends", lambda array: array[:5], "labels are no 8 rows of whole numbers"),
        ("labels/ends", lambda array: None, "KeyError"),
        ("labels/columns", lambda array: array + np.uint16(1), "labels name other places than the 3 columns"),
        ("labels/columns", lambda array: array[1:], "labels name other places"),
        ("labels/columns", lambda array: array.astype(np.float32), "labels are no 8 rows of whole numbers"),
        ("ancestors/ends", lambda array: array[:2], "ancestors are no 3 rows"),
        ("ancestors/ends", lambda array: array[::-1], "ancestors name other places than the 3 columns"),
        ("whitening/matrix", lambda array: array[0], "2"),
        ("network/output/bias", lambda array: array[:, :2], "not (2, 3)"),
        ("network/Dense_1/kernel", lambda array: np.full_like(array, np.inf), "not finite"),
        ("network/Dense_0/kernel", lambda array: array.astype(np.int8), "holds int8"),
        ("more", lambda array: np.zeros(3), "hold 'more', which no predictor has"),
        ("network/Dense_1/bias", lambda array: None, "KeyError"),
    ],
)
def test_arrays_that_do_not_fit_are_named(folder, name, change, said):
    tensors = load_file(folder / "weights.safetensors")
    tensors[name] = change(tensors.get(name))
    save_file({name: tensor for name, tensor in tensors.items() if tensor is not None}, folder / "weights.safetensors")
    assert said in refusal(folder)
