"""Parameters that papermill injects: a misspelt one stops the notebook, where papermill itself only warns."""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Collection
from typing import Any

INJECTED = "# Parameters\n"
"""How papermill begins the cell that it puts behind a chapter's parameters."""


def check_injected(lines: list[str], known: Collection[str]) -> None:
    """Raise a ValueError if lines are a cell of papermill's that sets a name which is none of the `known`."""
    if not lines or lines[0] != INJECTED:
        return
    statements = [node for node in ast.parse("".join(lines)).body if isinstance(node, ast.Assign)]
    names = [target.id for node in statements for target in node.targets if isinstance(target, ast.Name)]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            meant = f"; did you mean {close[0]}?" if close else ""
            raise ValueError(f"this chapter has no parameter {name}; there are {', '.join(sorted(known))}{meant}")


def watch(shell: Any) -> None:
    """Have an IPython shell refuse such a cell; the chapter's own parameters are the plain values set before it."""

    def refuse_unknown(lines: list[str]) -> list[str]:
        plain = (str, int, float, bool, list, tuple, dict, type(None))
        values = {name: value for name, value in shell.user_ns.items() if not name.startswith("_")}
        check_injected(lines, [name for name in values if isinstance(values[name], plain) and name not in _OF_IPYTHON])
        return lines

    refuse_unknown.has_side_effects = True  # type: ignore[attr-defined]  # not to be tried on half-written cells
    shell.input_transformers_post.append(refuse_unknown)


_OF_IPYTHON = {"In", "Out"}


def watch_this_kernel() -> None:
    """Do so in the shell that runs this, if it is one; called when a chapter imports this room."""
    if (ipython := sys.modules.get("IPython")) and (shell := ipython.get_ipython()):
        watch(shell)
