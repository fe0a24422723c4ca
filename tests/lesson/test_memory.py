"""What a cell has freed goes back to the system; anonymous memory counts what no file holds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dlfb_helpers.lesson.memory import anonymous_memory

needs_proc = pytest.mark.skipif(anonymous_memory() is None, reason="the system does not tell anonymous memory")

# In a process of its own: a test's may free at any moment what earlier tests left.
KEPT = """
import numpy as np
from dlfb_helpers.lesson.memory import anonymous_memory
before = anonymous_memory()
kept = np.ones(50_000_000, dtype=np.uint8)
print(round(anonymous_memory() - before), len(kept))
"""

# A hundred megabytes of small pieces, the last of which stays: no allocator gives them back unasked.
CELLS = """
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
{first}
held = lambda: int(Path("/proc/self/status").read_text().partition("RssAnon:")[2].split()[0]) / 1000
shell.run_cell("pieces = [bytes(1000) for _ in range(100_000)]; last = bytes(1000)")
before = held()
shell.run_cell("del pieces")
print(round(before - held()))
"""

# Ninety megabytes in large pieces, after a freed one has moved glibc's bound, and smaller ones between that stay.
WITHIN = """
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
{first}
held = lambda: int(Path("/proc/self/status").read_text().partition("RssAnon:")[2].split()[0]) / 1000
shell.push({{"held": held}})
shell.run_cell('''
b"x" * 1_000_000
pieces, between = zip(*[(b"x" * 900_000, b"x" * 90_000) for _ in range(100)])
before = held()
del pieces
print(round(before - held()))
''')
"""


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@needs_proc
def test_it_counts_what_no_file_holds():
    more, _ = run(KEPT).split()
    assert int(more) == pytest.approx(50, abs=5)
    assert anonymous_memory(2**30) is None


@needs_proc
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how glibc keeps memory")
@pytest.mark.parametrize(
    ("first", "least", "most"),
    [("import dlfb_helpers.lesson", 90, 120), ("", -10, 50)],
    ids=["in a chapter, which imports the room", "elsewhere"],
)
def test_what_a_cell_has_freed_is_given_back(first, least, most):
    assert least <= int(run(CELLS.format(first=first))) <= most


@needs_proc
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how glibc keeps memory")
@pytest.mark.parametrize(("first", "least", "most"), [("import dlfb_helpers.lesson", 80, 100), ("", -10, 40)])
def test_large_blocks_are_given_back_within_a_cell(first, least, most):
    assert least <= int(run(WITHIN.format(first=first))) <= most
