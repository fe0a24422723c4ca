"""Ways of a benchmark that need packages the project does without: a process of its own that works when it is told to.

The packages go into a folder under ``build/``, which only that process looks into; the project's environment stays.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.timing import ROOT, peak_of

FOLDER = ROOT / "build" / "benchmarks"
REQUIREMENTS = {
    "esm_cpp": ("esm-cpp==0.2.1", "numpy<2"),
    "runtimes": ("onnxruntime==1.32.0", "openvino==2026.4.1", "onnxscript==0.7.2", f"numpy=={np.__version__}"),
}
"""What is compared in RESULTS.md, at the releases that were compared."""


def install(name: str) -> Path:
    """Install one set of `REQUIREMENTS` with all it needs into a folder of its own, once; return the folder."""
    folder, stamp, requirements = FOLDER / name, FOLDER / name / "requirements.txt", REQUIREMENTS[name]
    if not stamp.exists() or stamp.read_text().split("\n") != list(requirements):
        uv = Path(sys.executable).with_name("uv")
        command = [uv, "pip", "install", "-q", "--python", sys.executable, "--target", folder, *requirements]
        subprocess.run(command, check=True)
        stamp.write_text("\n".join(requirements))
    return folder


class Worker:
    """A Python process that embeds once for each line it reads; calling it waits until it has.

    Parameters
    ----------
    script
        File of `benchmarks` that ends with `serve`, or does what that does.
    packages
        Folder of `install`.
    arguments
        Command line; the last is where the script saves its vectors after the first call.
    """

    def __init__(self, script: str, packages: Path, *arguments: str | Path) -> None:
        paths = os.pathsep.join(map(str, (packages, ROOT)))
        command = [sys.executable, str(ROOT / "benchmarks" / script), *map(str, arguments)]
        self._out = Path(arguments[-1])
        self._process = subprocess.Popen(
            command, env=os.environ | {"PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._expect("ready")

    def __call__(self) -> np.ndarray:
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self._expect("done")
        return np.load(self._out)

    def _expect(self, word: str) -> None:
        for line in self._process.stdout:
            if line.strip() == word:
                return
        raise RuntimeError(
            f"{' '.join(self._process.args[1:3])} ended with {self._process.wait()}: see its messages above"
        )

    def close(self) -> float:
        """End the process; return its peak resident memory in MiB."""
        peak = peak_of(self._process.pid)
        self._process.stdin.close()
        self._process.wait()
        return peak


def serve(embed, out: str) -> None:
    """The worker's side: embed once for each line of standard input; the first vectors go into a file."""
    print("ready", flush=True)
    for count, _ in enumerate(sys.stdin):
        vectors = embed()
        if not count:
            np.save(out, vectors)
        print("done", flush=True)
