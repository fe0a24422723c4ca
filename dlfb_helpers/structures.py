"""Protein structures: entries of the Protein Data Bank, ideal backbones that need no network, and 3D views."""

from __future__ import annotations

import base64
import html
import io
import re
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import PeptideBuilder
import py3Dmol
import requests
from Bio.PDB import PDBIO, PDBParser
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from dlfb_helpers.amino_acids import sequence_to_indices
from dlfb_helpers.bundled import bundled_folder, cache_folder, write_atomically
from dlfb_helpers.plots_style import ALONG_CHAIN, PALETTE

PDB_URL = "https://files.rcsb.org/download"
CONNECT_TIMEOUT = 5.0
RETRY_AFTER = 60.0
"""Seconds for which a host that could not be reached is not asked again, so that a course without network is quick."""

BACKBONE_ANGLES: dict[str, tuple[float, float]] = {
    "helix": (-57.0, -47.0),
    "strand": (-139.0, 135.0),
    "collagen": (-75.0, 145.0),
}
"""Phi and psi in degrees. Right-handed alpha helix and antiparallel beta strand: IUPAC-IUB Commission on
Biochemical Nomenclature, Biochemistry 9, 3471 (1970), doi:10.1021/bi00820a001. The polyproline II helix that
each chain of collagen takes: Adzhubei, Sternberg & Makarov, J. Mol. Biol. 425, 2100 (2013),
doi:10.1016/j.jmb.2013.03.018."""

IDEAL_SEQUENCES: dict[str, str] = {
    "helix": "SHLVEALYLVCGERG",  # residues 9-23 of insulin's B chain: its long helix and the turn after it
    "strand": "GFFYTPK",  # residues 23-29 of insulin's B chain, where two insulins pair
    "collagen": "PPGPPGPPGPPGPPGPPG",  # collagen's repeat: every third residue is a glycine
}
_KINDS = {"helix": "alpha helix", "strand": "beta strand", "collagen": "single strand of collagen"}
_CHAIN_PLACES = {"HELIX ": (19, 31), "SHEET ": (21, 32), "SSBOND": (15, 29)}
"""Where a record names its chains, counted from 0 (PDB format 3.3)."""
_CHAIN_LABEL = {"fontColor": "black", "backgroundColor": "white", "backgroundOpacity": 0.7, "fontSize": 14}
_LOCK = {"radius": 0.25, "dashed": True, "dashLength": 0.5, "gapLength": 0.4, "color": PALETTE[6]}
_unreachable_since: dict[str, float] = {}

CDN_3DMOL_JS = "https://cdn.jsdelivr.net/npm/3dmol@2.5.5/build/3Dmol-min.js"
BUNDLED_3DMOL_JS = "dlfb_helpers/assets/3dmol/3Dmol-min.js"
"""The same release of 3Dmol.js; its place from the root of the repository."""
# 3Dmol.js comes from where the page says; else from JupyterLab's server, if the course lies at its root; else from the
# network. The server is asked first whether it has the file: py3Dmol's loader would wait for it for ever.
_LOAD_3DMOL_JS = f"""(() => {{
  if (window.DLFB_3DMOL_JS) return loadScriptAsync(window.DLFB_3DMOL_JS);
  const network = '{CDN_3DMOL_JS}', jupyter = document.getElementById('jupyter-config-data');
  if (!jupyter) return loadScriptAsync(network);
  const local = JSON.parse(jupyter.textContent).baseUrl + 'files/{BUNDLED_3DMOL_JS}';
  const choice = fetch(local, {{method: 'HEAD'}}).then(answer => answer.ok ? local : network, () => network);
  return choice.then(loadScriptAsync);
}})()"""


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
    pdb_id = pdb_id.upper()
    cached = Path(cache_dir or cache_folder() / "structures") / f"{pdb_id}.pdb"
    if cached.is_file() and _is_complete(text := cached.read_text(encoding="ascii", errors="replace")):
        return text
    text = _download(f"{base_url}/{pdb_id}.pdb", base_url, timeout)
    if not _is_complete(text):
        raise ConnectionError(
            f"what {base_url}/{pdb_id}.pdb sent is not a complete PDB file (it must hold ATOM lines and finish with "
            "END); if a sign-in page stands between you and the internet, pass it first, then try again"
        )
    write_atomically(cached, text.encode("ascii", errors="replace"))
    return text


def _download(url: str, host: str, timeout: float) -> str:
    """Return the text at `url`, remembering for a while when `host` could not be reached."""
    remedy = f"check the connection and run the cell again, or put the file from {url} into the cache folder yourself"
    if time.monotonic() - _unreachable_since.get(host, -RETRY_AFTER) < RETRY_AFTER:
        raise ConnectionError(f"{host} could not be reached less than {RETRY_AFTER:.0f} s ago; {remedy}")
    try:
        response = requests.get(url, timeout=(min(CONNECT_TIMEOUT, timeout), timeout))
    except requests.RequestException as error:
        _unreachable_since[host] = time.monotonic()
        raise ConnectionError(f"{url} could not be reached ({type(error).__name__}); {remedy}") from error
    if response.status_code == 404:
        raise FileNotFoundError(f"{url} does not exist; check the id at https://www.rcsb.org")
    if not response.ok:
        raise ConnectionError(f"{url} answered with HTTP status {response.status_code}; {remedy}")
    return response.text


def _is_complete(pdb_text: str) -> bool:
    """Whether a text has atoms and the END record that closes every PDB file."""
    return bool(re.search(r"^ATOM  ", pdb_text, re.MULTILINE)) and pdb_text.rstrip().endswith("\nEND")


def ideal_backbone(sequence: str, kind: str) -> str:
    """Build a peptide whose residues all have the same backbone angles, as PDB text.

    Parameters
    ----------
    sequence : str
        Residues among the 20 standard amino acids.
    kind : {"helix", "strand", "collagen"}
        Which of `BACKBONE_ANGLES` to use. The text gets the HELIX or SHEET record by which viewers know what to draw.

    Raises
    ------
    ValueError
        If `kind` is unknown or the sequence holds other letters.
    """
    if kind not in BACKBONE_ANGLES:
        raise ValueError(f"kind must be one of {', '.join(BACKBONE_ANGLES)}, found {kind!r}")
    sequence_to_indices(sequence)
    phi, psi = BACKBONE_ANGLES[kind]
    bonds = len(sequence) - 1
    structure = PeptideBuilder.make_structure(sequence, [phi] * bonds, [psi] * bonds)
    residues = list(structure[0]["A"])
    first, last, length = residues[0].resname, residues[-1].resname, len(residues)
    record = {
        "helix": f"HELIX    1   1 {first} A    1  {last} A {length:4d}  1{'':30}{length:6d}\n",
        "strand": f"SHEET    1   A 1 {first} A   1  {last} A{length:4d}  0\n",
        "collagen": "",
    }[kind]
    writer, atoms = PDBIO(), io.StringIO()
    writer.set_structure(structure)
    writer.save(atoms)
    title = f"IDEAL {_KINDS[kind].upper()}, PHI {phi:.0f}, PSI {psi:.0f} DEGREES"
    return f"TITLE     {title}\n{record}{atoms.getvalue().rstrip()}\n"


def ideal_helix(sequence: str = IDEAL_SEQUENCES["helix"]) -> str:
    """Build `sequence` as an ideal right-handed alpha helix; PDB text with a HELIX record."""
    return ideal_backbone(sequence, "helix")


def ideal_strand(sequence: str = IDEAL_SEQUENCES["strand"]) -> str:
    """Build `sequence` as an ideal antiparallel beta strand; PDB text with a SHEET record."""
    return ideal_backbone(sequence, "strand")


def bundled_insulin() -> str:
    """Return the backbone of human insulin as PDB text: chains A and B of entry 3I40, with the cysteines' SG."""
    return (bundled_folder("structures") / "3i40_backbone.pdb").read_text(encoding="ascii")


def structure_or_ideal(pdb_id: str, kind: str = "helix", **fetch_options) -> tuple[str, str]:
    """Return an entry of the Protein Data Bank or, without network, something real in its place.

    Parameters
    ----------
    pdb_id : str
        As in `fetch_protein_structure`, which also takes the `fetch_options`.
    kind : str
        The ideal backbone (see `ideal_backbone`) that stands in. For 3I40 the bundled backbone does instead.

    Returns
    -------
    tuple of (str, str)
        PDB text, and a sentence that says what it holds.

    Raises
    ------
    ValueError, FileNotFoundError
        As `fetch_protein_structure`: a wrong id is never replaced by something else.
    """
    try:
        text = fetch_protein_structure(pdb_id, **fetch_options)
        return text, f"{pdb_id}: the whole entry, from the Protein Data Bank."
    except ConnectionError:
        missing = f"{pdb_id}: the Protein Data Bank could not be reached."
    if pdb_id.upper() == "3I40":
        return bundled_insulin(), f"{missing} Shown is the backbone of the same entry, which comes with the course."
    return ideal_backbone(IDEAL_SEQUENCES[kind], kind), f"{missing} Shown in its place is an ideal {_KINDS[kind]}."


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


def view(pdb_text: str, colour: str = "spectrum", width: int | str = 520, height: int | str = 360) -> py3Dmol.view:
    """Return a 3D view of the cartoon, to be turned with the mouse.

    Parameters
    ----------
    pdb_text : str
        A structure in PDB format.
    colour : {"spectrum", "chain"}
        From each chain's first residue (blue) to its last (orange), or one colour a chain, as in the still pictures.
        Of several chains each has its letter at its first residue; disulfide bonds (SSBOND records) are dashed.
    width, height : int or str
        Pixels, or a length of CSS such as "100%".
    """
    scene = py3Dmol.view(width=width, height=height, js=CDN_3DMOL_JS)
    scene.startjs = scene.startjs.replace(f"loadScriptAsync('{CDN_3DMOL_JS}')", _LOAD_3DMOL_JS)
    scene.addModel(_cartoon_records(pdb_text), "pdb")
    shades = [to_hex(ALONG_CHAIN(place)) for place in np.linspace(0, 1, 8)]
    atoms = atom_table(pdb_text)
    point = {(atom.chain, atom.number): {"x": atom.x, "y": atom.y, "z": atom.z} for atom in atoms.itertuples()}
    chains = atoms.groupby("chain", sort=False)["number"]
    for place, (chain, numbers) in enumerate(chains):
        along = {"prop": "resi", "gradient": "linear", "min": int(numbers.min()), "max": int(numbers.max())}
        along["colors"] = shades
        style = {"colorscheme": along} if colour == "spectrum" else {"color": PALETTE[place % len(PALETTE)]}
        scene.setStyle({"chain": chain}, {"cartoon": style})
        if 1 < len(chains) <= len(PALETTE):
            scene.addLabel(chain, {"position": point[chain, numbers.iloc[0]], **_CHAIN_LABEL})
    for one, other in disulfide_bonds(pdb_text):
        if one in point and other in point:
            scene.addCylinder({"start": point[one], "end": point[other], **_LOCK})
    scene.zoomTo()
    return scene


def view_over_still(pdb_text: str, still: Axes, alt: str, colour: str = "spectrum", dpi: int = 96) -> HTML:
    """Return a 3D view on top of a still picture, which stays where 3Dmol.js cannot be loaded.

    Parameters
    ----------
    pdb_text, colour
        As in `view`.
    still : matplotlib.axes.Axes
        Any Axes of the still picture, from `plots.plot_structures`; its figure is closed afterwards.
    alt : str
        What the picture shows, in words.
    dpi : int
        Pixels an inch of the still.
    """
    figure, image = still.get_figure(root=True), io.BytesIO()
    figure.savefig(image, dpi=dpi, format="png")
    plt.close(figure)
    width, height = (round(inches * dpi) for inches in figure.get_size_inches())
    scene = view(pdb_text, colour, "100%", "100%").write_html()
    # py3Dmol puts a warning where the view will be; here the still picture stands there instead.
    scene = re.sub(r'<p id="3dmolwarning.*?</p>', "", scene, flags=re.DOTALL)
    source = base64.b64encode(image.getvalue()).decode("ascii")
    return HTML(
        f'<div style="position: relative; max-width: {width}px; aspect-ratio: {width} / {height}">'
        f'<img src="data:image/png;base64,{source}" alt="{html.escape(alt)}" style="width: 100%; height: 100%">'
        f'<div style="position: absolute; inset: 0">{scene}</div></div>'
    )


def _cartoon_records(pdb_text: str) -> str:
    """Keep the lines that a cartoon is drawn from, so that a large assembly does not swell the notebook."""
    kept = [
        line
        for line in pdb_text.splitlines()
        if line.startswith(("HELIX", "SHEET", "TER"))
        or (line.startswith("ATOM") and line[12:16].strip() in ("N", "CA", "C", "O"))
    ]
    return "\n".join([*kept, "END"]) + "\n"
