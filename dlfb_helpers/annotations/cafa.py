"""The files of the CAFA challenge, read and checked: annotations, sequences, taxonomy and the ontology.

The bundled course data, a folder and a zip file are read by the same code. Files are found by name at any
depth, plain or compressed, so that the archives of CAFA 5 and 6 can be used as they were downloaded.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dlfb_helpers.annotations.evidence import EXPERIMENTAL
from dlfb_helpers.annotations.matching import match_ids, settle_aspects, warn_of_losses
from dlfb_helpers.annotations.obo import read_obo, read_ontology_table
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.terms import read_annotations, read_taxonomy
from dlfb_helpers.annotations.terms import read_terms as read_terms
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.manifest import sha256
from dlfb_helpers.files.packed import ENDINGS, AnyPath, clear_errors, opened
from dlfb_helpers.proteins.fasta import read_fasta
from dlfb_helpers.proteins.headings import entry_id

FILES: dict[str, tuple[str, ...]] = {
    "terms": ("train_terms.tsv", "uniprot_sprot_exp.txt", "*.gaf", "*.gpad", "*.gpa"),
    "sequences": ("train_sequences.fasta", "uniprot_sprot_exp.fasta"),
    "taxonomy": ("train_taxonomy.tsv",),
    "ontology": ("go-basic.obo", "*.obo"),
}
"""What the files are called in CAFA 5 and 6; after it in CAFA 3, and how the Gene Ontology's own names end."""
ONTOLOGY_TABLE = "go-basic.tsv.xz"
"""The bundled ontology as a table, which `load_cafa` reads in a tenth of the time that the OBO file takes."""


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
    left_out : Mapping of str to int
        Which rows of the annotations were not read -> how many.
    changed : Mapping of str to int
        What was changed in rows of the annotations -> in how many.
    """

    annotations: pd.DataFrame
    sequences: pd.DataFrame
    taxonomy: pd.DataFrame
    ontology: Ontology
    source: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)


def load_cafa(data_dir: str | Path = "course", evidence: Collection[str] | None = EXPERIMENTAL) -> CafaData:
    """Read the four files, and bring them together.

    The ontology decides the aspect of a row, whatever the file says. An isoform's id leads to the sequence there is.

    Parameters
    ----------
    data_dir : str or Path
        ``"course"`` for the bundled data, or a folder or .zip file that holds the files at any depth, or a folder with
        such a .zip file.
    evidence : collection of str, optional
        Evidence codes of the annotations to read, where the file has such; None for all.

    Raises
    ------
    FileNotFoundError
        If the folder or one of the files is missing.
    ValueError
        If a file is there twice, or is not what its format asks for; names file and line or record.

    Warns
    -----
    UserWarning
        If ids of the files hardly overlap, isoforms are matched, many terms are unknown, or the species are.
    """
    paths = find_files(data_dir)
    what = "the bundled course data" if str(data_dir) == "course" else Path(data_dir).name
    ontology = load_ontology(data_dir)
    hashes = "\n".join(f"  {path.name}  SHA-256 {_sha256(path)}" for path in paths.values())
    found = read_annotations(paths["terms"], evidence)
    sequences, taxonomy = read_fasta(paths["sequences"]), _taxonomy(paths, found.taxonomy)
    annotations, taxonomy, isoforms = match_ids(found.rows, taxonomy, sequences)
    annotations, aspects = settle_aspects(annotations, ontology)
    warn_of_losses(annotations, taxonomy, sequences, ontology)
    changed = {
        "got the id of the sequence in place of an isoform's": isoforms,
        "had another aspect than the ontology says": aspects,
    }
    pa.default_memory_pool().release_unused()  # what reading took besides: some 30 MB that nobody else gets
    return CafaData(
        annotations=annotations,
        sequences=sequences,
        taxonomy=taxonomy,
        ontology=ontology,
        source=f"{what}; ontology {ontology.release}\n{hashes}",
        left_out=found.left_out,
        changed={what: count for what, count in changed.items() if count},
    )


def load_ontology(data_dir: str | Path = "course") -> Ontology:
    """Read the ontology alone, in a fifth of the time and memory of `load_cafa`; parameters and errors as there."""
    if str(data_dir) == "course":
        return read_ontology_table(bundled_folder("course_data") / ONTOLOGY_TABLE)
    return read_obo(find_files(data_dir)["ontology"])


def _sha256(path: AnyPath) -> str:
    with clear_errors(path):
        return sha256(path)


def _taxonomy(paths: Mapping[str, AnyPath], in_annotations: pd.DataFrame | None) -> pd.DataFrame:
    """Read each protein's species from the file for it, or else as the annotations or the headings have it."""
    if "taxonomy" in paths:
        return read_taxonomy(paths["taxonomy"])
    if in_annotations is not None:
        return in_annotations
    with opened(paths["sequences"]) as handle, clear_errors(paths["sequences"]):
        headings = re.findall(r"^>.*\bOX=\d+", handle.read().decode(errors="replace"), re.MULTILINE)
    if not headings:
        warnings.warn("no file says which species the proteins are from (train_taxonomy.tsv): take all", stacklevel=3)
    taxa = {entry_id(heading): int(heading.rpartition("=")[2]) for heading in headings}
    return pd.DataFrame(
        {"EntryID": pd.Series(list(taxa), dtype=str), "taxonomyID": pd.Series(taxa.values(), dtype=int)}
    )


def find_files(data_dir: str | Path = "course") -> dict[str, AnyPath]:
    """Return where the four files lie (keys as in `FILES`); `load_cafa` says what can go wrong."""
    root = bundled_folder("course_data") if str(data_dir) == "course" else Path(data_dir)
    candidates: list[AnyPath]
    if zipfile.is_zipfile(root):
        candidates = _members(root)
    elif root.is_dir():
        files = [path for path in sorted(root.rglob("*")) if path.is_file()]
        candidates = list(files)
        if not any(_called(files, names) for names in FILES.values()):  # only an archive, as it was downloaded
            candidates = [member for path in files if zipfile.is_zipfile(path) for member in _members(path)]
    else:
        raise FileNotFoundError(f'{root} is neither a folder nor a zip file; give one that exists, or "course"')
    found = {}
    for key, names in FILES.items():
        matching = _called(candidates, names)
        if len(matching) > 1:
            raise ValueError(f"{root}: {names[0]} is there more than once ({', '.join(map(str, matching))}); keep one")
        if matching:
            found[key] = matching[0]
        elif key != "taxonomy":
            raise FileNotFoundError(
                f"{root}: no {names[0]} in it, plain or as {', '.join(ENDINGS[1:])}; CAFA's training data have "
                f"{', '.join(first for first, *_ in FILES.values())}"
            )
    return found


def _members(archive: Path) -> list[AnyPath]:
    with clear_errors(archive):
        opened_archive = zipfile.ZipFile(archive)  # stays open as long as one of its paths is in use
    return [zipfile.Path(opened_archive, at=name) for name in opened_archive.namelist() if not name.endswith("/")]


def _called(candidates: Sequence[AnyPath], names: Sequence[str]) -> list[AnyPath]:
    """Return the files that have the first of some names that there is, plain or compressed."""
    for name in names:
        patterns = [name + ending for ending in ENDINGS]
        # What begins with a dot is a system's own, such as a Mac's "._train_terms.tsv".
        visible = (path for path in candidates if not path.name.startswith("."))
        if found := [path for path in visible if any(fnmatchcase(path.name, pattern) for pattern in patterns)]:
            return found
    return []
