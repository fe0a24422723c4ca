"""The exported graphs give the package's numbers, on 200 proteins of 1 to 1,022 residues."""

from __future__ import annotations

import shutil

import numpy as np
import onnxruntime
import pytest

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.masking import MaskPredictor
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.predictors.folder import BUNDLED
from dlfb_helpers.predictors.light import load_light
from dlfb_helpers.predictors.light_file import NETWORKS_FILE, networks_file

LETTERS = list("ARNDCQEGHILKMFPSTWYVBZXUO")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Graphs beside the files that they point into."""
    made = tmp_path_factory.mktemp("graphs")
    for path in bundled_folder("onnx").glob("*.onnx"):
        shutil.copy(path, made)
    shutil.copy(bundled_folder("checkpoint") / "model.safetensors", made)
    (made / NETWORKS_FILE).write_bytes(networks_file(map(load_light, BUNDLED))[0])
    return made


def run(folder, name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx", options)
    return lambda **inputs: session.run(None, inputs)[0]


@pytest.fixture(scope="module")
def sequences():
    """Lengths from 1 to 1,022, evenly on a logarithmic scale; the longest are rare, for they take long."""
    draw = np.random.default_rng(0)
    lengths = np.geomspace(1, 1022, 200).round().astype(int)
    return ["".join(draw.choice(LETTERS, length)) for length in lengths]


def test_embeddings_are_the_packages(folder, sequences):
    checkpoint, encode = load_checkpoint("course"), run(folder, "encoder")
    wanted = mean_embeddings(sequences, checkpoint)
    found = [encode(tokens=checkpoint.tokens([one]).astype(np.int64))[1:-1].mean(axis=0) for one in sequences]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4)


def test_probabilities_of_hidden_residues_are_the_packages(folder):
    predictor, encode, head = MaskPredictor("course"), run(folder, "encoder"), run(folder, "head")
    tokenizer = predictor.checkpoint.tokenizer
    sequence = "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKT"
    for position in (0, 17, len(sequence) - 1):
        tokens = predictor.checkpoint.tokens([sequence]).astype(np.int64)
        tokens[position + 1] = tokenizer.mask_token_id
        logits = head(hidden=encode(tokens=tokens))[position + 1].astype(np.float64)
        found = np.exp(logits - logits.max())
        wanted = predictor.predict(sequence, position).to_numpy()
        np.testing.assert_allclose(found / found.sum(), wanted, rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", BUNDLED)
def test_probabilities_of_networks_are_the_packages(folder, sequences, name):
    predictor = load_light(name)
    embeddings = mean_embeddings(sequences[:150], "course")
    found = run(folder, predictor.facts["aspect"])(embeddings=embeddings)
    wanted = predictor.base.networks.predict(embeddings)[0]
    assert wanted.max() > 0.5
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-3)


def test_no_graph_holds_weights():
    sizes = {path.stem: path.stat().st_size for path in bundled_folder("onnx").glob("*.onnx")}
    assert set(sizes) == {"encoder", "head", "MFO", "BPO", "CCO"} and max(sizes.values()) < 100_000
