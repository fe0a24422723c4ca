"""The line that says where a chapter can be opened, made from the address in pyproject.toml, and its place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from nbformat import NotebookNode

PLACEHOLDER = "OWNER/REPO"
BRANCH = "main"


def repository(pyproject: Path) -> str | None:
    """Return ``owner/name`` from ``[project.urls] Repository``, or None while it is missing or says OWNER/REPO.

    Raises
    ------
    ValueError
        If the address is not one of GitHub, which Binder's and Colab's addresses are made from.
    """
    urls = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"].get("urls", {})
    address = urls.get("Repository", f"https://github.com/{PLACEHOLDER}")
    if not (found := re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", address)):
        raise ValueError(
            f"{pyproject}: under [project.urls], Repository is {address!r}; "
            "write it as https://github.com/owner/name, which Binder and Colab can open"
        )
    return None if found[1] == PLACEHOLDER else found[1]


def launch_line(repository: str | None, name: str) -> str:
    """Return the Markdown line that stands at the top of the chapter `name` (``NN_word``)."""
    binder, colab = "Binder", "Colab"
    if repository:
        path = f"chapters/{name}.ipynb"
        binder = f"[Binder](https://mybinder.org/v2/gh/{repository}/{BRANCH}?urlpath=lab/tree/{path})"
        colab = f"[Colab](https://colab.research.google.com/github/{repository}/blob/{BRANCH}/{path})"
    # Without an address the two stay plain words, and the line says what they wait for.
    missing = "" if repository else " (both once `pyproject.toml` names the repository)"
    return (
        "{.launch}\n"
        f"Open in {binder} · {colab}{missing} · JupyterLab: {{download}}`download </downloads/{name}.ipynb>` or "
        "[`make lab`](#start)"
    )


def insert_under_title(notebook: NotebookNode, line: str) -> None:
    """Put a paragraph under the title in the first cell, in place."""
    opening = notebook.cells[0]
    opening.source = re.sub(
        r"^# .+$", lambda title: f"{title[0]}\n\n{line}", opening.source, count=1, flags=re.MULTILINE
    )
