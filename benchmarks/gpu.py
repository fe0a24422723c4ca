"""Embedding on a GPU, the straightforward way and ours: ``python -m benchmarks.gpu`` prints a section of RESULTS.md.

Apart from the others, since few machines have a GPU; `python -m benchmarks` keeps the section as it is.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from unittest.mock import PropertyMock, patch

import numpy as np
import torch
import transformers
from transformers import AutoTokenizer, EsmModel

from benchmarks.timing import markdown_table
from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding.checkpoints import Checkpoint, load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.files.assets import bundled_folder

BATCH = 8  # of the straightforward way, as in the article


def straightforward(sequences: list[str], model: EsmModel, tokenizer: Callable) -> np.ndarray:
    """Embed batches in the order of the list, padded, and average over the residues."""
    means = []
    with torch.inference_mode():
        for start in range(0, len(sequences), BATCH):
            batch = tokenizer(sequences[start : start + BATCH], padding=True, return_tensors="pt").to(model.device)
            hidden = model(**batch).last_hidden_state.float()
            residues = batch["attention_mask"].clone()
            residues[:, 0] = 0  # <cls>
            residues[torch.arange(len(residues)), batch["attention_mask"].sum(dim=1) - 1] = 0  # <eos>
            means.append(((hidden * residues[..., None]).sum(dim=1) / residues.sum(dim=1, keepdim=True)).cpu())
    return torch.cat(means).numpy()


def timed(work: Callable[[], np.ndarray], rounds: int) -> tuple[np.ndarray, float]:
    """Return what the work gives, and the median of its seconds after a first round that is not counted."""
    result, seconds = work(), []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return result, statistics.median(seconds)


def compare(sequences: list[str], device: str, precision: torch.dtype, rounds: int) -> list[list[str]]:
    """Return a row for each way: residues a second, times the straightforward way, and how far its vectors are off."""
    folder, residues = bundled_folder("checkpoint"), sum(map(len, sequences))
    model = EsmModel.from_pretrained(folder, dtype=precision, add_pooling_layer=False).to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    exact = mean_embeddings(sequences[:200], load_checkpoint("course", device="cpu"))
    with patch.object(Checkpoint, "precision", PropertyMock(return_value=precision)):
        course = load_checkpoint("course", device=device)
        ways = {
            "straightforward": timed(lambda: straightforward(sequences, model, tokenizer), rounds),
            "packed": timed(lambda: mean_embeddings(sequences, course), rounds),
        }
    name, slowest = str(precision).removeprefix("torch."), ways["straightforward"][1]
    rows = []
    for way, (vectors, seconds) in ways.items():
        some = vectors[: len(exact)]
        lengths = np.linalg.norm(some, axis=1) * np.linalg.norm(exact, axis=1)
        cosine = ((some * exact).sum(axis=1) / lengths).min()
        speed = [f"{residues / seconds:,.0f}", f"{slowest / seconds:.2f}"]
        rows.append([name, way, *speed, f"{np.abs(some - exact).max():.0e}", f"{1 - cosine:.0e}"])
    return rows


def measure(device: str = "cuda", proteins: int = 4096, rounds: int = 3) -> str:
    """Return the section of RESULTS.md; a test takes a few proteins and the CPU."""
    table = load_cafa().sequences.query("Length <= 500").sample(proteins, random_state=0)
    sequences = table["Sequence"].tolist()
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

{proteins:,} proteins of at most 500 residues, {sum(map(len, sequences)):,} residues, on {name}: the course checkpoint, medians of {rounds} rounds;
PyTorch {torch.__version__}, transformers {transformers.__version__}. Straightforward: batches of {BATCH}, padded, in nobody's order. The last two
columns set 200 vectors beside those of the CPU in float32.
"""


if __name__ == "__main__":
    print(measure())
