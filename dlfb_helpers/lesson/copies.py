"""A learner's own copy of the chapters, which solved exercises change and a newer release of the course does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path

from dlfb_helpers.files.atomic import write_atomically
from dlfb_helpers.files.homes import use_writable_homes
from dlfb_helpers.lesson.pages import CHAPTER_NAME

ROOT = Path(__file__).parents[2]
IN_WHEEL = "share/dlfb/chapters"
RECORD = ".laid_out.json"
PARTS = ("*.ipynb", "*.md", "*.fasta", "images/*", "solutions/*.ipynb")


def own_chapters() -> Path:
    """Return the folder of the course's chapters: of the checkout, or of what was installed.

    Raises
    ------
    FileNotFoundError
        If neither is there.
    """
    if is_checkout():
        return ROOT / "chapters"
    try:
        installed = [file for file in files("dlfb-helpers") or [] if file.match(f"{IN_WHEEL}/*.ipynb")]
    except PackageNotFoundError:
        installed = []
    places = [Path(str(file.locate())).resolve().parent for file in installed[:1]]
    for place in [*places, ROOT / IN_WHEEL]:  # the latter is where `pip install --target` puts them
        if place.is_dir():
            return place
    raise FileNotFoundError("the course's chapters are not installed; name their folder with --from")


def is_checkout() -> bool:
    """Say whether the package lies in a checkout of the course, its chapters beside it."""
    return (ROOT / "chapters" / "source").is_dir()


def course_file(name: str | Path) -> Path:
    """Return the path of a file that a chapter names: as it is, or else beside the course's chapters.

    So a chapter finds its example from whatever folder it is run in.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    try:
        beside = own_chapters() / path.name
    except FileNotFoundError:
        return path
    return beside if beside.is_file() else path


def first_notebook(folder: Path) -> Path:
    """Return the chapter that comes first in reading order: what opens.

    Raises
    ------
    FileNotFoundError
        If there is no chapter.
    """
    chapters = sorted(path for path in folder.glob("*.ipynb") if CHAPTER_NAME.fullmatch(path.stem))
    if not chapters:
        raise FileNotFoundError(f"{folder}: no chapters (NN_name.ipynb) are there")
    return chapters[0]


def lay_out(source: Path, folder: Path) -> str:
    """Copy the chapters, and what they name, from `source` into `folder`; return a sentence that says what was done.

    What has been changed in `folder` since it was laid out, as by solving an exercise, stays as it is; the rest is
    brought up to date.

    Raises
    ------
    FileNotFoundError
        If there are no chapters in `source`.
    ValueError
        If `folder` is `source`.
    """
    first_notebook(source)
    if folder.resolve() == source.resolve():
        raise ValueError(f"{folder} holds the course's chapters themselves; name another folder for a copy")
    record = _read_record(folder / RECORD)
    added = renewed = kept = 0
    for path in sorted(path for pattern in PARTS for path in source.glob(pattern)):
        name, content = path.relative_to(source).as_posix(), path.read_bytes()
        target, digest = folder / name, sha256(content).hexdigest()
        there = sha256(target.read_bytes()).hexdigest() if target.is_file() else None
        if there is not None and there not in (record.get(name), digest):
            kept += 1
            continue
        added, renewed = added + (there is None), renewed + (there not in (None, digest))
        if there != digest:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, content)
        record[name] = digest
    write_atomically(folder / RECORD, json.dumps(record, indent=1).encode())
    changed = f"; {renewed} brought up to date" if renewed else ""
    yours = f"; {kept} that you have changed stay as they are" if kept else ""
    return f"{folder}: {added} files added{changed}{yours}"


def _read_record(path: Path) -> dict[str, str]:
    """Return what was laid out: name -> SHA-256; nothing of a record that is missing or damaged."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def open_in_jupyterlab(notebook: Path, options: list[str]) -> int:
    """Open a notebook in JupyterLab, without news or questions, until it is ended; return its exit status.

    From within the checkout its root is served, so that the 3D views find their script there.

    Raises
    ------
    FileNotFoundError
        If JupyterLab is not installed.
    """
    if find_spec("jupyterlab") is None:
        raise FileNotFoundError(f"JupyterLab is not installed: pip install jupyterlab, or open {notebook} elsewhere")
    use_writable_homes()
    notebook = notebook.resolve()
    root = ROOT if is_checkout() and notebook.is_relative_to(ROOT) else notebook.parent
    quiet = ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", *quiet, *options, str(notebook)]
    return subprocess.call(command, env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"})
