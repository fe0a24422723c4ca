"""From an executed chapter to what a page shows of it, for the pages of ``make course`` and for the site alike.

Cells for other places go; solutions stand, folded, under the exercises that they solve, and cells that only make the
page are folded too; a figure carries its description and stays legible on a telephone; columns of numbers are marked.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

from jinja2 import Template

from dlfb_helpers.lesson.play.page import KEY, on_page

if TYPE_CHECKING:  # its schemas take 20 MB, which a chapter that shows a figure does not need
    from nbformat import NotebookNode

PROMPTS = {"hide-cell": ("Show the solution", "Hide the solution"), "hide-input": ("Show the code", "Hide the code")}
"""What unfolds and folds a cell, by the tag that says which part of it is folded."""

LEGIBLE = 0.75
"""A figure is shown at least this large: its smallest words, 12 pixels high, keep 8, and what is wider scrolls."""

_PICTURE = Template(
    '<img class="figure" src="data:image/png;base64,{{ source }}" alt="{{ alt }}"'
    '{% if width %} width="{{ width }}" style="min-width: {{ (width * legible) | round | int }}px"{% endif %}>',
    autoescape=True,
)
_TABLE = re.compile(r'<table\b[^>]*class="dataframe".*?</table>', re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_HEAD_CELL = re.compile(r"<th>(.*?)</th>", re.DOTALL)
_BODY_CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
_NUMBER = re.compile(r"[-−+]?(?:\d[\d,]*)?\.?\d+(?:e[-+]?\d+)?(?: ?%)?|NaN|None|nan|[-–—]?|\.\.\.")


def shown(notebook: NotebookNode, solutions: NotebookNode | None = None) -> NotebookNode:
    """Return an executed chapter as a page shows it.

    Parameters
    ----------
    notebook : NotebookNode
        The learner's.
    solutions : NotebookNode, optional
        The same chapter with cells tagged ``solution`` in place of those tagged ``exercise``. Their outputs go where
        the chapter was executed with parameters of the reader's own, which the solutions were not.
    """
    result = copy.deepcopy(notebook)
    if solutions is not None:
        added = copy.deepcopy(solutions.cells)
        if any(tagged(cell, "injected-parameters") for cell in result.cells):
            for cell in added:
                cell.update({"outputs": []} if cell.cell_type == "code" else {})
        result.cells = with_solutions(result.cells, added)
    result.cells = [cell for cell in result.cells if not tagged(cell, "remove-cell")]
    for cell in result.cells:
        fold(cell)
        for output in cell.get("outputs", []):
            _make_readable(output)
    return result


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Say whether a cell has a tag."""
    return tag in cell.metadata.get("tags", [])


def with_solutions(learner: list[NotebookNode], solutions: list[NotebookNode]) -> list[NotebookNode]:
    """Return the learner's cells with those tagged ``solution`` after the exercise that they solve.

    Both are written from one source, and a cell's id is its place there: solutions stand where the exercises do,
    after the same cell. Whatever else a learner has changed stays as it is.
    """
    groups: dict[str, list[NotebookNode]] = {}  # by the cell before them
    before = ""
    for cell in solutions:
        if tagged(cell, "solution"):
            groups.setdefault(before, []).append(cell)
        else:
            before = cell.id
    merged: list[NotebookNode] = []
    waiting: list[NotebookNode] = []
    for cell in learner:
        if not tagged(cell, "exercise"):
            merged, waiting = [*merged, *waiting], groups.get(cell.id, [])
        merged.append(cell)
    return [*merged, *waiting]


def fold(cell: NotebookNode) -> None:
    """Mark, in place, a solution as folded; what is folded says with which words, where MyST-NB looks for them."""
    if tagged(cell, "solution"):
        cell.metadata["tags"] = [*cell.metadata["tags"], "hide-cell"]
    for tag, (show, hide) in PROMPTS.items():
        if tagged(cell, tag):
            cell.metadata["mystnb"] = {"code_prompt_show": show, "code_prompt_hide": hide}
            break


def picture(source: str, alt: str, width: int | None = None) -> str:
    """Return the HTML of a PNG in base64 with its description, `width` pixels wide where there is room."""
    return _PICTURE.render(source=source, alt=alt, width=width, legible=LEGIBLE)


def _make_readable(output: NotebookNode) -> None:
    """Turn, in place, a figure into HTML that carries its description or can be played with; mark a table's numbers."""
    data = output.get("data", {})
    if (source := data.get("image/png")) is not None:
        about = output.metadata.get("image/png", {})
        html = picture("".join(source.split()), about.get("alt", ""), about.get("width"))
        to_play = output.metadata.get(KEY)
        output.data = {"text/html": on_page(html, **to_play) if to_play else html}
        output.metadata = {}
    elif "text/html" in data:
        data["text/html"] = _TABLE.sub(lambda table: mark_numbers(table[0]), data["text/html"])


def mark_numbers(table: str) -> str:
    """Return a table as pandas writes it with ``class="number"`` on the columns that hold nothing but numbers."""
    head, body_tag, body = table.partition("<tbody>")
    rows = [[text.strip() for text in _BODY_CELL.findall(row)] for row in _ROW.findall(body)]
    width = max(map(len, rows), default=0)
    if any(len(row) != width for row in rows):
        return table
    numbers = [
        all(map(_NUMBER.fullmatch, column)) and any(re.search(r"\d", text) for text in column) for column in zip(*rows)
    ]

    def marked(row: str, cell: re.Pattern) -> str:
        # The cells of the index, where it has names in the head, come before those of the columns.
        marks = iter([False] * (len(cell.findall(row)) - width) + numbers)
        return cell.sub(lambda found: found[0].replace(">", ' class="number">', 1) if next(marks) else found[0], row)

    head = _ROW.sub(lambda row: row[0] if "colspan" in row[0] else marked(row[0], _HEAD_CELL), head)
    return head + body_tag + _ROW.sub(lambda row: marked(row[0], _BODY_CELL), body)
