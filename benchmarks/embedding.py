"""Embedding: the straightforward way, the library's model on sorted batches, and packed sequences.

The straightforward way is what a tutorial shows: batches of 64 in the order of the file, padded to the longest,
tokenised by the library, and a mean over each protein's residues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from transformers import EsmConfig, EsmModel

from benchmarks.timing import Timing, interleaved, markdown_table, peak_gflops, peak_memory
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.esm2 import BLOCK
from dlfb_helpers.embedding.mean import batches_by_tokens, mean_embeddings

SHAPES = {"8M, course checkpoint": (6, 320), "35M": (12, 480), "150M": (30, 640)}
"""Layers and width; all have 20 heads. The larger two are randomly initialised: time does not depend on weights."""

PROTEINS = {"short, at most 100": (20, 100), "mixed, at most 500": (20, 500), "about 1,000": (950, 1022)}
"""Ranges of length, in residues."""

RESIDUES = {"8M, course checkpoint": 25_000, "35M": 2_500, "150M": 1_000}
"""How many residues a way embeds in one round."""


def model_of(shape: str) -> tuple[Checkpoint, EsmModel]:
    """The checkpoint as the course loads it, and the library's own model with the same weights."""
    course = load_checkpoint("course", device="cpu")
    layers, width = SHAPES[shape]
    sizes = dict(num_hidden_layers=layers, hidden_size=width, intermediate_size=4 * width)
    torch.manual_seed(0)
    config = EsmConfig(**(course.encoder.config.to_dict() | sizes), attn_implementation="sdpa")
    stock = EsmModel(config, add_pooling_layer=False).eval()
    if width != course.width:
        return Checkpoint.of_model(stock, course.tokenizer, name=shape), stock
    stock.load_state_dict(course.encoder.state_dict())
    return course, stock


def proteins_of(kind: str, residues: int) -> list[str]:
    """Real human proteins in a fixed random order, about so many residues of them."""
    low, high = PROTEINS[kind]
    table = load_cafa().sequences
    sequences = table["Sequence"][table["Length"].between(low, high)].sample(frac=1, random_state=0)
    count = int(np.searchsorted(np.cumsum(sequences.str.len()), residues)) + 1
    return sequences.head(count).tolist()


@torch.inference_mode()
def by_the_library(stock: EsmModel, tokenizer, sequences: list[str], batches: list[list[int]]) -> np.ndarray:
    """Mean embeddings from padded batches: tokenizer, model, mean over residues."""
    vectors = np.empty((len(sequences), stock.config.hidden_size), dtype=np.float32)
    for batch in batches:
        tokens = tokenizer([sequences[i] for i in batch], padding=True, return_tensors="pt").to(stock.device)
        hidden = stock(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state.float().cpu()
        for row, i in zip(hidden, batch):
            vectors[i] = row[1 : 1 + len(sequences[i])].mean(dim=0).numpy()
    return vectors


def batches_in_order(proteins: int) -> list[list[int]]:
    """Batches of 64, in the order of the file."""
    return [list(range(start, min(start + 64, proteins))) for start in range(0, proteins, 64)]


def ways_of(shape: str, sequences: list[str]) -> dict[str, Callable[[], np.ndarray]]:
    """Each way as a function without arguments, with everything loaded."""
    checkpoint, stock = model_of(shape)
    checkpoint.packed  # noqa: B018  (built once, as it is in use)
    in_order = batches_in_order(len(sequences))
    by_length = list(batches_by_tokens([len(sequence) + 2 for sequence in sequences], 4096))
    return {
        "straightforward": lambda: by_the_library(stock, checkpoint.tokenizer, sequences, in_order),
        "library, sorted": lambda: by_the_library(stock, checkpoint.tokenizer, sequences, by_length),
        "packed": lambda: mean_embeddings(sequences, checkpoint),
    }


def operations(shape: str, sequences: list[str]) -> float:
    """Operations of all matrix products of real tokens, attention included: 24 D^2 L + 4 D L^2 a layer."""
    layers, width = SHAPES[shape]
    tokens = np.array([len(sequence) + 2 for sequence in sequences], dtype=float)
    return float(layers * (24 * width**2 * tokens + 4 * width * tokens**2).sum())


def padding(sequences: list[str]) -> dict[str, float]:
    """Share of padding among the tokens that each way's matrix products see, and packed attention's."""
    tokens = np.array([len(sequence) + 2 for sequence in sequences])

    def share(batches: list, block: int = 1) -> float:
        padded = sum(len(batch) * (-(-tokens[batch].max() // block) * block) for batch in batches)
        return 1 - tokens.sum() / padded

    places = np.arange(len(tokens))
    return {
        "straightforward": share(np.split(places, range(64, len(places), 64))),
        "library, sorted": share(list(batches_by_tokens(tokens.tolist(), 4096))),
        "packed": 0.0,
        "packed, keys of attention": share([[place] for place in places], BLOCK),
    }


def one_way(way: str, count: str) -> None:
    """Run one way once on the mixed proteins with the course checkpoint, for its peak memory."""
    sequences = proteins_of("mixed, at most 500", int(count))
    ways_of("8M, course checkpoint", sequences)[way]()


def measure(quick: bool = False) -> str:
    """Measure everything; `quick` takes a few proteins, for the tests."""
    peak, rows, shapes = peak_gflops(), [], ["8M, course checkpoint"] if quick else list(SHAPES)
    for shape in shapes:
        for kind in PROTEINS:
            sequences = proteins_of(kind, 1_000 if quick else RESIDUES[shape])
            for way, found in compare(ways_of(shape, sequences), shape, sequences, peak, 1 if quick else 5).items():
                numbers = f"{found.rate:,.0f}", f"{found.ratio:.2f}", f"{found.share:.0%}", f"{found.difference:.0e}"
                rows.append([shape, kind, way, *numbers])
    sequences = proteins_of("mixed, at most 500", 2_000 if quick else 60_000)
    memory = [
        [way, f"{peak_memory('benchmarks.embedding:one_way', way, '1000' if quick else '20000'):,.0f}"]
        for way in ("straightforward", "library, sorted", "packed")
    ]
    header = ["model", "proteins", "way", "residues/s", "times the straightforward way", "of the peak", "difference"]
    return f"""## Embedding

The same proteins, in turns; medians of {1 if quick else 5} rounds. A float32 matrix product of 2,048 by 2,048 reaches {peak:.0f} GFLOP/s on this
machine; the last column but one sets the products of real tokens against it, the last is the largest difference of any
vector from the straightforward way's.

{markdown_table(header, rows)}

Padding among the tokens that matrix products see, and keys that attention sees in vain, mixed proteins:

{markdown_table(["way", "padding"], [[way, f"{share:.1%}"] for way, share in padding(sequences).items()])}

Peak memory of a process that embeds 20,000 residues of mixed proteins once, imports and model included:

{markdown_table(["way", "MiB"], memory)}

{_growth(quick)}"""


class Compared(NamedTuple):
    """One way beside the straightforward one."""

    timing: Timing
    rate: float
    """Residues a second."""
    ratio: float
    """Times as fast as the first way."""
    share: float
    """Of the matrix-product peak."""
    difference: float
    """Largest, of any vector from the first way's."""


def compare(
    ways: Mapping[str, Callable[[], np.ndarray]], shape: str, sequences: list[str], peak: float, repeats: int = 5
) -> dict[str, Compared]:
    """Time ways of embedding the same proteins; an AssertionError if the vectors are not the same."""
    vectors = {way: embed() for way, embed in ways.items()}
    timings, residues = interleaved(ways, repeats), sum(map(len, sequences))
    first = next(iter(ways))
    compared = {}
    for way, timing in timings.items():
        difference = float(np.abs(vectors[way] - vectors[first]).max())
        if difference > (1e-5 if shape.startswith("8M") else 1e-4):
            raise AssertionError(f"{way}, {shape}: vectors differ by {difference}")
        ratio, reached = timings[first].median / timing.median, operations(shape, sequences) / timing.median / 1e9
        compared[way] = Compared(timing, residues / timing.median, ratio, reached / peak, difference)
    return compared


def _growth(quick: bool) -> str:
    """How time grows with the number of residues and with the length of the proteins."""
    course = load_checkpoint("course", device="cpu")
    course.packed  # noqa: B018
    text = "".join(proteins_of("mixed, at most 500", 20_000))
    amounts = (1_000, 2_000) if quick else (2_500, 5_000, 10_000, 20_000)
    many = {n: [text[i : i + 250] for i in range(0, n, 250)] for n in amounts}
    lengths = (50, 100) if quick else (50, 100, 200, 400, 800, 1_000, 2_000, 4_000)
    total = amounts[-1]
    equal = {length: [text[i : i + length] for i in range(0, total - length + 1, length)] for length in lengths}
    tables = []
    for name, sets in (("residues in all, proteins of 250", many), ("residues a protein", equal)):
        ways = {
            str(key): lambda sequences=sequences: mean_embeddings(sequences, course) for key, sequences in sets.items()
        }
        timings = interleaved(ways, 1 if quick else 5)
        rows = [
            [
                f"{key:,}",
                f"{timings[str(key)].median:.2f}",
                f"{sum(map(len, sequences)) / timings[str(key)].median:,.0f}",
            ]
            for key, sequences in sets.items()
        ]
        tables.append(markdown_table([name, "s", "residues/s"], rows))
    return (
        "How time grows (packed, course checkpoint; beyond 1,022 residues in windows):\n\n" + "\n\n".join(tables) + "\n"
    )
