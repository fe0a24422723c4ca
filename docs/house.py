"""The rooms of the package, from the contract in pyproject.toml: a table, a picture of their imports, the reference.

``python docs/house.py house.svg`` draws the picture alone.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tomllib
from collections import Counter
from pathlib import Path

import grimp
import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

PACKAGE = "dlfb_helpers"
ROOT = Path(__file__).parents[1]


def rooms() -> list[str]:
    """Return the rooms in the order of the data, as the contract that `make lint` holds lists them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (order,) = (contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    return order[::-1]


def purpose(room: str) -> str:
    """Return the first line of what a room says of itself."""
    return importlib.import_module(f"{PACKAGE}.{room}").__doc__.partition("\n")[0]


def modules(room: str) -> list[str]:
    """Return the names of a room's modules."""
    return sorted(module.name for module in pkgutil.iter_modules([ROOT / PACKAGE / room]) if module.name[0] != "_")


def room_imports() -> Counter[tuple[str, str]]:
    """Return how many modules of one room import from another: (who imports, from where) -> modules."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    room_of = {module: module.split(".")[1] for module in graph.modules if "." in module}
    pairs = {
        (module, room_of[other])
        for module in room_of
        for other in graph.find_modules_directly_imported_by(module)
        if other in room_of and room_of[other] != room_of[module]
    }
    return Counter((room_of[module], other) for module, other in pairs)


def room_table() -> str:
    """Return a Markdown table: a row a room, with what it holds, its modules and the rooms it imports from."""
    imports, order = room_imports(), rooms()
    rows = ["| room | holds | modules | imports from |", "|---|---|---|---|"]
    for room in order:
        names = ", ".join(f"{{py:mod}}`~{PACKAGE}.{room}.{name}`" for name in modules(room))
        below = ", ".join(other for other in order if (room, other) in imports)
        rows.append(f"| **{room}** | {purpose(room)} | {names} | {below} |")
    return "\n".join(rows) + "\n"


def reference_page() -> str:
    """Return the page of the reference: a section a room, a line a module."""
    parts = ["# Reference\n\nA room imports from those above it alone; [the house](house.md) shows which.\n"]
    for room in rooms():
        lines = "\n".join(f"   ~{PACKAGE}.{room}.{name}" for name in modules(room))
        parts.append(
            f"## {room}\n\n{purpose(room)}\n\n"
            f"```{{eval-rst}}\n.. autosummary::\n   :toctree: reference\n\n{lines}\n```\n"
        )
    return "\n".join(parts)


def draw(path: Path) -> None:
    """Draw who imports from where: a row a room, a column a room, in each cell the modules of the row that do."""
    order, imports = rooms(), room_imports()
    places = range(len(order))
    with matplotlib.rc_context({"svg.hashsalt": PACKAGE}):  # the same file each time
        figure = Figure(figsize=(7.6, 6), layout="constrained")
        axes = figure.subplots()
        table = np.array([[imports[room, other] for other in order] for room in order])
        axes.imshow(np.ma.masked_equal(table, 0), cmap="GnBu", vmin=0, vmax=1.6 * table.max())
        for row, column in zip(*table.nonzero()):
            axes.text(column, row, table[row, column], ha="center", va="center", size=11)
        for row in places:
            axes.add_patch(Rectangle((row - 0.5, row - 0.5), len(order) - row, 1, facecolor="0.93", edgecolor="none"))
            axes.text(row - 0.35, row, order[row], va="center", size=9, weight="bold")
        axes.text(len(order) - 1.6, 1.5, "no import runs back up", ha="right", color="0.35", size=11)
        axes.set_xticks(places, order, rotation=40, ha="right", size=10)
        axes.set_yticks(places, order, size=10)
        axes.set(xlabel="imports from this room", ylabel="modules of this room")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/house.py FILE.svg")
    draw(Path(sys.argv[1]))
