"""What a checkpoint's folder is, told from its files alone: one that can be read, or what else, and what to do then.

Nothing in a folder is ever run: no pickle is opened, and no code that a config.json names is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from dlfb_helpers.embedding.config import odd_value
from dlfb_helpers.files.shown import shown

INDEX = "model.safetensors.index.json"
FETCH_AGAIN = "take the file again from where it came"
TAKE_ESM2 = "take an ESM-2 such as facebook/esm2_t6_8M_UR50D"
KINDS = {
    "t5": "a T5, such as ProtT5",
    "mt5": "a T5, such as ProtT5",
    "bert": "a BERT, such as ProtBert",
    "albert": "an ALBERT, such as ProtAlbert",
    "xlnet": "an XLNet, such as ProtXLNet",
    "gpt2": "a GPT-2, such as ProtGPT2",
    "progen": "a ProGen",
    "esmfold2": "an ESMFold2, which predicts structures",
}
SUPPORTED = ("esm", "esmc")


def check_folder(name: str, folder: Path) -> Mapping[str, Any]:
    """Return what config.json says, if the folder holds a checkpoint that can be read.

    Parameters
    ----------
    name : str
        As the checkpoint was asked for: errors call it so.
    folder : Path
        That is there.

    Raises
    ------
    ValueError
        If it is of another kind (an adapter, a file of fair-esm, ProtT5), asks for code of its own, is quantised,
        or lacks files, or holds damaged ones: says which, and what to do.
    """
    files = {path.name for path in folder.iterdir()}
    if problem := _without_config(folder, files) or _pointers(folder, files):
        raise ValueError(f"checkpoint {name!r}: {problem}")
    config = _config(name, folder)
    if problem := _other_kind(config) or _weights(folder, files, config) or _tokenizer(folder, files, config):
        raise ValueError(f"checkpoint {name!r}: {problem}")
    return config


def _without_config(folder: Path, files: set[str]) -> str:
    """Say what a folder is that has no config.json, or an adapter beside it; "" if it has one."""
    if "adapter_config.json" in files and not any(file.startswith("model") for file in files):
        return f"the folder holds an adapter (LoRA) alone, without its base model{_base(folder)}; {MERGE}"
    if "config.json" in files:
        return ""
    if original := sorted(file for file in files if file.endswith((".pt", ".pth"))):
        return f"the folder holds {original[0]} and no config.json; {original_weights(original[0])}"
    if inner := sorted(path.parent for path in folder.glob("*/config.json")):
        return f"the folder holds no config.json, but the folder {inner[0].name} in it does; name {inner[0]}"
    if inner := sorted(path.parent for path in folder.glob("snapshots/*/config.json")):
        return f"the folder is one of the Hub's cache; name {inner[-1]}"
    what = "is empty" if not files else "holds no config.json"
    return f"the folder {what}; save a checkpoint in it with save_pretrained()"


MERGE = (
    "merge the two and name the new folder: "
    "peft.PeftModel.from_pretrained(base, folder).merge_and_unload().save_pretrained(new_folder)"
)


def _base(folder: Path) -> str:
    try:
        base = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f" ({str(base)[:100]})"


def original_weights(file: str) -> str:
    """Say what to take instead of a .pt or .pth file."""
    stem = file.rsplit(".", 1)[0].lower()
    if re.match(r"esm(2|1b|1v)_", stem):
        hub = re.sub(r"^esm(\d\w?)_t(\d+)_(\d+\w)_ur(\d+)(\w)", r"esm\1_t\2_\3_UR\4\5", stem)
        hub = re.sub(r"_(\d+)m_", r"_\1M_", re.sub(r"_(\d+)b_", r"_\1B_", hub)).replace("UR50d", "UR50D")
        hub = hub.replace("UR50s", "UR50S").replace("UR90s", "UR90S").removesuffix("-contact-regression")
        return f"that is fair-esm's own format; the same weights are facebook/{hub} on the Hugging Face Hub"
    if stem.startswith("esmc"):
        return "that is the esm package's own format; take an ESM C in Hugging Face format, of model_type esmc"
    return f"a PyTorch file is no checkpoint in Hugging Face format; {TAKE_ESM2}, or save one with save_pretrained()"


def _pointers(folder: Path, files: set[str]) -> str:
    """Say which file is a pointer to what was never fetched, an empty file or a page of the web."""
    for file in sorted(files):
        path = folder / file
        if not file.endswith((".json", ".txt", ".safetensors", ".bin")):
            continue
        if not path.exists():
            return f"{file} is a link to a file that is not there; {FETCH_AGAIN}"
        if not path.is_file():
            continue
        try:
            with open(path, "rb") as handle:
                start = handle.read(100).lstrip()
        except OSError as error:
            return f"{file} cannot be read ({error.strerror}); allow it (chmod u+r)"
        if start.startswith(b"version https://git-lfs"):
            return f"{file} is a pointer of Git LFS, not the file; run `git lfs pull` there, or download it"
        if start.startswith((b"/annex/objects", b"../.git/annex")):
            return f"{file} is a pointer of git-annex, not the file; run `git annex get` there"
        if start[:9].lower().startswith((b"<!doctype", b"<html")):
            return f"{file} is a page of the web, not the file; {FETCH_AGAIN}"
        if not start and file in ("config.json", "vocab.txt", "model.safetensors"):
            return f"{file} is empty; {FETCH_AGAIN}"
    return ""


def _config(name: str, folder: Path) -> Mapping[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"checkpoint {name!r}: the folder cannot be read as a checkpoint: config.json is damaged "
            f"({one_line(error)}); {FETCH_AGAIN}"
        ) from error
    if not isinstance(config, dict):
        raise ValueError(f"checkpoint {name!r}: config.json holds no settings of a model; {FETCH_AGAIN}")
    return config


def _other_kind(config: Mapping[str, Any]) -> str:
    """Say which model a config is of, if it is none that can be read; or what of it is not."""
    kind = config.get("model_type")
    kind = kind if isinstance(kind, str | None) else shown(kind)
    own_code = config.get("auto_map")
    own_code = own_code if isinstance(own_code, dict) else {}
    if {"AutoModel", "AutoModelForMaskedLM"} & own_code.keys() or (own_code and kind not in SUPPORTED):
        return f"it asks for code of its own (model_type {kind!r}, auto_map), which is never run here; {TAKE_ESM2}"
    if kind not in SUPPORTED:
        described = f": {KINDS[kind]}" if kind in KINDS else ""
        return f"it is of type {kind!r}{described}; the course needs an ESM model: {TAKE_ESM2}"
    if config.get("quantization_config"):
        return "it is quantised; take the checkpoint that it was made from, in float32, float16 or bfloat16"
    if odd := odd_value(config):
        return f"config.json says that {odd}; {FETCH_AGAIN}"
    return ""


def _weights(folder: Path, files: set[str], config: Mapping[str, Any]) -> str:
    """Say what is wrong with the safetensors files, whose headers alone are read."""
    if not {INDEX, "model.safetensors"} & files:
        return _other_weights(files)
    layers, shapes = 0, {}
    try:
        for path in weight_files(folder):
            if not path.is_file():
                return f"{path.name}, a part of the weights, is not there; {FETCH_AGAIN}"
            with safe_open(path, "pt") as file:
                for key in file.keys():
                    shapes[key] = file.get_slice(key).get_dtype()
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"its weights cannot be read (cut off or damaged: {one_line(error)}); {FETCH_AGAIN}"
    for key, dtype in shapes.items():
        if found := re.search(r"(?:^|\.)layers?\.(\d+)\.", key):
            layers = max(layers, int(found[1]) + 1)
            if dtype not in ("F64", "F32", "F16", "BF16"):
                return f"it is quantised ({key} is of type {dtype}); take the checkpoint that it was made from"
    said = config.get("num_hidden_layers")
    if layers and said and layers != said:
        return (
            f"config.json says that the model has {said} layers, but the weights hold {layers}; "
            "take both files from one checkpoint"
        )
    return ""


def _other_weights(files: set[str]) -> str:
    """Say which weights there are that are not safetensors."""
    formats = {
        r"pytorch_model.*\.bin": "pickles, which can run code and are not opened",
        r".*\.(pt|pth|ckpt)": "PyTorch files, which can run code and are not opened",
        r"tf_model.*\.h5": "TensorFlow's",
        r"flax_model.*\.msgpack": "Flax's",
        r".*\.gguf": "quantised",
    }
    for pattern, what in formats.items():
        if found := sorted(file for file in files if re.fullmatch(pattern, file)):
            return (
                f"the folder cannot be read as a checkpoint: it has no model.safetensors, and the weights in "
                f"{found[0]} are {what}; if you trust where they are from, load them with transformers and save them "
                "with save_pretrained()"
            )
    if any(re.fullmatch(r"model.*-of-.*\.safetensors", file) for file in files):
        return f"it has weights in parts, but no {INDEX}, which lists them; {FETCH_AGAIN}"
    return "the folder cannot be read as a checkpoint: it has no model.safetensors; save it with save_pretrained()"


def weight_files(folder: Path) -> Iterator[Path]:
    """Yield the safetensors files of a folder; a KeyError, ValueError or TypeError if their list is damaged."""
    if not (folder / INDEX).is_file():
        yield folder / "model.safetensors"
        return
    for file in sorted(set(json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values())):
        yield folder / Path(file).name


def _tokenizer(folder: Path, files: set[str], config: Mapping[str, Any]) -> str:
    """Say what is wrong with the vocabulary of an ESM; ESM C's is built into the library."""
    if config["model_type"] != "esm":
        return ""
    if "vocab.txt" not in files:
        return (
            "the folder holds no vocab.txt; save the tokenizer with save_pretrained(), or copy the file from where "
            "the weights came"
        )
    try:
        tokens = [line.strip() for line in (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        return f"vocab.txt is damaged ({one_line(error)}); {FETCH_AGAIN}"
    lacking = [token for token in ("<cls>", "<eos>", *"ACDEFGHIKLMNPQRSTVWYX") if token not in tokens]
    if lacking:
        return f"vocab.txt is damaged or another model's: it lacks {' '.join(lacking[:5])}; {FETCH_AGAIN}"
    if len(tokens) > config.get("vocab_size", len(tokens)):
        return f"vocab.txt lists {len(tokens)} tokens, the model has {config['vocab_size']}; {FETCH_AGAIN}"
    return ""


def one_line(error: BaseException) -> str:
    """Return what an error of a library says, in one short line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:197]}..."
