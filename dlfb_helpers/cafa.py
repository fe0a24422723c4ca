"""The files of the CAFA challenge, read and checked: terms, sequences, taxonomy and the ontology.

The bundled course data, a folder and a zip file are read by the same code. Files are found by name at any
depth, plain or compressed, so that the archives of CAFA 5 and 6 can be used as they were downloaded.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import lzma
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from dlfb_helpers.amino_acids import AMINO_ACIDS, OTHER_RESIDUES, check_sequence
from dlfb_helpers.bundled import bundled_folder
from dlfb_helpers.ontology import ASPECTS, Ontology

FILES: dict[str, str] = {
    "terms": "train_terms.tsv",
    "sequences": "train_sequences.fasta",
    "taxonomy": "train_taxonomy.tsv",
    "ontology": "go-basic.obo",
}
_FIRST_BYTES = {".gz": b"\x1f\x8b", ".xz": b"\xfd7zXZ\0", ".zip": b"PK\x03\x04"}
_ENDINGS = ("", *_FIRST_BYTES)
_NO_RESIDUE = re.compile(f"[^{''.join(AMINO_ACIDS)}{''.join(OTHER_RESIDUES)}]")
_NO_TEXT = re.compile("[\0\udc80-\udcff]")  # NUL, and what "surrogateescape" makes of bytes that are not UTF-8
_LONGEST = 1_000_000  # characters of a record; the longest protein known has some 45,000 residues
_ASPECT_LETTERS = {"F": "MFO", "P": "BPO", "C": "CCO"}  # CAFA 6 writes one letter
_AnyPath = Path | zipfile.Path
_UNREADABLE = (
    OSError, EOFError, RuntimeError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
_REMEDIES = {
    FileNotFoundError: "there is no such file; check the name and the folder",
    IsADirectoryError: "this is a folder; give the file in it",
    PermissionError: "reading it is not allowed; allow it, for example with chmod u+r",
}


@dataclass(frozen=True)
class CafaData:
    """What the four files hold.

    Attributes
    ----------
    terms : pandas.DataFrame
        EntryID, term (``GO:`` and seven digits), aspect (MFO, BPO or CCO): one annotation a row.
    sequences : pandas.DataFrame
        EntryID, Sequence, Length (residues): one protein a row.
    taxonomy : pandas.DataFrame
        EntryID, taxonomyID (NCBI taxon): one protein a row.
    ontology : Ontology
        The terms' names and relations.
    source : str
        Which files these are: the ontology's release and each file's SHA-256.
    """

    terms: pd.DataFrame
    sequences: pd.DataFrame
    taxonomy: pd.DataFrame
    ontology: Ontology
    source: str


def load(data_dir: str | Path = "course") -> CafaData:
    """Read the four files.

    Parameters
    ----------
    data_dir : str or Path
        ``"course"`` for the bundled data, or a folder or .zip file that holds CAFA's files at any depth.

    Raises
    ------
    FileNotFoundError
        If the folder or one of the files is missing.
    ValueError
        If a file is there twice, or is not what its format asks for; names file and line or record.
    """
    paths = find_files(data_dir)
    with _opened(paths["ontology"]) as handle, _clear_errors(paths["ontology"]):
        ontology = Ontology.read(io.TextIOWrapper(handle, "utf-8"))
    hashes = "\n".join(f"  {path.name}  SHA-256 {_sha256(path)}" for path in paths.values())
    what = "the bundled course data" if str(data_dir) == "course" else Path(data_dir).name
    return CafaData(
        terms=read_terms(paths["terms"]),
        sequences=read_fasta(paths["sequences"]),
        taxonomy=read_taxonomy(paths["taxonomy"]),
        ontology=ontology,
        source=f"{what}; ontology {ontology.release}\n{hashes}",
    )


def find_files(data_dir: str | Path = "course") -> dict[str, _AnyPath]:
    """Return where the four files lie (keys as in `FILES`); `load` says what can go wrong."""
    if str(data_dir) == "course":
        root: Path = bundled_folder("course_data")
    else:
        root = Path(data_dir)
    if zipfile.is_zipfile(root):
        archive = zipfile.ZipFile(root)  # stays open as long as one of its paths is in use
        members = [name for name in archive.namelist() if not name.endswith("/")]
        candidates: list[_AnyPath] = [zipfile.Path(archive, at=name) for name in members]
    elif root.is_dir():
        candidates = sorted(path for path in root.rglob("*") if path.is_file())
    else:
        raise FileNotFoundError(f'{root} is neither a folder nor a zip file; give one that exists, or "course"')
    found = {}
    for key, name in FILES.items():
        matching = [path for path in candidates if path.name in {name + ending for ending in _ENDINGS}]
        if not matching:
            raise FileNotFoundError(
                f"{root}: no {name} in it, plain or as {', '.join(_ENDINGS[1:])}; CAFA's training data have "
                f"{', '.join(FILES.values())}"
            )
        if len(matching) > 1:
            raise ValueError(f"{root}: {name} is there more than once ({', '.join(map(str, matching))}); keep one")
        found[key] = matching[0]
    return found


def read_terms(path: str | _AnyPath) -> pd.DataFrame:
    """Read annotations: columns EntryID, term, aspect, in the file's order.

    Raises
    ------
    ValueError
        If a column is missing, a cell is empty, an id is not ``GO:`` and seven digits, or an aspect is none of
        MFO, BPO, CCO (or F, P, C).
    """
    table = _read_table(path, ["EntryID", "term", "aspect"])
    # The checks look at each distinct value once: five million rows hold thirty thousand terms.
    for term in table["term"].unique():
        if not (len(term) == 10 and term.startswith("GO:") and term[3:].isdigit()):
            raise _bad_cell(path, table, "term", term, "an id such as GO:0003674")
    for aspect in table["aspect"].unique():
        if aspect not in {*ASPECTS.values(), *_ASPECT_LETTERS}:
            raise _bad_cell(path, table, "aspect", aspect, "MFO, BPO or CCO")
    return table.assign(aspect=table["aspect"].replace(_ASPECT_LETTERS))


def read_taxonomy(path: str | _AnyPath) -> pd.DataFrame:
    """Read which species a protein is from: columns EntryID and taxonomyID (int); the heading may be missing.

    Raises
    ------
    ValueError
        If a column is missing, a cell is empty, a taxon is not a number, or a protein is there twice.
    """
    table = _read_table(path, ["EntryID", "taxonomyID"], heading_optional=True)
    for taxon in table["taxonomyID"].unique():
        if not taxon.isdigit():
            raise _bad_cell(path, table, "taxonomyID", taxon, "a number such as 9606")
    repeated = table.index[table["EntryID"].duplicated()]
    if len(repeated):
        entry = table.at[repeated[0], "EntryID"]
        raise ValueError(f"{path}: {entry} is there more than once; keep one row for each protein")
    return table.astype({"taxonomyID": int})


def read_fasta(path: str | _AnyPath) -> pd.DataFrame:
    """Read sequences: columns EntryID, Sequence, Length (residues), in the file's order.

    Parameters
    ----------
    path : str or Path
        As for `iterate_fasta`, which also says what can go wrong.
    """
    sequences = dict(iterate_fasta(path))
    table = pd.DataFrame({"EntryID": list(sequences), "Sequence": list(sequences.values())})
    return table.assign(Length=table["Sequence"].str.len().astype(int))


def iterate_fasta(path: str | _AnyPath) -> Iterator[tuple[str, str]]:
    """Read sequences one by one, so that a file may be larger than the memory.

    A record's id is the first word of its heading; of ``sp|P01308|INS_HUMAN`` it is the accession P01308. Line ends
    of any system, blank lines and a byte order mark are accepted.

    Parameters
    ----------
    path : str or Path
        Plain, .gz, .xz or .zip; where the ending says nothing, the first bytes do. ``"-"`` is standard input.

    Yields
    ------
    tuple of str
        Entry id and sequence, in the file's order.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        If the file cannot be opened.
    ValueError
        If the file is damaged or cut off, is not UTF-8 text, has no records, does not begin with ``>``, has a record
        without id or residues or beyond a million characters, an id twice, or letters that `check_sequence` refuses.
        As every error here, it names the file, and the line and record where there is one.
    """
    path = _as_path(path)
    seen: dict[str, int] = {}
    for number, heading, lines in _records(path):
        entry = _entry_id(heading, f"{path}, line {number}")
        if entry in seen:
            raise ValueError(
                f"{path}, line {number}: {entry} is there more than once, first at line {seen[entry]}; keep one record"
            )
        seen[entry] = number
        yield entry, _joined(lines, path, number, entry)
    if not seen:
        raise ValueError(f"{path}: no sequences in it; a FASTA file has >headings, each followed by residues")


def _records(path: _AnyPath) -> Iterator[tuple[int, str, list[str]]]:
    """Yield of each record the heading's line number, the heading and the lines below it."""
    heading, start, lines, size = "", 0, [], 0
    for number, line in _lines(path):
        if line.startswith(">"):
            if heading:
                yield start, heading, lines
            heading, start, lines, size = line, number, [], 0
        elif heading:
            lines.append(line)
        elif line.strip():
            _check_text(line, f"{path}, line {number}")
            raise ValueError(f"{path}, line {number}: found {line[:20]!r} before any >heading; is this FASTA?")
        size += len(line) + 1
        if heading and size > _LONGEST:
            raise ValueError(
                f"{path}, line {number}: {heading[:20]!r} has more than {_LONGEST:,} characters, which no protein "
                "has; give a FASTA file of proteins"
            )
    if heading:
        yield start, heading, lines


def _lines(path: _AnyPath) -> Iterator[tuple[int, str]]:
    """Yield each line's number and text, as few at a time as can be; a longer line than any protein comes in parts."""
    number = 0
    with _opened(path) as handle, io.TextIOWrapper(handle, "utf-8-sig", "surrogateescape") as text:
        try:
            while line := text.readline(_LONGEST + 1):
                number += 1
                yield number, line.rstrip("\n")
        except _UNREADABLE as error:
            raise _unreadable(f"{path}, line {number + 1}", error) from error


def _entry_id(heading: str, where: str) -> str:
    _check_text(heading, where)
    word = (heading[1:].split() or [""])[0]
    parts = word.split("|")
    entry = parts[1] if len(parts) == 3 else word
    if not entry:
        raise ValueError(f"{where}: a heading without an id; write one after the >")
    if not entry.isprintable():
        raise ValueError(f"{where}: the id {entry!r} has characters that cannot be seen; write it without them")
    return entry


def _joined(lines: list[str], path: _AnyPath, start: int, entry: str) -> str:
    """Return the residues of a record whose heading is line `start`, checked."""
    sequence = "".join(lines)
    if not sequence or _NO_RESIDUE.search(sequence):
        bad = (place for place in enumerate(lines, start + 1) if _NO_RESIDUE.search(place[1]))
        number, line = next(bad, (start, ""))
        where = f"{path}, line {number}: {entry}"
        _check_text(line, where)
        check_sequence(sequence, where)
    return sequence


def _check_text(line: str, where: str) -> None:
    found = _NO_TEXT.search(line)
    if found:
        raise ValueError(
            f"{where}: byte 0x{ord(found[0]) & 0xFF:02x} at column {found.start() + 1} is not text; "
            "save the file as UTF-8 text, uncompressed or as .gz, .xz or .zip"
        )


def _read_table(path: str | _AnyPath, columns: list[str], heading_optional: bool = False) -> pd.DataFrame:
    """Read tab-separated text as strings, whatever it looks like, and check that no cell is empty."""
    path = _as_path(path)
    with _opened(path) as handle, _clear_errors(path):
        content = handle.read()
    heading = content.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r").split("\t")
    headless = heading_optional and len(heading) == len(columns) and heading[-1].isdigit()
    missing = [] if headless else [column for column in columns if column not in heading]
    if missing:
        raise ValueError(
            f"{path}, line 1: no column {', '.join(missing)}; found {', '.join(heading)}; the first line has to "
            f"name {', '.join(columns)}, separated by tabs"
        )
    try:
        table = pd.read_csv(
            io.BytesIO(content), sep="\t", dtype=str, engine="pyarrow", keep_default_na=False, na_values=[],
            header=None if headless else 0, names=columns if headless else None,
        )[columns]  # fmt: skip
    except pd.errors.ParserError as error:
        raise ValueError(f"{path}: {error}; every line needs {len(heading)} tab-separated cells") from error
    for column in columns:
        empty = table.index[table[column].isna() | (table[column] == "")]
        if len(empty):
            raise ValueError(f"{path}, line {empty[0] + (1 if headless else 2)}: the cell under {column} is empty")
    return table


def _bad_cell(path, table: pd.DataFrame, column: str, value: str, wanted: str) -> ValueError:
    row = table.index[table[column] == value][0]
    return ValueError(f"{path}, row {row + 1} of the table: {column} is {value!r}; {wanted} is needed")


class _StandardInput(io.RawIOBase):
    """Standard input in the shape of a path; what is opened can be closed and leaves standard input open."""

    name = "standard input"

    def __str__(self) -> str:
        return self.name

    def open(self, mode: str) -> BinaryIO:
        if sys.stdin is None:
            raise FileNotFoundError
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return sys.stdin.buffer.readinto1(buffer)


def _as_path(path: str | _AnyPath) -> _AnyPath:
    if path == "-":
        return _StandardInput()
    return Path(path) if isinstance(path, str) else path


@contextmanager
def _opened(path: _AnyPath) -> Iterator[BinaryIO]:
    """Open a file to read its plain bytes, unpacked."""
    with ExitStack() as stack:
        with _clear_errors(path):
            raw = stack.enter_context(path.open("rb"))
            handle = stack.enter_context(_unpack(raw, path))
        yield handle


@contextmanager
def _clear_errors(where: str | _AnyPath) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise _unreadable(where, error) from error


def _unreadable(where: str | _AnyPath, error: Exception) -> Exception:
    """Return the error that says which file could not be opened or unpacked, and what to do."""
    for kind, remedy in _REMEDIES.items():
        if isinstance(error, kind):
            return kind(f"{where}: {remedy}")
    # Invalid argument: offsets in a damaged zip file point before its beginning.
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        return OSError(f"{where}: {error.strerror}; check the name, the folder and the disk")
    return ValueError(
        f"{where}: {error or type(error).__name__}; is the file whole? download it again, or pack it again, one file "
        "in an archive"
    )


def _unpack(raw: BinaryIO, path: _AnyPath) -> BinaryIO:
    """Return the plain bytes behind a file that may be compressed; its ending says how, or else its first bytes."""
    named = [ending for ending in _FIRST_BYTES if path.name.endswith(ending)]
    found = [ending for ending, first in _FIRST_BYTES.items() if raw.peek(6).startswith(first)]
    ending = (named or found or [""])[0]
    if ending == ".gz":
        return gzip.open(raw)
    if ending == ".xz":
        return io.BufferedReader(_Xz(raw))
    if ending == ".zip":
        return _only_member(raw)
    return raw


class _Xz(io.RawIOBase):
    """The bytes packed in .xz streams; unlike `lzma.open`, no damaged stream after a whole one is left out."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._stream = lzma.LZMADecompressor(lzma.FORMAT_XZ)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data, packed = b"", b""
        while not data:
            if self._stream.eof:
                packed = self._next_stream()
                if not packed:
                    return 0
                self._stream = lzma.LZMADecompressor(lzma.FORMAT_XZ)
            elif self._stream.needs_input:
                packed = self._raw.read(io.DEFAULT_BUFFER_SIZE)
                if not packed:
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            data, packed = self._stream.decompress(packed, len(buffer)), b""
        buffer[: len(data)] = data
        return len(data)

    def _next_stream(self) -> bytes:
        """Return the first bytes of the stream that follows; between streams there may be zeros."""
        packed = self._stream.unused_data.lstrip(b"\0")
        while not packed and (block := self._raw.read(io.DEFAULT_BUFFER_SIZE)):
            packed = block.lstrip(b"\0")
        return packed


def _only_member(raw: BinaryIO) -> BinaryIO:
    if not raw.seekable():
        raise zipfile.BadZipFile("a zip file cannot be read from a pipe")
    archive = zipfile.ZipFile(raw)
    inside = archive.namelist()
    if len(inside) != 1:
        raise zipfile.BadZipFile(f"one file is expected inside, found {len(inside)}")
    return archive.open(inside[0])


def _sha256(path: _AnyPath) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
