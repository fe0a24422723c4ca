"""Protein structures: entries of the Protein Data Bank, the one that comes with the course, their atoms."""

from __future__ import annotations

import io
import re
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import requests
from Bio.PDB import PDBIO, PDBParser

from dlfb_helpers.files.assets import bundled_folder, cache_folders
from dlfb_helpers.files.download import LastingError, download_file
from dlfb_helpers.files.homes import can_be_written

PDB_URL = "https://files.rcsb.org/download"
CONNECT_TIMEOUT = 5.0
LARGEST, LONGEST = 100_000_000, 120.0
"""Bytes and seconds of an entry at most; those in PDB format have up to 100,000 atoms in a model, a line each."""
RETRY_AFTER = 60.0
"""Seconds for which a host that could not be reached is not asked again, so that a course without network is quick."""

_CHAIN_PLACES = {"HELIX ": (19, 31), "SHEET ": (21, 32), "SSBOND": (15, 29)}
"""Where a record names its chains, counted from 0 (PDB format 3.3)."""
_unreachable_since: dict[str, float] = {}


def fetch_protein_structure(
    pdb_id: str, cache_dir: str | Path | None = None, timeout: float = 20.0, base_url: str = PDB_URL
) -> str:
    """Return an entry of the Protein Data Bank in PDB format, from the disk cache or else the network.

    Parameters
    ----------
    pdb_id : str
        Four characters, the first a digit; case does not matter.
    cache_dir : str or Path, optional
        Where files are kept; by default ``structures`` in the course's cache folder (``$DLFB_CACHE``).
    timeout : float
        Seconds to wait for the server's next bytes. Connecting is given up after 5 s at most.
    base_url : str
        The folder on a web server that holds ``ID.pdb``.

    Raises
    ------
    ValueError
        If `pdb_id` is not a PDB id.
    FileNotFoundError
        If the server answers that it has no such file.
    ConnectionError
        If the server cannot be reached (also within a minute after it could not), or what it sends is not a
        complete PDB file.
    """
    if not re.fullmatch(r"[0-9][A-Za-z0-9]{3}", pdb_id):
        raise ValueError(f"{pdb_id!r} is not a PDB id; write a digit and three letters or digits, as in '3I40'")
    address = f"{base_url}/{pdb_id.upper()}.pdb"
    name = f"{pdb_id.upper()}.pdb"
    places = [Path(cache_dir)] if cache_dir else [folder / "structures" for folder in cache_folders()]
    for cached in (place / name for place in places):
        if _is_complete(cached):
            return _read(cached)
    with tempfile.TemporaryDirectory() as passing:  # where nothing can be kept, the entry is fetched all the same
        kept = next((place for place in places if can_be_written(place)), Path(passing)) / name
        kept.unlink(missing_ok=True)
        _download(address, kept, base_url, timeout)
        if not _is_complete(kept):
            kept.unlink()
            raise ConnectionError(
                f"what {address} sent is not a complete PDB file (it must hold ATOM lines and finish with END); if a "
                "sign-in page stands between you and the internet, pass it first, then try again"
            )
        return _read(kept)


def _download(address: str, path: Path, host: str, timeout: float) -> None:
    """Fetch a file, remembering for a while when `host` could not be reached."""
    remedy = f"run the cell again, or put the file from {address} into {path.parent} yourself"
    if time.monotonic() - _unreachable_since.get(host, -RETRY_AFTER) < RETRY_AFTER:
        raise ConnectionError(
            f"{host} could not be reached less than {RETRY_AFTER:.0f} s ago; check the connection and {remedy}"
        )
    waits = (min(CONNECT_TIMEOUT, timeout), timeout)
    try:
        download_file(address, path, timeout=waits, largest=LARGEST, longest=LONGEST)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{address} does not exist; check the id at https://www.rcsb.org") from error
    except ConnectionError as error:
        # A host that answers may have the next entry.
        if not isinstance(error, LastingError) and not isinstance(error.__cause__, requests.HTTPError):
            _unreachable_since[host] = time.monotonic()
        raise ConnectionError(f"{error}; then {remedy}") from error


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace")


def _is_complete(path: Path) -> bool:
    """Whether a file is there, with atoms and the END record that closes every PDB file."""
    text = _read(path) if path.is_file() else ""
    return bool(re.search(r"^ATOM  ", text, re.MULTILINE)) and text.rstrip().endswith("\nEND")


def bundled_insulin() -> str:
    """Return the backbone of human insulin as PDB text: chains A and B of entry 3I40, with the cysteines' SG."""
    return (bundled_folder("structures") / "3i40_backbone.pdb").read_text(encoding="ascii")


def structure_or_bundled(pdb_id: str, **fetch_options) -> tuple[str, str]:
    """Return an entry of the Protein Data Bank or, without network, the part of it that comes with the course.

    Parameters
    ----------
    pdb_id : str
        As in `fetch_protein_structure`, which also takes the `fetch_options`.

    Returns
    -------
    tuple of (str, str)
        PDB text, and a sentence that says what it holds.

    Raises
    ------
    ValueError, FileNotFoundError, ConnectionError
        As `fetch_protein_structure`: nothing ever stands in under another entry's name.
    """
    try:
        text = fetch_protein_structure(pdb_id, **fetch_options)
    except ConnectionError:
        if pdb_id.upper() != "3I40":
            raise
        missing = f"{pdb_id}: the Protein Data Bank could not be reached."
        return bundled_insulin(), f"{missing} Shown is the backbone of the same entry, which comes with the course."
    return text, f"{pdb_id}: the whole entry, from the Protein Data Bank."


def atom_table(pdb_text: str, names: tuple[str, ...] = ("CA",)) -> pd.DataFrame:
    """Return the atoms called `names` of the residues of the first model.

    Returns
    -------
    pd.DataFrame
        Columns chain, number, residue (three letters), atom (str) and x, y, z (float, angstrom); waters and other
        small molecules are left out, and of alternative locations the one with the highest occupancy stays.
    """
    structure = PDBParser(QUIET=True).get_structure("", io.StringIO(pdb_text))
    rows = [
        (chain.id, residue.id[1], residue.resname, name, *map(float, residue[name].coord))
        for chain in structure[0]
        for residue in chain
        if residue.id[0] == " "
        for name in names
        if name in residue
    ]
    return pd.DataFrame(rows, columns=["chain", "number", "residue", "atom", "x", "y", "z"])


def with_copy(pdb_text: str, rotation: np.ndarray, shift: np.ndarray) -> str:
    """Return the atoms of a structure together with a moved copy of them, as a crystal repeats a molecule.

    Parameters
    ----------
    pdb_text : str
        A structure with the chains A and B; the copy's chains are called C and D.
    rotation : np.ndarray
        Shape (3, 3).
    shift : np.ndarray
        Shape (3,), angstrom; an atom at x is copied to ``rotation @ x + shift``.

    Raises
    ------
    ValueError
        If the first model has other chains than A and B.
    """
    # Waters and other small molecules of a whole entry would only clutter the picture.
    pdb_text = "\n".join(line for line in pdb_text.splitlines() if not line.startswith("HETATM"))
    structure = PDBParser(QUIET=True).get_structure("", io.StringIO(pdb_text))
    model = structure[0]
    if sorted(chain.id for chain in model) != ["A", "B"]:
        raise ValueError(f"expected the chains A and B, found {' '.join(chain.id for chain in model)}")
    for chain, name in (("A", "C"), ("B", "D")):
        copy = model[chain].copy()
        copy.detach_parent()
        copy.id = name
        copy.transform(np.asarray(rotation).T, np.asarray(shift))  # Bio.PDB multiplies from the right
        model.add(copy)
    writer, atoms = PDBIO(), io.StringIO()
    writer.set_structure(structure)
    writer.save(atoms)
    records = [line for line in pdb_text.splitlines() if line.startswith(("HELIX", "SHEET", "SSBOND"))]
    copies = []
    for record in records:
        letters = list(record)
        for place in _CHAIN_PLACES[record[:6]]:
            letters[place] = {"A": "C", "B": "D"}[letters[place]]
        copies.append("".join(letters))
    return "\n".join([*records, *copies, atoms.getvalue().rstrip()]) + "\n"


def disulfide_bonds(pdb_text: str) -> list[tuple[tuple[str, int], tuple[str, int]]]:
    """Return the (chain, number) pairs of the cysteines that the SSBOND records join."""
    return [
        ((line[15], int(line[17:21])), (line[29], int(line[31:35])))
        for line in pdb_text.splitlines()
        if line.startswith("SSBOND")
    ]
