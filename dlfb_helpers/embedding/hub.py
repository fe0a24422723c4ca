"""A checkpoint's name -> the folder of its files, which are fetched from the Hugging Face Hub if they are nowhere yet.

What the Hub's local cache holds is used as it is, without asking the Hub: a checkpoint loads at once, on a train too.
"""

from __future__ import annotations

import difflib
import re
import tempfile
from pathlib import Path

from dlfb_helpers.embedding.folders import INDEX, one_line, original_weights, weight_files
from dlfb_helpers.files.assets import bundled_folder, cache_folder
from dlfb_helpers.files.homes import can_be_written

OFFLINE_CHOICES = 'Without a network use checkpoint="course" (bundled) or the path of a folder with a saved checkpoint.'
HUB_FILES = ["config.json", "vocab.txt", "tokenizer*.json", "model*.safetensors", INDEX, "adapter_config.json"]


def find_folder(name: str | Path) -> Path:
    """Return the folder of a checkpoint's files.

    Parameters
    ----------
    name : str or Path
        ``"course"``, a folder, or a Hub id; a folder goes first.

    Raises
    ------
    TypeError
        If `name` is neither str nor Path.
    ValueError
        If it is none of the three, or the Hub has no such checkpoint.
    ConnectionError
        If the Hub can neither be reached nor has its cache the checkpoint.
    """
    if not isinstance(name, str | Path):
        raise TypeError(
            f"a checkpoint is named by a str or a Path, found {type(name).__name__}; "
            "of a model at hand make one with Checkpoint.of_model(model, tokenizer)"
        )
    if name == "course":
        return bundled_folder("checkpoint")
    folder, text = Path(name).expanduser(), str(name)
    if folder.is_dir():
        return folder
    if folder.exists():
        raise ValueError(f"checkpoint {text!r} is a file: {_file(folder)}")
    if not isinstance(name, str) or not re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", text):
        raise ValueError(
            f"unknown checkpoint {text!r}: neither a folder here{_like(folder)} nor a Hub id (owner/name). "
            f"{OFFLINE_CHOICES}"
        )
    if folder.parent.is_dir():
        raise ValueError(f"checkpoint {text!r}: there is no such folder in {folder.parent}{_like(folder)}")
    return _snapshot(text)


def _file(path: Path) -> str:
    if path.suffix in (".pt", ".pth"):
        return original_weights(path.name)
    if (path.parent / "config.json").is_file():
        return f"name the folder that it lies in, {path.parent}"
    return "a checkpoint is a folder with config.json, vocab.txt and model.safetensors; name such a folder"


def _like(folder: Path) -> str:
    """Say which folder may have been meant."""
    try:
        there = [path.name for path in folder.parent.iterdir() if path.is_dir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(folder.name, there, 1)
    return f" (did you mean {folder.parent / close[0]}?)" if close else ""


def _snapshot(name: str) -> Path:
    """Return the folder in the Hub's cache that holds a checkpoint's files, fetched if they are not there."""
    from huggingface_hub import snapshot_download  # imported here: a folder does not need it
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    try:
        cached = Path(snapshot_download(name, allow_patterns=HUB_FILES, local_files_only=True))
        if _is_whole(cached):
            return cached
    except HFValidationError as error:
        raise ValueError(f"checkpoint {name!r} is neither a folder here nor a Hub id: {one_line(error)}") from error
    except Exception:  # noqa: BLE001, S110  (whatever it is: it is not in the cache)
        pass
    try:
        return Path(snapshot_download(name, allow_patterns=HUB_FILES, cache_dir=_hub_cache()))
    except RepositoryNotFoundError as error:  # a gated one too
        raise ValueError(
            f"checkpoint {name!r}: there is no such folder here, and no such model on the Hugging Face Hub that can be "
            "read without an account; check the spelling, or ask for access there"
        ) from error
    except Exception as error:  # noqa: BLE001  (of many libraries: of the connection, of a proxy, of the disk)
        raise ConnectionError(
            f"checkpoint {name!r} could not be fetched from the Hugging Face Hub and is not in its cache (nor is there "
            f"such a folder here): the Hub is out of reach, or has no such model. {OFFLINE_CHOICES}"
        ) from error


def _hub_cache() -> str | None:
    """Return where a download goes: None for the Hub client's own place, another where that cannot be written."""
    from huggingface_hub.constants import HF_HUB_CACHE

    if can_be_written(Path(HF_HUB_CACHE)):
        return None
    own = cache_folder("hub")
    return str(own) if can_be_written(own) else tempfile.mkdtemp(prefix="hub_")


def _is_whole(folder: Path) -> bool:
    """Say whether a folder of the Hub's cache has the files that are needed."""
    try:
        return (folder / "config.json").is_file() and all(path.is_file() for path in weight_files(folder))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
