"""Ideal backbones, built from their angles: what a view shows without a network."""

from __future__ import annotations

import io

import PeptideBuilder
from Bio.PDB import PDBIO

from dlfb_helpers.proteins.alphabet import sequence_to_indices

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
KINDS = {"helix": "alpha helix", "strand": "beta strand", "collagen": "single strand of collagen"}


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
    title = f"IDEAL {KINDS[kind].upper()}, PHI {phi:.0f}, PSI {psi:.0f} DEGREES"
    return f"TITLE     {title}\n{record}{atoms.getvalue().rstrip()}\n"


def ideal_helix(sequence: str = IDEAL_SEQUENCES["helix"]) -> str:
    """Build `sequence` as an ideal right-handed alpha helix; PDB text with a HELIX record."""
    return ideal_backbone(sequence, "helix")


def ideal_strand(sequence: str = IDEAL_SEQUENCES["strand"]) -> str:
    """Build `sequence` as an ideal antiparallel beta strand; PDB text with a SHEET record."""
    return ideal_backbone(sequence, "strand")
