"""Measure everything and write benchmarks/RESULTS.md: ``python -m benchmarks [embedding] [training] ...``.

With names, only those sections are measured anew; the others stay as they are in the file.
"""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path

from benchmarks import timing
from dlfb_helpers.files.atomic import write_atomically

MODULES = ("course", "embedding", "training", "seeds", "metrics", "memory", "full_size", "search")
RESULTS = Path(__file__).parent / "RESULTS.md"
MARK = "<!-- section: {} -->\n"


def sections(text: str) -> dict[str, str]:
    """The sections of a results file by the name of the module that measured each."""
    pieces = re.split(r"<!-- section: (\w+) -->\n", text)
    return {name: section.strip() + "\n" for name, section in zip(pieces[1::2], pieces[2::2])}


def assemble(measured: dict[str, str], peak: float) -> str:
    """The results file: what it was measured on, the sections in the order of `MODULES`, then those kept as text."""
    kept = [name for name in measured if name not in MODULES]
    head = f"""# Benchmarks

Measured by `.venv/bin/python -m benchmarks`, which writes this file. Timings are wall-clock seconds; the ways in a table
take turns, so that what slows the machine for a while slows all of them.

- Machine: {timing.machine()}; a float32 matrix product reaches {peak:.0f} GFLOP/s
- Packages: {timing.versions()}
"""
    return "\n".join([head, *(MARK.format(name) + measured[name] for name in (*MODULES, *kept) if name in measured)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", choices=(*MODULES, "all"), default="all", help="sections to measure")
    arguments = parser.parse_args()
    measured = sections(RESULTS.read_text()) if RESULTS.exists() else {}
    peak = timing.peak_gflops()
    for name in MODULES if "all" in arguments.modules else arguments.modules:
        print(f"{name} ...", flush=True)
        measured[name] = import_module(f"benchmarks.{name}").measure()
        write_atomically(RESULTS, assemble(measured, peak).encode())  # after each: an interrupted run keeps the others


if __name__ == "__main__":
    main()
