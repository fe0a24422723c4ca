"""Fetch the runtime of the page "Try it", packed: ``python -m recipes.onnxruntime_web`` (needs npm; for maintainers).

Writes ``docs/try/onnxruntime``, which ``make site`` puts into the site; nobody who builds or reads it needs npm.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from base64 import b64encode
from hashlib import sha512
from pathlib import Path

from dlfb_helpers.files.manifest import write_manifest

VERSION = "1.30.0"
INTEGRITY = "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
"""Of the package, as npm's lock files have it."""

FILES = (
    "ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm",
    "ort.jspi.min.js", "ort-wasm-simd-threaded.jspi.mjs", "ort-wasm-simd-threaded.jspi.wasm",
)  # fmt: skip
"""The library, its loader and its program: for the processor, and for graphics cards, too."""
NOTICES = "ThirdPartyNotices.txt"
OUT = Path("docs/try/onnxruntime")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"onnxruntime-web@{VERSION}"], cwd=folder, check=True)
        (archive,) = Path(folder).glob("*.tgz")
        found = "sha512-" + b64encode(sha512(archive.read_bytes()).digest()).decode()
        if found != INTEGRITY:
            raise SystemExit(f"{archive.name} has the digest {found}, not {INTEGRITY}")
        with tarfile.open(archive) as members:
            for name in FILES:
                member = members.extractfile(f"package/dist/{name}")
                assert member is not None
                _keep(name, member.read())
        # What the runtime is made of stands in the same release for Python; the one for pages leaves it out.
        wanted = ["--no-deps", "--only-binary", ":all:", f"onnxruntime=={VERSION}"]
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *wanted], cwd=folder, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as parts:
            _keep(NOTICES, parts.read(f"onnxruntime/{NOTICES}"))
    write_manifest(OUT, what=f"onnxruntime-web {VERSION}, by recipes.onnxruntime_web", licence="MIT")


def _keep(name: str, content: bytes) -> None:
    (OUT / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    main()
