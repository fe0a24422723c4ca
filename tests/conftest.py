"""What every test needs: libraries that keep quiet, and a cache that no earlier run has filled."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import dlfb_helpers  # noqa: F401  (sets what must be set before TensorFlow is imported)

os.environ.setdefault("MPLBACKEND", "Agg")
# Most of a short training's time is its compilation: tests compile at the lowest level, for somewhat slower programs.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
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


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answers = self.server.answers.get(self.path, [404])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, int):
            return self.send_error(answer)
        content, sent = answer
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:sent])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def web(monkeypatch):
    """A web server at ``web.address``, and the paths that it was ``asked`` for.

    ``web.answers["/path"]`` lists what it answers, one after the other, and the last for ever: a status such as 503, or
    a content and how much of it is sent before the line breaks down (None: all).
    """
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        server.asked, server.answers = [], {}
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()  # looks for shutdown often
        yield server
        server.shutdown()


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
