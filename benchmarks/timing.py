"""What every benchmark shares: interleaved repeats, peak memory of a process of its own, and what the machine can do.

``python -m benchmarks.timing MODULE:FUNCTION`` calls one function and prints the peak memory of its process: that is
how `peak_memory` measures.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("numpy", "scikit-learn", "torch", "transformers", "jax", "flax", "optax", "tensorflow", "cafaeval")


class Timing(NamedTuple):
    """Wall-clock seconds of one way: its first call, and all that came after."""

    first: float
    """With what is done once only, such as compiling."""
    repeats: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.repeats)

    def __str__(self) -> str:
        return f"{self.median:.3g} s ({min(self.repeats):.3g} to {max(self.repeats):.3g})"


def interleaved(ways: Mapping[str, Callable[[], object]], repeats: int = 5) -> dict[str, Timing]:
    """Time several ways of doing the same, in turns: what slows the machine for a while slows all of them.

    Parameters
    ----------
    ways
        Functions without arguments, by name. Each must return finished results: JAX hands out arrays that are still
        being computed, so a way ends with `jax.block_until_ready` or with numpy arrays.
    repeats
        Rounds after the first call of each.

    Returns
    -------
    dict of str to Timing
        In seconds, under the same names.
    """
    first = {name: _seconds(way) for name, way in ways.items()}
    rounds = [{name: _seconds(way) for name, way in ways.items()} for _ in range(repeats)]
    return {name: Timing(first[name], tuple(seconds[name] for seconds in rounds)) for name in ways}


def _seconds(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def peak_memory(target: str, *arguments: str) -> float:
    """Peak resident memory, in MiB, of a fresh process that calls one function and ends.

    Parameters
    ----------
    target
        ``"package.module:function"``, importable from the root of the repository.
    arguments
        Strings that the function is called with.

    Raises
    ------
    RuntimeError
        If the process fails; the message ends with what it wrote to stderr.
    """
    command = [sys.executable, "-m", "benchmarks.timing", target, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return float(done.stdout.split()[-1])


def own_peak() -> float:
    """Peak resident memory of this process, MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: on Linux a new process inherits the peak of the one that started it.
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line[:6] == "VmHWM:") / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes


def peak_gflops(size: int = 2048, repeats: int = 25) -> float:
    """Best rate of a float32 matrix product on this machine, in GFLOP/s: the ceiling for any network."""
    import torch

    left, right = torch.randn(size, size), torch.randn(size, size)
    timing = interleaved({"product": lambda: left @ right}, repeats)["product"]
    return 2 * size**3 / min(timing.repeats) / 1e9


def machine() -> str:
    """Processor, cores this process may use, memory and system, in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {cores} cores, {memory:.0f} GiB, {platform.system()}"


def versions() -> str:
    """Python and the packages that the timings depend on, in one line."""
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {_release(name)}" for name in PACKAGES)])


def _release(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # on Linux it is the build without CUDA
        return version(f"{name}-cpu")


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table: the first column text, the others numbers set right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [header, rule, *rows])


def main(target: str, *arguments: str) -> None:
    module, function = target.split(":")
    getattr(import_module(module), function)(*arguments)
    print(own_peak())


if __name__ == "__main__":
    main(*sys.argv[1:])
