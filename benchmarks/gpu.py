"""Embedding on a GPU, the straightforward way and ours: ``python -m benchmarks.gpu`` prints a section of RESULTS.md.

Apart from the others, since few machines have a GPU; `python -m benchmarks` keeps the section as it is.
"""

from __future__ import annotations

from unittest.mock import PropertyMock, patch

import numpy as np
import torch
import transformers

from benchmarks.embedding import batches_in_order, by_the_library, model_of, proteins_of
from benchmarks.timing import interleaved, markdown_table
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings

RESIDUES = 1_200_000
CHECKED = 200
"""Proteins whose vectors are set beside those of the CPU."""


def compare(sequences: list[str], device: str, precision: torch.dtype, rounds: int) -> list[list[str]]:
    """Return a row for each way: residues a second, times the straightforward way, and how far its vectors are off."""
    on_cpu, stock = model_of("8M, course checkpoint")
    stock.to(device, precision)
    exact = mean_embeddings(sequences[:CHECKED], on_cpu)
    found: dict[str, np.ndarray] = {}
    with patch.object(Checkpoint, "precision", PropertyMock(return_value=precision)):
        course = load_checkpoint("course", device=device)
        batches = batches_in_order(len(sequences))
        ways = {
            "straightforward": lambda: by_the_library(stock, course.tokenizer, sequences, batches),
            "packed": lambda: mean_embeddings(sequences, course),
        }
        seconds = interleaved({way: lambda way=way: found.update({way: ways[way]()}) for way in ways}, rounds)
    name, residues, slowest = (
        str(precision).removeprefix("torch."),
        sum(map(len, sequences)),
        seconds["straightforward"],
    )
    rows = []
    for way, vectors in found.items():
        some = vectors[:CHECKED]
        lengths = np.linalg.norm(some, axis=1) * np.linalg.norm(exact, axis=1)
        cosine = ((some * exact).sum(axis=1) / lengths).min()
        speed = [f"{residues / seconds[way].median:,.0f}", f"{slowest.median / seconds[way].median:.2f}"]
        rows.append([name, way, *speed, f"{np.abs(some - exact).max():.0e}", f"{1 - cosine:.0e}"])
    return rows


def measure(device: str = "cuda", residues: int = RESIDUES, rounds: int = 3) -> str:
    """Return the section of RESULTS.md; a test takes a few residues and the CPU."""
    sequences = proteins_of("mixed, at most 500", residues)
    rows = [row for dtype in (torch.float32, torch.bfloat16) for row in compare(sequences, device, dtype, rounds)]
    header = [
        "precision",
        "way",
        "residues/s",
        "times the straightforward way",
        "largest difference",
        "1 - least cosine",
    ]
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU"
    return f"""## On a GPU

{markdown_table(header, rows)}

{len(sequences):,} mixed proteins, {sum(map(len, sequences)):,} residues, on {name}: the course checkpoint, medians of {rounds} rounds in turns;
PyTorch {torch.__version__}, transformers {transformers.__version__}. The last two columns set {CHECKED} vectors beside those of the CPU in float32.
Measured by `python -m benchmarks.gpu`.
"""


if __name__ == "__main__":
    print(measure())
