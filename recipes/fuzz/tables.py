"""Damaged tables of annotations (CAFA's, GAF, GPAD) and of species.

An input fails if its rows are not, in their order, those that a line by line look at the file finds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from dlfb_helpers.annotations.terms import read_annotations, read_taxonomy
from recipes.fuzz.damage import mutate
from recipes.fuzz.loop import Case, refused

ROWS = (
    ("P01308", "GO:0005179", "MFO", "enables", "IDA", "F", "ECO:0000314", 9606),
    ("P04637", "GO:0003677", "MFO", "NOT|enables", "IPI", "F", "ECO:0000353", 9606),
    ("P04637-2", "GO:0006915", "BPO", "involved_in", "IMP", "P", "ECO:0000315", 9606),
    ("Q9Y6K9", "GO:0005634", "CCO", "located_in", "IEA", "C", "ECO:0000501", 10090),
    ("A0A024RBG1", "GO:0008150", "BPO", "involved_in", "TAS", "P", "ECO:0000304", 10090),
)
"""Protein, term, aspect, qualifier, evidence, aspect's letter, evidence's ECO id, species."""


def _lines(layout: str) -> str:
    return "".join(
        layout.format(entry=e, term=t, aspect=a, qualifier=q, evidence=c, letter=f, eco=o, taxon=x) + "\n"
        for e, t, a, q, c, f, o, x in ROWS
    )


CAFA = "EntryID\tterm\taspect\n" + _lines("{entry}\t{term}\t{aspect}")
LONGER = "EntryID\tterm\taspect\tqualifier\tevidence\n" + _lines("{entry}\t{term}\t{aspect}\t{qualifier}\t{evidence}")
GAF = "!gaf-version: 2.2\n!\n" + _lines(
    "UniProtKB\t{entry}\tS\t{qualifier}\t{term}\tPMID:1\t{evidence}\t\t{letter}\tA name\t\tprotein\ttaxon:{taxon}"
    "\t20200101\tUniProt\t\t"
)
GPAD = "!gpa-version: 1.2\n" + _lines(
    "UniProtKB\t{entry}\t{qualifier}\t{term}\tPMID:1\t{eco}\t\t\t20200101\tUniProt\t\tgo_evidence={evidence}"
)
GPAD_2 = "!gpad-version: 2.0\n" + _lines(
    "UniProtKB:{entry}\t{qualifier}\tRO:0002327\t{term}\tPMID:1\t{eco}\t\t\t2020-01-01\tUniProt\t\tgo_evidence={evidence}"
)
TAXA = "EntryID\ttaxonomyID\n" + _lines("{entry}\t{taxon}")
TERMS = (
    CAFA, CAFA.partition("\n")[2], CAFA.replace("\n", "\r\n"), CAFA.replace("\n", "\r"), "\ufeff" + CAFA,
    re.sub(r"[^\t\n]+", r'"\g<0>"', CAFA), _lines("{entry}\t{term}\t{letter}"), _lines("{entry}\t{term}"), LONGER,
    LONGER.replace("\n", "\n\n"), GAF, GPAD, GPAD_2,
)  # fmt: skip
SPECIES = (TAXA, TAXA.partition("\n")[2], TAXA.replace("\n", "\r\n"), "\ufeff" + TAXA)
CORPUS = [
    (name, text.encode(code))
    for name, texts in (("terms", TERMS), ("taxonomy", SPECIES))
    for text in texts
    for code in ("utf-8", "utf-8", "utf-8", "utf-16")
]
FRAGMENTS = (
    b"\t", b"\n", b"\r", b"\r\n", b" ", b'"', b'""', b"!", b"\n!\n", b"P1\tGO:0000001\tMFO\n", b"GO:0003674", b"NOT|",
    b"\0", b"\xff", b"\xc3\x89", b"\x85", b"\xe2\x80\xa8", b"\x1b[31m", b"EntryID\tterm\taspect\n", b"\xef\xbb\xbf",
    b"\xff\xfe", b"taxon:9606|taxon:7", b"9606", b"\xd9\xa3", b"-2", b"\x1c", b"\x0b", b"ECO:0000314", b"1" * 30,
)  # fmt: skip


def cases(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Yield damaged tables without end."""
    path = folder / "table.tsv"
    while True:
        name, whole = rng.choice(CORPUS)
        content, evidence = mutate(whole, rng, FRAGMENTS), rng.choice((None, ("IDA", "IMP")))
        yield Case(f"{name}, evidence {evidence}", content, partial(_examine, path, name, content, evidence))


def _examine(path: Path, name: str, content: bytes, evidence) -> str:
    path.write_bytes(content)
    try:
        if name == "taxonomy":
            table, left_out = read_taxonomy(path), {}
        else:
            table, left_out, _ = read_annotations(path, evidence)
    except (ValueError, OSError) as error:
        return refused(error, str(path))
    columns = [column for column in ("EntryID", "term", "taxonomyID") if column in table]
    _compare(table[columns], sum(left_out.values()), content, unique=name == "taxonomy")
    if "aspect" in table:
        assert set(table["aspect"]) <= {"MFO", "BPO", "CCO", ""}, f"aspects {set(table['aspect'])}"
        assert table["term"].str.fullmatch(r"GO:[0-9]{7}").all(), "a term that is none"
    assert (table["EntryID"] != "").all(), "a protein without an id"
    return "read"


def _compare(table: pd.DataFrame, left_out: int, content: bytes, unique: bool) -> None:
    """See that rows are those of the file's lines, in their order, none missing."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16").encode()
    text = content.decode().removeprefix("\ufeff")
    lines = [line for line in re.split(r"\n|\r\n?", text) if line.strip() and not line.startswith("!")]
    cells = [{*_cells(line)} for line in lines]
    quoted = '"' in lines[0]
    if quoted:  # a cell may have several lines
        cells = [one | other for one, other in zip(cells, [*cells[1:], set()])]
    place = -1
    for row in table.itertuples(index=False):
        wanted = {_bare(value) for value in row}
        place = next((number for number in range(place + 1, len(cells)) if wanted <= cells[number]), None)
        assert place is not None, f"{wanted} is in no line, or not in its place"
    if unique:
        found = {tuple(map(_bare, row)) for row in table.itertuples(index=False)}
        missing = [line for line in cells[1:] if not any(set(row) <= line for row in found)]
        assert not missing, f"lines were dropped: {missing}"
    else:
        rows, fewest = len(table) + left_out, 1 if quoted else len(lines) - 1
        assert fewest <= rows <= len(lines), f"{rows} rows of {len(lines)} lines"


def _cells(line: str) -> Iterator[str]:
    """Yield a line's cells without quotes, also without what comes before a colon, and numbers as they are written."""
    for cell in line.split("\t"):
        for text in (cell, cell.partition(":")[2]):
            yield _bare(text)
            if text.strip().isdecimal():
                yield str(int(text.strip()))


def _bare(value: object) -> str:
    return str(value).replace('"', "").strip()
