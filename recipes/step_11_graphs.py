"""Export what the site's page "Try it" runs: encoder, masked-LM head and light networks, as ONNX without weights.

The graphs point into files that are there already, or are made of them: the checkpoint's weights in half precision, and
`light_networks`. So they are some hundred kilobytes, and no weight is kept twice. Needs onnx and onnxscript. Writes
``dlfb_helpers/assets/onnx``. Run from the project's root::

    python -m recipes.step_11_graphs
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper
from safetensors import safe_open

from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.predictors.folder import BUNDLED
from dlfb_helpers.predictors.light import load_light
from dlfb_helpers.predictors.light_file import Place, networks_file
from recipes.graphs import HEAD_NAMES, Encoder, Head, Network, checkpoint_name
from recipes.step_8_predictor import OUT, emptied

CHECKPOINT_FILE = "model.safetensors"
OPSET = 20
KINDS = {"float16": TensorProto.FLOAT16, "float32": TensorProto.FLOAT, "int8": TensorProto.INT8}


def exported(module: torch.nn.Module, example: torch.Tensor, names: tuple[str, str]) -> onnx.ModelProto:
    """Export a module whose input has any number of rows."""
    rows = torch.export.Dim("rows", min=2, max=4096)
    program = torch.onnx.export(
        module.eval(), (example,), input_names=[names[0]], output_names=[names[1]], dynamo=True, opset_version=OPSET,
        dynamic_shapes=({0: rows},), optimize=False, verbose=False,
    )  # fmt: skip
    assert program is not None
    return program.model_proto


def emptied_of_weights(
    model: onnx.ModelProto, name_of: Callable[[str], str | None], places: Mapping[str, Place]
) -> onnx.ModelProto:
    """Point weights into a file; what is not float32 there becomes it in the graph."""
    graph = model.graph
    kept, added = [], []
    for tensor in graph.initializer:
        stored = name_of(tensor.name)
        if stored is None:
            kept.append(tensor)
            continue
        place = places[stored]
        assert list(tensor.dims) == list(place.shape), (tensor.name, tensor.dims, place)
        own = tensor.name if place.dtype == "float32" else f"{tensor.name}.stored"
        kept.append(_pointer(own, place))
        if place.dtype == "float16":
            added.append(helper.make_node("Cast", [own], [tensor.name], to=TensorProto.FLOAT))
        elif place.dtype == "int8":
            kept.append(_pointer(f"{own}.steps", places[f"{stored}/steps"]))
            # No DequantizeLinear: runtimes take it for leave to round what is multiplied, too.
            added.append(helper.make_node("Cast", [own], [f"{own}.codes"], to=TensorProto.FLOAT))
            added.append(helper.make_node("Mul", [f"{own}.codes", f"{own}.steps"], [tensor.name]))
    nodes = [*added, *graph.node]
    for field, values in ((graph.initializer, kept), (graph.node, nodes)):
        del field[:]
        field.extend(values)
    del graph.value_info[:]
    for node in graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    return model


def _pointer(name: str, place: Place) -> TensorProto:
    tensor = TensorProto(name=name, data_type=KINDS[place.dtype], dims=place.shape)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": place.file, "offset": place.offset, "length": place.length}.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def checkpoint_places(path: Path) -> dict[str, Place]:
    """Say where each weight lies in a safetensors file."""
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        kind = {"F16": "float16", "F32": "float32"}[entry["dtype"]]
        found[name] = Place(CHECKPOINT_FILE, 8 + size + start, end - start, kind, tuple(entry["shape"]))
    return found


def encoder_and_head() -> dict[str, onnx.ModelProto]:
    """Export what the checkpoint holds."""
    folder = OUT / "checkpoint"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    places = checkpoint_places(folder / CHECKPOINT_FILE)
    with safe_open(folder / CHECKPOINT_FILE, "pt") as tensors:
        encoder, head = Encoder(config), Head(config)
        for module, name_of in ((encoder, checkpoint_name), (head, HEAD_NAMES.__getitem__)):
            module.load_state_dict({name: tensors.get_tensor(name_of(name)).float() for name in module.state_dict()})
    graphs = {}
    for name, module, name_of, example, ends in (
        ("encoder", encoder, checkpoint_name, torch.arange(4, 44), ("tokens", "hidden")),
        ("head", head, HEAD_NAMES.__getitem__, torch.randn(40, config["hidden_size"]), ("hidden", "logits")),
    ):
        stored = {own: name_of(own) for own in module.state_dict()}
        graphs[name] = emptied_of_weights(exported(module, example, ends), stored.get, places)
    return graphs


def networks() -> dict[str, onnx.ModelProto]:
    """Export the light networks, one graph an aspect."""
    predictors = {name: load_light(name) for name in BUNDLED}
    _, places = networks_file(predictors.values())
    graphs = {}
    for predictor in predictors.values():
        aspect, params = predictor.facts["aspect"], predictor.base.networks.ensemble.params
        sizes = tuple(params[layer]["kernel"].shape[2] for layer in ("Dense_0", "Dense_1", "output"))
        module = Network(len(predictor.pool.whitening.mean), sizes)
        torch.manual_seed(0)
        for parameter in module.parameters():
            torch.nn.init.normal_(parameter)
        names = {"mean": f"{aspect}/mean", "matrix": f"{aspect}/matrix"} | {
            f"{kind}s.{place}": f"{aspect}/{layer}/{kind.replace('biase', 'bias')}"
            for place, layer in enumerate(("Dense_0", "Dense_1", "output"))
            for kind in ("kernel", "biase")
        }
        model = exported(module, torch.randn(3, len(predictor.pool.whitening.mean)), ("embeddings", "probabilities"))
        graphs[aspect] = emptied_of_weights(model, names.get, places)
    return graphs


def main() -> None:
    folder = emptied(OUT / "onnx")
    for name, model in (encoder_and_head() | networks()).items():
        model.producer_name, model.producer_version = "", ""
        onnx.save(model, folder / f"{name}.onnx")
    write_manifest(folder, what="Graphs of the page Try it, without weights, by step_11_graphs", licence="MIT")
    print({path.name: path.stat().st_size for path in sorted(folder.iterdir())})


if __name__ == "__main__":
    main()
