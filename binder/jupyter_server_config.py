"""JupyterLab's server where memory is short: kernels that nobody uses give way. postBuild puts this into ~/.jupyter.

A session of mybinder.org has 2 GB, a kernel of the course takes up to 0.9, and nobody closes kernels. So one that has
been idle for half an hour is shut down; and sooner, the one idle longest first, when memory runs short. A kernel that
computes is left alone, and so is the last one that was used.
"""

import os
from pathlib import Path

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

c = get_config()  # noqa: F821  (Jupyter's own)


def children(process):
    """Return the processes that one has started, theirs included."""
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(word) for word in path.read_text().split()]
        except OSError:  # it has just ended
            continue
    return found + [further for child in found for further in children(child)]


def anonymous(process):
    """Return the bytes of a process that no file holds: no system takes them back before it ends."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    return 0


def taken():
    """Return the anonymous memory of this server and all that it has started, in bytes; 0 where no system tells."""
    total = 0
    for process in [os.getpid(), *children(os.getpid())]:
        try:
            total += anonymous(process)
        except OSError:  # it has just ended
            continue
    return total


class SparingKernelManager(AsyncMappingKernelManager):
    """Shuts idle kernels down when memory runs short, too."""

    limit = int(os.environ.get("MEM_LIMIT") or 2 * 2**30)
    """Bytes of the session; BinderHub says how many."""
    share = 0.55
    """Of it that is taken when idle kernels give way: the rest is for the one at work, and for files."""

    async def cull_kernels(self):
        """Look at all kernels, every `cull_interval` seconds."""
        await super().cull_kernels()
        by_use = sorted(self._kernels, key=lambda kernel_id: self._kernels[kernel_id].last_activity)
        for kernel_id in by_use[:-1]:
            if taken() < self.share * self.limit:
                break
            if self._kernels[kernel_id].execution_state == "idle":
                self.log.warning("Memory runs short: shutting down kernel %s, idle longest", kernel_id)
                await self.shutdown_kernel(kernel_id)


c.ServerApp.kernel_manager_class = SparingKernelManager
c.MappingKernelManager.cull_idle_timeout = 1800  # seconds
c.MappingKernelManager.cull_interval = 2
c.MappingKernelManager.cull_connected = True  # a page left open is a connection
