"""What every test needs: libraries that keep quiet, and a cache that no earlier run has filled."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

import dlfb_helpers  # noqa: F401  (sets what must be set before TensorFlow is imported)

os.environ.setdefault("MPLBACKEND", "Agg")
# The Hub client reads these once, when it is imported: no test reaches for the network or the user's own Hub cache.
HUB_HOME = Path(tempfile.mkdtemp(prefix="hub_"))
os.environ["HF_HOME"] = str(HUB_HOME)
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session", autouse=True)
def empty_cache(tmp_path_factory):
    """Keep what the tests cache away from the reader's own cache, for the whole session."""
    before = os.environ.get("DLFB_CACHE")
    os.environ["DLFB_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["DLFB_CACHE"]
    else:
        os.environ["DLFB_CACHE"] = before


@pytest.fixture(scope="session")
def course():
    """The bundled checkpoint, encoder only."""
    from dlfb_helpers.embedding import load_checkpoint


    return load_checkpoint("course", device="cpu")


@pytest.fixture(scope="session")
def course_lm():
    """The bundled checkpoint with its masked-language-model head."""
    from dlfb_helpers.embedding import load_checkpoint


    return load_checkpoint("course", masked_lm=True, device="cpu")


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """A folder with a tiny ESM-2, randomly initialised and saved as any checkpoint is saved."""
    import torch
    from transformers import AutoTokenizer, EsmConfig, EsmForMaskedLM

    from dlfb_helpers.files.assets import ASSETS

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny_esm")
    config = EsmConfig(
        vocab_size=33, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        pad_token_id=1, mask_token_id=32, max_position_embeddings=1026, position_embedding_type="rotary",
        token_dropout=True,
    )  # fmt: skip
    EsmForMaskedLM(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(ASSETS / "checkpoint").save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def hub_cache(tiny_folder):
    """The tiny ESM-2 in the Hub's own cache layout, as a download leaves it, under the id course-tests/tiny-esm."""
    root = HUB_HOME / "hub/models--course-tests--tiny-esm"
    shutil.copytree(tiny_folder, root / "snapshots/0123456789abcdef")
    (root / "refs").mkdir()
    (root / "refs/main").write_text("0123456789abcdef")
    return root
