"""Tab-separated text as people have it: with a heading or without, quoted or not, from any system; cells are text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from pyarrow import csv as pa_csv

from dlfb_helpers.files.packed import AnyPath, as_path, clear_errors, opened
from dlfb_helpers.files.shown import shown


@dataclass(frozen=True)
class Layout:
    """Where in a line the cells are.

    Attributes
    ----------
    columns : Mapping of str to int
        Name of a column -> its place in a line, from 0.
    heading : bool
        Whether the first line names the columns.
    ragged : bool
        Whether lines may end before their last cells, as in the Gene Ontology's own formats.
    needed : tuple of str
        Columns of which no cell may be empty.
    """

    columns: Mapping[str, int]
    heading: bool
    ragged: bool = False
    needed: tuple[str, ...] = ()


class Table:
    """A file's cells.

    Attributes
    ----------
    rows : pandas.DataFrame
        The columns that a layout names, as text without spaces at either end.
    layout : Layout
        Where they were.
    """

    def __init__(self, path: str | AnyPath, layout_of: Callable[[list[str]], Layout | None], wanted: str) -> None:
        """Read a file.

        Parameters
        ----------
        path
            Plain or compressed, as `opened` has it.
        layout_of
            Takes the cells of the first line; returns None if they make no sense.
        wanted
            For the message: what the first line has to be.

        Raises
        ------
        ValueError
            If the layout is not known, a line has too many or too few cells, or a needed one is empty; names file and
            line.
        FileNotFoundError, IsADirectoryError, PermissionError, OSError
            As `opened`.
        """
        self.path = as_path(path)
        with opened(self.path) as handle, clear_errors(self.path):
            self._content = _as_utf8(handle.read())
        self._check_letters()
        number, line = next(self._lines(), (1, b""))
        with clear_errors(self.path):
            first = next(csv.reader([line.decode().rstrip("\r\n")], delimiter="\t"), [""])
        layout = layout_of([cell.strip() for cell in first])
        if layout is None:
            found = f"found {shown(', '.join(first), 200)}; the first line has to name the columns, separated by tabs"
            raise ValueError(f"{self.path}, line {number}: no {wanted}; {found}")
        self.layout = layout
        self._skipped = number - 1 + layout.heading
        quoted = b'"' in line
        self.rows = self._ragged() if layout.ragged else self._uniform(len(first), quoted)
        for column in self.rows:
            self._tidy(column)

    def where(self, row: int) -> str:
        """Say where a row is: its file and line."""
        lines = (number for number, _ in self._lines() if number > self._skipped)
        return f"{self.path}, line {next(line for place, line in enumerate(lines) if place == row)}"

    def refuse(self, column: str, value: str, wanted: str) -> ValueError:
        """Return the error of the first cell of a column that holds `value`."""
        row = int((self.rows[column] == value).to_numpy().argmax())
        return ValueError(f"{self.where(row)}: {column} is '{shown(value)}'; {wanted} is needed")

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield number and text of each line that holds something and is no comment."""
        for number, line in enumerate(io.BytesIO(self._content), 1):
            if line.strip() and not line.startswith(b"!"):
                yield number, line

    def _check_letters(self) -> None:
        try:
            if not self._content.isascii():
                self._content.decode()
        except UnicodeDecodeError as error:
            line = self._content.count(b"\n", 0, error.start) + 1
            found = f"byte {self._content[error.start]:#x} is not UTF-8 text"
            raise ValueError(f"{self.path}, line {line}: {found}; save the file in UTF-8") from error

    def _uniform(self, cells: int, quoted: bool) -> pd.DataFrame:
        def judge(row: pa_csv.InvalidRow) -> str:
            if not row.text.strip() or row.text.startswith("!"):
                return "skip"
            wrong.append((row.text, row.actual_columns))
            return "error"

        wrong: list[tuple[str, int]] = []
        names = [str(place) for place in range(cells)]
        places = {str(place): column for column, place in self.layout.columns.items()}
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(self._content),
                pa_csv.ReadOptions(use_threads=False, column_names=names, skip_rows=self._skipped),
                pa_csv.ParseOptions(
                    delimiter="\t",
                    quote_char='"' if quoted else False,
                    invalid_row_handler=judge,
                    newlines_in_values=False,
                ),
                pa_csv.ConvertOptions(
                    include_columns=list(places),
                    column_types=dict.fromkeys(names, pa.large_string()),
                    strings_can_be_null=False,
                ),
            )
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            if not wrong:
                found = shown(error, 200)
                raise ValueError(f"{self.path}: {found}; every line needs {cells} tab-separated cells") from error
            text, count = wrong[0]
            first = text.partition("\n")[0].encode()  # a quoted cell may have several lines
            where = next((f", line {number}" for number, raw in self._lines() if raw.rstrip(b"\n") == first), "")
            needed = f"found {count} cells; every line needs {cells} tab-separated cells"
            raise ValueError(f"{self.path}{where}: {needed}") from error
        return table.rename_columns(list(places.values())).to_pandas(split_blocks=True, self_destruct=True)

    def _ragged(self) -> pd.DataFrame:
        columns = self.layout.columns
        missing = [""] * (max(columns.values()) + 1)
        with clear_errors(self.path):
            lines = (line.decode().rstrip("\r\n").split("\t") + missing for _, line in self._lines())
            rows = [[cells[place] for place in columns.values()] for cells in lines]
        return pd.DataFrame(rows, columns=list(columns), dtype=str)

    def _tidy(self, column: str) -> None:
        """Take spaces at the ends of cells away, and see that those that are needed can be read."""
        values = pd.Series(self.rows[column].unique())  # of five million rows some thousands
        if (values != values.str.strip()).any():
            self.rows[column] = self.rows[column].str.strip()
            values = pd.Series(self.rows[column].unique())
        if column in self.layout.needed:
            for value in values:
                if value == "":
                    row = int((self.rows[column] == "").to_numpy().argmax())
                    raise ValueError(f"{self.where(row)}: the cell under {column} is empty")
                if not value.isprintable():
                    raise self.refuse(column, value, "text without characters that cannot be seen")


def _as_utf8(content: bytes) -> bytes:
    """Take away a byte order mark, or translate what Excel calls Unicode text, and the line ends of old."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16").encode()
    if b"\r" in content:  # what reads the cells ends a line at each, too
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content.removeprefix(codecs.BOM_UTF8)
