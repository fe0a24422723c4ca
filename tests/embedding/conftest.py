"""What the tests of this room share: a tiny model, and proteins of several lengths."""

import pytest

from dlfb_helpers.embedding.checkpoints import load_checkpoint

INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)


@pytest.fixture(scope="session")
def insulin():
    """Human insulin, 110 residues."""
    return INSULIN


@pytest.fixture(scope="session")
def proteins():
    """Six sequences of 1 to 500 residues, in no order."""
    return [INSULIN, "MALWM", "M", INSULIN[::-1], (INSULIN * 5)[:500], INSULIN[24:54]]


@pytest.fixture(scope="session")
def tiny(tiny_folder):
    """The tiny ESM-2, loaded."""
    return load_checkpoint(str(tiny_folder), device="cpu")
