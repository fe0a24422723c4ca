"""A name finds its folder: a mistyped one is told as such, and what is cached needs no network."""

import os
import subprocess
import sys
import time

import pytest

from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.hub import find_folder


def test_what_is_no_name_says_what_to_write(tiny):
    for wrong in (None, 3, tiny.model):
        with pytest.raises(TypeError, match="named by a str or a Path.*Checkpoint.of_model"):
            find_folder(wrong)


@pytest.mark.parametrize(
    "wrong", ["esm2", "./copi", "/nowhere/at/all", "~/nothing/here", "C:\\models\\esm", "", "a/b/c"]
)
def test_a_mistyped_folder_is_not_looked_for_at_the_hub(wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dlfb_helpers.embedding.hub._snapshot", lambda name: pytest.fail("asked the Hub"))
    (tmp_path / "copy").mkdir()
    if wrong:
        with pytest.raises(ValueError, match="neither a folder here.*Without a network") as told:
            find_folder(wrong)
        assert ("did you mean copy" in str(told.value)) == (wrong == "./copi")


def test_a_name_in_a_folder_that_is_there_is_a_mistyped_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models/esm2_small").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"no such folder in models \(did you mean models/esm2_small\?\)"):
        find_folder("models/esm2_smal")


def test_a_path_and_a_str_name_the_same_folder(tiny_folder, tiny):
    assert load_checkpoint(tiny_folder).digest == load_checkpoint(f"{tiny_folder}/").digest == tiny.digest


def test_unreachable_hub_names_the_offline_choices(hub_cache):
    with pytest.raises(
        ConnectionError, match=r"esm2_t6_8M_UR50D.*nor is there such a folder.*use checkpoint=\"course\""
    ):
        load_checkpoint("facebook/esm2_t6_8M_UR50D")
    with pytest.raises(ValueError, match="nor a Hub id"):
        load_checkpoint("a--b/c..d")


def test_a_cached_checkpoint_loads_at_once_where_nothing_answers(hub_cache):
    """The Hub is taken to be at an address that swallows what is sent to it."""
    program = (
        "import socket; from dlfb_helpers.embedding.checkpoints import load_checkpoint;"
        "socket.getaddrinfo = socket.socket.connect = lambda *a, **k: 1 / 0;"
        "print(load_checkpoint('course-tests/tiny-esm', masked_lm=True).width)"
    )
    environment = os.environ | {"HF_ENDPOINT": "http://10.255.255.1"}
    environment.pop("HF_HUB_OFFLINE")
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.stdout == "16\n", done.stderr
    assert time.monotonic() - start < 30  # most of it imports; one attempt to connect would have raised
