"""Compilers and runtimes that could run ESM-2 on a CPU, beside the packed forward pass in plain PyTorch.

All see the same proteins with the course checkpoint, sorted, padded under a budget of 4,096 tokens, in float32.
``python benchmarks/runtimes.py WAY OUT`` is one of them at work, told to by `workers.Worker`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import torch

from benchmarks import embedding, timing
from benchmarks.workers import FOLDER, Worker, install, serve
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import batches_by_tokens, mean_embeddings

SHAPE, KIND, BUDGET, COLUMNS = "8M, course checkpoint", "mixed, at most 500", 4096, 64
WAYS = ("library, sorted", "torch.compile", "ONNX Runtime", "OpenVINO", "JAX")
Forward = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Token ids and mask, int64 (B, T) -> last hidden layer (B, T, D)."""


def embed_with(forward: Forward, tokenizer, sequences: list[str], columns: int = 1) -> np.ndarray:
    """Mean embeddings from padded batches, their width rounded up to a multiple of `columns`."""
    vectors = np.empty((len(sequences), 320), dtype=np.float32)
    for batch in batches_by_tokens([len(sequence) + 2 for sequence in sequences], BUDGET):
        tokens = tokenizer(
            [sequences[i] for i in batch], padding=True, pad_to_multiple_of=columns, return_tensors="np"
        )  # fmt: skip
        hidden = forward(tokens["input_ids"], tokens["attention_mask"])
        for row, i in zip(hidden, batch):
            vectors[i] = row[1 : 1 + len(sequences[i])].mean(axis=0)
    return vectors


def by_torch(model: torch.nn.Module) -> Forward:
    """The library's model, or what torch.compile made of it."""

    def forward(tokens: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return model(torch.from_numpy(tokens), torch.from_numpy(mask)).last_hidden_state.numpy()

    return torch.inference_mode()(forward)


def onnx_file(model: torch.nn.Module) -> str:
    """The library's model as an ONNX graph, for any number of rows and columns.

    The example that is followed holds padding: without, the export leaves the mask out.
    """

    class LastHidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, tokens, mask):
            return self.model(tokens, mask).last_hidden_state

    FOLDER.mkdir(parents=True, exist_ok=True)
    path = str(FOLDER / "esm2.onnx")
    tokenizer = load_checkpoint("course", device="cpu").tokenizer
    example = tokenizer(["MALWMRLLPLLALLALWGPD", "MALWM"], padding=True, return_tensors="pt")
    sizes = {0: torch.export.Dim("rows"), 1: torch.export.Dim("columns")}
    torch.onnx.export(
        LastHidden().eval(), (example["input_ids"], example["attention_mask"]), path, dynamo=True, verbose=False,
        dynamic_shapes=(sizes, sizes), input_names=["tokens", "mask"], output_names=["hidden"],
    )  # fmt: skip
    return path


def by_onnxruntime(model: torch.nn.Module) -> Forward:
    import onnxruntime

    session = onnxruntime.InferenceSession(onnx_file(model), providers=["CPUExecutionProvider"])
    return lambda tokens, mask: session.run(None, {"tokens": tokens, "mask": mask})[0]


def by_openvino(model: torch.nn.Module) -> Forward:
    import openvino

    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.compile_model(onnx_file(model), "CPU", settings)
    return lambda tokens, mask: compiled([tokens, mask])[0]


def by_jax(model: torch.nn.Module) -> Forward:
    """The same network written for JAX: one compilation for each shape of a batch."""
    config, weights = model.config, {name: jnp.asarray(value.numpy()) for name, value in model.state_dict().items()}
    heads, size = config.num_attention_heads, config.hidden_size // config.num_attention_heads

    def norm(x: jax.Array, name: str) -> jax.Array:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + config.layer_norm_eps)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def linear(x: jax.Array, name: str) -> jax.Array:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def rotate(x: jax.Array, cos: jax.Array, sin: jax.Array) -> jax.Array:
        one, other = jnp.split(x, 2, axis=-1)
        return x * cos + jnp.concatenate([-other, one], axis=-1) * sin

    @jax.jit
    def forward(tokens: jax.Array, mask: jax.Array) -> jax.Array:
        angles = jnp.arange(tokens.shape[1])[:, None] * 10_000.0 ** (-jnp.arange(0, size, 2) / size)
        cos, sin = (jnp.tile(f(angles), 2)[:, None] for f in (jnp.cos, jnp.sin))
        hidden = weights["embeddings.word_embeddings.weight"][tokens] * 0.88 * mask[..., None]
        for i in range(config.num_hidden_layers):
            layer = f"encoder.layer.{i}"
            x = norm(hidden, f"{layer}.attention.LayerNorm")
            query, key, value = (
                linear(x, f"{layer}.attention.self.{name}").reshape(*tokens.shape, heads, size)
                for name in ("query", "key", "value")
            )
            blank = mask[:, None, None, :].astype(bool)
            mixed = jax.nn.dot_product_attention(rotate(query, cos, sin), rotate(key, cos, sin), value, mask=blank)
            hidden += linear(mixed.reshape(hidden.shape), f"{layer}.attention.output.dense")
            x = linear(norm(hidden, f"{layer}.LayerNorm"), f"{layer}.intermediate.dense")
            hidden += linear(jax.nn.gelu(x, approximate=False), f"{layer}.output.dense")
        return norm(hidden, "encoder.emb_layer_norm_after")

    return lambda tokens, mask: np.asarray(forward(tokens, mask))


def main(way: str, residues: str, out: str) -> None:
    """One way at work, as a worker."""
    course, stock = embedding.model_of(SHAPE)
    sequences = embedding.proteins_of(KIND, int(residues))
    make = {
        "library, sorted": by_torch,
        "torch.compile": lambda model: by_torch(torch.compile(model, dynamic=True)),
        "ONNX Runtime": by_onnxruntime,
        "OpenVINO": by_openvino,
        "JAX": by_jax,
    }
    forward = make[way](stock)
    columns = COLUMNS if way == "JAX" else 1  # few shapes, few compilations
    serve(lambda: embed_with(forward, course.tokenizer, sequences, columns), out)


def measure() -> str:
    """Return the section of RESULTS.md."""
    residues, course, packages = 25_000, load_checkpoint("course", device="cpu"), install("runtimes")
    sequences, peak = embedding.proteins_of(KIND, residues), timing.peak_gflops()
    workers = {way: Worker(Path(__file__).name, packages, way, str(residues), FOLDER / f"{way}.npy") for way in WAYS}
    ways = {"packed": lambda: mean_embeddings(sequences, course)} | workers
    rows = [
        [way, found.timing, f"{found.rate:,.0f}", f"{found.share:.0%}", f"{found.difference:.0e}"]
        for way, found in embedding.compare(ways, SHAPE, sequences, peak).items()
    ]
    for worker in workers.values():
        worker.close()
    header = ["way", "median (fastest to slowest)", "residues/s", "of the matrix-product peak", "largest difference"]
    return f"""## Compilers and runtimes that were tried

{timing.markdown_table(header, rows)}

{len(sequences)} mixed proteins, {KIND.split(", ")[1]} residues, course checkpoint, float32; each way a process of its own with both cores,
in turns. All but packed see sorted batches padded under {BUDGET:,} tokens. Their packages are installed for this
measurement alone.
"""


if __name__ == "__main__":
    main(*sys.argv[1:])
