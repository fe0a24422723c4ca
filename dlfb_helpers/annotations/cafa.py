"""The files of the CAFA challenge, read and checked: annotations, sequences, taxonomy and the ontology.

The bundled course data, a folder and a zip file are read by the same code. Files are found by name at any
depth, plain or compressed, so that the archives of CAFA 5 and 6 can be used as they were downloaded.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dlfb_helpers.annotations.obo import read_obo, read_ontology_table
from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.manifest import sha256
from dlfb_helpers.files.packed import ENDINGS, AnyPath, as_path, clear_errors, opened
from dlfb_helpers.proteins.fasta import read_fasta

FILES: dict[str, str] = {
    "terms": "train_terms.tsv",
    "sequences": "train_sequences.fasta",
    "taxonomy": "train_taxonomy.tsv",
    "ontology": "go-basic.obo",
}
ONTOLOGY_TABLE = "go-basic.tsv.xz"
"""The bundled ontology as a table, which `load_cafa` reads in a tenth of the time that the OBO file takes."""

_ASPECT_LETTERS = {"F": "MFO", "P": "BPO", "C": "CCO"}  # CAFA 6 writes one letter


@dataclass(frozen=True)
class CafaData:
    """What the four files hold.

    Attributes
    ----------
    annotations : pandas.DataFrame
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

    annotations: pd.DataFrame
    sequences: pd.DataFrame
    taxonomy: pd.DataFrame
    ontology: Ontology
    source: str


def load_cafa(data_dir: str | Path = "course") -> CafaData:
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
    if str(data_dir) == "course":
        what = "the bundled course data"
        ontology = read_ontology_table(bundled_folder("course_data") / ONTOLOGY_TABLE)
    else:
        what = Path(data_dir).name
        ontology = read_obo(paths["ontology"])
    hashes = "\n".join(f"  {path.name}  SHA-256 {sha256(path)}" for path in paths.values())
    return CafaData(
        annotations=read_terms(paths["terms"]),
        sequences=read_fasta(paths["sequences"]),
        taxonomy=read_taxonomy(paths["taxonomy"]),
        ontology=ontology,
        source=f"{what}; ontology {ontology.release}\n{hashes}",
    )


def find_files(data_dir: str | Path = "course") -> dict[str, AnyPath]:
    """Return where the four files lie (keys as in `FILES`); `load_cafa` says what can go wrong."""
    if str(data_dir) == "course":
        root: Path = bundled_folder("course_data")
    else:
        root = Path(data_dir)
    if zipfile.is_zipfile(root):
        archive = zipfile.ZipFile(root)  # stays open as long as one of its paths is in use
        members = [name for name in archive.namelist() if not name.endswith("/")]
        candidates: list[AnyPath] = [zipfile.Path(archive, at=name) for name in members]
    elif root.is_dir():
        candidates = [path for path in sorted(root.rglob("*")) if path.is_file()]
    else:
        raise FileNotFoundError(f'{root} is neither a folder nor a zip file; give one that exists, or "course"')
    found = {}
    for key, name in FILES.items():
        matching = [path for path in candidates if path.name in {name + ending for ending in ENDINGS}]
        if not matching:
            raise FileNotFoundError(
                f"{root}: no {name} in it, plain or as {', '.join(ENDINGS[1:])}; CAFA's training data have "
                f"{', '.join(FILES.values())}"
            )
        if len(matching) > 1:
            raise ValueError(f"{root}: {name} is there more than once ({', '.join(map(str, matching))}); keep one")
        found[key] = matching[0]
    return found


def read_terms(path: str | AnyPath) -> pd.DataFrame:
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


def read_taxonomy(path: str | AnyPath) -> pd.DataFrame:
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
    repeated = table.loc[table["EntryID"].duplicated(), "EntryID"]
    if len(repeated):
        raise ValueError(f"{path}: {repeated.iloc[0]} is there more than once; keep one row for each protein")
    return table.astype({"taxonomyID": int})


def _read_table(path: str | AnyPath, columns: list[str], heading_optional: bool = False) -> pd.DataFrame:
    """Read tab-separated text as strings, whatever it looks like, and check that no cell is empty."""
    path = as_path(path)
    with opened(path) as handle, clear_errors(path):
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
