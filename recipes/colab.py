"""Run every chapter as on Colab: ``python -m recipes.colab``, in an environment with the packages of ``.ci/colab.txt``.

The course is not installed there: each chapter's first cell installs it, from this checkout, and what Colab lacks. Only
the standard library and papermill are needed to begin with. Prints a line a chapter; exits with 1 if one failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Run the chapters whose names begin with one of the arguments, or all, from a folder that holds nothing else."""
    environment = os.environ | {"COLAB_RELEASE_TAG": "here", "DLFB_COURSE": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"}
    failed = 0
    with tempfile.TemporaryDirectory(prefix="content_") as content:
        for path in sorted((ROOT / "chapters").glob("[0-9]*.ipynb")):
            if arguments and not path.name.startswith(tuple(arguments)):
                continue
            began, output = time.monotonic(), Path(content, "executed.ipynb")
            command = [sys.executable, "-m", "papermill", "-k", "python3", "--no-progress-bar", "--log-level", "ERROR"]
            done = subprocess.run(
                [*command, str(path), str(output)], cwd=content, env=environment, capture_output=True, text=True
            )
            failed += done.returncode != 0
            said = "ok" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]
            print(f"{path.stem}: {time.monotonic() - began:.0f} s, {said}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
