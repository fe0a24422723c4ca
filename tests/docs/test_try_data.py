"""What the page "Try it" loads, and what it says of itself."""

from __future__ import annotations

import gzip
import importlib
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from dlfb_helpers.cli.page_data import ASPECTS
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.manifest import verify
from dlfb_helpers.predictors.evidence import SEEN
from recipes.onnxruntime_web import FILES, VERSION

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data():
    sys.path.insert(0, str(ROOT / "docs"))
    yield importlib.import_module("try_data")
    sys.path.remove(str(ROOT / "docs"))


@pytest.fixture(scope="module")
def text():
    return (ROOT / "docs" / "try_it.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [0, 1, 14, 15, 16, 1_500_000, 1_500_001])
def test_letters_hold_the_bytes(data, size):
    content = np.random.default_rng(size).bytes(size)
    letters = np.frombuffer(data.as_letters(content).encode("utf-16-le"), "<u2") - data.FIRST_LETTER
    bits = (letters[:, None] >> np.arange(data.BITS)[::-1]) & 1
    assert np.packbits(bits.astype(np.uint8).ravel()).tobytes()[:size] == content
    assert len(letters) == -(-8 * size // data.BITS) and (letters < 2**data.BITS).all()


def test_no_letter_can_end_a_text():
    """The range holds no quote, backslash, line end, byte order mark or half of a pair."""
    first, last = 0x3400, 0x3400 + 2**15 - 1
    assert not any(first <= ord(letter) <= last for letter in '"\\\n\r\u2028\u2029\ufeff\0') and last < 0xD800


def test_halves_are_put_apart(data):
    content = bytes([1, 10, 2, 20, 3, 30])
    assert gzip.decompress(data.packed(content, halves=True).content) == bytes([1, 2, 3, 10, 20, 30])
    assert data.packed(content) == data.packed(content)


def test_the_runtime_is_what_was_fetched(data):
    manifest = verify(data.TRY / "onnxruntime", "fetch it again")
    assert {f"{name}.gz" for name in FILES} <= set(manifest["files"])
    for library, begin in data.RUNTIMES.values():
        assert {library, f"{begin}.mjs", f"{begin}.wasm"} <= set(FILES)
        packed = (data.TRY / "onnxruntime" / f"{library}.gz").read_bytes()
        assert f"v{VERSION}" in gzip.decompress(packed).decode()[:200]
    assert VERSION in (ROOT / "docs" / "try_it.md").read_text(encoding="utf-8")


def test_the_page_knows_the_packages_words(text):
    settings = json.loads(re.search(r'id="settings">(.*?)</script>', text, re.DOTALL)[1])
    assert settings == {"seen": SEEN, "aspects": [list(pair) for pair in ASPECTS.items()], "thresholds": {}}


def test_the_page_says_what_was_measured(text):
    measured = json.loads((bundled_folder("light") / "light.json").read_text(encoding="utf-8"))
    rows = {cells[0].strip(): cells[1:] for line in text.splitlines() if len(cells := line.split("|")[1:-1]) == 4}
    names = {"functions that the course teaches": "MFO, the course's terms", "functions": "MFO", "processes": "BPO",
             "components": "CCO"}  # fmt: skip
    for row, name in names.items():
        proteins, *areas = rows[row]
        wanted = [measured[kind][name]["auprc"]["mean"] for kind in ("light", "shipped")]
        assert int(proteins) == measured["light"][name]["proteins"] == measured["shipped"][name]["proteins"]
        np.testing.assert_allclose([float(area) for area in areas], wanted, rtol=0, atol=0.00501)
    assert f"of {measured['similar']:.2f} or more" in " ".join(text.split())
    assert f"in {100 * measured['similar agrees']:.0f} of 100 cases" in " ".join(text.split())
