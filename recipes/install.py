"""Make the course's environment: ``python3 recipes/install.py`` (what every target of the Makefile does first).

Needs nothing but Python, so that it works where make does not, as on Windows::

    python3 recipes/install.py                # what learners need
    python3 recipes/install.py --extra test   # and what the tests need

A line a step; what pip says goes into ``install.log`` in the environment.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 11), (3, 13)
CPU_INDEX = "https://download.pytorch.org/whl/cpu"  # PyTorch's own; PyPI's builds for Linux bring gigabytes of CUDA
# Headers and test programs within the packages, 0.4 GB: nothing here compiles against them.
NOT_NEEDED = ("tensorflow/include", "torch/include", "torch/test")
PACKAGES = {"": 125, "test": 205}  # about as many as pip collects, for the share that is done


class InstallError(Exception):
    """The environment cannot be made; the text says why, and what to do."""


def version_refused(version, name):
    """Return why a Python will not do, or None if it will."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return None
    found = ".".join(map(str, version[:3]))
    why = "" if version < OLDEST else ", for which TensorFlow and pyopal have no releases yet"
    there = [name for name in map("python3.{}".format, range(NEWEST[1], OLDEST[1] - 1, -1)) if runs(name)]
    remedy = f"{there[0]} is here: take it" if there else "install one of them, and name it"
    another = there[0] if there else "python3.12"
    return (
        f"The course needs Python 3.11, 3.12 or 3.13; {name} is {found}{why}. "
        f"{remedy}, as in `make course PYTHON={another}` or `{another} recipes/install.py`."
    )


def runs(name):
    """Say whether there is a program of this name, and not only a stand-in for one that is not installed."""
    program = shutil.which(name)
    return bool(program) and subprocess.run([program, "-c", ""], capture_output=True).returncode == 0


def has_gpu():
    """Say whether there is a GPU of NVIDIA that PyTorch could use."""
    program = shutil.which("nvidia-smi")
    return bool(program) and subprocess.run([program, "-L"], capture_output=True).returncode == 0


def wants_cpu_torch():
    """Say whether PyPI's PyTorch would bring CUDA for nothing: on Linux, without a GPU."""
    return sys.platform == "linux" and not has_gpu()


def python_of(folder):
    """Return the Python of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pinned(name):
    """Return ``name==release`` as constraints.txt has it."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return re.search(rf"^{name}==\S+$", text, re.MULTILINE)[0]


class Pip:
    """Run pip in an environment, everything that it says written to a log."""

    def __init__(self, folder):
        self.folder, self.log = folder, folder / "install.log"
        self.log.write_text("", encoding="utf-8")

    def install(self, *words, told=None, of=0):
        """Run ``pip install``; show on a terminal how far it is; return whether it worked."""
        command = [str(python_of(self.folder)), "-m", "pip", "install", "--disable-pip-version-check"]
        # What is imported is compiled then; all of it would be half a gigabyte that nobody reads.
        command += ["--no-compile", "--progress-bar", "off", *words]
        done, began = 0, time.monotonic()
        with open(self.log, "a", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=ROOT
            )
            for line in process.stdout:
                log.write(line)
                if line.startswith(("Collecting ", "Requirement already satisfied")) and told and sys.stdout.isatty():
                    done = min(done + 1, of - 1)
                    left = (time.monotonic() - began) / done * (of - done) / 60
                    print(f"\r{told}: {done} of {of}, about {left:.0f} minutes left ", end="", flush=True)
            return process.wait() == 0

    def last_words(self):
        """Return the errors of the log, or its last lines."""
        lines = [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.strip()]
        errors = [line.strip() for line in lines if line.strip().startswith("ERROR")]
        return "\n".join(errors[-4:] or lines[-4:])


def install(folder, extra):
    """Make the environment in `folder`, or bring it up to date.

    Raises
    ------
    InstallError
        If Python makes no environment, or pip cannot install.
    """
    began, python = time.monotonic(), python_of(folder)
    try:
        usable = subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True).returncode == 0
    except OSError:  # there is none yet, or it was moved
        usable = False
    if not usable:
        print(f"1 of 3  Python {sys.version.split()[0]} makes the environment {folder.name}", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], capture_output=True, text=True)
        if made.returncode:
            raise InstallError(f"{(made.stdout + made.stderr).strip()}\nPython could not make {folder}")
    pip = Pip(folder)
    has_torch = subprocess.run([str(python), "-c", "import torch"], capture_output=True).returncode == 0
    if wants_cpu_torch() and not has_torch:
        print("2 of 3  PyTorch for CPUs, as no GPU was found; 0.2 GB to fetch", flush=True)
        here = ("--no-deps", "--retries", "1", "--timeout", "15", "--index-url", CPU_INDEX)
        if not pip.install(*here, pinned("torch")):
            print("        PyTorch's own index is out of reach: PyPI's comes next, with CUDA, 5 GB more", flush=True)
    what = f"the course{' and what its tests need' if extra else ''}"
    told = f"3 of 3  {what}"
    print(f"{told}; 1 GB to fetch, some minutes", end="" if sys.stdout.isatty() else "\n", flush=True)
    target = f".[{extra}]" if extra else "."
    if not pip.install("-c", "constraints.txt", "-e", target, told=told, of=PACKAGES[extra]):
        raise InstallError(f"\n{pip.last_words()}\npip could not install {what}; all it said is in {pip.log}")
    for place in NOT_NEEDED:
        for found in folder.glob(f"[Ll]ib*/**/site-packages/{place}"):
            shutil.rmtree(found, ignore_errors=True)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    minutes = (time.monotonic() - began) / 60
    print(f"{os.linesep if sys.stdout.isatty() else ''}installed in {minutes:.1f} minutes: {size / 1e9:.1f} GB")


def main(arguments=None):
    """Run the command line; return 0, 1 if the environment cannot be made, 2 if this Python will not do."""
    parser = argparse.ArgumentParser(prog="python3 recipes/install.py", description=__doc__.partition("\n")[0])
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="folder of the environment (.venv)")
    parser.add_argument("--extra", choices=sorted(PACKAGES), default="", help="test: also what the tests need")
    options = parser.parse_args(arguments)
    refused = version_refused(sys.version_info, sys.executable)
    if refused:
        print(refused, file=sys.stderr)
        return 2
    try:
        install(options.venv, options.extra)
    except (InstallError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: the next run goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
