"""The memory of a kernel: what a cell has freed goes back to the system, for the next cell and the next kernel."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

M_MMAP_THRESHOLD = -3
LARGE = 2**18
"""Bytes of a block that goes back to the system as soon as it is free; glibc's own bound can rise a hundredfold."""


def anonymous_memory(process: int | str = "self") -> float | None:
    """Return the anonymous memory of a process, 10^6 bytes: what no file holds and only its end gives back.

    None where the system does not tell, or the process is gone.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("RssAnon:")), None)


def give_back() -> None:
    """Give what is free back to the system; allocators keep it otherwise, tables of text a hundred megabytes of it."""
    pa.default_memory_pool().release_unused()  # that of the system: glibc's heap as a whole


def spare(shell: Any) -> None:
    """Have an IPython shell do so after every cell, and large blocks go back within one."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):  # musl's has none
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
    pa.set_memory_pool(pa.system_memory_pool())
    shell.events.register("post_run_cell", lambda result: give_back())


def spare_this_kernel() -> None:
    """Do so in the shell that runs this, if it is one; called when a chapter imports this room."""
    if (ipython := sys.modules.get("IPython")) and (shell := ipython.get_ipython()):
        spare(shell)
